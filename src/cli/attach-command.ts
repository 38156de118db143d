/** `assay attest sign --cosign` and `--referrer`: signatures beside the image, for others. */
import { AssayError } from '../domain/error.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import type { AttachedForm, AttachedSignature } from '../operations/attach-target.ts';
import type { SigningKey } from '../operations/sign-attestation.ts';
import type { CliContext, OptionValues } from './command.ts';
import { isOn } from './options.ts';
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
  await attachSignature(input, {
    plainHttp: isOn(options, 'plainHttp'),
    done: (signature) => tell(context, name, signature),
  });
  const next = `next: assay attest verify ${image} --key PUBLIC.pem`;
  context.stderr.write(`${next}\n      cosign verify --key PUBLIC.pem ${IGNORE_LOG} ${image}\n`);
}

/** No log was told: cosign has to be told so. */
const IGNORE_LOG = '--insecure-ignore-tlog';

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
