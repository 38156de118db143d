/** VEX documents within in-toto statements: about the subjects, and nothing else. */
import { describe, expect, it } from 'vitest';
import { openVex } from '../../../test/support/vex-documents.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { isAttestation, unwrapAttestation } from './unwrap-attestation.ts';

const HEX = 'a'.repeat(64);
const IMAGE = { name: 'registry.example/app', digest: { sha256: HEX } };
const PURL = 'pkg:deb/debian/openssl@3.0.11-1?arch=amd64';
const PACKAGE = { name: PURL, digest: { sha256: 'b'.repeat(64) } };

function wrapped(subject: Json, predicate: JsonObject = openVex()): JsonObject {
  const predicateType = 'https://openvex.dev/ns/v0.2.0';
  return { _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate };
}

function productsOf(json: JsonObject): unknown {
  return unwrapAttestation(json).statements[0]?.products;
}

function withoutProducts(): JsonObject {
  const document = openVex();
  const [statement] = document['statements'] as JsonObject[];
  const { products: _, ...rest } = statement ?? {};
  return { ...document, statements: [rest] };
}

const component = { name: 'openssl', version: '3.0.11-1' };
const image = { digest: `sha256:${HEX}` };

describe('a document in a statement', () => {
  it('on an image speaks of packages in that image only', () => {
    expect(productsOf(wrapped([IMAGE]))).toMatchObject([{ image, component }]);
  });

  it('on a package speaks of that package only', () => {
    expect(productsOf(wrapped([PACKAGE]))).toMatchObject([{ component }]);
    const other = { ...PACKAGE, name: 'pkg:deb/debian/curl@1' };
    expect(productsOf(wrapped([other]))).toEqual([]);
  });

  it('does not speak of another image', () => {
    const product = `pkg:oci/app@sha256:${'c'.repeat(64)}`;
    expect(productsOf(wrapped([IMAGE], openVex({ product })))).toEqual([]);
  });

  it('that names no product speaks of all subjects', () => {
    expect(productsOf(wrapped([IMAGE, PACKAGE], withoutProducts()))).toMatchObject([
      { image },
      { image, component },
      { component },
    ]);
  });
});

it.each<[string, JsonObject, string]>([
  ['without a subject', wrapped([]), 'at least one subject'],
  ['of a subject without a digest', wrapped([{ name: 'app' }]), 'subject[0].digest.sha256'],
  ['of another kind', { ...wrapped([IMAGE]), predicateType: 'https://slsa.dev/v1' }, 'of VEX'],
])('refuses a statement %s', (_fact, json, problem) => {
  expect(isAttestation(json)).toBe(true);
  expect(() => unwrapAttestation(json)).toThrow(problem);
});
