/** Whatever a target looks like, only our own names pass. */
import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkProxyTarget,
  isTunnelTarget,
  parseHostNames,
  splitProxyTarget,
} from './proxy-target.ts';

const HOSTS = ['gcr.io', 'gcr.io.local'];
const PORT = 5000;

function requestOf(host: string): IncomingMessage {
  const rawHeaders = ['Host', host];
  const socket = { localPort: PORT };
  return { rawHeaders, headers: { host }, socket } as unknown as IncomingMessage;
}

function passes(target: string, host: string): boolean {
  try {
    checkProxyTarget(requestOf(host), target, HOSTS);
    return true;
  } catch {
    return false;
  }
}

/** Pieces of which targets that mean something else are made. */
const MARKS = 'http:// https:// // / \\ @ : :80 :5000 :443 . # ? %2f'.split(' ');
const NAMES = 'gcr.io gcr.io.local localhost 127.0.0.1 [::1] evil GCR.IO'.split(' ');
const pieces = fc.constantFrom(...MARKS, ...NAMES, ' ', '\t');
const targets = fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join(''));

describe('targets', () => {
  it('that name a host pass only by one of ours, which Host names too (property)', () => {
    const own = /^(?:(?:gcr\.io|gcr\.io\.local)(?::80)?|.+:5000)$/;
    fc.assert(
      fc.property(targets, targets, (target, host) => {
        const { authority, path } = splitProxyTarget(target);
        if (authority === undefined) return path === target;
        if (!path.startsWith('/')) return false;
        const passed = passes(target, host) || passes(target, authority);
        return !passed || own.test(authority.toLowerCase());
      }),
    );
  });

  it('of a tunnel are one of ours at 443 and nothing else (property)', () => {
    fc.assert(
      fc.property(targets, (target) => {
        const wanted = HOSTS.some((host) => target.toLowerCase() === `${host}:443`);
        return isTunnelTarget(target, HOSTS) === wanted;
      }),
    );
  });

  it.each([
    ['http://gcr.io', 'gcr.io', '/'],
    ['http://gcr.io/v2/', 'gcr.io', '/v2/'],
    ['HTTP://gcr.io:80?n=1', 'gcr.io:80', '/?n=1'],
    ['http://gcr.io@evil/v2/', undefined, 'http://gcr.io@evil/v2/'],
    ['http://gcr.io\\evil/', undefined, 'http://gcr.io\\evil/'],
    ['https://gcr.io/', undefined, 'https://gcr.io/'],
    ['/v2/http://gcr.io/', undefined, '/v2/http://gcr.io/'],
    ['*', undefined, '*'],
  ])('%s', (target, authority, path) => {
    expect(splitProxyTarget(target)).toEqual({ path, ...(authority && { authority }) });
  });
});

describe('names of --host', () => {
  it('are kept in lower case', () => {
    expect(parseHostNames(['GCR.io', 'my-registry'])).toEqual(['gcr.io', 'my-registry']);
  });

  it.each(['', '.', 'a..b', '-a', 'a-', 'a:80', 'a/b', 'a b', '*.io', `${'a'.repeat(254)}`])(
    '%j is none',
    (name) => {
      expect(() => parseHostNames([name])).toThrow(/--host/);
    },
  );
});
