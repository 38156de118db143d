/** `assay attest sign`: signing where the key is, and handing the attestation on. */
import { AssayError } from '../domain/error.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import { parseAttestorName } from '../domain/resource-name.ts';
import type { CreatedAttestation } from '../operations/create-attestation.ts';
import type { ShownAttestor } from '../operations/show-attestor.ts';
import type { SigningKey } from '../operations/sign-attestation.ts';
import type { CliContext, CommandRun, OperationsClient, OptionValues } from './command.ts';
import { isOn, reachOf, textOption } from './options.ts';
import { readAttestorName } from './read-attestor-name.ts';
import { takeKey } from './read-key-options.ts';
import { withOperations } from './with-operations.ts';

const MAX_KEY = 256 * 1024;
const MAX_PASSPHRASE = 4096;
const KEY_OPTIONS = ['key', 'keyEnv', 'pgpKey', 'gpgAgent'] as const;

/** `assay attest sign IMAGE@DIGEST --attestor A --key FILE` */
export const signImage: CommandRun = async (context, args, options) => {
  const image = args[0] ?? '';
  const { payloadOf, signAttestation } = await import('../operations/sign-attestation.ts');
  const hasDigest = parseImageReference(image).digest !== undefined;
  if (isOn(options, 'dryRun') && hasDigest) {
    context.stdout.write(payloadOf(image));
    return 0;
  }
  const name = readAttestorName(options);
  const reach = { ...reachOf(options), plainHttp: isOn(options, 'plainHttp') };
  return withOperations(context, reach, async (client) => {
    if (!hasDigest) throw await noDigest(client, image, name);
    const key = await readSigningKey(context, options);
    const { project, attestor: id } = parseAttestorName(name);
    const shown = (await client.call('show-attestor', { project, name: id })) as ShownAttestor;
    const signed = await signAttestation(image, shown, key);
    const input = { project: textOption(options, 'project'), attestor: name, image, ...signed };
    const made = (await client.call('create-attestation', input)) as CreatedAttestation;
    context.stdout.write(`${made.occurrence}\n`);
    context.stderr.write(
      `${made.image} is attested for ${name} by ${made.keyId}\n` +
        `next: assay attest verify ${made.image} --attestor ${name}\n`,
    );
    return 0;
  });
};

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

async function readSigningKey(context: CliContext, options: OptionValues): Promise<SigningKey> {
  const given = KEY_OPTIONS.filter((name) => textOption(options, name) !== undefined);
  const [kind = 'key', ...others] = given;
  if (given.length === 0 || others.length > 0) {
    const wanted = 'give one of --key, --key-env, --pgp-key and --gpg-agent';
    throw new AssayError('invalid-argument', `found ${given.length} keys to sign with; ${wanted}`);
  }
  const value = textOption(options, kind) ?? '';
  const passphraseFile = textOption(options, 'passphraseFile');
  if (kind === 'gpgAgent') {
    const file = passphraseFile === undefined ? {} : { passphraseFile };
    return { kind: 'gpg', keyId: value, env: context.env, ...file };
  }
  const { readNamedText } = await import('../operations/read-named-file.ts');
  const text = kind === 'keyEnv' ? takeKey(context, value) : await readNamedText(value, MAX_KEY);
  if (passphraseFile === undefined) return { kind: 'text', text };
  const passphrase = await readNamedText(passphraseFile, MAX_PASSPHRASE);
  return { kind: 'text', text, passphrase: passphrase.replace(/\r?\n$/, '') };
}
