/** What the extensions of certificates and requests say (RFC 5280, clause 4.2), as Go names it. */
import type { Value } from '../model/value.ts';
import { DER, childrenOf, oidOf, readElements, smallIntegerOf } from './der-reader.ts';
import type { DerElement } from './der-reader.ts';
import { generalNames } from './x509-names.ts';

/** One extension. */
export interface Extension {
  readonly id: string;
  readonly numbers: readonly number[];
  readonly isCritical: boolean;
  readonly value: Buffer;
}

/** The extensions of a list of them. */
export function readExtensions(list: DerElement | undefined): readonly Extension[] {
  return childrenOf(list).map((one) => {
    const [id, ...rest] = childrenOf(one);
    const numbers = id ? oidOf(id) : [];
    const value = rest.find(({ tag }) => tag === DER.octets);
    return {
      id: numbers.join('.'),
      numbers,
      isCritical: rest.some(({ tag, content }) => tag === DER.boolean && content[0] !== 0),
      value: value?.content ?? Buffer.alloc(0),
    };
  });
}

/** Extensions in Go's form; null where there are none. */
export function extensionValues(extensions: readonly Extension[]): Value {
  return orNull(
    extensions.map(({ numbers, isCritical, value }) => ({
      Id: numbers,
      Critical: isCritical,
      Value: value.toString('base64'),
    })),
  );
}

/** Go's empty slices are null. */
export function orNull(list: readonly Value[]): Value {
  return list.length === 0 ? null : list;
}

/** The element within an extension. */
export function inExtension(extensions: readonly Extension[], id: string): DerElement | undefined {
  const found = extensions.find((one) => one.id === id);
  return found && readElements(found.value)[0];
}

/** Extended usages in Go's order: their index is its number. */
const USAGES: readonly string[] = [
  '2.5.29.37.0',
  '1.3.6.1.5.5.7.3.1',
  '1.3.6.1.5.5.7.3.2',
  '1.3.6.1.5.5.7.3.3',
  '1.3.6.1.5.5.7.3.4',
  '1.3.6.1.5.5.7.3.5',
  '1.3.6.1.5.5.7.3.6',
  '1.3.6.1.5.5.7.3.7',
  '1.3.6.1.5.5.7.3.8',
  '1.3.6.1.5.5.7.3.9',
  '1.3.6.1.4.1.311.10.3.3',
  '2.16.840.1.113730.4.1',
  '1.3.6.1.4.1.311.2.1.22',
  '1.3.6.1.4.1.311.61.1.1',
];

/** What a certificate's key may be used for, and how many may stand below it. */
export interface Usage {
  readonly keyUsage: number;
  readonly extended: readonly number[];
  readonly unknown: readonly (readonly number[])[];
  readonly hasConstraints: boolean;
  readonly isAuthority: boolean;
  /** -1 where there is no bound. */
  readonly maxPathLength: number;
}

/** Reads the extensions of usage. */
export function readUsage(extensions: readonly Extension[]): Usage {
  const constraints = inExtension(extensions, '2.5.29.19');
  const parts = childrenOf(constraints);
  const length = parts.find(({ tag }) => tag === DER.integer);
  const usages = childrenOf(inExtension(extensions, '2.5.29.37')).map(oidOf);
  const numbers = usages.map((one) => USAGES.indexOf(one.join('.')));
  return {
    keyUsage: keyUsage(inExtension(extensions, '2.5.29.15')),
    extended: numbers.filter((one) => one !== -1),
    unknown: usages.filter((_, index) => numbers[index] === -1),
    hasConstraints: constraints !== undefined,
    isAuthority: parts.some(({ tag, content }) => tag === DER.boolean && content[0] !== 0),
    maxPathLength: length ? smallIntegerOf(length) : constraints ? -1 : 0,
  };
}

/** The bits in Go's order: digital signature is 1, the next 2, and so on. */
function keyUsage(element: DerElement | undefined): number {
  const [, ...bits] = element?.content ?? [];
  return bits.reduce((sum, byte, at) => {
    const flags = Array.from({ length: 8 }, (_, bit) => (byte >> (7 - bit)) & 1);
    return sum + flags.reduce((part, flag, bit) => part + flag * 2 ** (at * 8 + bit), 0);
  }, 0);
}

