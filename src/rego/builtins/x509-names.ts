/** Names and extensions of certificates in the form in which Go prints them as JSON. */
import type { Value } from '../value.ts';
import { DER, childrenOf, integerOf, oidOf, readElements } from './der-reader.ts';
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
  return {
    ...Object.fromEntries(lists),
    ...Object.fromEntries(texts),
    Names: pairs.map(({ type, text }) => ({ Type: type, Value: text })),
    ExtraNames: null,
  };
}

const BMP_STRING = 0x1e;

function textOf({ tag, content }: DerElement): string {
  if (tag !== BMP_STRING) return content.toString('utf8');
  return Buffer.from(content).swap16().toString('utf16le');
}

/** One extension. */
export interface Extension {
  readonly id: readonly number[];
  readonly isCritical: boolean;
  readonly value: Buffer;
}

/** The extensions of a list of them. */
export function readExtensions(list: DerElement | undefined): readonly Extension[] {
  return childrenOf(list).map((one) => {
    const [id, ...rest] = childrenOf(one);
    const value = rest.find(({ tag }) => tag === DER.octets);
    return {
      id: id ? oidOf(id) : [],
      isCritical: rest.some(({ tag, content }) => tag === DER.boolean && content[0] !== 0),
      value: value?.content ?? Buffer.alloc(0),
    };
  });
}

/** The extension of an identifier, e.g. `2.5.29.17`. */
export function findExtension(extensions: readonly Extension[], id: string): Buffer | undefined {
  return extensions.find((one) => one.id.join('.') === id)?.value;
}

/** How alternative names are tagged, and what Go calls their lists. */
const NAMES = [
  [0x82, 'DNSNames'],
  [0x81, 'EmailAddresses'],
  [0x87, 'IPAddresses'],
  [0x86, 'URIStrings'],
] as const;

/** The alternative names of a subject; null where there are none of a kind. */
export function alternativeNames(extensions: readonly Extension[]): Record<string, Value> {
  const bytes = findExtension(extensions, '2.5.29.17');
  const names = bytes ? childrenOf(readElements(bytes)[0]) : [];
  return Object.fromEntries(
    NAMES.map(([tag, key]) => {
      const found = names.filter((one) => one.tag === tag);
      const texts = found.map(({ content }) =>
        tag === 0x87 ? addressText(content) : content.toString('utf8'),
      );
      return [key, texts.length === 0 ? null : texts];
    }),
  );
}

function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    bytes.readUInt16BE(index * 2).toString(16),
  );
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}

const USAGES = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.3', '1.3.6.1.5.5.7.3.4'];

/** What the key may be used for, and whether the certificate may sign others. */
export function usageFields(extensions: readonly Extension[]): Record<string, Value> {
  const constraints = findExtension(extensions, '2.5.29.19');
  const [isAuthority, length] = constraints ? childrenOf(readElements(constraints)[0]) : [];
  const extended = findExtension(extensions, '2.5.29.37');
  const usages = extended
    ? childrenOf(readElements(extended)[0]).map((one) => oidOf(one).join('.'))
    : [];
  // Go counts ServerAuth as 1 and the others behind it; `any` is 0.
  const known = usages.map((one) => (one === '2.5.29.37.0' ? 0 : USAGES.indexOf(one) + 1));
  return {
    KeyUsage: keyUsage(findExtension(extensions, '2.5.29.15')),
    ExtKeyUsage: usages.length === 0 ? null : known,
    BasicConstraintsValid: constraints !== undefined,
    IsCA: isAuthority?.tag === DER.boolean && isAuthority.content[0] !== 0,
    MaxPathLen: length ? Number(integerOf(length)) : constraints ? -1 : 0,
    MaxPathLenZero: length !== undefined && integerOf(length) === 0n,
  };
}

/** The bits in Go's order: digital signature is 1, the next 2, and so on. */
function keyUsage(bytes: Buffer | undefined): number {
  const [, ...bits] = bytes ? (readElements(bytes)[0]?.content ?? []) : [];
  return bits.reduce((sum, byte, at) => {
    const flags = Array.from({ length: 8 }, (_, bit) => (byte >> (7 - bit)) & 1);
    return sum + flags.reduce((part, flag, bit) => part + flag * 2 ** (at * 8 + bit), 0);
  }, 0);
}
