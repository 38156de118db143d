/**
 * Packages at, just below and just above the bounds of real records, matched by us and judged by
 * dpkg, rpm, node-semver, and by the records' own lists of versions.
 */
import { spawnSync } from 'node:child_process';
import { compare as comparePep440, valid as validPep440 } from '@renovatebot/pep440';
import { valid as validSemver } from 'semver';
import { describe, expect, it } from 'vitest';
import type { Pair } from '../support/oracle-orders.ts';
import { dpkgOrders, rpmOrders } from '../support/oracle-orders.ts';
import type { LoadedExports, PublishedRecord } from '../support/osv-export.ts';
import { HAS_EXPORTS, loadExports } from '../support/osv-export.ts';
import type { AskedVersion, Order } from '../support/published-range.ts';
import { saysAffected, semverOrder } from '../support/published-range.ts';
import { realProgram } from '../support/real.ts';

const PUBLISHED = ['AlmaLinux', 'Alpaquita', 'Bitnami', 'Go', 'PyPI', 'crates.io'];
const LONG = { timeout: 180_000 };
const rpm = realProgram('rpm');
const hasDpkg = spawnSync('dpkg', ['--version']).status === 0;

/** A record asked about one version. */
interface Question extends AskedVersion {
  readonly record: PublishedRecord;
}

/** The versions to ask about, made of one bound. */
type Neighbours = (bound: string) => readonly string[];

describe.skipIf(!HAS_EXPORTS)('ranges of records (needs ASSAY_TEST_DATA and unzip)', LONG, () => {
  const loaded = loadExports(PUBLISHED);

  it.skipIf(rpm === undefined)('of AlmaLinux, judged by rpm (needs rpm)', () => {
    const around: Neighbours = (bound) => [bound, `${bound}~`, `${bound}.1`, `${bound}^a`];
    const asked = askAround(loaded, { ecosystem: 'AlmaLinux', around, most: 800 });
    const order = tableOf(asked, (pairs) => rpmOrders(rpm ?? '', pairs));
    expectAgreement(loaded, asked, { order, least: 800 });
  });

  it('of PyPI, judged by their own lists and a port of Python packaging', () => {
    const around: Neighbours = (bound) =>
      [bound, `${bound}.dev0`, `${bound}.post1`].filter((one) => validPep440(one));
    const asked = askAround(loaded, { ecosystem: 'PyPI', around, most: 400 });
    expectAgreement(loaded, [...asked, ...askListed(loaded, 400)], {
      order: comparePep440,
      least: 800,
    });
  });

  it('of Alpaquita, judged by the revisions beside a bound', () => {
    const around: Neighbours = (bound) => {
      const [, version, revision] = REVISION.exec(bound) ?? [];
      if (version === undefined) return [];
      const beside = [-1, 0, 1].map((step) => Number(revision) + step);
      return beside.filter((one) => one >= 0).map((one) => `${version}-r${one}`);
    };
    const asked = askAround(loaded, { ecosystem: 'Alpaquita', around, most: 200 });
    expectAgreement(loaded, asked, { order: revisionOrder, least: 200 });
  });

  it.each(['Go', 'crates.io', 'Bitnami'])('of %s, judged by node-semver', (ecosystem) => {
    const around: Neighbours = (bound) => {
      const [release = ''] = bound.split(/[-+]/);
      const next = release.replace(/\d+$/, (patch) => `${Number(patch) + 1}`);
      return [bound, `${release}-0`, release, next].filter((one) => validSemver(one) !== null);
    };
    const asked = askAround(loaded, { ecosystem, around, most: 200 });
    expectAgreement(loaded, asked, { order: semverOrder, least: 200 });
  });
});

describe.skipIf(!HAS_EXPORTS || !hasDpkg)(
  'ranges of derived records (needs ASSAY_TEST_DATA, unzip and dpkg)',
  LONG,
  () => {
    it('of Debian, judged by dpkg', () => {
      const loaded = loadExports(['derived/Debian']);
      const around: Neighbours = (bound) => [bound, `${bound}~`, `${bound}+b1`];
      const asked = askAround(loaded, { ecosystem: 'Debian', around, most: 400 });
      expectAgreement(loaded, asked, { order: tableOf(asked, dpkgOrders), least: 400 });
    });
  },
);

