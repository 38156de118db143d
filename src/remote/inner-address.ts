/**
 * Where an address is: out in the world, within our own network, or where nothing of ours has any
 * business. One reading for registries, notifications and key sets, whatever way it is written.
 */
import { BlockList, isIP } from 'node:net';

/** `forbidden`: link-local, where clouds hand out credentials; no flag opens it. */
export type AddressPlace = 'public' | 'inner' | 'forbidden';

/** Link-local (RFC 3927, RFC 4291), and the other addresses at which clouds answer their guests. */
const FORBIDDEN = addressList({
  ipv4: ['169.254.0.0/16', '100.100.100.200/32', '168.63.129.16/32', '192.0.0.192/32'],
  ipv6: ['fe80::/10', 'fd00:ec2::/32', 'fd20:ce::254/128'],
});

/** Loopback, private, shared, benchmark, multicast and reserved (RFC 6890). */
const INNER = addressList({
  ipv4: [
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.168.0.0/16',
    '198.18.0.0/15',
    '224.0.0.0/4',
    '240.0.0.0/4',
  ],
  ipv6: ['::/127', '64:ff9b::/96', '64:ff9b:1::/48', 'fc00::/7', 'fec0::/10', 'ff00::/8'],
});

/** IPv6 prefixes that carry an IPv4 address, and at which of their 16 bytes it begins. */
const CARRIERS = [
  { prefix: '00000000000000000000ffff', at: 12 },
  { prefix: '000000000000000000000000', at: 12 },
  { prefix: '0064ff9b0000000000000000', at: 12 },
  { prefix: '0064ff9b0001', at: 12 },
  { prefix: '2002', at: 2 },
] as const;

/** The place of an IP address; what is no address counts as forbidden. */
export function placeOfAddress(text: string): AddressPlace {
  const address = text.replace(/%.*$/, '');
  const version = isIP(address);
  if (version === 0) return 'forbidden';
  const carried = version === 6 ? carriedAddress(address) : undefined;
  const places = [address, ...(carried === undefined ? [] : [carried])].map(placeOfPlain);
  return places.find((place) => place === 'forbidden') ?? places.find(isInner) ?? 'public';
}

/** Makes a list of ranges such as `10.0.0.0/8`. */
export function addressList(ranges: {
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
}): BlockList {
  const list = new BlockList();
  for (const family of ['ipv4', 'ipv6'] as const) {
    for (const range of ranges[family]) {
      const [address = '', bits = ''] = range.split('/');
      list.addSubnet(address, Number(bits), family);
    }
  }
  return list;
}

/** Tells whether a list holds an address. */
export function isListed(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function placeOfPlain(address: string): AddressPlace {
  if (isListed(FORBIDDEN, address)) return 'forbidden';
  return isListed(INNER, address) ? 'inner' : 'public';
}

function isInner(place: AddressPlace): boolean {
  return place === 'inner';
}

/** The IPv4 address within an IPv6 one (mapped, translated, 6to4), to which packets may go. */
function carriedAddress(address: string): string | undefined {
  const hex = ipv6Hex(address);
  const carrier = CARRIERS.find(({ prefix }) => hex.startsWith(prefix));
  if (carrier === undefined) return undefined;
  const bytes = [0, 1, 2, 3].map((index) => hex.slice((carrier.at + index) * 2).slice(0, 2));
  return bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
}

/** The 32 hex digits of an IPv6 address that {@link isIP} knows. */
function ipv6Hex(address: string): string {
  const [head = '', tail] = address.split('::');
  const [before, after] = [head, tail ?? ''].map(groupsOf);
  const missing = 8 - (before?.length ?? 0) - (after?.length ?? 0);
  const groups = [
    ...(before ?? []),
    ...Array.from({ length: missing }, () => '0'),
    ...(after ?? []),
  ];
  return groups.map((group) => group.toLowerCase().padStart(4, '0')).join('');
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':').flatMap((group) => dottedGroups(group) ?? [group]);
}

/** The last 32 bits may be written as IPv4. */
function dottedGroups(group: string): string[] | undefined {
  if (!group.includes('.')) return undefined;
  const hex = group.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
  return [hex.slice(0, 2).join(''), hex.slice(2).join('')];
}
