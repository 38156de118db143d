/**
 * A fleet as it is kept after its images were read: package versions, advisories about them, and
 * images whose packages are drawn Zipf-like from the versions. Rows are written as the store writes
 * them, without reading an image.
 */
import { createHash } from 'node:crypto';
import type { SoftwarePackage } from '../src/domain/software-package.ts';
import { DAY } from '../src/domain/time.ts';
import type { AdvisoryRecord } from '../src/remote/advisory-export.ts';
import { packMembers } from '../src/store/package-members.ts';
import { savePackageSet } from '../src/store/package-rows.ts';
import { createProject } from '../src/store/project-rows.ts';
import { statement } from '../src/store/sql-builder.ts';
import type { Store } from '../src/store/store-contract.ts';
import { formatStored } from '../src/store/stored-json.ts';

/** How large a fleet is. */
export interface FleetSize {
  readonly images: number;
  /** Package versions: ten of each source. */
  readonly versions: number;
  /** Advisories of each source. */
  readonly advisories: number;
}

/** The project that sees all images. */
export const PROJECT = 'fleet';
/** Packages of one image. */
const PACKAGES = 200;
const VERSIONS = 10;
const TIME = Date.now() * 1000 - DAY;
const ECOSYSTEM = 'Debian:12';
/** Layers of one image, most of them of a base that many share. */
const BASE_LAYERS = 4;
const OWN_LAYERS = 2;

/** A number from 0 to 1 that depends on nothing but the ones before. */
function createRandom(): () => number {
  let state = 42;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The source of a package version by its number from 0. */
export function sourceOf(version: number): string {
  return `source-${Math.floor(version / VERSIONS)}`;
}

function packageOf(number: number): SoftwarePackage {
  const version = `1.${number % VERSIONS}.0-1`;
  const name = `lib${sourceOf(number)}`;
  return {
    name,
    version,
    type: 'deb',
    ecosystem: ECOSYSTEM,
    architecture: 'amd64',
    purl: `pkg:deb/debian/${name}@${version}?arch=amd64&distro=debian-12`,
    source: { name: sourceOf(number), version },
    origin: 'installed',
    path: 'var/lib/dpkg/status',
  };
}

/** A record about a source that was fixed in a version; none: in no version. */
export function fleetRecord(id: string, source: string, fixed?: number): AdvisoryRecord {
  const events = [
    { introduced: '0' },
    ...(fixed === undefined ? [] : [{ fixed: `1.${fixed}.0-1` }]),
  ];
  const body = {
    id,
    modified: new Date(TIME / 1000).toISOString(),
    summary: 'a bounded read of memory that a crafted file leads beyond its end',
    aliases: [id.replace('DSA', 'CVE')],
    affected: [
      {
        package: { ecosystem: ECOSYSTEM, name: source },
        ranges: [{ type: 'ECOSYSTEM', events }],
        ecosystem_specific: { urgency: 'high' },
      },
    ],
    severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
    references: [{ type: 'ADVISORY', url: `https://security.example/${id}` }],
  };
  return { name: `${id}.json`, bytes: Buffer.from(JSON.stringify(body)) };
}

/** The advisories that are known before the new one comes. */
export async function* fleetRecords({ versions, advisories }: FleetSize) {
  for (let version = 0; version < versions; version += VERSIONS) {
    for (let count = 0; count < advisories; count += 1) {
      const id = `DSA-${version + count}-1`;
      yield fleetRecord(id, sourceOf(version), (count * 3 + version) % (VERSIONS + 2));
    }
  }
}

/** Writes project, packages and images. */
export async function fillFleet(store: Store, size: FleetSize): Promise<void> {
  await store.write((tx) => createProject(tx, { id: PROJECT, createTime: TIME }));
  for (let from = 0; from < size.versions; from += 1000) {
    const packages = Array.from({ length: 1000 }, (_, at) => packageOf(from + at));
    await store.write((tx) => savePackageSet(tx, { packages, problems: [], status: 'COMPLETE' }));
  }
  await store.write(async (tx) => {
    await tx.run(tx.sql.deleteFrom('package_set'));
  });
  const random = createRandom();
  for (let from = 0; from < size.images; from += 500) {
    const images = Array.from({ length: 500 }, (_, at) => makeImage(random, from + at, size));
    await store.write(async (tx) => {
      await tx.runMany(insertSet, images);
      await tx.runMany(insertImage, images);
      await tx.runMany(insertSighting, images);
    });
  }
}

type FleetRow = ReturnType<typeof makeImage>;

function makeImage(random: () => number, number: number, size: FleetSize) {
  const digest = hashOf(`image ${number}`);
  const ids = drawPackages(random, size.versions);
  const members = ids.map((id) => [id, 0, 'installed'] as const);
  const base = Math.floor(random() * 50);
  const layers = [
    ...Array.from({ length: BASE_LAYERS }, (_, at) => hashOf(`base ${base} ${at}`)),
    ...Array.from({ length: OWN_LAYERS }, (_, at) => hashOf(`layer ${number} ${at}`)),
  ];
  const body = { layers, problems: [], layerRuns: [0, 120, 4, 80], size: 1e8 };
  return {
    digest,
    set: hashOf(`set ${number}`),
    ...packMembers({ paths: ['var/lib/dpkg/status'], members }),
    body: formatStored(body),
    resourceUri: `registry.example/team/app-${number % 1000}@${digest}`,
  };
}

/** Zipf-like with the exponent 1: the inverse of its distribution is a power. */
function drawPackages(random: () => number, versions: number): readonly number[] {
  const drawn = new Set<number>();
  while (drawn.size < PACKAGES) drawn.add(Math.floor(versions ** random()));
  return [...drawn];
}

function hashOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

const SYSTEM = { id: 'debian', version: '12' };
const SET_BODY = formatStored({ problems: [], status: 'COMPLETE', system: SYSTEM });

const insertSet = statement((sql, p: FleetRow) =>
  sql.insertInto('package_set').values({
    id: p.set,
    members: p.members,
    packed: p.packed,
    paths: p.paths,
    body: SET_BODY,
  }),
);

const insertImage = statement((sql, p: FleetRow) =>
  sql.insertInto('image').values({
    digest: p.digest,
    media_type: 'application/vnd.oci.image.manifest.v1+json',
    kind: 'manifest',
    config_digest: p.digest,
    platform: 'linux/amd64',
    package_set: p.set,
    set_number: sql.selectFrom('package_set').select('number').where('id', '=', p.set),
    status: 'COMPLETE',
    body: p.body,
    read_time: TIME,
    extractor_version: 1,
    chain_id: null,
  }),
);

const insertSighting = statement((sql, p: FleetRow) =>
  sql.insertInto('image_sighting').values({
    project: PROJECT,
    resource_uri: p.resourceUri,
    digest: p.digest,
    first_seen: TIME,
    last_seen: TIME,
  }),
);

const wholeSources = statement((sql, p: { readonly complete: number }) =>
  sql.updateTable('advisory_source').set({ complete: p.complete }),
);

/** What was given record by record stands for all that its publisher has: verdicts are decided. */
export async function markWhole(store: Store): Promise<void> {
  await store.write((tx) => tx.run(wholeSources({ complete: 1 })));
}