const REVISION = /^(\d+(?:\.[1-9]\d*|\.0)*)-r(\d+)$/;

/** By the numbers of a version, then by its revision; what has letters is not asked about. */
function revisionOrder(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** Questions about the bounds of records spread over the whole export. */
function askAround(
  { records }: LoadedExports,
  asked: { readonly ecosystem: string; readonly around: Neighbours; readonly most: number },
): readonly Question[] {
  const all = [...records.values()].flatMap((record) =>
    (record.affected ?? []).flatMap(({ package: named, ranges = [] }) => {
      if (named?.ecosystem.split(':', 1)[0] !== asked.ecosystem) return [];
      return boundsOf(ranges)
        .flatMap(asked.around)
        .map((version) => ({ record, ...named, version }));
    }),
  );
  return spread(all, asked.most);
}

/** Questions about listed versions, and about those that only another record of a package lists. */
function askListed({ records }: LoadedExports, most: number): readonly Question[] {
  const entries = [...records.values()].flatMap((record) =>
    (record.affected ?? []).flatMap(({ package: named, versions = [] }) =>
      named?.ecosystem === 'PyPI' ? [{ record, ...named, versions }] : [],
    ),
  );
  const byName = Map.groupBy(entries, ({ name }) => name);
  const all = entries.flatMap(({ record, ecosystem, name }) => {
    const lists = (byName.get(name) ?? []).map(({ versions }) => versions.filter(validPep440));
    const some = lists.flatMap((versions) => spread(versions, 3));
    return some.map((version) => ({ record, ecosystem, name, version }));
  });
  return spread(all, most);
}

function boundsOf(
  ranges: readonly { readonly type: string; readonly events: readonly object[] }[],
): readonly string[] {
  return ranges
    .filter(({ type }) => type !== 'GIT')
    .flatMap(({ events }) => events.flatMap((event) => Object.values(event) as string[]))
    .filter((bound) => bound !== '0');
}

function spread<T>(all: readonly T[], most: number): readonly T[] {
  const step = Math.max(1, all.length / most);
  const count = Math.min(all.length, most);
  return Array.from({ length: count }, (_, index) => all[Math.floor(index * step)] as T);
}

/** An order that looks up what a program has said of every version beside every bound. */
function tableOf(
  asked: readonly Question[],
  program: (pairs: readonly Pair[]) => readonly number[],
): Order {
  const pairs = asked.flatMap(({ record, version }) => {
    const bounds = (record.affected ?? []).flatMap(({ ranges = [] }) => boundsOf(ranges));
    return [...new Set(bounds)].map((bound): Pair => [version, bound]);
  });
  const answers = program(pairs);
  const known = new Map(pairs.map(([a, b], index) => [`${a} ${b}`, answers[index]]));
  return (a, b) => known.get(`${a} ${b}`) ?? Number.NaN;
}

function expectAgreement(
  loaded: LoadedExports,
  asked: readonly Question[],
  { order, least }: { readonly order: Order; readonly least: number },
): void {
  let hits = 0;
  const faults = asked.flatMap(({ record, ecosystem, name, version }) => {
    const { matches, problems } = loaded.match(ecosystem, name, version);
    const found = matches.some(({ advisoryId, records = [advisoryId] }) =>
      records.includes(record.id),
    );
    const wanted = saysAffected(record, { ecosystem, name, version }, order);
    hits += Number(found);
    const undecided = problems.some(({ message }) => message.includes(`${record.id} `));
    const line = `${ecosystem} ${name} ${version}: ${record.id} ${found}, wanted ${wanted}`;
    return found === wanted && !undecided ? [] : [line];
  });
  expect(faults).toEqual([]);
  expect(asked.length).toBeGreaterThanOrEqual(least);
  const name = asked[0]?.ecosystem.split(':', 1)[0];
  process.stdout.write(`osv-range-pairs: ${asked.length} of ${name} judged, ${hits} affected\n`);
}
