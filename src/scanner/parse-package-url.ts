/**
 * Reads a package URL (purl specification) into one spelling, in which two purls of one package are
 * equal. What a purl's type says of case and separators is applied to ASCII only: letters that
 * merely look alike stay different.
 */
import { AssayError } from '../domain/error.ts';
import type { NamedPackage } from '../domain/vex-document.ts';

const MAX_LENGTH = 2048;
const TYPE = /^[a-z][a-z0-9.+-]{0,63}$/;
const QUALIFIER = /^[a-z][a-z0-9._-]{0,63}$/;
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Types whose namespaces, or names too, are in lower case. */
const LOWER_CASE: Readonly<Record<string, 'both' | 'namespace'>> = {
  alpm: 'both',
  apk: 'both',
  bitbucket: 'both',
  composer: 'both',
  deb: 'both',
  docker: 'both',
  github: 'both',
  golang: 'both',
  hex: 'both',
  oci: 'both',
  pub: 'both',
  pypi: 'both',
  rpm: 'namespace',
};

/** Tells whether a text means to be a purl. */
export function isPackageUrl(text: string): boolean {
  return /^pkg:/i.test(text);
}

/**
 * Reads a purl; its subpath is one more qualifier, `subpath`. Refuses, as `invalid-advisory`, what
 * is none, one without a name, and one with `*` in name or version, which is no pattern and would
 * look like one.
 */
export function parsePackageUrl(text: string): NamedPackage {
  if (!isPackageUrl(text) || text.length > MAX_LENGTH) {
    throw wrong(text, `is no package URL of at most ${MAX_LENGTH} characters`);
  }
  const [beforeSubpath, subpath] = cut(text.slice(4).replace(/^\/+/, ''), '#');
  const [path, query] = cut(beforeSubpath, '?');
  const qualifiers = readQualifiers(query, text);
  return normalise({
    ...readPath(path, text),
    qualifiers: subpath === '' ? qualifiers : { ...qualifiers, subpath: decode(subpath, text) },
  });
}

/** `TYPE/NAMESPACE/NAME@VERSION`; the namespace may have several parts, or none. */
function readPath(path: string, text: string): Omit<NamedPackage, 'qualifiers'> {
  const at = path.lastIndexOf('@');
  const end = at > path.lastIndexOf('/') ? at : path.length;
  const [first = '', ...parts] = path.slice(0, end).split('/');
  const type = first.toLowerCase();
  if (!TYPE.test(type)) throw wrong(text, 'has no type');
  const name = decode(parts.pop() ?? '', text);
  if (name === '') throw wrong(text, 'has no name, so it could be anything');
  const version = decode(path.slice(end + 1), text);
  if (/\*/.test(name + version)) throw wrong(text, 'has a *, and is no pattern; name each one');
  const namespace = parts.filter(Boolean).map((part) => decode(part, text));
  const named = { type, namespace: namespace.join('/'), name };
  return version === '' ? named : { ...named, version };
}

function cut(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function readQualifiers(query: string, text: string): Readonly<Record<string, string>> {
  const found: [string, string][] = [];
  for (const part of query.split('&').filter(Boolean)) {
    const equals = part.indexOf('=');
    const key = part.slice(0, Math.max(equals, 0)).toLowerCase();
    if (!QUALIFIER.test(key)) throw wrong(text, 'has a qualifier that is not KEY=VALUE');
    if (found.some(([known]) => known === key)) throw wrong(text, `has the qualifier ${key} twice`);
    const value = decode(part.slice(equals + 1), text);
    if (value !== '') found.push([key, value]);
  }
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function decode(part: string, text: string): string {
  const decoded = percentDecoded(part);
  if (decoded !== undefined && !CONTROL.test(decoded)) return decoded;
  throw wrong(text, 'has a part that is not percent-encoded UTF-8 without control characters');
}

function percentDecoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function normalise(parsed: NamedPackage): NamedPackage {
  const { type, namespace, name, version, qualifiers } = parsed;
  const rule = Object.hasOwn(LOWER_CASE, type) ? LOWER_CASE[type] : undefined;
  const spelt = rule === 'both' ? asciiLower(name) : name;
  return {
    ...parsed,
    namespace: rule === undefined ? namespace : asciiLower(namespace),
    name: type === 'pypi' ? spelt.replaceAll(/[-_.]+/g, '-') : spelt,
    ...(version !== undefined && type === 'golang'
      ? { version: version.replace(/^v(?=\d)/, '') }
      : {}),
    qualifiers: type === 'maven' ? withoutJar(qualifiers) : qualifiers,
  };
}

/** What Maven's packages are unless something else is said, and what its tools always say. */
function withoutJar(qualifiers: NamedPackage['qualifiers']): NamedPackage['qualifiers'] {
  const { type, ...others } = qualifiers;
  return type === 'jar' ? others : qualifiers;
}

/** `toLowerCase` would make a k of the sign for Kelvin. */
function asciiLower(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function wrong(text: string, problem: string): AssayError {
  return new AssayError(
    'invalid-advisory',
    `package URL ${JSON.stringify(text.slice(0, 200))} ${problem}`,
  );
}
