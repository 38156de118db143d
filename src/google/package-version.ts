/** Package versions and systems in Grafeas' terms: `Version` messages and CPE URIs. */
import type { JsonObject } from '../domain/json.ts';

/** Grafeas' version for "there is none": of a fixed version, that nothing fixes it. */
export const NO_VERSION: JsonObject = { kind: 'MAXIMUM' };

const CPES: Readonly<Record<string, string>> = {
  Debian: 'cpe:/o:debian:debian_linux',
  Ubuntu: 'cpe:/o:canonical:ubuntu_linux',
  Alpine: 'cpe:/o:alpine:alpine_linux',
};

/**
 * Takes a version text apart: epoch and revision of a Debian or RPM version, the revision of an
 * Alpine one; any other stays whole. The full text is kept as `fullName`.
 */
export function versionToJson(type: string, text: string): JsonObject {
  const [, epoch, rest = text] = splitsEpoch(type) ? (/^(\d+):(.+)$/.exec(text) ?? []) : [];
  const [, name = rest, revision] = splitsRevision(type) ? (/^(.+)-([^-]+)$/.exec(rest) ?? []) : [];
  return {
    ...(epoch !== undefined && Number(epoch) > 0 && { epoch: Number(epoch) }),
    name,
    ...(revision !== undefined && { revision }),
    kind: 'NORMAL',
    fullName: text,
  };
}

/**
 * The CPE URI of a system by its OSV ecosystem, `Debian:12`; a plain one where the system is
 * unknown.
 */
export function cpeOfEcosystem(ecosystem: string | undefined): string {
  const [system = '', release = ''] = (ecosystem ?? '').split(':');
  const cpe = Object.hasOwn(CPES, system) ? CPES[system] : undefined;
  if (cpe === undefined) return 'cpe:/a';
  return release === '' ? cpe : `${cpe}:${release.replace(/^v/, '')}`;
}

/** Grafeas' package type: `OS` for a system's packages, else the ecosystem in capitals. */
export function packageTypeOf(type: string): string {
  return splitsRevision(type) ? 'OS' : type.toUpperCase();
}

function splitsEpoch(type: string): boolean {
  return type === 'deb' || type === 'rpm';
}

function splitsRevision(type: string): boolean {
  return splitsEpoch(type) || type === 'apk';
}
