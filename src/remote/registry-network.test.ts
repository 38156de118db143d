/** What is dialled is what was checked. */
import { describe, expect, it } from 'vitest';
import { parseImageReference } from '../domain/image-reference.ts';
import { refuseInnerRegistry } from './inner-registry.ts';
import { type RegistryNetwork, openRegistryNetwork } from './registry-network.ts';

const PUBLIC = '203.0.113.1';

/** A network whose host has these addresses, look-up by look-up; `turn` lets a minute pass. */
function told(...answers: (readonly string[])[]): { network: RegistryNetwork; turn: () => void } {
  let time = 0;
  const network = openRegistryNetwork({
    addressesOf: async () => answers.shift() ?? [],
    now: () => time,
  });
  return { network, turn: () => void (time += 60_000) };
}

async function check(network: RegistryNetwork, allowed: readonly string[] = []): Promise<void> {
  const reference = parseImageReference('registry.example/app');
  await refuseInnerRegistry(reference, { allowed, ...network });
}

describe('a network of registries', () => {
  it('dials what was checked, whatever a second look-up would say', async () => {
    const { network } = told([PUBLIC], ['127.0.0.1']);
    await check(network);
    expect(await network.dialable('registry.example')).toEqual([PUBLIC]);
  });

  it('lets no host that was checked turn inward later', async () => {
    const { network, turn } = told([PUBLIC], ['10.0.0.1']);
    await check(network);
    turn();
    const error = { code: 'permission-denied', message: expect.stringContaining('was out in') };
    await expect(network.dialable('registry.example')).rejects.toMatchObject(error);
  });

  it('dials an inner host where nobody was to be kept from it', async () => {
    const { network } = told(['10.0.0.1']);
    expect(await network.dialable('registry.example')).toEqual(['10.0.0.1']);
  });

  it.each([['10.0.0.0/8'], ['10.0.0.1'], ['registry.example'], ['registry.example:443']])(
    'lets everybody use what is allowed by %s',
    async (place) => {
      const { network } = told(['10.0.0.1']);
      await expect(check(network, [place])).resolves.toBeUndefined();
      expect(await network.dialable('registry.example')).toEqual(['10.0.0.1']);
    },
  );

  it.each([['10.0.1.0/24'], ['registry.example:5000'], ['other.example']])(
    'lets nobody in by %s',
    async (place) => {
      await expect(check(told(['10.0.0.1']).network, [place])).rejects.toThrow('--allow-registry');
    },
  );

  it.each(['169.254.169.254', 'fe80::1', '::ffff:169.254.169.254', '100.100.100.200'])(
    'never dials %s, be it allowed, be it one of several',
    async (address) => {
      const { network } = told([PUBLIC, address]);
      await check(network, ['registry.example']);
      await expect(network.dialable('registry.example')).rejects.toMatchObject({
        code: 'permission-denied',
      });
      const literal = network.dialable(address.includes(':') ? `[${address}]` : address);
      await expect(literal).rejects.toThrow('never called');
    },
  );

  it('a mirror is where its operator said', async () => {
    const mirrors = new Map([['registry.example', new URL('http://127.0.0.1:5000')]]);
    const reference = parseImageReference('registry.example/app');
    const { network } = told(['10.0.0.1']);
    await expect(
      refuseInnerRegistry(reference, { allowed: [], ...network, mirrors }),
    ).resolves.toBeUndefined();
  });
});
