/**
 * Asking one of Docker's credential helpers: a program `docker-credential-NAME` on the path that
 * reads a server's name and prints its password. No shell, a time, a size, and nothing that it
 * prints is ever repeated.
 */
import { spawn } from 'node:child_process';
import { AssayError } from '../domain/error.ts';
import { isJsonObject } from '../domain/json.ts';
import type { RegistryCredential } from './docker-config.ts';

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64 * 1024;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
/** The name under which helpers keep Docker Hub. */
const DOCKER_HUB = 'https://index.docker.io/v1/';
const NOT_FOUND = /credentials not found/i;

/** The helper's word on a registry; throws `unavailable` where it fails, by name alone. */
export async function askCredentialHelper(
  helper: string,
  domain: string,
  timeoutMs: number = TIMEOUT_MS,
): Promise<RegistryCredential> {
  const program = `docker-credential-${helper}`;
  if (!NAME.test(helper)) {
    const message = 'the Docker config names a credential helper that is no program name; mend it';
    throw new AssayError('invalid-argument', message);
  }
  const server = domain === 'docker.io' ? DOCKER_HUB : domain;
  const { code, output } = await run(program, server, timeoutMs);
  if (code !== 0) {
    if (NOT_FOUND.test(output)) return { kind: 'none' };
    throw failed(program, domain, `ended with ${code ?? 'a signal'}`);
  }
  return readAnswer(output) ?? failedAnswer(program, domain);
}

interface Ended {
  /** Null: killed. */
  readonly code: number | null;
  readonly output: string;
}

/** In a group of its own, so that what it started ends with it. */
function run(program: string, server: string, timeoutMs: number): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const stdio = ['pipe', 'pipe', 'ignore'] as const;
    const child = spawn(program, ['get'], { shell: false, detached: true, stdio: [...stdio] });
    let isEnded = false;
    const end = (): void => {
      isEnded = true;
      child.stdout.destroy();
      if (child.pid !== undefined) endGroup(child.pid);
    };
    const timer = setTimeout(end, timeoutMs);
    const chunks: Buffer[] = [];
    let size = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BYTES) end();
      else chunks.push(chunk);
    });
    child.on('error', () => {
      clearTimeout(timer);
      reject(failed(program, server, 'cannot be started'));
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      // What writes into a pipe that is gone may end by itself before the signal is there.
      resolve({ code: isEnded ? null : code, output: Buffer.concat(chunks).toString('utf8') });
    });
    // A helper that ends before it has read its input is judged by how it ended.
    child.stdin.on('error', () => undefined);
    child.stdin.end(server);
  });
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function readAnswer(output: string): RegistryCredential | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(output);
  } catch {
    return undefined;
  }
  const { Username: username, Secret: secret } = isJsonObject(answer) ? answer : {};
  if (typeof username !== 'string' || typeof secret !== 'string' || secret === '') return undefined;
  if (username === '<token>') return { kind: 'identity-token', token: secret };
  return username === '' ? undefined : { kind: 'basic', username, password: secret };
}

function failedAnswer(program: string, domain: string): never {
  throw failed(program, domain, 'printed no user name and secret');
}

function failed(program: string, domain: string, how: string): AssayError {
  return new AssayError(
    'unavailable',
    `${program}, which the Docker config names for ${domain}, ${how}; install or mend it, or put ` +
      'the credentials under "auths"',
    { details: { registry: domain } },
  );
}
