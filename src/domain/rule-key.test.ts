import { describe, expect, it } from 'vitest';
import { parseNamespaceKey, parseServiceAccountKey, parseServiceIdentityKey } from './rule-key.ts';

const READERS = {
  namespace: parseNamespaceKey,
  'service account': parseServiceAccountKey,
  'service identity': parseServiceIdentityKey,
};
type Kind = keyof typeof READERS;

const IDENTITY = { trustDomain: 'example.com', namespace: 'test-ns', serviceAccount: 'default' };

describe('keys of rules', () => {
  it.each<[Kind, string, unknown]>([
    ['namespace', 'some-namespace', 'some-namespace'],
    ['namespace', 'team1', 'team1'],
    ['service account', 'test-ns:default', { namespace: 'test-ns', serviceAccount: 'default' }],
    ['service account', 'n:s.sub', { namespace: 'n', serviceAccount: 's.sub' }],
    ['service identity', 'spiffe://example.com/ns/test-ns/sa/default', IDENTITY],
    ['service identity', 'example.com/ns/test-ns/sa/default', IDENTITY],
  ])('%s %s is read', (kind, text, wanted) => {
    expect(READERS[kind](text)).toEqual(wanted);
  });

  it.each<[Kind, string]>([
    ['namespace', ''],
    ['namespace', 'Upper'],
    ['namespace', 'a.b'],
    ['namespace', '-a'],
    ['namespace', 'a'.repeat(64)],
    ['namespace', '__proto__'],
    ['service account', 'default'],
    ['service account', 'ns:'],
    ['service account', ':sa'],
    ['service account', 'ns:sa:more'],
    ['service account', 'system:serviceaccount:ns:sa'],
    ['service identity', 'ns/sa'],
    ['service identity', 'https://example.com/ns/n/sa/s'],
    ['service identity', 'spiffe:///ns/n/sa/s'],
    ['service identity', 'spiffe://example.com/ns/n/sa/s/more'],
    ['service identity', 'spiffe://Example.com/ns/n/sa/s'],
  ])('%s %j is refused, and the message says what is wanted', (kind, text) => {
    expect(() => READERS[kind](text)).toThrow(
      expect.objectContaining({
        code: 'invalid-name',
        message: expect.stringContaining(kind) as string,
      }),
    );
  });
});
