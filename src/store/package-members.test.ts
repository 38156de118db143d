/** What is packed comes back as it was, in the set's order. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PackageOrigin } from '../domain/software-package.ts';
import {
  createIdBuffer,
  type KeptMembers,
  packMembers,
  readInstalledInto,
  readMembers,
  readMembersInto,
} from './package-members.ts';
import { formatStored } from './stored-json.ts';

const origins = fc.constantFrom<PackageOrigin>('installed', 'declared');
const member = fc.tuple(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.nat(5), origins);
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

it('ids stand one set behind the other, the installed ones among them', () => {
  const ids = createIdBuffer();
  fc.assert(
    fc.property(fc.array(kept, { maxLength: 3 }), (given: readonly KeptMembers[]) => {
      const packed = given.map((one) => packMembers(one).packed ?? new Uint8Array());
      const bytes = Buffer.concat(packed);
      let from = 0;
      for (const [at, { members }] of given.entries()) {
        const place = { from, to: from + (packed[at]?.length ?? 0) };
        readMembersInto(bytes, place, ids);
        expect([...ids.values.subarray(0, ids.count)]).toEqual(members.map(([id]) => id));
        readInstalledInto(bytes, place, ids);
        const installed = members.filter(([, , origin]) => origin === 'installed');
        expect([...ids.values.subarray(0, ids.count)]).toEqual(installed.map(([id]) => id));
        from = place.to;
      }
    }),
  );
});

it('the earlier form is read as it was', () => {
  fc.assert(
    fc.property(kept, (given: KeptMembers) => {
      expect(readMembers({ members: formatStored(given), packed: null, paths: null })).toEqual(
        given,
      );
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
