/** IP networks in CIDR notation (RFC 4632, RFC 4291), read strictly, printed as RFC 5952 says. */

/** A run of addresses of one family. */
export interface AddressRange {
  /** How many bits an address has: 32 or 128. */
  readonly bits: number;
  readonly first: bigint;
  readonly last: bigint;
}

/** An address as a number. */
export interface Address {
  readonly bits: number;
  readonly value: bigint;
}

const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
const GROUP = /^[0-9a-f]{1,4}$/i;

/** Reads an address; undefined for anything else, addresses with a zone among it. */
export function parseAddress(text: string): Address | undefined {
  if (IPV4.test(text)) return { bits: 32, value: joinNumbers(text.split('.').map(Number), 8) };
  const groups = parseGroups(text);
  return groups && { bits: 128, value: joinNumbers(groups, 16) };
}

function joinNumbers(numbers: readonly number[], width: number): bigint {
  return numbers.reduce((value, number) => (value << BigInt(width)) | BigInt(number), 0n);
}

/** The eight groups of an IPv6 address; the last two may be written as IPv4. */
function parseGroups(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (text.length > 45 || halves.length > 2 || !text.includes(':')) return undefined;
  const isHeadLast = halves.length === 1;
  const [head, tail = []] = halves.map((half, index) =>
    half === '' ? [] : groupsOf(half, isHeadLast || index === 1),
  );
  if (head === 'bad' || tail === 'bad' || !head) return undefined;
  const missing = 8 - head.length - tail.length;
  const isWhole = isHeadLast ? missing === 0 : missing >= 1;
  return isWhole ? [...head, ...Array.from({ length: missing }, () => 0), ...tail] : undefined;
}

function groupsOf(half: string, isLast: boolean): number[] | 'bad' {
  const parts = half.split(':');
  const last = parts.at(-1) ?? '';
  if (isLast && IPV4.test(last)) {
    const [a = 0, b = 0, c = 0, d = 0] = last.split('.').map(Number);
    parts.splice(-1, 1, (a * 256 + b).toString(16), (c * 256 + d).toString(16));
  }
  return parts.every((part) => GROUP.test(part)) ? parts.map((part) => parseInt(part, 16)) : 'bad';
}

/** IPv4 addresses written as IPv6 (`::ffff:10.0.0.1`) begin here and have so many bits more. */
const [MAPPED, MAPPED_BITS] = [0xffffn, 96];

/** The address itself where it is an IPv4 address written as IPv6: to Go the two are one. */
export function unmapped(address: Address): Address {
  const isMapped = address.bits === 128 && address.value >> 32n === MAPPED;
  return isMapped ? { bits: 32, value: address.value & 0xffffffffn } : address;
}

/** Reads a network, whose address may have bits behind the prefix; undefined for anything else. */
export function parseNetwork(text: string): AddressRange | undefined {
  const [, start = '', size = ''] = /^([^/]+)\/(\d+)$/.exec(text) ?? [];
  const address = parseAddress(start);
  const prefix = Number(size);
  if (!address || prefix > address.bits) return undefined;
  const plain = unmapped(address);
  const isMapped = plain !== address && prefix >= MAPPED_BITS;
  return isMapped ? networkOf(plain, prefix - MAPPED_BITS) : networkOf(address, prefix);
}

/** The network of an address with a prefix. */
export function networkOf({ bits, value }: Address, prefix: number): AddressRange {
  const hosts = (1n << BigInt(bits - prefix)) - 1n;
  const first = value & ~hosts;
  return { bits, first, last: first | hosts };
}

/** Tells whether one range lies in another. */
export function holds(outer: AddressRange, inner: AddressRange): boolean {
  return outer.bits === inner.bits && outer.first <= inner.first && inner.last <= outer.last;
}

/** Prints an address. */
export function formatAddress({ bits, value }: Address): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((by) => (value >> by) & 255n).join('.');
  const groups = Array.from(
    { length: 8 },
    (_, index) => (value >> BigInt(112 - 16 * index)) & 0xffffn,
  );
  const run = longestZeroRun(groups);
  const text = groups.map((group) => group.toString(16));
  if (run.length < 2) return text.join(':');
  return `${text.slice(0, run.start).join(':')}::${text.slice(run.start + run.length).join(':')}`;
}

function longestZeroRun(groups: readonly bigint[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start += 1) {
    const end = groups.findIndex((group, index) => index >= start && group !== 0n);
    const length = (end === -1 ? groups.length : end) - start;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** A network to be merged; one that no other touches keeps the name that it has. */
export interface NamedRange extends AddressRange {
  readonly name?: string;
}

/**
 * The fewest networks that cover some ranges exactly, in order, IPv4 first. `charge` is told of
 * each network before it is made.
 */
export function mergeNetworks(
  ranges: readonly NamedRange[],
  charge: (steps: number) => void,
): string[] {
  const sorted = ranges.toSorted((a, b) => a.bits - b.bits || compare(a.first, b.first));
  const joined: NamedRange[] = [];
  for (const range of sorted) {
    const previous = joined.at(-1);
    if (previous && previous.bits === range.bits && range.first <= previous.last + 1n) {
      const last = range.last > previous.last ? range.last : previous.last;
      joined.splice(-1, 1, { bits: range.bits, first: previous.first, last });
    } else joined.push(range);
  }
  return joined.flatMap((range) =>
    range.name === undefined ? networksOf(range, charge) : [range.name],
  );
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Steps of finding one network: each of its bits is tried. */
const STEPS_OF_NETWORK = 100;

function networksOf(
  { bits, first, last }: AddressRange,
  charge: (steps: number) => void,
): string[] {
  const networks: string[] = [];
  for (let start = first; start <= last;) {
    charge(STEPS_OF_NETWORK);
    let size = 0n;
    while (fits(start, size + 1n, last) && size < BigInt(bits)) size += 1n;
    networks.push(`${formatAddress({ bits, value: start })}/${BigInt(bits) - size}`);
    start += 1n << size;
  }
  return networks;
}

/** Whether a network of 2^size addresses may begin here. */
function fits(start: bigint, size: bigint, last: bigint): boolean {
  const count = 1n << size;
  return start % count === 0n && start + count - 1n <= last;
}
