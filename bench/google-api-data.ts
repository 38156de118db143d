/**
 * What the bench of Google's API runs over: images as scans leave them, their advisories' matches,
 * and occurrences of a client. Everything is inserted by the store's own functions, many a
 * transaction; the package versions are shared by the images, as those of one base image are.
 */
import { createHash } from 'node:crypto';
import type { Match } from '../src/domain/advisory.ts';
import { type Digest, parseDigest } from '../src/domain/digest.ts';
import type { Occurrence } from '../src/domain/note.ts';
import type { ScannedPackage } from '../src/domain/scan-result.ts';
import { SEVERITIES } from '../src/domain/severity.ts';
import { DAY } from '../src/domain/time.ts';
import { createIdSource } from '../src/make-id.ts';
import {
  addAdvisories,
  beginAdvisoryImport,
  publishAdvisoryImport,
} from '../src/store/advisory-import.ts';
import { publishImport } from '../src/store/advisory-import-rows.ts';
import { saveImage, saveSighting } from '../src/store/image-rows.ts';
import { saveMatches } from '../src/store/match-rows.ts';
import { createNote } from '../src/store/note-rows.ts';
import { createOccurrences } from '../src/store/occurrence-rows.ts';
import { createProject } from '../src/store/project-rows.ts';
import type { Store } from '../src/store/store-contract.ts';

/** How much there is. */
export const DATA = {
  images: 1000,
  packages: 200,
  versions: 4000,
  occurrences: 100_000,
} as const;
/** The project that everything is in. */
export const PROJECT = 'bench';
/** Where the client's occurrences are. */
export const WRITTEN = 'written.example/app';

const TIME = Date.now() * 1000 - DAY;
const newId = createIdSource(() => Math.floor(TIME / 1000));
/** Matches of 20 package versions in turn; every other time one more: 1.225 each. */
const MATCHES = [0, 1, 0, 2, 1, 0, 3, 0, 1, 4, 0, 1, 0, 2, 1, 0, 5, 0, 1, 2];
const WORDS = 'a bounded read of memory that a crafted file leads beyond its end '.repeat(3);

/** Fills an empty store. */
export async function fillStore(store: Store, progress: (text: string) => void): Promise<void> {
  await store.write((tx) => createProject(tx, { id: PROJECT, createTime: TIME }));
  await writeOccurrences(store);
  progress(`${DATA.occurrences} occurrences of a client`);
  await keepImages(store);
  progress(`${DATA.images} images of ${DATA.packages} packages`);
  const count = await keepMatches(store);
  progress(`${count} matches of ${DATA.versions} package versions`);
}

/** The digest of an image. */
export function benchDigest(image: number): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(`image ${image}`).digest('hex')}`);
}

/** One occurrence as a client sends it. */
export function benchOccurrence(
  count: number,
): Omit<Occurrence, 'name' | 'createTime' | 'updateTime'> {
  const severity = SEVERITIES[count % 4 < 2 ? 4 : 5] ?? 'HIGH';
  const version = { name: `1.${count % 50}.0`, kind: 'NORMAL', fullName: `1.${count % 50}.0` };
  const issue = {
    affectedCpeUri: 'cpe:/o:debian:debian_linux:12',
    affectedPackage: `package-${count % 200}`,
    affectedVersion: version,
    fixedVersion: count % 2 === 0 ? { kind: 'MAXIMUM' } : version,
    effectiveSeverity: severity,
  };
  return {
    kind: 'VULNERABILITY',
    resourceUri: `https://${WRITTEN}@${benchDigest(Math.floor(count / 100))}`,
    noteName: `projects/${PROJECT}/notes/n`,
    detail: {
      type: 'OS',
      severity,
      cvssScore: 7.5,
      packageIssue: [issue],
      shortDescription: `CVE-2026-${10_000 + (count % 5000)}`,
      longDescription: WORDS,
      effectiveSeverity: severity,
    },
  };
}

