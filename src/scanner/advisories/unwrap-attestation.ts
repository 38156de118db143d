/**
 * A VEX document that came as the predicate of an in-toto statement (in-toto Attestation Framework
 * v1, as `vexctl attest` and `cosign attest` make them). It is about the statement's subjects, and
 * about nothing else; what names no product is about all of them (OpenVEX, ATTESTING.md).
 */
import { type Digest, isDigest } from '../../domain/digest.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { VexDocument, VexProduct } from '../../domain/vex-document.ts';
import { isPackageUrl, parsePackageUrl } from '../parse-package-url.ts';
import { fieldError, member, readList, readText, type Field } from './osv-field.ts';
import { parseVex } from './parse-vex.ts';
import { namesImage } from './vex-product.ts';

const STATEMENT = /^https:\/\/in-toto\.io\/Statement\/v\d/;
const PREDICATES = /^https:\/\/(?:openvex\.dev\/ns|cyclonedx\.org\/(?:vex|bom))(?:\/|$)/;
const MAX_SUBJECTS = 100;

/** A subject: what it is as a product, and how OpenVEX writes that. */
interface Subject {
  readonly product: VexProduct;
  readonly written: JsonObject;
}

/** Tells whether a value means to be an in-toto statement. */
export function isAttestation(json: unknown): boolean {
  const type = isJsonObject(json) ? json['_type'] : undefined;
  return typeof type === 'string' && STATEMENT.test(type);
}

/** Reads the document inside, narrowed to what the statement is about. */
export function unwrapAttestation(json: unknown): VexDocument {
  const root: Field = { path: '', value: json };
  const type = member(root, 'predicateType');
  if (!PREDICATES.test(readText(type, 256))) throw fieldError(type, 'a predicate type of VEX');
  const list = member(root, 'subject');
  const subjects = readList(list, MAX_SUBJECTS).map(readSubject);
  if (subjects.length === 0) throw fieldError(list, 'at least one subject');
  const written = subjects.map((one) => one.written);
  const document = parseVex(fillProducts(member(root, 'predicate').value, written));
  const statements = document.statements.map((one) => ({
    ...one,
    products: one.products.flatMap((product) => narrow(product, subjects)),
  }));
  return { ...document, statements };
}

/** A package by its purl; anything else by its digest. */
function readSubject(field: Field): Subject {
  const name = member(field, 'name').value;
  const purl = typeof name === 'string' && isPackageUrl(name) ? parsePackageUrl(name) : undefined;
  if (purl !== undefined && !namesImage(purl)) {
    return { product: { component: purl }, written: { '@id': String(name) } };
  }
  const digest = readDigest(member(member(field, 'digest'), 'sha256'));
  return {
    product: { image: { digest } },
    written: { '@id': digest, hashes: { 'sha-256': digest.slice('sha256:'.length) } },
  };
}

function readDigest(field: Field): Digest {
  const digest = `sha256:${readText(field, 64)}`;
  if (isDigest(digest)) return digest;
  throw fieldError(field, 'a SHA-256 digest in hex');
}

function fillProducts(predicate: unknown, written: readonly JsonObject[]): unknown {
  if (!isJsonObject(predicate) || !Array.isArray(predicate['statements'])) return predicate;
  const statements = predicate['statements'].map((one: Json) =>
    isJsonObject(one) && one['products'] === undefined ? { ...one, products: written } : one,
  );
  return { ...predicate, statements };
}

function narrow(product: VexProduct, subjects: readonly Subject[]): readonly VexProduct[] {
  return subjects.flatMap(({ product: subject }) => within(product, subject));
}

function within(product: VexProduct, { image, component }: VexProduct): readonly VexProduct[] {
  if (image === undefined) {
    const same = JSON.stringify(product) === JSON.stringify({ component });
    return same ? [product] : [];
  }
  const { digest } = product.image ?? {};
  if (digest !== undefined) return digest === image.digest ? [product] : [];
  return [{ ...product, image }];
}
