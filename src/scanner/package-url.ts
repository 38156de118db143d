/** Package URLs of system packages (purl specification, with its deb and apk types). */

/** What a system package's purl is made of. */
export interface PackageUrlParts {
  readonly type: string;
  /** The distribution, e.g. `debian`; left out where it is empty. */
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  /** Qualifiers; empty ones are left out, the rest sorted by key. */
  readonly qualifiers: Readonly<Record<string, string>>;
}

/** Prints a purl, e.g. `pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12`. */
export function formatPackageUrl(parts: PackageUrlParts): string {
  const namespace = parts.namespace === '' ? '' : `${encode(parts.namespace)}/`;
  const qualifiers = Object.entries(parts.qualifiers)
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${encode(value)}`)
    .join('&');
  const start = `pkg:${parts.type}/${namespace}${encode(parts.name)}@${encode(parts.version)}`;
  return qualifiers === '' ? start : `${start}?${qualifiers}`;
}

/** All but letters, digits, `.`, `-`, `_`, `~` and the colon is percent-encoded. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%3A', ':');
}
