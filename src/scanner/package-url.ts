/** Package URLs (purl specification, with the rules of its types). */

/** What a package's purl is made of. */
export interface PackageUrlParts {
  readonly type: string;
  /** The distribution, scope, group or vendor; left out where it is empty. */
  readonly namespace: string;
  readonly name: string;
  /** Left out where it is empty. */
  readonly version: string;
  /** Qualifiers; empty ones are left out, the rest sorted by key. */
  readonly qualifiers: Readonly<Record<string, string>>;
  /** A part of the package; left out where it is empty. */
  readonly subpath?: string;
}

/** Prints a purl, e.g. `pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12`. */
export function formatPackageUrl(parts: PackageUrlParts): string {
  const path = [...parts.namespace.split('/'), parts.name].filter((part) => part !== '');
  const version = parts.version === '' ? '' : `@${encode(parts.version)}`;
  const qualifiers = Object.entries(parts.qualifiers)
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${encode(value)}`)
    .join('&');
  const start = `pkg:${parts.type}/${path.map(encode).join('/')}${version}`;
  const whole = qualifiers === '' ? start : `${start}?${qualifiers}`;
  const { subpath = '' } = parts;
  return subpath === '' ? whole : `${whole}#${subpath.split('/').map(encode).join('/')}`;
}

/** A package of a language by the full name that its ecosystem gives it. */
export interface LanguagePackage {
  /** purl type. */
  readonly type: string;
  /** E.g. `@scope/name`, `group:artifact`, `golang.org/x/text`. */
  readonly name: string;
  readonly version: string;
}

/** How a type's names become namespace and name; other types have plain names. */
interface NameRule {
  /** What stands between namespace and name; its last one counts. */
  readonly separator?: string;
  readonly normalise?: (name: string) => string;
  readonly version?: (version: string, name: string) => string;
  /** What is behind the first slash is a part of the package: the purl's subpath. */
  readonly hasParts?: true;
}

const lowerCase = (name: string): string => name.toLowerCase();

const RULES: Readonly<Record<string, NameRule>> = {
  cocoapods: { hasParts: true },
  composer: { separator: '/', normalise: lowerCase },
  ebuild: { separator: '/' },
  elm: { separator: '/' },
  github: { separator: '/', normalise: lowerCase },
  golang: { separator: '/', normalise: lowerCase, version: withV },
  hex: { separator: '/', normalise: lowerCase },
  maven: { separator: ':' },
  npm: { separator: '/' },
  pub: { normalise: lowerCase },
  pypi: { normalise: (name) => name.toLowerCase().replaceAll('_', '-') },
  swift: { separator: '/' },
  terraform: { separator: '/' },
};

/** Prints the purl of a language's package, e.g. `pkg:npm/%40types/node@22.1.0`. */
export function languagePackageUrl({ type, name, version }: LanguagePackage): string {
  const rule = Object.hasOwn(RULES, type) ? RULES[type] : undefined;
  const { full, subpath } = partsOf(rule?.normalise?.(name) ?? name, rule);
  const at = rule?.separator === undefined ? -1 : full.lastIndexOf(rule.separator);
  return formatPackageUrl({
    type,
    namespace: full.slice(0, Math.max(at, 0)),
    name: full.slice(at + 1),
    version: rule?.version?.(version, name) ?? version,
    qualifiers: {},
    subpath,
  });
}

/** The name, and of a part of a package its own name. */
function partsOf(
  name: string,
  rule: NameRule | undefined,
): { readonly full: string; readonly subpath: string } {
  const at = rule?.hasParts === true ? name.indexOf('/') : -1;
  if (at === -1) return { full: name, subpath: '' };
  return { full: name.slice(0, at), subpath: name.slice(at + 1) };
}

/** Modules have versions with a `v`, which OSV leaves out; the toolchain's library has none. */
function withV(version: string, name: string): string {
  return name !== 'stdlib' && /^\d/.test(version) ? `v${version}` : version;
}

/** All but letters, digits, `.`, `-`, `_`, `~` and the colon is percent-encoded. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%3A', ':');
}
