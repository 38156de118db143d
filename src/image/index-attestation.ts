/**
 * What BuildKit says of its own builds: manifests that an index lists beside its platforms, each
 * annotated with the platform's digest that its statements are about. They are attachments, never
 * platforms; whether a statement is about that image, only the statement's own subject says.
 */
import { type Digest, isDigest } from '../domain/digest.ts';
import { type Descriptor, type ImageIndex, isRunnablePlatform } from './manifest.ts';

/** An entry of an index that is about another entry. */
export interface IndexAttestation {
  readonly entry: Descriptor;
  /** Of what it is, as the index says. */
  readonly subject: Digest;
  /** Whether the index lists that as something that may run. */
  readonly isListed: boolean;
}

const TYPE = 'vnd.docker.reference.type';
const SUBJECT = 'vnd.docker.reference.digest';

/** The attestations of an index; entries that a runtime may run are none, whatever they say. */
export function indexAttestations({ manifests }: ImageIndex): readonly IndexAttestation[] {
  const platforms = new Set(manifests.filter(isRunnablePlatform).map(({ digest }) => digest));
  return manifests.flatMap((entry) => {
    const { [TYPE]: type, [SUBJECT]: subject = '' } = entry.annotations ?? {};
    if (isRunnablePlatform(entry) || type !== 'attestation-manifest') return [];
    return isDigest(subject) ? [{ entry, subject, isListed: platforms.has(subject) }] : [];
  });
}
