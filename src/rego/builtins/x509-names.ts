/** Names in certificates in the form in which Go prints them as JSON. */
import { BuiltinFailure } from '../model/builtin.ts';
import { plainObject } from '../model/value.ts';
import type { Value } from '../model/value.ts';
import { childrenOf, oidOf } from './der-reader.ts';
import type { DerElement } from './der-reader.ts';

/** Attributes of a distinguished name, by their identifiers below 2.5.4. */
const ATTRIBUTES: Readonly<Record<number, string>> = {
  6: 'Country',
  10: 'Organization',
  11: 'OrganizationalUnit',
  7: 'Locality',
  8: 'Province',
  9: 'StreetAddress',
  17: 'PostalCode',
};
const TEXTS: Readonly<Record<number, string>> = { 3: 'CommonName', 5: 'SerialNumber' };

/** Go's `pkix.Name` of a distinguished name. */
export function nameValue(name: DerElement): Value {
  const pairs = childrenOf(name).flatMap((set) =>
    childrenOf(set).map((pair) => {
      const [type, value] = childrenOf(pair);
      return { type: type ? oidOf(type) : [], text: value ? textOf(value) : '' };
    }),
  );
  const of = (attribute: number): string[] =>
    pairs.filter(({ type }) => type.join('.') === `2.5.4.${attribute}`).map(({ text }) => text);
  const lists = Object.entries(ATTRIBUTES).map(([id, key]) => {
    const found = of(Number(id));
    return [key, found.length === 0 ? null : found] as const;
  });
  const texts = Object.entries(TEXTS).map(
    ([id, key]) => [key, of(Number(id)).at(-1) ?? ''] as const,
  );
  return plainObject([
    ...lists,
    ...texts,
    [
      'Names',
      pairs.length === 0 ? null : pairs.map(({ type, text }) => ({ Type: type, Value: text })),
    ],
    ['ExtraNames', null],
  ]);
}

const BMP_STRING = 0x1e;

/** The characters of a string, whatever its type. */
export function textOf({ tag, content }: DerElement): string {
  if (tag !== BMP_STRING || content.length % 2 === 1) return content.toString('utf8');
  return Buffer.from(content).swap16().toString('utf16le');
}

/** Names of a subject beside its distinguished one. */
export interface GeneralNames {
  readonly dns: readonly string[];
  readonly emails: readonly string[];
  readonly ips: readonly Buffer[];
  readonly uris: readonly string[];
}

/** Sorts general names (RFC 5280, clause 4.2.1.6) by their kinds. */
export function generalNames(names: readonly DerElement[]): GeneralNames {
  const of = (wanted: number): Buffer[] =>
    names.filter(({ tag }) => tag === wanted).map(({ content }) => content);
  const texts = (wanted: number): string[] => of(wanted).map((bytes) => bytes.toString('utf8'));
  return { dns: texts(0x82), emails: texts(0x81), ips: of(0x87), uris: texts(0x86) };
}

const URI = new RegExp(
  [
    String.raw`^(?<scheme>[a-z][a-z\d+.-]*):`,
    String.raw`(?:\/\/(?:(?<user>[^/?#]*)@)?(?<host>[^/?#]*)(?<path>[^?#]*)|(?<rest>[^?#]*))`,
    String.raw`(?:\?(?<query>[^#]*))?(?:#(?<fragment>.*))?$`,
  ].join(''),
  'is',
);

/** Go's `url.URL` of an address. */
export function addressValue(text: string): Value {
  const groups = URI.exec(text)?.groups;
  if (!groups) throw new BuiltinFailure(`x509: cannot parse URI ${JSON.stringify(text)}`);
  const part = (name: string): string => groups[name] ?? '';
  const hasHost = groups['host'] !== undefined;
  const isOpaque = !hasHost && !part('rest').startsWith('/');
  const path = isOpaque ? '' : part(hasHost ? 'path' : 'rest');
  return {
    Scheme: part('scheme').toLowerCase(),
    Opaque: isOpaque ? part('rest') : '',
    User: groups['user'] === undefined ? null : {},
    Host: part('host'),
    Path: decoded(path),
    RawPath: path === encodeURI(decoded(path)) ? '' : path,
    OmitHost: !hasHost && !isOpaque,
    ForceQuery: groups['query'] === '',
    RawQuery: part('query'),
    Fragment: decoded(part('fragment')),
    RawFragment: '',
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
