/**
 * A VEX document that came as the predicate of an in-toto statement (in-toto Attestation Framework
 * v1, as `vexctl attest` and `cosign attest` make them): it is about the statement's subjects, and
 * about nothing else.
 */
import { type Digest, isDigest } from '../../domain/digest.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { VexDocument, VexProduct } from '../../domain/vex-document.ts';
import { fieldError, member, readList, readText, type Field } from './osv-field.ts';
import { parseVex } from './parse-vex.ts';

const STATEMENT = /^https:\/\/in-toto\.io\/Statement\/v\d/;
const PREDICATES = /^https:\/\/(?:openvex\.dev\/ns|cyclonedx\.org\/(?:vex|bom))(?:\/|$)/;
const MAX_SUBJECTS = 100;

/** Tells whether a value means to be an in-toto statement. */
export function isAttestation(json: unknown): boolean {
  const type = isJsonObject(json) ? json['_type'] : undefined;
  return typeof type === 'string' && STATEMENT.test(type);
}

/** Reads the document inside, narrowed to the images that the statement is about. */
export function unwrapAttestation(json: unknown): VexDocument {
  const root: Field = { path: '', value: json };
  const type = member(root, 'predicateType');
  if (!PREDICATES.test(readText(type, 256))) throw fieldError(type, 'a predicate type of VEX');
  const subjects = member(root, 'subject');
  const digests = readList(subjects, MAX_SUBJECTS).map(readSubject);
  if (digests.length === 0) throw fieldError(subjects, 'at least one subject');
  return narrow(parseVex(member(root, 'predicate').value), digests);
}

function readSubject(field: Field): Digest {
  const hash = member(member(field, 'digest'), 'sha256');
  const digest = `sha256:${readText(hash, 64)}`;
  if (isDigest(digest)) return digest;
  throw fieldError(hash, 'a SHA-256 digest in hex');
}

function narrow(document: VexDocument, digests: readonly Digest[]): VexDocument {
  const statements = document.statements.map((one) => ({
    ...one,
    products: one.products.flatMap((product) => within(product, digests)),
  }));
  return { ...document, statements };
}

function within(product: VexProduct, digests: readonly Digest[]): readonly VexProduct[] {
  const { digest } = product.image ?? {};
  if (digest !== undefined) return digests.includes(digest) ? [product] : [];
  return digests.map((subject) => ({ ...product, image: { digest: subject } }));
}
