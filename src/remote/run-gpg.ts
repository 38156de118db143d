/**
 * Signing by GnuPG's agent: gpg is run as a child that gets the payload on its standard input and
 * of our environment only what it needs. It asks its agent for the key; no key comes here.
 */
import { spawn } from 'node:child_process';
import { AssayError } from '../domain/error.ts';

/** Which key signs, and how gpg is reached. */
export interface GpgSigner {
  /** Key id, fingerprint or mail address, as gpg takes it. */
  readonly keyId: string;
  readonly passphraseFile?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What gpg made. */
export interface GpgSignature {
  /** An armored, attached message. */
  readonly signature: Uint8Array;
  /** Fingerprint of the primary key, upper case. */
  readonly fingerprint: string;
}

const KEY_ID = /^[A-Za-z0-9][A-Za-z0-9@._+-]{0,127}$/;
/** A signing key in the environment has other names: it never reaches the child. */
const PASSED_ON = ['PATH', 'HOME', 'GNUPGHOME', 'GPG_TTY', 'DISPLAY', 'XDG_RUNTIME_DIR', 'TMPDIR'];
const MAX_OUTPUT = 256 * 1024;
/** A person may have to enter a passphrase. */
const TIMEOUT_MS = 120_000;

/** Signs a payload; throws `failed-precondition` with gpg's own words where it does not sign. */
export async function signWithGpg(payload: Uint8Array, signer: GpgSigner): Promise<GpgSignature> {
  if (!KEY_ID.test(signer.keyId)) {
    const wanted = 'give a key id, a fingerprint or a mail address';
    throw new AssayError('invalid-argument', `--gpg-agent is no key of gpg; ${wanted}`);
  }
  const listed = await runGpg(['--with-colons', '--list-secret-keys', signer.keyId], signer);
  const fingerprint = primaryFingerprint(listed.toString('utf8'), signer.keyId);
  const unlock =
    signer.passphraseFile === undefined
      ? []
      : ['--pinentry-mode', 'loopback', '--passphrase-file', signer.passphraseFile];
  const how = ['--armor', '--digest-algo', 'SHA256', '--local-user', signer.keyId, '--sign'];
  const signature = await runGpg([...unlock, ...how], signer, payload);
  return { signature: Uint8Array.from(signature), fingerprint };
}

function primaryFingerprint(listing: string, keyId: string): string {
  const prints = listing.split('\n').filter((line) => /^(?:sec|fpr):/.test(line));
  const primaries = prints.filter((line) => line.startsWith('sec:')).length;
  const found = prints[prints.findIndex((line) => line.startsWith('sec:')) + 1]?.split(':')[9];
  if (primaries === 1 && found !== undefined) return found.toUpperCase();
  const message = `gpg has ${primaries} secret keys for ${keyId}; name exactly one`;
  throw new AssayError('failed-precondition', message);
}

/** Runs gpg without a terminal; its answer, or an error with its last words. */
async function runGpg(
  args: readonly string[],
  { env }: GpgSigner,
  input: Uint8Array = new Uint8Array(),
): Promise<Buffer> {
  const given = PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
  const child = spawn('gpg', ['--batch', '--no-tty', ...args], {
    env: { ...Object.fromEntries(given), LC_ALL: 'C.UTF-8' },
    stdio: 'pipe',
    timeout: TIMEOUT_MS,
  });
  const said: Buffer[] = [];
  const complained: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => keep(said, chunk));
  child.stderr.on('data', (chunk: Buffer) => keep(complained, chunk));
  // gpg that ends early closes its input: its own words say why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? -1));
  }).catch((cause: unknown) => {
    const message = 'gpg cannot be run; install GnuPG, or sign with --pgp-key FILE';
    throw new AssayError('failed-precondition', message, { cause });
  });
  if (code === 0) return Buffer.concat(said);
  const words = Buffer.concat(complained).toString('utf8').trim().replaceAll(/\s+/g, ' ');
  throw new AssayError('failed-precondition', `gpg did not sign: ${words.slice(-300)}`);
}

function keep(chunks: Buffer[], chunk: Buffer): void {
  const size = chunks.reduce((sum, one) => sum + one.length, 0);
  if (size < MAX_OUTPUT) chunks.push(chunk.subarray(0, MAX_OUTPUT - size));
}
