/** DER (X.690), as far as certificates need it: tags, lengths, and a few types. */
import { BuiltinFailure } from '../model/builtin.ts';

/** One element: its tag's octet, its content, and its whole encoding. */
export interface DerElement {
  readonly tag: number;
  readonly content: Buffer;
  readonly whole: Buffer;
}

/** What tags' octets say. */
export const DER = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
} as const;

const MAX_ELEMENTS = 10_000;
/** Longest integer in bytes: the modulus of 16,384 bits. Longer ones take seconds to print. */
export const MAX_INTEGER = 2049;
/** Go holds the numbers of an identifier in 31 bits. */
const MAX_ARC = 0x7fff_ffff;

/** The elements that stand in some bytes; throws a `BuiltinFailure` where they are no DER. */
export function readElements(bytes: Buffer): readonly DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length;) {
    const element = readElement(bytes.subarray(at));
    if (elements.length === MAX_ELEMENTS) throw malformed();
    elements.push(element);
    at += element.whole.length;
  }
  return elements;
}

function readElement(bytes: Buffer): DerElement {
  const [tag = 0, first = 0] = bytes;
  const count = first < 0x80 ? 0 : first & 0x7f;
  if (bytes.length < 2 || count > 4 || first === 0x80) throw malformed();
  const size =
    count === 0 ? first : bytes.subarray(2, 2 + count).reduce((sum, byte) => sum * 256 + byte, 0);
  const start = 2 + count;
  if (start + size > bytes.length) throw malformed();
  return {
    tag,
    content: bytes.subarray(start, start + size),
    whole: bytes.subarray(0, start + size),
  };
}

function malformed(): BuiltinFailure {
  return new BuiltinFailure('x509: malformed certificate');
}

/** The children of a constructed element; none of an absent one. */
export function childrenOf(element: DerElement | undefined): readonly DerElement[] {
  return element ? readElements(element.content) : [];
}

/** An object identifier as its numbers. */
export function oidOf({ content }: DerElement): number[] {
  const numbers: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if (value > MAX_ARC) throw malformed();
    if (byte < 0x80) {
      numbers.push(value);
      value = 0;
    }
  }
  const [first = 0, ...rest] = numbers;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - top * 40, ...rest];
}

/** An integer that a JavaScript number holds; throws a `BuiltinFailure` for a longer one. */
export function smallIntegerOf(element: DerElement): number {
  const value = Number(integerOf(element));
  if (Number.isSafeInteger(value)) return value;
  throw malformed();
}

/** An integer of up to 16,384 bits. */
export function integerOf({ content }: DerElement): bigint {
  if (content.length > MAX_INTEGER) throw malformed();
  const value = BigInt(`0x${content.toString('hex') || '0'}`);
  const isNegative = (content[0] ?? 0) >= 0x80;
  return isNegative ? value - (1n << BigInt(content.length * 8)) : value;
}
