/** `assay attest sign`: signing where the key is, and handing the attestation on. */
import { AssayError } from '../domain/error.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import { parseAttestorName } from '../domain/resource-name.ts';
import type { CreatedAttestation } from '../operations/create-attestation.ts';
import type { ShownAttestor } from '../operations/show-attestor.ts';
import type { AttachedForm } from '../operations/attach-target.ts';
import { attach } from './attach-command.ts';
import type { CliContext, CommandRun, OperationsClient, OptionValues } from './command.ts';
import { isOn, reachOf, registryOptionsOf, textOption } from './options.ts';
import { readAttestorName } from './read-attestor-name.ts';
import { readSigningKey } from './read-signing-key.ts';
import { withOperations } from './with-operations.ts';

/** `assay attest sign IMAGE@DIGEST --attestor A --key FILE`, and `--cosign`, `--referrer` */
export const signImage: CommandRun = async (context, args, options) => {
  const image = args[0] ?? '';
  const forms = formsOf(options);
  const hasDigest = parseImageReference(image).digest !== undefined;
  if (isOn(options, 'dryRun') && hasDigest) return printPayloads(context, image, forms);
  const forAttestor = forms.length === 0 || textOption(options, 'attestor') !== undefined;
  if (!forAttestor) {
    await attach(context, { image, forms, key: await readSigningKey(context, options) }, options);
    return 0;
  }
  return signForAttestor(context, { image, forms, hasDigest }, options);
};

/** What is to be signed, and in which forms besides the attestation. */
interface Asked {
  readonly image: string;
  readonly forms: readonly AttachedForm[];
  readonly hasDigest: boolean;
}

/**
 * The registry is written before the attestation: what is there already is not written again, and
 * nothing is admitted before all is done.
 */
async function signForAttestor(
  context: CliContext,
  { image, forms, hasDigest }: Asked,
  options: OptionValues,
): Promise<number> {
  const { signAttestation } = await import('../operations/sign-attestation.ts');
  const name = readAttestorName(options);
  const reach = { ...reachOf(options), ...registryOptionsOf(options) };
  return withOperations(context, reach, async (client) => {
    if (!hasDigest) throw await noDigest(client, image, name);
    const key = await readSigningKey(context, options);
    const { project, attestor: id } = parseAttestorName(name);
    const shown = (await client.call('show-attestor', { project, name: id })) as ShownAttestor;
    const signed = await signAttestation(image, shown, key);
    if (forms.length > 0) await attach(context, { image, forms, key }, options);
    const input = { project: textOption(options, 'project'), attestor: name, image, ...signed };
    const made = (await client.call('create-attestation', input)) as CreatedAttestation;
    context.stdout.write(`${made.occurrence}\n`);
    context.stderr.write(
      `${made.image} is attested for ${name} by ${made.keyId}\n` +
        `next: assay attest verify ${made.image} --attestor ${name}\n`,
    );
    return 0;
  });
}

function formsOf(options: OptionValues): readonly AttachedForm[] {
  return (['cosign', 'referrer'] as const).filter((form) => isOn(options, form));
}

async function printPayloads(
  context: CliContext,
  image: string,
  forms: readonly AttachedForm[],
): Promise<number> {
  const { payloadOf } = await import('../operations/sign-attestation.ts');
  const { attachedPayload } = await import('../operations/attach-signature.ts');
  if (forms.length === 0) context.stdout.write(payloadOf(image));
  for (const form of forms) {
    context.stdout.write(`${Buffer.from(attachedPayload(form, image)).toString('utf8')}\n`);
  }
  return 0;
}

/** The tag may move between looking and signing: a person names what is signed. */
async function noDigest(
  client: OperationsClient,
  image: string,
  attestor: string,
): Promise<AssayError> {
  const now = (await client.call('check-attested', { image, attestor })) as { image: string };
  const found = `${image} is a tag, which can move after it was signed`;
  return new AssayError('invalid-argument', `${found}; its image is now ${now.image}: sign that`);
}
