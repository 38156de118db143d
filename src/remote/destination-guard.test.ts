/** Which hosts the server never calls for anybody, and which it calls where it was told to. */
import { describe, expect, it } from 'vitest';
import { createDestinationGuard } from './destination-guard.ts';
import { placeOfAddress } from './inner-address.ts';

function check(
  url: string,
  addresses: readonly string[] = [],
  allowed: readonly string[] = [],
): Promise<readonly string[]> {
  const addressesOf = async (): Promise<readonly string[]> => addresses;
  const guard = createDestinationGuard({ allowed, flag: '--allow-destination', addressesOf });
  return guard.check(new URL(url));
}

const EVERYTHING = ['0.0.0.0/0', '::/0'];

describe('the place of an address', () => {
  it.each([
    ['169.254.169.254', 'forbidden'],
    ['169.254.0.1', 'forbidden'],
    ['fe80::1', 'forbidden'],
    ['fe80::1%eth0', 'forbidden'],
    ['febf::1', 'forbidden'],
    ['fd00:ec2::254', 'forbidden'],
    ['fd00:0ec2:0:0::0254', 'forbidden'],
    ['fd20:ce::254', 'forbidden'],
    ['100.100.100.200', 'forbidden'],
    ['168.63.129.16', 'forbidden'],
    ['::ffff:169.254.169.254', 'forbidden'],
    ['::ffff:a9fe:a9fe', 'forbidden'],
    ['::169.254.169.254', 'forbidden'],
    ['64:ff9b::a9fe:a9fe', 'forbidden'],
    ['64:ff9b:1::169.254.169.254', 'forbidden'],
    ['2002:a9fe:a9fe::1', 'forbidden'],
    ['no address', 'forbidden'],
    ['127.0.0.1', 'inner'],
    ['::1', 'inner'],
    ['::', 'inner'],
    ['0.0.0.0', 'inner'],
    ['10.1.2.3', 'inner'],
    ['172.31.255.255', 'inner'],
    ['192.168.0.7', 'inner'],
    ['100.64.0.1', 'inner'],
    ['::ffff:10.0.0.1', 'inner'],
    ['::ffff:7f00:1', 'inner'],
    ['2002:7f00:1::', 'inner'],
    ['fd12:3456::1', 'inner'],
    ['64:ff9b::808:808', 'inner'],
    ['172.32.0.1', 'public'],
    ['203.0.113.1', 'public'],
    ['2001:4860::8888', 'public'],
    ['::ffff:8.8.8.8', 'public'],
  ])('%s is %s', (address, place) => {
    expect(placeOfAddress(address)).toBe(place);
  });
});

describe('a destination', () => {
  it.each([
    ['metadata', 'https://169.254.169.254/latest/meta-data'],
    ['metadata in decimal', 'https://2852039166/'],
    ['metadata in octal', 'https://0251.0376.0251.0376/'],
    ['metadata in hex', 'https://0xa9.0xfe.0xa9.0xfe/'],
    ['metadata with fewer parts', 'https://169.254.43518/'],
    ['metadata in full-width digits', 'https://１６９.254.169.254/'],
    ['metadata mapped to IPv6', 'https://[::ffff:169.254.169.254]/'],
    ['metadata over IPv6', 'https://[fd00:ec2::254]/'],
    ['a link-local address', 'https://[fe80::1]/'],
  ])('%s is refused whatever is allowed', async (_attack, url) => {
    const host = new URL(url).host;
    await expect(check(url, [], [...EVERYTHING, host])).rejects.toMatchObject({
      code: 'permission-denied',
      message: expect.stringContaining('never called'),
    });
  });

  it.each([
    [['169.254.169.254']],
    [['203.0.113.1', '169.254.169.254']],
    [['::ffff:a9fe:a9fe']],
    [['fd00:ec2::254']],
  ])('a name that resolves to %j is refused though it is allowed', async (addresses) => {
    const refused = check('https://evil.example/', addresses, [...EVERYTHING, 'evil.example']);
    await expect(refused).rejects.toThrow('never called');
  });

  it.each([
    ['loopback', 'http://127.0.0.1:8081/hook', []],
    ['loopback in octal', 'http://0177.0.0.1/', []],
    ['a short loopback', 'http://127.1/', []],
    ['localhost', 'http://localhost/', ['127.0.0.1', '::1']],
    ['a private address', 'https://10.0.0.1/', []],
    ['a name with one private address', 'https://a.example/', ['203.0.113.1', '192.168.0.1']],
    ['a name of the own network', 'https://a.example/', ['fd12::1']],
  ])('%s is refused unless it is allowed', async (_attack, url, addresses) => {
    await expect(check(url, addresses)).rejects.toMatchObject({
      code: 'permission-denied',
      message: expect.stringContaining('--allow-destination'),
    });
    const { host, hostname } = new URL(url);
    for (const allowed of [[host], [hostname], EVERYTHING]) {
      await expect(check(url, addresses, allowed)).resolves.toBeDefined();
    }
  });

  it.each([
    ['a name', 'https://hooks.example/x', ['203.0.113.1'], []],
    ['a range', 'http://10.1.2.3/', [], ['10.1.0.0/16']],
    ['an address', 'http://10.1.2.3:99/', [], ['10.1.2.3']],
    ['an IPv6 range', 'http://[fd12::1]/', [], ['fd12::/32']],
    ['a bracketed address', 'http://[::1]:8080/', [], ['[::1]']],
    ['a bracketed address and port', 'http://[::1]:8080/', [], ['[::1]:8080']],
    ['a name and port', 'http://bus.local:8085/', ['10.0.0.9'], ['bus.local:8085']],
    ['a default port', 'https://bus.local/', ['10.0.0.9'], ['BUS.local:443']],
  ])('%s passes', async (_name, url, addresses, allowed) => {
    await expect(check(url, addresses, allowed)).resolves.toBeDefined();
  });

  it.each([
    ['plain http into the world', 'http://hooks.example/', ['203.0.113.1'], 'in the clear'],
    ['plain http to an allowed public name', 'http://a.example/', ['203.0.113.1'], 'in the clear'],
    ['another scheme', 'file:///etc/passwd', [], 'neither https nor http'],
    ['another port', 'http://127.0.0.1:22/', [], 'own network'],
    ['no such host', 'https://nowhere.example/', [], 'no such host'],
  ])('%s is refused', async (_attack, url, addresses, message) => {
    const allowed = ['127.0.0.1:8081', 'a.example'];
    await expect(check(url, addresses, allowed)).rejects.toThrow(message);
  });

  it('credentials in the URL are refused, and not said again', async () => {
    const refused = check('https://user:hunter2@hooks.example/secret', ['203.0.113.1']);
    await expect(refused).rejects.toThrow('credentials');
    await expect(refused).rejects.not.toThrow(/hunter2|secret/);
  });

  it.each(['10.0.0.0/33', 'a b', 'http://x/', '', 'u@h'])(
    '--allow-destination %j is refused',
    (text) => {
      const make = (): unknown =>
        createDestinationGuard({ allowed: [text], flag: '--allow-destination' });
      expect(make).toThrow('--allow-destination');
    },
  );
});