async function writeOccurrences(store: Store): Promise<void> {
  const name = `projects/${PROJECT}/notes/n`;
  const times = { createTime: TIME, updateTime: TIME };
  const detail = { severity: 'HIGH', cvssScore: 7.5 };
  await store.write((tx) => createNote(tx, { name, kind: 'VULNERABILITY', ...times, detail }));
  for (let from = 0; from < DATA.occurrences; from += 5000) {
    const some = Array.from({ length: 5000 }, (_, at): Occurrence => ({
      ...benchOccurrence(from + at),
      name: `projects/${PROJECT}/occurrences/${newId()}`,
      createTime: TIME + (from + at) * 1000,
      updateTime: TIME,
    }));
    await store.write((tx) => createOccurrences(tx, some));
  }
}

function benchPackage(number: number): ScannedPackage {
  const name = `package-${number % 1000}`;
  const version = `${1 + Math.floor(number / 1000)}.2.${number % 7}-1`;
  return {
    name,
    version,
    type: 'deb',
    ecosystem: 'Debian:12',
    architecture: 'amd64',
    purl: `pkg:deb/debian/${name}@${version}?arch=amd64&distro=debian-12`,
    source: { name, version },
    origin: 'installed',
    path: 'var/lib/dpkg/status',
  };
}

async function keepImages(store: Store): Promise<void> {
  for (let from = 0; from < DATA.images; from += 20) {
    await store.write(async (tx) => {
      for (let image = from; image < from + 20; image += 1) {
        const digest = benchDigest(image);
        const packages = Array.from({ length: DATA.packages }, (_, at) =>
          benchPackage((image * 17 + at * 20 + (at % 20)) % DATA.versions),
        );
        await saveImage(tx, {
          digest,
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          configDigest: digest,
          platform: 'linux/amd64',
          layers: [],
          packageSet: { status: 'COMPLETE', problems: [], packages },
          status: 'COMPLETE',
          problems: [],
          readTime: TIME,
          extractorVersion: 1,
        });
        const resourceUri = `scanned.example/app${image % 50}@${digest}`;
        await saveSighting(tx, { project: PROJECT, resourceUri, digest, time: TIME });
      }
    });
  }
}

/** The matcher's rows, of the generation in force. */
async function keepMatches(store: Store): Promise<number> {
  const open = await beginAdvisoryImport(store, { id: 'bench', family: 'Debian', time: TIME });
  await addAdvisories(store, open, []);
  const source = {
    family: 'Debian',
    ecosystem: 'Debian:12',
    source: 'bench',
    updated: TIME,
    complete: true,
  };
  const published = { sources: [{ ...source, records: 0 }], time: TIME };
  await publishAdvisoryImport(store, open, (tx) => publishImport(tx, open, published));
  const packages = await store.all(store.sql.selectFrom('package').select('id').orderBy('id'));
  let total = 0;
  for (let from = 0; from < packages.length; from += 500) {
    const given = packages.slice(from, from + 500).map(({ id }, at) => {
      const more = (from + at) % 40 === 39 ? 1 : 0;
      const count = (MATCHES[(from + at) % MATCHES.length] ?? 0) + more;
      total += count;
      const matches = Array.from({ length: count }, (_, nth) => benchMatch(id * 10 + nth));
      return { packageId: id, generation: open.generation, matches };
    });
    await store.write((tx) => saveMatches(tx, given, TIME));
  }
  return total;
}

function benchMatch(number: number): Match {
  return {
    advisoryId: `DEBIAN-CVE-2026-${10_000 + number}`,
    aliases: [`CVE-2026-${10_000 + number}`],
    summary: WORDS,
    ...(number % 2 === 0 && { fixedVersion: '9.9-1' }),
    severity: SEVERITIES[1 + (number % 5)] ?? 'LOW',
    severitySource: 'bench',
    references: ['https://security.example/a', 'https://security.example/b'],
  };
}
