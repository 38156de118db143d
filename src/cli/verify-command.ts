/** `assay attest verify`: each attestation of an image, what it proves or why it does not. */
import { terminalText } from '../domain/terminal-text.ts';
import type { AttestationCheck } from '../domain/verdict.ts';
import type { VerifiedImage } from '../operations/verify-image.ts';
import type { CommandRun, OptionValues } from './command.ts';
import { reachOf, registryOptionsOf, textOption, textOptions } from './options.ts';
import { OUTCOME_EXIT_CODES, VERIFIED_WORDS } from './outcome-words.ts';
import { printDocument } from './print-values.ts';
import { readAttestorName } from './read-attestor-name.ts';
import { readPublicKeys } from './read-key-options.ts';
import { withOperations } from './with-operations.ts';

/** Where else a signature of the key may be. */
const ONLY_KEPT =
  'looked at: the attestations that the project keeps; for what is attached in the registry: ' +
  'assay attest verify IMAGE --key FILE --attached';

/** `assay attest verify IMAGE --attestor A` */
export const verifyAttestations: CommandRun = async (context, args, options) => {
  const byKey = textOptions(options, 'key').length > 0;
  const whom = byKey
    ? { keys: await readPublicKeys(context, options) }
    : { attestor: readAttestorName(options) };
  const input = { project: textOption(options, 'project'), image: args[0], ...whom };
  const reach = { ...reachOf(options), readOnly: true, ...registryOptionsOf(options) };
  return withOperations(context, reach, async (client) => {
    const found = (await client.call('verify-image', input)) as VerifiedImage;
    const code = await printVerified(found, options, context);
    if (byKey && code !== 0) context.stderr.write(`${ONLY_KEPT}\n`);
    return code;
  });
};

/** Prints what came of verifying an image; answers the exit code. */
export async function printVerified(
  found: VerifiedImage,
  options: OptionValues,
  context: Parameters<CommandRun>[0],
): Promise<number> {
  const format = textOption(options, 'output') ?? 'table';
  if (format === 'table') context.stdout.write(`${tableOf(found).map(terminalText).join('\n')}\n`);
  else await printDocument(context, { schemaVersion: 1, ...found }, format);
  return OUTCOME_EXIT_CODES[found.outcome];
}

function tableOf(found: VerifiedImage): readonly string[] {
  return [
    `${VERIFIED_WORDS[found.outcome]}  ${found.image}`,
    ...found.proofs.map((one) => `  + ${one.kind} ${where(one)}${one.reason}`),
    ...found.refusals.map(
      (one) => `  x ${one.kind ?? ''} ${where(one)}[${one.step}] ${one.reason}`,
    ),
    ...(found.outcome === 'allow' ? [] : [`  found: ${found.found}`]),
  ];
}

function where({ occurrence }: AttestationCheck): string {
  return occurrence === '' ? '' : `${occurrence}: `;
}
