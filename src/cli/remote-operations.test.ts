/** Where a token may be sent, and what is refused before anything is. */
import { describe, expect, it } from 'vitest';
import { remoteOperations } from './remote-operations.ts';

describe('remoteOperations', () => {
  it.each([
    ['plain http beyond this machine, where the token would be read', 'http://10.1.2.3:8080'],
    ['a host that only begins like loopback', 'http://127.0.0.1.evil.example:8080'],
    ['a password in the URL', 'http://user:secret@127.0.0.1:8080'],
    ['another scheme', 'ftp://127.0.0.1'],
    ['no URL', 'server'],
  ])('refuses %s, and shows no secret', (_name, url) => {
    const make = (): unknown => remoteOperations({ url, token: 'assay_t' });
    expect(make).toThrow(/^--server /);
    expect(make).not.toThrow(/secret|assay_t/);
  });

  it.each(['http://localhost:1', 'http://127.0.0.1:1', 'http://[::1]:1', 'https://assay.example'])(
    'takes %s',
    (url) => {
      expect(() => remoteOperations({ url, token: 'assay_t' })).not.toThrow();
    },
  );

  it('says that a server does not answer', async () => {
    const client = remoteOperations({ url: 'http://127.0.0.1:1', token: undefined });
    await expect(client.call('list-projects', {})).rejects.toThrow('does not answer');
    await client.close();
  });
});
