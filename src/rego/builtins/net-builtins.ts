/** IP networks; what would ask the network (`net.lookup_ip_addr`) is refused by the compiler. */
import { BuiltinFailure } from '../builtin.ts';
import type { Builtin, BuiltinContext, OperandType } from '../builtin.ts';
import { RegoSet, isArrayValue } from '../value.ts';
import type { Value } from '../value.ts';
import {
  formatAddress,
  holds,
  mergeNetworks,
  networkOf,
  parseAddress,
  parseNetwork,
} from './ip-network.ts';
import type { AddressRange } from './ip-network.ts';
import { partsOf, stringMembers } from './operands.ts';

const STRINGS: readonly OperandType[] = ['string', 'string'];
const MANY: OperandType = ['string', 'array', 'set', 'object'];

/** The builtins of `net.`. */
export const netBuiltins: readonly Builtin[] = [
  { name: 'net.cidr_contains', args: STRINGS, result: 'boolean', call: contains },
  { name: 'net.cidr_intersects', args: STRINGS, result: 'boolean', call: intersects },
  { name: 'net.cidr_overlap', args: STRINGS, result: 'boolean', call: contains },
  { name: 'net.cidr_contains_matches', args: [MANY, MANY], result: 'set', call: containsMatches },
  { name: 'net.cidr_expand', args: ['string'], result: 'set', call: expand },
  {
    name: 'net.cidr_merge',
    args: [['array', 'set']],
    result: 'set',
    call: ([list]) => merge(list as Value),
  },
  {
    name: 'net.cidr_is_valid',
    args: ['any'],
    result: 'boolean',
    call: ([text]) => typeof text === 'string' && parseNetwork(text) !== undefined,
  },
];

function network(text: string): AddressRange {
  const found = parseNetwork(text);
  if (found) return found;
  throw new BuiltinFailure(`invalid CIDR address: ${text}`);
}

function networkOrAddress(text: string): AddressRange {
  const address = parseAddress(text);
  return address ? networkOf(address, address.bits) : network(text);
}

function contains([outer, inner]: readonly Value[]): boolean {
  return holds(network(outer as string), networkOrAddress(inner as string));
}

function intersects([a, b]: readonly Value[]): boolean {
  const [x, y] = [network(a as string), network(b as string)];
  return x.bits === y.bits && x.first <= y.last && y.first <= x.last;
}

function expand([text]: readonly Value[], context: BuiltinContext): Value {
  const { bits, first, last } = network(text as string);
  const count = Number(last - first) + 1;
  context.charge(count);
  context.allocate(count * 64);
  return RegoSet.of(
    Array.from({ length: count }, (_, index) =>
      formatAddress({ bits, value: first + BigInt(index) }),
    ),
  );
}

/** An address without a prefix has that of its old class, as Go's DefaultMask says. */
function merge(list: Value): Value {
  return RegoSet.of(mergeNetworks(stringMembers(list, 1).map(networkOrClass)));
}

function networkOrClass(text: string): AddressRange {
  const address = parseAddress(text);
  if (!address) return network(text);
  if (address.bits !== 32)
    throw new BuiltinFailure(`IPv6 invalid: needs prefix length, got ${text}`);
  const octet = Number(address.value >> 24n);
  return networkOf(address, octet < 128 ? 8 : octet < 192 ? 16 : 24);
}

/** All pairs of keys whose networks hold each other's; a string is its own key. */
function containsMatches([outers, inners]: readonly Value[], context: BuiltinContext): Value {
  const outer = keyed(outers as Value, 1).map(([key, text]) => [key, network(text)] as const);
  const inner = keyed(inners as Value, 2).map(
    ([key, text]) => [key, networkOrAddress(text)] as const,
  );
  context.charge(outer.length * inner.length);
  const pairs = outer.flatMap(([key, range]) =>
    inner.filter(([, other]) => holds(range, other)).map(([other]) => [key, other]),
  );
  return RegoSet.of(pairs);
}

function keyed(value: Value, position: number): (readonly [Value, string])[] {
  const parts = typeof value === 'string' ? [[value, value] as const] : partsOf(value);
  return parts.map(([key, item]) => [key, textOf(item, position)]);
}

function textOf(item: Value, position: number): string {
  const text = isArrayValue(item) ? item[0] : item;
  if (typeof text === 'string') return text;
  throw new BuiltinFailure(`operand ${position}: element must be string or non-empty array`);
}
