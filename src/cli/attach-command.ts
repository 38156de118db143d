/** `assay attest sign --cosign` and `--referrer`: signatures beside the image, for others. */
import { AssayError } from '../domain/error.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import type { AttachedForm, AttachedSignature } from '../operations/attach-target.ts';
import type { SigningKey } from '../operations/sign-attestation.ts';
import type { CliContext, OptionValues } from './command.ts';
import { registriesOf } from './options.ts';
import { readPairs } from './read-pairs.ts';

/** What is put beside an image. */
export interface Attaching {
  readonly image: string;
  readonly forms: readonly AttachedForm[];
  readonly key: SigningKey;
}

/** Signs and writes each form; prints where it is, as soon as it is there. */
export async function attach(
  context: CliContext,
  { image, forms, key }: Attaching,
  options: OptionValues,
): Promise<void> {
  if (key.kind === 'gpg') {
    const wanted = 'give a PEM key by --key or --key-env';
    throw new AssayError('invalid-argument', `cosign verifies no PGP keys; ${wanted}`);
  }
  const { attachSignature } = await import('../operations/attach-signature.ts');
  const { name } = parseImageReference(image);
  const input = { image, forms, key, annotations: readPairs(options, 'annotation') };
  const algorithm = await attachSignature(input, {
    registry: registriesOf(context, options),
    done: (signature) => tell(context, name, signature),
  });
  const flags = [IGNORE_LOG, ...hashFlags(algorithm)].join(' ');
  context.stderr.write(
    `next: assay attest verify ${image} --key PUBLIC.pem\n` +
      `      cosign verify --key PUBLIC.pem ${flags} ${image}\n`,
  );
}

/** No log was told: cosign has to be told so. */
const IGNORE_LOG = '--insecure-ignore-tlog';

/** cosign takes SHA-256 for any key unless it is told otherwise. */
function hashFlags(algorithm: string): readonly string[] {
  const [, bits] = /SHA(384|512)$/.exec(algorithm) ?? [];
  return bits === undefined ? [] : [`--signature-digest-algorithm sha${bits}`];
}

const WORDS: Readonly<Record<AttachedForm, string>> = {
  cosign: 'cosign signature',
  referrer: 'referrer (sigstore bundle)',
};

function tell(
  { stdout, stderr }: CliContext,
  name: string,
  { form, manifest, tag, written }: AttachedSignature,
): void {
  stdout.write(`${name}@${manifest}\n`);
  const where = tag === undefined ? 'listed by the registry' : `found by the tag ${tag}`;
  stderr.write(
    `${WORDS[form]} ${written ? 'written' : 'of this key is there already'}, ${where}\n`,
  );
}
