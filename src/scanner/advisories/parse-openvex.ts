/** Reads OpenVEX 0.2.0 (https://github.com/openvex/spec, OPENVEX-SPEC.md). */
import { type Digest, isDigest } from '../../domain/digest.ts';
import { isJsonObject } from '../../domain/json.ts';
import {
  VEX_JUSTIFICATIONS,
  VEX_STATUSES,
  type NamedPackage,
  type VexDocument,
  type VexJustification,
  type VexProduct,
  type VexStatement,
} from '../../domain/vex-document.ts';
import type { Micros } from '../../domain/time.ts';
import { isPackageUrl, parsePackageUrl } from '../parse-package-url.ts';
import { fieldError, member, readList, readOptionalTime, readText, readTime } from './osv-field.ts';
import type { Field } from './osv-field.ts';
import { identifyProduct, namesImage, withinProduct, type ProductReading } from './vex-product.ts';
import {
  checkStatementCount,
  makeStatement,
  readDocumentId,
  readOptionalText,
  readVulnerabilityId,
  readWord,
  requireProducts,
  startReading,
  VEX_LIMITS,
  type VexReading,
} from './vex-reading.ts';

const CONTEXT = 'https://openvex.dev/ns/v0.2.0';

/** Tells whether a value means to be an OpenVEX document. */
export function isOpenVex(context: unknown): boolean {
  return typeof context === 'string' && context.startsWith('https://openvex.dev/ns');
}

/** Reads a document; refuses, as `invalid-advisory` with its path, a field that is wrong. */
export function parseOpenVex(json: unknown): VexDocument {
  const root: Field = { path: '', value: json };
  const context = member(root, '@context');
  if (context.value !== CONTEXT) throw fieldError(context, `${CONTEXT}, the version that is read`);
  const reading = startReading();
  const time =
    readOptionalTime(member(root, 'last_updated')) ?? readTime(member(root, 'timestamp'));
  const list = member(root, 'statements');
  checkStatementCount(list);
  if (!Array.isArray(list.value)) throw fieldError(list, 'a list of statements');
  const statements = readList(list, VEX_LIMITS.statements).map((field) =>
    readStatement(field, time, reading),
  );
  return {
    format: 'OpenVEX',
    id: readDocumentId(member(root, '@id')),
    author: readText(member(root, 'author'), VEX_LIMITS.id),
    version: readVersion(member(root, 'version')),
    time,
    statements,
    remarks: reading.remarks(),
  };
}

function readVersion(field: Field): string {
  const text = typeof field.value === 'number' ? String(field.value) : field.value;
  if (typeof text === 'string' && /^[1-9]\d{0,14}$/.test(text)) return text;
  throw fieldError(field, 'a whole number from 1 on');
}

/** A statement without a time of its own has the document's. */
function readStatement(field: Field, documentTime: Micros, reading: VexReading): VexStatement {
  const said = member(field, 'vulnerability');
  const vulnerability = readVulnerabilityId(member(said, 'name'));
  const products = member(field, 'products');
  requireProducts(products, vulnerability);
  return makeStatement(field, {
    vulnerability,
    aliases: readList(member(said, 'aliases'), VEX_LIMITS.aliases).map(readVulnerabilityId),
    products: readList(products, VEX_LIMITS.products).flatMap((one) => readProduct(one, reading)),
    status: readWord(member(field, 'status'), VEX_STATUSES),
    justification: readJustification(member(field, 'justification')),
    impact: readOptionalText(member(field, 'impact_statement'), VEX_LIMITS.text),
    action: readOptionalText(member(field, 'action_statement'), VEX_LIMITS.text),
    time:
      readOptionalTime(member(field, 'last_updated')) ??
      readOptionalTime(member(field, 'timestamp')) ??
      documentTime,
  });
}

function readJustification(field: Field): VexJustification | undefined {
  if (readOptionalText(field, VEX_LIMITS.id) === undefined) return undefined;
  return readWord(field, VEX_JUSTIFICATIONS);
}

function readProduct(field: Field, reading: VexReading): readonly VexProduct[] {
  const whole = readComponent(field);
  const parts = readList(member(field, 'subcomponents'), VEX_LIMITS.products);
  if (parts.length === 0) return reading.take(nameOf(field), whole);
  return parts.flatMap((part) =>
    reading.take(nameOf(part), withinProduct(whole, readComponent(part))),
  );
}

function nameOf(field: Field): string {
  const id = member(field, '@id').value ?? member(member(field, 'identifiers'), 'purl').value;
  return typeof id === 'string' ? id : field.path;
}

/** The hash of a package's file is not known here, so it says nothing; an image's is its digest. */
function readComponent(field: Field): ProductReading {
  const purl = readPurl(field);
  if (purl !== undefined && !namesImage(purl)) return identifyProduct({ purl });
  const hashes = member(field, 'hashes').value;
  const digest = hashDigest(hashes);
  if (digest === undefined && isJsonObject(hashes)) return 'has hashes, but no digest of an image';
  return identifyProduct({
    ...(purl === undefined ? {} : { purl }),
    ...(digest === undefined ? {} : { digest }),
  });
}

function readPurl(field: Field): NamedPackage | undefined {
  const id = readOptionalText(member(field, '@id'), 2048);
  const identifier = member(member(field, 'identifiers'), 'purl');
  const own = id !== undefined && isPackageUrl(id) ? parsePackageUrl(id) : undefined;
  const text = readOptionalText(identifier, 2048);
  const other = text === undefined ? own : parsePackageUrl(text);
  if (own === undefined || JSON.stringify(own) === JSON.stringify(other)) return other;
  throw fieldError(identifier, 'the same purl as in @id');
}

function hashDigest(hashes: unknown): Digest | undefined {
  const { 'sha-256': hash = '' } = isJsonObject(hashes) ? hashes : {};
  const digest = typeof hash === 'string' ? `sha256:${hash.toLowerCase()}` : '';
  return isDigest(digest) ? digest : undefined;
}
