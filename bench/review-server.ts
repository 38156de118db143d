/** Starts our server on a fresh data folder and gives it policy, attestor and attestations. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { createMessage, generateKey, readKey, readPrivateKey, sign } from 'openpgp';
import { type DigestImage, WHITELIST } from './review-set.ts';

/** A server that answers reviews. */
export interface ReviewServer {
  readonly process: ChildProcess;
  /** `https://HOST:PORT/path` of the reviews. */
  readonly url: string;
}

/** What our server says when it is ready. */
export interface ReadyLine {
  readonly http: string;
  readonly webhook: string;
  readonly ca: string;
  readonly adminTokenFile: string;
}

/** Starts a program and parses the JSON of its first line; `pin` is put before the command. */
export async function startProgram(
  command: readonly string[],
): Promise<{ readonly process: ChildProcess; readonly ready: unknown }> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const line = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    child.once('exit', (code) => reject(new Error(`${command.join(' ')} ended with ${code}`)));
  });
  lines.close();
  return { process: child, ready: JSON.parse(line) };
}

/** Stops a program and waits for its end. */
export async function stopProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

const PROJECT = 'default';
const NOTE = `projects/${PROJECT}/notes/built`;
const ATTESTOR = `projects/${PROJECT}/attestors/built`;

/** Sets the policy and attests the images, through the API as any client would. */
export async function fillServer(ready: ReadyLine, images: readonly DigestImage[]): Promise<void> {
  const token = (await readFile(ready.adminTokenFile, 'utf8')).trim();
  const call = createCall(ready.http, token);
  const key = await generateKey({ userIDs: [{ name: 'Bench' }], format: 'armored' });
  const fingerprint = (await readKey({ armoredKey: key.publicKey })).getFingerprint().toUpperCase();
  const publicKeys = [{ id: fingerprint, asciiArmoredPgpPublicKey: key.publicKey }];
  await call('POST', `/v1/projects/${PROJECT}/notes?noteId=built`, {
    attestation: { hint: { humanReadableName: 'built' } },
  });
  await call('POST', `/v1/projects/${PROJECT}/attestors?attestorId=built`, {
    name: ATTESTOR,
    userOwnedGrafeasNote: { noteReference: NOTE, publicKeys },
  });
  await call('PUT', `/v1/projects/${PROJECT}/policy`, {
    name: `projects/${PROJECT}/policy`,
    admissionWhitelistPatterns: WHITELIST.map((namePattern) => ({ namePattern })),
    defaultAdmissionRule: {
      evaluationMode: 'REQUIRE_ATTESTATION',
      enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
      requireAttestationsBy: [ATTESTOR],
    },
  });
  const attest = await createSigner(key.privateKey, fingerprint);
  for (const image of images) {
    await call('POST', `/v1/projects/${PROJECT}/occurrences`, await attest(image));
  }
}

type Call = (method: string, path: string, body: object) => Promise<void>;

function createCall(base: string, token: string): Call {
  return async (method, path, body) => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  };
}

async function createSigner(
  armoredKey: string,
  fingerprint: string,
): Promise<(image: DigestImage) => Promise<object>> {
  const signingKeys = await readPrivateKey({ armoredKey });
  return async ({ name, digest }) => {
    const payload = Buffer.from(
      JSON.stringify({
        critical: {
          identity: { 'docker-reference': name },
          image: { 'docker-manifest-digest': digest },
          type: 'Google cloud binauthz container signature',
        },
      }),
    );
    const message = await createMessage({ binary: payload });
    const signature = await sign({ message, signingKeys, format: 'binary' });
    const signatures = [
      { signature: Buffer.from(signature).toString('base64'), publicKeyId: fingerprint },
    ];
    return {
      resourceUri: `https://${name}@${digest}`,
      kind: 'ATTESTATION',
      noteName: NOTE,
      attestation: { serializedPayload: payload.toString('base64'), signatures },
    };
  };
}
