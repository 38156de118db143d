/** The trust root that a person named: a file, or the bundled one of sigstore's public instance. */
import { decodeBase64 } from '../domain/base64.ts';
import { AssayError } from '../domain/error.ts';
import { formatTime, type Micros } from '../domain/time.ts';
import { parseSigstoreRoot, staleKinds } from '../signing/sigstore-root.ts';
import { readNamedFile } from './read-named-file.ts';

/** A trust root, and what of it its user should know. */
export interface NamedTrustRoot {
  readonly bytes: Uint8Array;
  readonly notes: readonly string[];
}

const BUNDLED = 'public-good';
const MAX_ROOT = 1024 * 1024;

/** Reads `public-good` or a file; refuses the bundled one once what vouched for it has expired. */
export async function readTrustRoot(named: string, now: Micros): Promise<NamedTrustRoot> {
  const bytes = named === BUNDLED ? await bundled(now) : await readNamedFile(named, MAX_ROOT);
  const notes = staleKinds(parseSigstoreRoot(bytes), now).map(
    (kind) =>
      `the trust root ${named} lists no ${kind} that counts now: it is too old for what is ` +
      'signed today, or not yet good',
  );
  return { bytes, notes };
}

async function bundled(now: Micros): Promise<Uint8Array> {
  const { PUBLIC_GOOD_RELEASE, PUBLIC_GOOD_TRUST_ROOT, PUBLIC_GOOD_TUF_ROOT } =
    await import('../signing/public-good-root.ts');
  const { readTufRoot } = await import('../signing/verify-tuf.ts');
  const { tufExpiry } = await import('../signing/tuf-metadata.ts');
  const expires = tufExpiry('root', readTufRoot(decodeBase64(PUBLIC_GOOD_TUF_ROOT)));
  if (expires > now) return decodeBase64(PUBLIC_GOOD_TRUST_ROOT);
  const found = `the bundled trust root, of ${PUBLIC_GOOD_RELEASE.date}, is too old`;
  throw new AssayError(
    'failed-precondition',
    `${found}: what vouched for it expired at ${formatTime(expires)}; fetch it anew ` +
      '(assay attest trust-root --folder DIR), or use a newer release',
  );
}
