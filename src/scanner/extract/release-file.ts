/**
 * What tells a system where there is no os-release: the one-line files of older releases, and
 * lsb-release.
 */
import type { OsRelease } from './os-release.ts';
import { decodeLossy, textLines } from './text-lines.ts';

/** The ids of os-release by what the line of a Red Hat-like release file starts with. */
const NAMES: readonly (readonly [string, string])[] = [
  ['AlmaLinux', 'almalinux'],
  ['Rocky Linux', 'rocky'],
  ['CentOS', 'centos'],
  ['Red Hat Enterprise Linux', 'rhel'],
  ['Oracle Linux', 'ol'],
  ['Fedora', 'fedora'],
  ['Amazon Linux', 'amzn'],
];

const BASES = [
  'lsb-release',
  'almalinux-release',
  'rocky-release',
  'centos-release',
  'oracle-release',
  'fedora-release',
  'system-release',
  'redhat-release',
  'alpine-release',
  'debian_version',
];

/**
 * Where they lie, the most telling first: those of a derived system go before what it is of. Some
 * systems have them in usr/lib, with links in etc.
 */
export const RELEASE_FILES: readonly string[] = BASES.flatMap((base) => [
  `etc/${base}`,
  `usr/lib/${base}`,
]);

/** Reads one of them as os-release would say it; all is empty where it says nothing. */
export function readReleaseFile(bytes: Uint8Array, path: string): OsRelease {
  const { text } = decodeLossy(bytes.subarray(0, 4096));
  if (path.endsWith('lsb-release')) return readLsbRelease(text);
  const line = (textLines(text).next().value?.text ?? '').trim().slice(0, 256);
  if (path.endsWith('alpine-release')) return release('alpine', line, `Alpine Linux ${line}`);
  if (path.endsWith('debian_version')) return release('debian', line, `Debian GNU/Linux ${line}`);
  const found = NAMES.find(([start]) => line.startsWith(start));
  const version = /\brelease (\d+(?:\.\d+)*)/.exec(line)?.[1] ?? '';
  return found === undefined ? release('', '', '') : release(found[1], version, line);
}

function readLsbRelease(text: string): OsRelease {
  const fields = new Map<string, string>();
  for (const { text: line } of textLines(text)) {
    const equals = line.indexOf('=');
    const value = line.slice(equals + 1).trim();
    fields.set(line.slice(0, Math.max(equals, 0)).trim(), value.replace(/^"(.*)"$/, '$1'));
  }
  const id = (fields.get('DISTRIB_ID') ?? '').toLowerCase();
  const version = fields.get('DISTRIB_RELEASE') ?? '';
  return release(id, version, fields.get('DISTRIB_DESCRIPTION') ?? `${id} ${version}`.trim());
}

/** `bookworm/sid` is no release: what is not released has none. */
function release(id: string, version: string, name: string): OsRelease {
  const versionId = /^\d/.test(version) ? version.slice(0, 64) : '';
  return { id: id.slice(0, 64), versionId, prettyName: name.slice(0, 256) };
}
