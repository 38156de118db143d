/**
 * A server on loopback that publishes advisories as OSV's bucket does: records, whole exports and
 * indexes of changes made of them, ETags and hashes. It counts what was asked, and can be told to
 * answer otherwise.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Micros, formatTime } from '../../src/domain/time.ts';
import { makeZip } from './make-zip.ts';

/** A record of OSV, as far as the server looks into it. */
export interface PublishedRecord {
  readonly id: string;
  readonly modified: string;
}

/** What answers in place of a file; true: it did. */
export type Interception = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A running mirror. */
export interface FeedMirror {
  readonly url: string;
  /** `STATUS /path` of each request, in order. */
  readonly log: string[];
  /** Publishes files by their path, e.g. `kev.json`. */
  readonly put: (path: string, content: string | Buffer) => void;
  readonly remove: (path: string) => void;
  /** Publishes ecosystems as whole exports, records and indexes. */
  readonly publish: (all: Readonly<Record<string, readonly PublishedRecord[]>>) => void;
  /** Answers otherwise from now on. */
  readonly intercept: (interception: Interception | undefined) => void;
  readonly close: () => Promise<void>;
}

/** A record about one version of a package of Debian 12. */
export function debianRecord(
  id: string,
  modified: Micros,
  more: Readonly<Record<string, unknown>> = {},
): PublishedRecord {
  const ranges = [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2' }] }];
  const affected = [{ package: { ecosystem: 'Debian:12', name: 'zlib' }, ranges }];
  return { id, modified: formatTime(modified), affected, ...more } as PublishedRecord;
}

/** Starts a mirror that has nothing yet. */
export async function startFeedMirror(): Promise<FeedMirror> {
  const files = new Map<string, Buffer>();
  const log: string[] = [];
  let interception: Interception | undefined;
  const server = createServer((request, response) => {
    response.on('finish', () => log.push(`${response.statusCode} ${request.url}`));
    if (interception?.(request, response) !== true) answer(files, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const put = (path: string, content: string | Buffer): void =>
    void files.set(path, Buffer.from(content));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    put,
    remove: (path) => void files.delete(path),
    publish: (all) => publish(all, put),
    intercept: (told) => {
      interception = told;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function answer(
  files: ReadonlyMap<string, Buffer>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const content = files.get(decodeURIComponent(request.url ?? '').slice(1));
  if (content === undefined) return void response.writeHead(404).end();
  const md5 = createHash('md5').update(content);
  const hash = md5.digest('base64');
  const etag = `"${hash}"`;
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304).end();
  const headers = { etag, 'content-length': content.length, 'x-goog-hash': `md5=${hash}` };
  response.writeHead(200, headers).end(content);
}

function publish(
  all: Readonly<Record<string, readonly PublishedRecord[]>>,
  put: FeedMirror['put'],
): void {
  const lines: [string, string][] = [];
  for (const [family, records] of Object.entries(all)) {
    const items = records.map((one) => ({ name: `${one.id}.json`, text: JSON.stringify(one) }));
    put(`${family}/all.zip`, makeZip(items));
    for (const { name, text } of items) put(`${family}/${name}`, text);
    const own = records.map(({ id, modified }) => [modified, id] as [string, string]);
    put(`${family}/modified_id.csv`, indexOf(own));
    lines.push(...own.map(([time, id]) => [time, `${family}/${id}`] as [string, string]));
  }
  put('modified_id.csv', indexOf(lines));
}

function indexOf(lines: readonly (readonly [time: string, name: string])[]): string {
  return lines
    .toSorted(([a], [b]) => (a < b ? 1 : -1))
    .map(([time, name]) => `${time},${name}\n`)
    .join('');
}
