/** IP networks; what would ask the network (`net.lookup_ip_addr`) is refused by the compiler. */
import { BuiltinFailure, operandFailure } from '../model/builtin.ts';
import type { Builtin, BuiltinContext, OperandType } from '../model/builtin.ts';
import { RegoSet, isArrayValue, typeOf } from '../model/value.ts';
import type { Value } from '../model/value.ts';
import {
  formatAddress,
  holds,
  mergeNetworks,
  networkOf,
  parseAddress,
  parseNetwork,
  unmapped,
} from './ip-network.ts';
import type { Address, AddressRange, NamedRange } from './ip-network.ts';
import { membersOf, partsOf } from './operands.ts';

const STRINGS: readonly OperandType[] = ['string', 'string'];
/** What one address of a set takes of memory, and of steps to be made. */
const [BYTES_OF_ADDRESS, STEPS_OF_ADDRESS] = [160, 8];

/** The builtins of `net.`. */
export const netBuiltins: readonly Builtin[] = [
  { name: 'net.cidr_contains', args: STRINGS, result: 'boolean', call: contains },
  { name: 'net.cidr_intersects', args: STRINGS, result: 'boolean', call: intersects },
  { name: 'net.cidr_overlap', args: STRINGS, result: 'boolean', call: contains },
  { name: 'net.cidr_contains_matches', args: ['any', 'any'], result: 'set', call: containsMatches },
  { name: 'net.cidr_expand', args: ['string'], result: 'set', call: expand },
  {
    name: 'net.cidr_merge',
    args: [['array', 'set']],
    result: 'set',
    call: ([list], { charge }) => merge(list as Value, charge),
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
  const found = address ? networkOfOne(unmapped(address)) : parseNetwork(text);
  if (found) return found;
  const wanted = 'a valid textual representation of an IP address or CIDR';
  throw new BuiltinFailure(`not ${wanted}: ${text}`);
}

function networkOfOne(address: Address): AddressRange {
  return networkOf(address, address.bits);
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
  context.charge(count * STEPS_OF_ADDRESS);
  context.allocate(count * BYTES_OF_ADDRESS);
  return RegoSet.of(
    Array.from({ length: count }, (_, index) =>
      formatAddress({ bits, value: first + BigInt(index) }),
    ),
  );
}

/** Steps of reading and placing one network. */
const STEPS_OF_MERGING = 64;

function merge(list: Value, charge: (steps: number) => void): Value {
  const members = membersOf(list);
  charge(members.length * STEPS_OF_MERGING);
  return RegoSet.of(mergeNetworks(members.map(networkOrClass), charge));
}

/** An address without a prefix has that of its old class, as Go's DefaultMask says. */
function networkOrClass(member: Value): NamedRange {
  if (typeof member !== 'string') throw new BuiltinFailure('element must be string');
  const found = parseAddress(member);
  const address = found && unmapped(found);
  if (!address) return network(member);
  if (address.bits !== 32) {
    throw new BuiltinFailure(`IPv6 invalid: needs prefix length, got ${member}`);
  }
  const octet = Number(address.value >> 24n);
  const prefix = octet < 128 ? 8 : octet < 192 ? 16 : 24;
  return { ...networkOf(address, prefix), name: `${formatAddress(address)}/${prefix}` };
}

/** All pairs of keys whose networks hold each other's; a string is its own key. */
function containsMatches([outers, inners]: readonly Value[], context: BuiltinContext): Value {
  const [some, others] = [keyed(outers as Value), keyed(inners as Value)];
  if (some.length === 0 || others.length === 0) return RegoSet.of([]);
  context.charge((some.length + others.length) * STEPS_OF_ADDRESS + some.length * others.length);
  const outer = some.map(([key, item]) => [key, network(textOf(item, 1))] as const);
  const inner = others.map(([key, item]) => [key, networkOrAddress(textOf(item, 2))] as const);
  const pairs = outer.flatMap(([key, range]) => {
    const held = inner.filter(([, other]) => holds(range, other)).map(([other]) => [key, other]);
    context.allocate(held.length * BYTES_OF_ADDRESS);
    return held;
  });
  return RegoSet.of(pairs);
}

function keyed(value: Value): readonly (readonly [Value, Value])[] {
  return typeof value === 'string' ? [[value, value]] : partsOf(value);
}

function textOf(item: Value, position: number): string {
  const isText = typeof item === 'string' || (isArrayValue(item) && item.length > 0);
  if (!isText) {
    throw new BuiltinFailure(`operand ${position}: element must be string or non-empty array`);
  }
  const text = isArrayValue(item) ? (item[0] as Value) : item;
  if (typeof text === 'string') return text;
  throw operandFailure(1, `must be string but got ${typeOf(text)}`);
}
