/** What is packed comes back as it was, in the set's order. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PackageOrigin } from '../domain/software-package.ts';
import { type KeptMembers, packMembers, readInstalledIds, readMembers } from './package-members.ts';
import { formatStored } from './stored-json.ts';

const origins = fc.constantFrom<PackageOrigin>('installed', 'declared');
const member = fc.tuple(fc.integer({ min: 1, max: 2 ** 31 }), fc.nat(5), origins);
const kept = fc.record({
  paths: fc.array(fc.string(), { minLength: 6, maxLength: 6 }),
  members: fc.array(member),
});

it('members come back in their order, whatever they are', () => {
  fc.assert(
    fc.property(kept, (given) => {
      expect(readMembers(packMembers(given))).toEqual(given);
    }),
  );
});

it('installed ones are those of the earlier form', () => {
  fc.assert(
    fc.property(kept, (given: KeptMembers) => {
      const before = { members: formatStored(given), packed: null, paths: null };
      expect([...readInstalledIds(packMembers(given))]).toEqual([...readInstalledIds(before)]);
      expect(readMembers(before)).toEqual(given);
    }),
  );
});

it('two hundred packages of one database are some four hundred bytes', () => {
  const members = Array.from(
    { length: 200 },
    (_, n) => [40_000 + ((n * 37) % 200), 0, 'installed'] as const,
  );
  const { packed } = packMembers({ paths: ['var/lib/dpkg/status'], members });
  expect(packed?.length).toBeLessThan(420);
});
