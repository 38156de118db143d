/** The as-published exports of the test data, read and indexed as the store would. */
import { execFileSync, spawnSync } from 'node:child_process';
import type { Advisory } from '../../src/domain/advisory.ts';
import type { SoftwarePackage } from '../../src/domain/software-package.ts';
import { parseOsvRecord } from '../../src/scanner/advisories/parse-osv.ts';
import type { PackageMatches } from '../../src/scanner/match/match-package.ts';
import { advisoryTargets } from '../../src/scanner/match/advisory-target.ts';
import { matchPackage } from '../../src/scanner/match/match-package.ts';
import { testData } from './test-data.ts';

/** An OSV record as published, as far as a judge of it reads. */
export interface PublishedRecord {
  readonly id: string;
  readonly withdrawn?: string;
  readonly affected?: readonly PublishedEntry[];
}

/** One affected package of a record. */
export interface PublishedEntry {
  readonly package?: { readonly ecosystem: string; readonly name: string };
  readonly ranges?: readonly {
    readonly type: string;
    readonly events: readonly Readonly<Record<string, string>>[];
  }[];
  readonly versions?: readonly string[];
}

/** What was loaded: records by id, and how a package is matched with them. */
export interface LoadedExports {
  readonly records: ReadonlyMap<string, PublishedRecord>;
  readonly match: (ecosystem: string, name: string, version: string) => PackageMatches;
}

/** Tells whether the exports can be read: `(needs ASSAY_TEST_DATA and unzip)`. */
export const HAS_EXPORTS = testData('osv') !== undefined && spawnSync('unzip', ['-v']).status === 0;

/** Loads folders such as `PyPI` or `derived/Debian` of the test data. */
export function loadExports(folders: readonly string[]): LoadedExports {
  const all = folders.flatMap(readExport);
  const byKey = new Map<string, Advisory[]>();
  for (const record of all) {
    const advisory = parseOsvRecord(record);
    const keys = advisory.affected.map(({ ecosystem, name }) => `${ecosystem}\n${name}`);
    for (const key of new Set(keys)) {
      const list = byKey.get(key) ?? [];
      list.push(advisory);
      byKey.set(key, list);
    }
  }
  return {
    records: new Map(all.map((record) => [record.id, record])),
    match: (ecosystem, name, version) => {
      const pkg = makePackage(ecosystem, name, version);
      const [key] = advisoryTargets(pkg);
      return matchPackage(pkg, byKey.get(`${key?.ecosystem}\n${key?.name}`) ?? []);
    },
  };
}

function readExport(folder: string): readonly PublishedRecord[] {
  const zip = testData('osv', folder, 'all.zip') ?? '';
  const text = execFileSync('unzip', ['-p', zip, '*.json'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return splitObjects(text).map((one) => JSON.parse(one) as PublishedRecord);
}

/** The objects that stand one after another in a text. */
function splitObjects(text: string): readonly string[] {
  const objects: string[] = [];
  let start = 0;
  for (const { index } of text.matchAll(/\}\s*(?=\{)/g)) {
    const part = text.slice(start, index + 1);
    if (!isWhole(part)) continue;
    objects.push(part);
    start = index + 1;
  }
  return [...objects, text.slice(start)];
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function makePackage(ecosystem: string, name: string, version: string): SoftwarePackage {
  return {
    name,
    version,
    type: 'generic',
    ecosystem,
    purl: `pkg:generic/${encodeURIComponent(name)}@${encodeURIComponent(version)}`,
    source: { name, version },
    origin: 'installed',
    path: 'test',
  };
}