/** Extensions that Go understands; another one that is critical makes a certificate unusable. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  ...[14, 15, 17, 19, 30, 31, 32, 33, 35, 36, 37, 54].map((last) => `2.5.29.${last}`),
  '1.3.6.1.5.5.7.1.1',
]);

/** Critical extensions that are not understood. */
export function unhandledCritical(extensions: readonly Extension[]): readonly Extension[] {
  return extensions.filter(({ id, isCritical }) => isCritical && !UNDERSTOOD.has(id));
}

/** Names of the key and of the issuer's, in base64. */
export function keyIds(extensions: readonly Extension[]): Record<string, Value> {
  const authority = childrenOf(inExtension(extensions, '2.5.29.35')).find(
    ({ tag }) => tag === CONTEXT_0,
  );
  const text = (element: DerElement | undefined): Value =>
    element ? element.content.toString('base64') : null;
  return {
    SubjectKeyId: text(inExtension(extensions, '2.5.29.14')),
    AuthorityKeyId: text(authority),
  };
}

const [CONTEXT_0, NAMED_0, URI] = [0x80, 0xa0, 0x86];

/** Where more is to be found: of revocation, of the issuer, of policies. */
export function addresses(extensions: readonly Extension[]): Record<string, Value> {
  const access = childrenOf(inExtension(extensions, '1.3.6.1.5.5.7.1.1')).map(childrenOf);
  const at = (last: number): Value =>
    orNull(
      access
        .filter(([id]) => id && oidOf(id).join('.') === `1.3.6.1.5.5.7.48.${last}`)
        .flatMap(([, name]) => (name?.tag === URI ? [name.content.toString('utf8')] : [])),
    );
  const policies = childrenOf(inExtension(extensions, '2.5.29.32')).flatMap((one) => {
    const [id] = childrenOf(one);
    return id ? [oidOf(id)] : [];
  });
  return {
    OCSPServer: at(1),
    IssuingCertificateURL: at(2),
    CRLDistributionPoints: orNull(distributionPoints(inExtension(extensions, '2.5.29.31'))),
    PolicyIdentifiers: orNull(policies),
    Policies: orNull(policies.map((id) => id.join('.'))),
  };
}

function distributionPoints(list: DerElement | undefined): string[] {
  const points = childrenOf(list).flatMap((point) => childrenOf(point).slice(0, 1));
  const names = points
    .filter(({ tag }) => tag === NAMED_0)
    .flatMap(childrenOf)
    .filter(({ tag }) => tag === NAMED_0)
    .flatMap(childrenOf);
  return names.filter(({ tag }) => tag === URI).map(({ content }) => content.toString('utf8'));
}

/** Which names an authority may certify (clause 4.2.1.10). */
export function nameConstraints(extensions: readonly Extension[]): Record<string, Value> {
  const constraints = extensions.find(({ id }) => id === '2.5.29.30');
  const trees = constraints ? childrenOf(readElements(constraints.value)[0]) : [];
  const bases = (wanted: number): DerElement[] =>
    trees
      .filter(({ tag }) => tag === wanted)
      .flatMap(childrenOf)
      .flatMap((tree) => childrenOf(tree).slice(0, 1));
  return {
    PermittedDNSDomainsCritical: constraints?.isCritical ?? false,
    ...constrainedNames('Permitted', bases(NAMED_0)),
    ...constrainedNames('Excluded', bases(NAMED_0 + 1)),
  };
}

function constrainedNames(what: string, bases: readonly DerElement[]): Record<string, Value> {
  const { dns, ips, emails, uris } = generalNames(bases);
  return {
    [`${what}DNSDomains`]: orNull(dns),
    [`${what}IPRanges`]: orNull(ips.map(rangeValue)),
    [`${what}EmailAddresses`]: orNull(emails),
    [`${what}URIDomains`]: orNull(uris),
  };
}

function rangeValue(bytes: Buffer): Value {
  const half = bytes.length / 2;
  return {
    IP: addressText(bytes.subarray(0, half)),
    Mask: bytes.subarray(half).toString('base64'),
  };
}

/** An address of 4 or 16 bytes as a text. */
export function addressText(bytes: Buffer): string {
  if (bytes.length !== 16) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    bytes.readUInt16BE(index * 2).toString(16),
  );
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}
