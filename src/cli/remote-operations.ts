/** The operations of a running server, called over its API with a bearer token from a file. */
import { Agent, fetch } from 'undici';
import { AssayError, ERROR_CODES, type ErrorCode } from '../domain/error.ts';
import { isLoopbackHost } from '../domain/loopback.ts';
import { CATALOG, isOperationName } from '../operations/catalog.ts';
import type { OperationsClient } from './command.ts';

/** A server and the token for it. */
export interface RemoteServer {
  /** e.g. `http://127.0.0.1:8080`; refused with a password in it. */
  readonly url: string;
  readonly token: string | undefined;
}

/** Makes a client of a server's API. */
export function remoteOperations(server: RemoteServer): OperationsClient {
  const base = checkUrl(server);
  // A scan or an import answers when it is done, however long that takes.
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  return {
    call: async (name, input) => {
      if (!isOperationName(name)) throw new AssayError('internal', `no operation ${name}`);
      const { verb, path } = CATALOG[name];
      const rest = new Map(Object.entries(input).filter(([, value]) => value !== undefined));
      const url = new URL(base + fillPath(path, rest));
      const body = verb === 'POST' ? JSON.stringify(Object.fromEntries(rest)) : undefined;
      if (verb !== 'POST')
        for (const [key, value] of rest) url.searchParams.set(key, String(value));
      return send(url, { verb, body, token: server.token, agent });
    },
    close: () => agent.close(),
  };
}

function checkUrl({ url: text, token }: RemoteServer): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new AssayError(
      'invalid-argument',
      '--server is no http or https URL; e.g. http://127.0.0.1:8080',
    );
  }
  if (url.password !== '' || url.username !== '') {
    throw new AssayError(
      'invalid-argument',
      '--server has credentials in it; give a --token-file instead',
    );
  }
  if (url.protocol === 'http:' && token !== undefined && !isLoopbackHost(url.hostname)) {
    throw new AssayError(
      'invalid-argument',
      '--server is plain http beyond this machine, where the token would be read; use https',
    );
  }
  return url.origin;
}

function fillPath(path: string, rest: Map<string, unknown>): string {
  return path.replaceAll(/:([a-zA-Z]+)/g, (_, name: string) => {
    const value = rest.get(name);
    rest.delete(name);
    return encodeURIComponent(typeof value === 'string' ? value : '');
  });
}

interface Call {
  readonly verb: string;
  readonly body: string | undefined;
  readonly token: string | undefined;
  readonly agent: Agent;
}

async function send(url: URL, call: Call): Promise<unknown> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (call.token !== undefined) headers['authorization'] = `Bearer ${call.token}`;
  if (call.body !== undefined) headers['content-type'] = 'application/json';
  const answer = await fetch(url, {
    method: call.verb,
    headers,
    redirect: 'error',
    dispatcher: call.agent,
    ...(call.body === undefined ? {} : { body: call.body }),
  }).catch((cause: unknown) => {
    throw new AssayError(
      'unavailable',
      `the server at ${url.origin} does not answer; is it running?`,
      { cause },
    );
  });
  const value = (await answer.json().catch(() => undefined)) as
    | { result?: unknown; error?: { message?: string; status?: string } }
    | undefined;
  if (answer.ok && value !== undefined) return value.result;
  const { message, status } = value?.error ?? {};
  throw new AssayError(codeOf(status), message ?? `the server answered ${answer.status}`);
}

function codeOf(status: string | undefined): ErrorCode {
  const found = Object.entries(ERROR_CODES).find(([, row]) => row.status === status);
  return (found?.[0] as ErrorCode | undefined) ?? 'unavailable';
}
