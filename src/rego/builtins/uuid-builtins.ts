/** UUIDs (RFC 9562), numbers drawn by chance, and what the caller says of its runtime. */
import type { Builtin, BuiltinContext } from '../model/builtin.ts';
import { fromBigInt } from '../model/number.ts';
import { plainObject } from '../model/value.ts';
import type { Value } from '../model/value.ts';
import { integerOperand, remembered } from './operands.ts';

const HEX = '([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})';
/** Go's library looks at no brace: any two signs may stand around. */
const UUID = new RegExp(`^(?:urn:uuid:${HEX}|.${HEX}.|${HEX}|([0-9a-f]{32}))$`, 'is');
/** Steps of 100 ns between 1582-10-15, where the times of UUIDs begin, and 1970. */
const GREGORIAN_OFFSET = 0x01b21dd213814000n;
/** Of a digest or two, from which chance is drawn. */
const STEPS_PER_DRAW = 150;
const DOMAINS = ['Person', 'Group', 'Org'];

/** `uuid.`, `rand.intn`, `opa.runtime` and `trace`. */
export const uuidBuiltins: readonly Builtin[] = [
  {
    name: 'uuid.parse',
    args: ['string'],
    result: 'object',
    call: ([text]) => parse(text as string),
  },
  {
    name: 'uuid.rfc4122',
    args: ['string'],
    result: 'string',
    isNondeterministic: true,
    call: ([key], context) => remembered(context, `uuid ${key as string}`, () => draw(context)),
  },
  {
    name: 'rand.intn',
    args: ['string', 'number'],
    result: 'number',
    isNondeterministic: true,
    call: randomBelow,
  },
  {
    name: 'opa.runtime',
    args: [],
    result: 'object',
    isNondeterministic: true,
    call: (_, { runtime }) => runtime,
  },
  {
    name: 'trace',
    args: ['string'],
    result: 'boolean',
    call: ([note], context) => {
      context.print(note as string, context.at);
      return true;
    },
  },
];

/** A UUID of version 4. */
function draw(context: BuiltinContext): string {
  context.charge(STEPS_PER_DRAW);
  const bytes = Buffer.from(context.randomBytes(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function randomBelow([key, bound]: readonly Value[], context: BuiltinContext): Value {
  const limit = integerOperand(bound as Value, 2);
  const size = limit < 0n ? -limit : limit;
  if (size === 0n) return 0;
  const name = `rand ${key as string} ${size}`;
  return remembered(context, name, () => {
    context.charge(STEPS_PER_DRAW);
    const bytes = Buffer.from(context.randomBytes(32)).toString('hex');
    return fromBigInt(BigInt(`0x${bytes}`) % size);
  });
}

function parse(text: string): Value | undefined {
  const hex = (UUID.exec(text) ?? [])
    .slice(1)
    .filter((part) => part !== undefined)
    .join('')
    .toLowerCase();
  if (hex === '') return undefined;
  const bytes = Buffer.from(hex, 'hex');
  const version = (bytes[6] ?? 0) >> 4;
  const base: [string, Value][] = [
    ['version', version],
    ['variant', variantOf(bytes[8] ?? 0)],
  ];
  return plainObject(
    version === 1 || version === 2 ? [...base, ...timeParts(hex, bytes, version)] : base,
  );
}

function variantOf(octet: number): string {
  if ((octet & 0xc0) === 0x80) return 'RFC4122';
  if ((octet & 0xe0) === 0xc0) return 'Microsoft';
  return (octet & 0xe0) === 0xe0 ? 'Future' : 'Reserved';
}

/** What UUIDs made of a time and a machine's address say; version 2 names a local user too. */
function timeParts(hex: string, bytes: Buffer, version: number): [string, Value][] {
  const steps = BigInt(`0x${hex.slice(13, 16)}${hex.slice(8, 12)}${hex.slice(0, 8)}`);
  const first = bytes[10] ?? 0;
  const scope = first & 2 ? 'local' : 'global';
  const parts: [string, Value][] = [
    ['time', fromBigInt((steps - GREGORIAN_OFFSET) * 100n)],
    ['nodeid', (hex.slice(20).match(/../g) ?? []).join('-')],
    ['macvariables', `${scope}:${first & 1 ? 'multicast' : 'unicast'}`],
    ['clocksequence', bytes.readUInt16BE(8) & 0x3fff],
  ];
  if (version === 1) return parts;
  const domain = bytes[9] ?? 0;
  return [
    ...parts,
    ['id', bytes.readUInt32BE(0)],
    ['domain', DOMAINS[domain] ?? `Domain${domain}`],
  ];
}
