/** Which hosts an editor cannot make the server call. */
import { describe, expect, it } from 'vitest';
import { parseImageReference } from '../domain/image-reference.ts';
import { refuseInnerRegistry, refuseInwardTarget } from './inner-registry.ts';

function check(
  image: string,
  addresses: readonly string[],
  allowed: readonly string[] = [],
): Promise<void> {
  const addressesOf = async (): Promise<readonly string[]> => addresses;
  return refuseInnerRegistry(parseImageReference(image), { allowed, addressesOf });
}

describe('a registry within the server’s network', () => {
  it.each([
    ['127.0.0.1:5000/a', []],
    ['[::1]:5000/a', []],
    ['[::ffff:7f00:1]:5000/a', []],
    ['10.1.2.3/a', []],
    ['169.254.169.254/latest', []],
    ['0.0.0.0:5000/a', []],
    // As a URL all of these are 127.0.0.1.
    ['127.1:5000/a', []],
    ['2130706433:80/a', []],
    ['0x7f.1/a', []],
    ['localhost/a', ['::1', '127.0.0.1']],
    ['registry.example/a', ['203.0.113.1', '192.168.0.7']],
    ['registry.example/a', ['fd00::1']],
    ['registry.example/a', ['fe80::1']],
  ])('%s (%j) is refused', async (image, addresses) => {
    await expect(check(image, addresses)).rejects.toMatchObject({
      code: 'permission-denied',
      message: expect.stringContaining('--allow-registry'),
    });
  });

  it.each([
    ['a public one', 'registry.example/a', ['203.0.113.1', '2001:4860::8888'], []],
    ['one without address', 'registry.example/a', [], []],
    ['an allowed host', 'registry.example:5000/a', ['10.0.0.1'], ['registry.example']],
    ['an allowed host and port', '127.0.0.1:5000/a', [], ['127.0.0.1:5000']],
  ])('%s passes', async (_name, image, addresses, allowed) => {
    await expect(check(image, addresses, allowed)).resolves.toBeUndefined();
  });

  it('an allowed port opens no other', async () => {
    await expect(check('127.0.0.1:22/a', [], ['127.0.0.1:5000'])).rejects.toThrow('own network');
  });
});

describe('an answer that sends us on', () => {
  const hosts: Readonly<Record<string, readonly string[]>> = {
    'registry.example': ['203.0.113.1'],
    'storage.example': ['203.0.113.2', '2001:4860::8888'],
    'inner.example': ['10.0.0.7'],
    'both.example': ['203.0.113.3', '192.168.0.1'],
    'metadata.example': ['169.254.169.254'],
  };
  const follow = (from: string, to: string): Promise<void> =>
    refuseInwardTarget(new URL(to), new URL(from), async (host) => hosts[host] ?? []);

  it.each([
    ['https://registry.example', 'https://inner.example/blob'],
    ['https://registry.example', 'https://both.example/token'],
    ['https://registry.example', 'https://10.0.0.7/blob'],
    ['https://registry.example', 'https://[::ffff:10.0.0.7]/blob'],
    ['https://registry.example', 'https://metadata.example/blob'],
    ['https://inner.example', 'https://metadata.example/blob'],
    ['http://127.0.0.1:5000', 'https://169.254.169.254/token'],
  ])('%s may not send us to %s', async (from, to) => {
    await expect(follow(from, to)).rejects.toMatchObject({ code: 'registry-refused' });
  });

  it.each([
    ['https://registry.example', 'https://storage.example/blob'],
    ['https://registry.example', 'https://registry.example/v2/'],
    ['https://inner.example', 'https://both.example/blob'],
    ['http://127.0.0.1:5000', 'http://127.0.0.1:5001/token'],
    ['https://registry.example', 'https://unknown.example/blob'],
  ])('%s may send us to %s', async (from, to) => {
    await expect(follow(from, to)).resolves.toBeUndefined();
  });
});
