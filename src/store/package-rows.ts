/** Package versions and the sets of them, each kept once by content and shared by equal images. */
import { hash } from 'node:crypto';
import { AssayError } from '../domain/error.ts';
import { canonicalJson, type Json } from '../domain/json.ts';
import type {
  PackageSet,
  ScanProblem,
  ScanStatus,
  SoftwarePackage,
  SystemRelease,
} from '../domain/software-package.ts';
import { normalisePackageName } from '../domain/package-name.ts';
import {
  type KeptMembers,
  type MemberColumns,
  packMembers,
  readMembers,
} from './package-members.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';
import { chunksOf, formatStored, parseStored } from './stored-json.ts';

/** What a package is, wherever it was found: everything but path and origin. */
export type PackageVersion = Omit<SoftwarePackage, 'path' | 'origin'>;

/** A package with the key that its matches are kept under. */
export type StoredPackage<P = SoftwarePackage> = P & { readonly packageId: number };

/** A package set as it was kept. */
export interface StoredPackageSet extends PackageSet {
  readonly id: string;
  readonly packages: readonly StoredPackage[];
}

interface SetBody {
  readonly system?: SystemRelease;
  readonly problems: readonly ScanProblem[];
  readonly status: ScanStatus;
}

/** Parameters per statement: every database takes that many. */
const CHUNK = 200;

interface NewPackage {
  readonly identity: string;
  readonly ecosystem: string;
  readonly sourceName: string;
  readonly sourceVersion: string;
  readonly name: string;
  readonly version: string;
  readonly body: string;
  readonly lookupName: string;
}

const insertPackage = statement((sql, p: NewPackage) =>
  sql
    .insertInto('package')
    .values({
      identity: p.identity,
      ecosystem: p.ecosystem,
      source_name: p.sourceName,
      source_version: p.sourceVersion,
      name: p.name,
      version: p.version,
      body: p.body,
      lookup_name: p.lookupName,
      matched_generation: 0,
      matches_hash: '',
      counts: '',
      undecided: 0,
      // The database numbers the rows; kysely's table type does not say so.
    } as never)
    .onConflict((conflict) => conflict.doNothing()),
);

const insertSet = statement((sql, p: MemberColumns & { id: string; body: string }) =>
  sql
    .insertInto('package_set')
    .values({ id: p.id, members: p.members, body: p.body, packed: p.packed, paths: p.paths })
    .onConflict((conflict) => conflict.doNothing()),
);

const setById = statement((sql, p: { id: string }) =>
  sql
    .selectFrom('package_set')
    .select(['id', 'members', 'body', 'packed', 'paths'])
    .where('id', '=', p.id),
);

/** Keeps a package set and its packages; answers its content address. */
export async function savePackageSet(tx: Tx, set: PackageSet): Promise<string> {
  const packages = set.packages.map(withoutLayer);
  const id = packageSetId({ ...set, packages });
  if ((await tx.first(setById({ id }))) !== undefined) return id;
  const members = await saveMembers(tx, packages);
  const { system, problems, status } = set;
  const body: SetBody = { problems, status, ...(system === undefined ? {} : { system }) };
  await tx.run(insertSet({ id, ...packMembers(members), body: formatStored(body) }));
  return id;
}

/** A package set by its content address, or undefined. */
export async function findPackageSet(
  db: Reader,
  id: string,
): Promise<StoredPackageSet | undefined> {
  const row = await db.first(setById({ id }));
  if (row === undefined) return undefined;
  const { paths, members } = readMembers(row);
  const versions = await findVersions(
    db,
    members.map(([packageId]) => packageId),
  );
  const packages = members.map(([packageId, path, origin]): StoredPackage => {
    const version = versions.get(packageId);
    if (version === undefined) throw brokenSet(id);
    return { ...version, origin, path: paths[path] ?? '', packageId };
  });
  return { id, ...parseStored<SetBody>(row.body), packages };
}

/** The content address of a package set. */
function packageSetId(set: PackageSet): string {
  // A package set is JSON by its types; the round trip drops what is undefined.
  return `sha256:${hash('sha256', canonicalJson(JSON.parse(JSON.stringify(set)) as Json))}`;
}

function withoutLayer(found: SoftwarePackage): SoftwarePackage {
  const { layer: _, ...kept }: SoftwarePackage & { layer?: unknown } = found;
  return kept;
}

async function saveMembers(tx: Tx, packages: readonly SoftwarePackage[]): Promise<KeptMembers> {
  const versions = packages.map(toNewPackage);
  await tx.runMany(insertPackage, versions);
  const ids = await findIds(
    tx,
    versions.map(({ identity }) => identity),
  );
  const paths = [...new Set(packages.map(({ path }) => path))];
  const places = new Map(paths.map((path, index) => [path, index]));
  const members = packages.map(({ path, origin }, index) => {
    const id = ids.get(versions[index]?.identity ?? '') ?? 0;
    return [id, places.get(path) ?? 0, origin] as const;
  });
  return { paths, members };
}

function toNewPackage(found: SoftwarePackage): NewPackage {
  const { path: _path, origin: _origin, ...version } = found;
  // Its hash: an index entry of PostgreSQL may not be longer than 2.7 KB.
  const identity = hash('sha256', canonicalJson(version as unknown as Json));
  const ecosystem = version.ecosystem ?? '';
  return {
    identity,
    ecosystem,
    lookupName: normalisePackageName(ecosystem, version.source.name),
    sourceName: version.source.name,
    sourceVersion: version.source.version,
    name: version.name,
    version: version.version,
    body: formatStored(version),
  };
}

async function findIds(db: Reader, identities: readonly string[]): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  for (const chunk of chunksOf([...new Set(identities)], CHUNK)) {
    const rows = db.sql
      .selectFrom('package')
      .select(['id', 'identity'])
      .where('identity', 'in', chunk);
    for (const row of await db.all(rows)) ids.set(row.identity, row.id);
  }
  return ids;
}

async function findVersions(
  db: Reader,
  ids: readonly number[],
): Promise<Map<number, PackageVersion>> {
  const versions = new Map<number, PackageVersion>();
  for (const chunk of chunksOf([...new Set(ids)], CHUNK)) {
    const rows = db.sql.selectFrom('package').select(['id', 'body']).where('id', 'in', chunk);
    for (const row of await db.all(rows)) versions.set(row.id, parseStored(row.body));
  }
  return versions;
}

function brokenSet(id: string): AssayError {
  return new AssayError('internal', `package set ${id} names a package that is not kept`);
}
