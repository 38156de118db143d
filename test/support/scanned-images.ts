/** Images as scans leave them in a store, with advisories that match their packages. */
import type { Advisory } from '../../src/domain/advisory.ts';
import { type Digest, parseDigest } from '../../src/domain/digest.ts';
import type { ScannedPackage } from '../../src/domain/scan-result.ts';
import type { Severity } from '../../src/domain/severity.ts';
import type { Micros } from '../../src/domain/time.ts';
import {
  addAdvisories,
  beginAdvisoryImport,
  publishAdvisoryImport,
} from '../../src/store/advisory-import.ts';
import { publishImport } from '../../src/store/advisory-import-rows.ts';
import { saveImage, saveSighting } from '../../src/store/image-rows.ts';
import { prepareAdvisory } from '../../src/store/prepared-advisory.ts';
import type { Store } from '../../src/store/store-contract.ts';

const ECOSYSTEM = 'Debian:12';

/** The digest of an image by its number. */
export function imageDigest(number: number): Digest {
  return parseDigest(`sha256:${String(number).padStart(64, '0')}`);
}

/** A Debian package of that name and version. */
export function debianPackage(name: string, version = '1.0'): ScannedPackage {
  return {
    name,
    version,
    type: 'deb',
    ecosystem: ECOSYSTEM,
    purl: `pkg:deb/debian/${name}@${version}`,
    source: { name, version },
    origin: 'installed',
    path: 'var/lib/dpkg/status',
  };
}

/** An advisory that affects a package below a version; none: whatever its version. */
export function debianAdvisory(
  id: string,
  name: string,
  more: { readonly severity?: Severity; readonly fixed?: string } = {},
): Advisory {
  const { severity = 'HIGH', fixed } = more;
  const events = [{ introduced: '0' }, ...(fixed === undefined ? [] : [{ fixed }])];
  return {
    id,
    aliases: [],
    summary: `about ${name}`,
    modified: 1,
    severity,
    severitySource: 'test',
    references: [],
    affected: [
      { ecosystem: ECOSYSTEM, name, ranges: [{ type: 'ECOSYSTEM', events }], versions: [] },
    ],
  };
}

/** Publishes advisories in place of all that were published before. */
export async function importDebian(
  store: Store,
  advisories: readonly Advisory[],
  time: Micros,
): Promise<void> {
  const id = `import-${time}-${Math.random()}`;
  const open = await beginAdvisoryImport(store, { id, family: 'Debian', time });
  await addAdvisories(store, open, advisories.map(prepareAdvisory));
  const source = {
    family: 'Debian',
    ecosystem: ECOSYSTEM,
    source: 'test',
    updated: time,
    complete: true,
  };
  const sources = [{ ...source, records: advisories.length }];
  await publishAdvisoryImport(store, open, (tx) => publishImport(tx, open, { sources, time }));
}

/** Keeps an image as read, and that a project has seen it as `repository@digest`. */
export async function keepScanned(
  store: Store,
  image: {
    readonly project: string;
    readonly repository: string;
    readonly digest: Digest;
    readonly packages: readonly ScannedPackage[];
    readonly time: Micros;
  },
): Promise<void> {
  const { project, repository, digest, packages, time } = image;
  await store.write(async (tx) => {
    await saveImage(tx, {
      digest,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      configDigest: digest,
      platform: 'linux/amd64',
      layers: [],
      packageSet: { status: 'COMPLETE', problems: [], packages },
      status: 'COMPLETE',
      problems: [],
      readTime: time,
      extractorVersion: 1,
    });
    await saveSighting(tx, { project, resourceUri: `${repository}@${digest}`, digest, time });
  });
}
