/**
 * What reading a VEX document keeps account of, whatever its form: how much of it there is, what of
 * it matches nothing here, and the fields that all forms have.
 */
import { AssayError } from '../../domain/error.ts';
import type { VexProduct, VexStatement } from '../../domain/vex-document.ts';
import { fieldError, readText, type Field } from './osv-field.ts';
import type { ProductReading } from './vex-product.ts';

/** The most that one document may hold. */
export const VEX_LIMITS = {
  statements: 10_000,
  products: 50_000,
  id: 512,
  text: 8192,
  aliases: 100,
  remarks: 20,
} as const;

/** The account of one reading. */
export interface VexReading {
  /** Takes a product, or notes why it is none; `name` is what the document calls it. */
  readonly take: (name: string, reading: ProductReading) => readonly VexProduct[];
  /** Notes what matches nothing. */
  readonly remark: (text: string) => void;
  readonly remarks: () => readonly string[];
}

/** Begins an account. Throws `too-large` from the product on that is one too many. */
export function startReading(): VexReading {
  const remarks: string[] = [];
  let products = 0;
  let passedOver = 0;
  const remark = (text: string): void => {
    if (remarks.length < VEX_LIMITS.remarks) remarks.push(text);
    else passedOver += 1;
  };
  const take: VexReading['take'] = (name, reading) => {
    products += 1;
    if (products > VEX_LIMITS.products) throw tooMany('products', VEX_LIMITS.products);
    if (typeof reading !== 'string') return [reading];
    remark(`${JSON.stringify(name.slice(0, 200))} ${reading}`);
    return [];
  };
  const all = (): readonly string[] =>
    passedOver === 0 ? remarks : [...remarks, `and ${passedOver} more`];
  return { take, remark, remarks: all };
}

/** The error for a document that has more than is read. */
export function tooMany(what: string, most: number): AssayError {
  return new AssayError(
    'too-large',
    `the document has more than ${most} ${what}; split it into several documents`,
  );
}

/** Refuses more statements than are read. */
export function checkStatementCount(field: Field): void {
  if (Array.isArray(field.value) && field.value.length > VEX_LIMITS.statements) {
    throw tooMany('statements', VEX_LIMITS.statements);
  }
}

const ID = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/;

/** The id of a vulnerability: ASCII only, for another alphabet has letters that look the same. */
export function readVulnerabilityId(field: Field): string {
  const text = readText(field, VEX_LIMITS.id);
  if (ID.test(text)) return text;
  throw fieldError(field, 'an id such as CVE-2024-1234, of ASCII letters, digits and . _ : / -');
}

const DOCUMENT_ID = /^[\x21-\x7e]{1,256}$/;

/** The id by which a document replaces an older one: ASCII, lest two look the same. */
export function readDocumentId(field: Field): string {
  const { value } = field;
  if (typeof value === 'string' && DOCUMENT_ID.test(value)) return value;
  throw fieldError(field, 'an id of 1 to 256 printable ASCII characters without blanks');
}

/** A text that may be missing or empty. */
export function readOptionalText(field: Field, cap: number): string | undefined {
  const { value } = field;
  return value === undefined || value === null || value === '' ? undefined : readText(field, cap);
}

/** One of a few words. */
export function readWord<T extends string>(field: Field, words: readonly T[]): T {
  const found = words.find((word) => word === field.value);
  if (found !== undefined) return found;
  throw fieldError(field, `one of ${words.join(', ')}`);
}

/** A statement as read, its optional texts left out where they are undefined. */
export type StatementParts = Pick<
  VexStatement,
  'vulnerability' | 'aliases' | 'products' | 'status' | 'time'
> & {
  readonly justification?: VexStatement['justification'] | undefined;
  readonly impact?: string | undefined;
  readonly action?: string | undefined;
};

/** Makes a statement; refuses `not_affected` that says neither justification nor impact. */
export function makeStatement(field: Field, parts: StatementParts): VexStatement {
  const { justification, impact, action, ...rest } = parts;
  if (rest.status === 'not_affected' && justification === undefined && impact === undefined) {
    throw new AssayError(
      'invalid-advisory',
      `field ${field.path}: ${rest.vulnerability} is not_affected without a reason; a ` +
        'justification or an impact statement is wanted',
    );
  }
  return {
    ...rest,
    ...(justification === undefined ? {} : { justification }),
    ...(impact === undefined ? {} : { impact }),
    ...(action === undefined ? {} : { action }),
  };
}

/** Refuses a statement that names no product. */
export function requireProducts(field: Field, vulnerability: string): void {
  if (Array.isArray(field.value) && field.value.length > 0) return;
  throw new AssayError(
    'invalid-advisory',
    `field ${field.path}: the statement on ${vulnerability} names no product; name at least one`,
  );
}
