/**
 * Requests to a server over a few kept connections, and what they took: the time of each as the
 * client sees it, and the CPU of the server's whole process.
 */
import { readFile } from 'node:fs/promises';
import { Pool } from 'undici';
import { median } from './figure.ts';

/** Clock ticks per second in /proc, fixed on Linux. */
const TICKS = 100;

/** A server under load. */
export interface LoadedServer {
  readonly pid: number | undefined;
  readonly http: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** One request. */
export interface LoadRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
}

/** What a round of requests took, each. */
export interface Load {
  readonly cpuUs: number;
  readonly p50Ms: number;
}

/** Sends requests over `connections`, each once; throws where one is not answered with 200. */
export async function sendAll(
  server: LoadedServer,
  requests: readonly LoadRequest[],
  connections: number,
): Promise<Load> {
  const pool = new Pool(server.http, { connections, pipelining: 1 });
  const waiting = [...requests];
  const times: number[] = [];
  const worker = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const start = performance.now();
      await send(pool, server, next);
      times.push(performance.now() - start);
    }
  };
  const before = await cpuSeconds(server.pid);
  await Promise.all(Array.from({ length: connections }, worker));
  const seconds = (await cpuSeconds(server.pid)) - before;
  await pool.close();
  return { cpuUs: (seconds * 1e6) / requests.length, p50Ms: median(times) };
}

/** Sends one request and answers its JSON. */
export async function sendOne(server: LoadedServer, request: LoadRequest): Promise<unknown> {
  const pool = new Pool(server.http, { connections: 1 });
  try {
    return JSON.parse(await send(pool, server, request)) as unknown;
  } finally {
    await pool.close();
  }
}

async function send(pool: Pool, server: LoadedServer, request: LoadRequest): Promise<string> {
  const { method, path, body } = request;
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const headers = { ...server.headers, ...json };
  const answer = await pool.request({ method, path, headers, ...(body !== undefined && { body }) });
  const text = await answer.body.text();
  if (answer.statusCode === 200) return text;
  throw new Error(`${method} ${path.slice(0, 200)}: ${answer.statusCode} ${text.slice(0, 500)}`);
}

/** CPU of a whole process with all its threads (proc(5), utime and stime). */
async function cpuSeconds(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}
