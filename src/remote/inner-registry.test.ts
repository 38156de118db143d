/** Which hosts an editor cannot make the server call. */
import { describe, expect, it } from 'vitest';
import { parseImageReference } from '../domain/image-reference.ts';
import { refuseInnerRegistry } from './inner-registry.ts';

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
