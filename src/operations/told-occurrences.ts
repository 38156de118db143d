/**
 * The occurrences that follow from an image's scan, as a project was last told of them: key,
 * severity and a hash of what was said, enough to tell what has changed since and what is gone.
 */
import { canonicalJson } from '../domain/json.ts';
import type { Occurrence } from '../domain/note.ts';
import { type Severity, SEVERITIES, isSeverity, severityRank } from '../domain/severity.ts';
import { type PackageKey, decodeScannedId } from '../google/scanned-name.ts';
import { contentDigest } from './content-digest.ts';

/** One occurrence as it was told. */
export interface ToldOccurrence {
  readonly kind: 'DISCOVERY' | 'VULNERABILITY';
  /** Of a VULNERABILITY. */
  readonly package?: PackageKey;
  /** Of a VULNERABILITY: the advisory's id. */
  readonly advisory?: string;
  readonly severity: Severity;
  readonly hash: string;
}

/** Occurrences by a text that is theirs alone. */
export type ToldOccurrences = ReadonlyMap<string, ToldOccurrence>;

/** The stored form: findings under their package, to keep it small. */
export interface StoredTold {
  readonly discovery?: string;
  readonly packages: readonly (readonly [
    type: string,
    name: string,
    version: string,
    path: string,
    found: readonly (readonly [advisory: string, rank: number, hash: string])[],
    architecture?: string,
  ])[];
}

const HASH = { from: 'sha256:'.length, to: 'sha256:'.length + 16 };

/** What telling of an occurrence would say; undefined where none of this kind is told. */
export function toldOf({ name, detail }: Occurrence): ToldOccurrence | undefined {
  const key = decodeScannedId(name.slice(name.lastIndexOf('/') + 1));
  if (key === undefined || key.kind === 'PACKAGE') return undefined;
  const { kind, package: pkg, advisory } = key;
  const severity = detail['effectiveSeverity'];
  return {
    kind,
    ...(pkg === undefined ? {} : { package: pkg }),
    ...(advisory === undefined ? {} : { advisory }),
    severity: typeof severity === 'string' && isSeverity(severity) ? severity : SEVERITIES[0],
    hash: contentDigest(canonicalJson(detail)).slice(HASH.from, HASH.to),
  };
}

/** The text that an occurrence is kept under. */
export function toldKey({ kind, package: pkg, advisory }: ToldOccurrence): string {
  return JSON.stringify([kind, advisory, ...(pkg === undefined ? [] : keysOf(pkg))]);
}

function keysOf({ type, name, version, path, architecture }: PackageKey): readonly string[] {
  return [type, name, version, path, ...(architecture === undefined ? [] : [architecture])];
}

/** Reads the stored form. */
export function readTold({ discovery, packages }: StoredTold): Map<string, ToldOccurrence> {
  const told: ToldOccurrence[] = packages.flatMap(
    ([type, name, version, path, found, architecture]) =>
      found.map(([advisory, rank, hash]) => ({
        kind: 'VULNERABILITY' as const,
        package: { type, name, version, path, ...(architecture !== undefined && { architecture }) },
        advisory,
        severity: SEVERITIES[rank] ?? SEVERITIES[0],
        hash,
      })),
  );
  if (discovery !== undefined) {
    told.push({ kind: 'DISCOVERY', severity: SEVERITIES[0], hash: discovery });
  }
  return new Map(told.map((one) => [toldKey(one), one]));
}

/** Prints the stored form. */
export function storedTold(told: ToldOccurrences): StoredTold {
  const all = [...told.values()];
  const discovery = all.find(({ kind }) => kind === 'DISCOVERY')?.hash;
  const found = all.flatMap((one) =>
    one.package === undefined ? [] : [{ ...one, package: one.package }],
  );
  const groups = Map.groupBy(found, ({ package: pkg }) => JSON.stringify(keysOf(pkg)));
  const packages = [...groups].map(([key, own]) => {
    const [type = '', name = '', version = '', path = '', ...more] = JSON.parse(key) as string[];
    const rows = own.map(
      ({ advisory = '', severity, hash }) => [advisory, severityRank(severity), hash] as const,
    );
    const [architecture] = more;
    const keys = [type, name, version, path, rows] as const;
    return architecture === undefined ? keys : ([...keys, architecture] as const);
  });
  return { ...(discovery === undefined ? {} : { discovery }), packages };
}
