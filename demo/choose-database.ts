/**
 * Whose packages the demo's images hold: this machine's own where the bundled advisories speak of
 * its system, else a small bundled database. One package is set back to a version with a known hole.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A system's release file and its dpkg database, as their texts. */
export interface PackageDatabase {
  /** Where it is from, for people. */
  readonly origin: string;
  readonly osRelease: string;
  readonly status: string;
}

/** What the second image has and the first has not: a source version below a record's fix. */
export const PLANTED = {
  id: 'DERIVED-DEB12-CVE-2023-0464',
  source: 'openssl',
  version: '3.0.8-1',
  fixedVersion: '3.0.9-1',
} as const;

const BUNDLED = fileURLToPath(new URL('debian12', import.meta.url));

/** The database under a root folder if it is Debian 12's, else (or when told) the bundled one. */
export async function choosePackageDatabase(
  options: { readonly root?: string; readonly bundled?: boolean } = {},
): Promise<PackageDatabase> {
  const { root = '/', bundled = false } = options;
  const own = bundled ? undefined : await readDatabase(root);
  if (own !== undefined && isDebian12(own.osRelease)) {
    return { origin: 'this machine', ...own };
  }
  return { origin: 'the bundled database', ...(await readBundled()) };
}

async function readDatabase(root: string): Promise<Omit<PackageDatabase, 'origin'> | undefined> {
  try {
    const osRelease = await readFile(join(root, 'etc/os-release'), 'utf8');
    const status = await readFile(join(root, 'var/lib/dpkg/status'), 'utf8');
    return status.trim() === '' ? undefined : { osRelease, status };
  } catch {
    return undefined;
  }
}

async function readBundled(): Promise<Omit<PackageDatabase, 'origin'>> {
  const [osRelease, status] = await Promise.all(
    ['os-release', 'status'].map((name) => readFile(join(BUNDLED, name), 'utf8')),
  );
  return { osRelease: osRelease ?? '', status: status ?? '' };
}

function isDebian12(osRelease: string): boolean {
  return /^ID="?debian"?$/m.test(osRelease) && /^VERSION_ID="?12"?$/m.test(osRelease);
}

/** The database with every package of the planted source set back; one is added if there is none. */
export function plantVulnerability(database: PackageDatabase): PackageDatabase {
  const stanzas = database.status.split(/\n{2,}/).filter((stanza) => stanza.trim() !== '');
  const planted = stanzas.map((stanza) => (isOfSource(stanza) ? setBack(stanza) : stanza));
  if (!stanzas.some(isOfSource)) planted.push(newPackage());
  return { ...database, status: `${planted.join('\n\n')}\n` };
}

/** A `Source` may carry a version in brackets, and is left out where it equals the package's name. */
function isOfSource(stanza: string): boolean {
  const source = /^Source: *(\S+)/m.exec(stanza)?.[1] ?? /^Package: *(\S+)/m.exec(stanza)?.[1];
  return source === PLANTED.source;
}

function setBack(stanza: string): string {
  return stanza
    .replace(/^Version:.*$/m, `Version: ${PLANTED.version}`)
    .replace(/^Source:.*$/m, `Source: ${PLANTED.source}`);
}

function newPackage(): string {
  return [
    'Package: libssl3',
    'Status: install ok installed',
    'Architecture: amd64',
    `Source: ${PLANTED.source}`,
    `Version: ${PLANTED.version}`,
    'Description: added by the demo',
  ].join('\n');
}
