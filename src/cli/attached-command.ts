/** `assay attest verify` by what is attached in a registry. */
import { AssayError } from '../domain/error.ts';
import type { AttachedGrade } from '../operations/check-attached.ts';
import type { VerifiedAttachments, VerifyAttachedInput } from '../operations/verify-attached.ts';
import type { CliContext, CommandRun, OptionValues } from './command.ts';
import { isOn, registriesOf, textOption } from './options.ts';
import { OUTCOME_EXIT_CODES } from './outcome-words.ts';
import { printAttached } from './print-attached.ts';
import { readPublicKeys } from './read-key-options.ts';
import { readPairs } from './read-pairs.ts';

/** Where else there may be a proof. */
const ONLY_ATTACHED =
  'looked at: what is attached in the registry; for the attestations that a project keeps: ' +
  'assay attest verify IMAGE --attestor NAME, or --key FILE with --server or --data';

/** `assay attest verify IMAGE --attached --key FILE`, or by certificate and identity. */
export const verifyAttachments: CommandRun = async (context, args, options) => {
  const trust = await readAttachedTrust(context, options);
  if ((trust.keys?.length ?? 0) + (trust.identities?.length ?? 0) === 0) refuseNobody(trust);
  const found = await lookAttached(context, { image: args[0] ?? '', ...trust }, options, 'proof');
  await printAttached({ context, options, title: 'outcome' }, found);
  if (found.outcome !== 'allow' && !isOn(options, 'attached')) {
    context.stderr.write(`${ONLY_ATTACHED}\n`);
  }
  return OUTCOME_EXIT_CODES[found.outcome];
};

/** What nobody signed may be asked for by name, and then needs nobody to be believed. */
function refuseNobody({ grade, type }: Omit<VerifyAttachedInput, 'image'>): void {
  if (grade === 'attested' && type !== undefined) return;
  const wanted =
    'give --key, or --certificate-identity with --certificate-oidc-issuer ' +
    '(or --type with --grade attested, for what nobody signed)';
  throw new AssayError('invalid-argument', `nobody to believe; ${wanted}`);
}

/** Reads and verifies what is attached. */
export async function lookAttached(
  context: CliContext,
  input: VerifyAttachedInput,
  ...[options, reading]: [OptionValues, 'proof' | 'all']
): Promise<VerifiedAttachments> {
  const { verifyAttached } = await import('../operations/verify-attached.ts');
  const registry = registriesOf(context, options);
  return verifyAttached(input, { registry, now: context.now(), reading });
}

/** Whom to believe, and what is wanted, as options say it. */
export async function readAttachedTrust(
  context: CliContext,
  options: OptionValues,
): Promise<Omit<VerifyAttachedInput, 'image'>> {
  const type = textOption(options, 'type');
  const index = textOption(options, 'index');
  const rootFile = textOption(options, 'trustRoot');
  return {
    keys: await readPublicKeys(context, options),
    identities: readIdentities(options),
    annotations: readPairs(options, 'annotation'),
    ...(rootFile === undefined ? {} : { trustRoot: await readRoot(context, rootFile) }),
    ...(type === undefined ? {} : { type }),
    ...(index === undefined ? {} : { index }),
    ...readGrade(options),
    ...readProvenance(options),
  };
}

async function readRoot(context: CliContext, named: string): Promise<Uint8Array> {
  const { readTrustRoot } = await import('../operations/read-trust-root.ts');
  const { bytes, notes } = await readTrustRoot(named, context.now());
  for (const note of notes) context.stderr.write(`assay: note: ${note}\n`);
  return bytes;
}

const GRADES: readonly AttachedGrade[] = ['attested', 'verified'];

function readGrade(options: OptionValues): Pick<VerifyAttachedInput, 'grade'> {
  const text = textOption(options, 'grade');
  if (text === undefined) return {};
  const grade = GRADES.find((one) => one === text);
  if (grade !== undefined) return { grade };
  const found = JSON.stringify(text.slice(0, 40));
  throw new AssayError('invalid-argument', `--grade is ${found}; give attested or verified`);
}

type Identities = NonNullable<VerifyAttachedInput['identities']>;
type Match = Identities[number]['subject'];

/** Subject and issuer go together: either alone says nothing about who signed. */
function readIdentities(options: OptionValues): Identities {
  const subject = readMatch(options, 'certificateIdentity');
  const issuer = readMatch(options, 'certificateOidcIssuer');
  if (subject === undefined && issuer === undefined) return [];
  if (subject !== undefined && issuer !== undefined) return [{ subject, issuer }];
  const wanted = 'give both --certificate-identity and --certificate-oidc-issuer';
  throw new AssayError('invalid-argument', `only one half of an identity was given; ${wanted}`);
}

function readMatch(options: OptionValues, name: string): Match | undefined {
  const exact = textOption(options, name);
  const pattern = textOption(options, `${name}Regexp`);
  if (exact !== undefined && pattern !== undefined) {
    throw new AssayError('invalid-argument', 'an identity is either exact or a pattern; give one');
  }
  if (exact !== undefined) return { exact };
  return pattern === undefined ? undefined : { pattern };
}

const PROVENANCE = {
  builderId: 'builderId',
  sourceRepository: 'sourceRepository',
  branch: 'sourceBranch',
  tag: 'sourceTag',
  buildType: 'buildType',
} as const;

function readProvenance(options: OptionValues): Pick<VerifyAttachedInput, 'provenance'> {
  const texts = Object.entries(PROVENANCE).flatMap(([name, option]) => {
    const value = textOption(options, option);
    return value === undefined ? [] : [[name, value] as const];
  });
  const parameters = readPairs(options, 'buildParameter');
  if (texts.length + Object.keys(parameters).length === 0) return {};
  if (textOption(options, 'type') === undefined) {
    const wanted = 'give --type slsaprovenance or slsaprovenance1';
    throw new AssayError(
      'invalid-argument',
      `requirements on provenance, but not which; ${wanted}`,
    );
  }
  return { provenance: { ...Object.fromEntries(texts), parameters } };
}
