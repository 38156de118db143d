/** The bundled trust root is what the package ships, whole, and of a date that is told. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatPublicRoot, readShippedRoot } from '../../scripts/public-root.ts';
import { decodeBase64 } from '../domain/base64.ts';
import { formatTime, parseTime } from '../domain/time.ts';
import {
  PUBLIC_GOOD_RELEASE,
  PUBLIC_GOOD_TRUST_ROOT,
  PUBLIC_GOOD_TUF_ROOT,
} from './public-good-root.ts';
import { parseSigstoreRoot, staleKinds } from './sigstore-root.ts';
import { tufExpiry } from './tuf-metadata.ts';
import { readTufRoot } from './verify-tuf.ts';

describe('the bundled trust root', () => {
  it('is that of the package (node scripts/public-root.ts)', () => {
    const made = formatPublicRoot(readShippedRoot(), PUBLIC_GOOD_RELEASE.date);
    const file = new URL('public-good-root.ts', import.meta.url);
    expect(readFileSync(file, 'utf8')).toBe(made);
  });

  it('lists authorities and logs, all of which count today', () => {
    const root = parseSigstoreRoot(decodeBase64(PUBLIC_GOOD_TRUST_ROOT));
    const lists = '2 certificate authorities, 2 logs, 2 certificate logs, 1 timestamp authorities';
    expect(root.lists).toBe(lists);
    expect(staleKinds(root, parseTime(`${PUBLIC_GOOD_RELEASE.date}T00:00:00Z`))).toEqual([]);
    expect(staleKinds(root, parseTime('2020-01-01T00:00:00Z'))).toHaveLength(4);
  });

  it('comes with the signed TUF root that vouches for it until a date', () => {
    const root = readTufRoot(decodeBase64(PUBLIC_GOOD_TUF_ROOT));
    expect(root.signed.version).toBe(16);
    expect(formatTime(tufExpiry('root', root))).toBe('2027-04-22T19:27:31.000000Z');
  });
});
