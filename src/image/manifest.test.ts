/** What a manifest may be, and the confusions that are refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssayError } from '../domain/error.ts';
import {
  foreignLayerProblem,
  isRunnablePlatform,
  parseManifest,
  refuseArtifact,
  type Descriptor,
} from './manifest.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';

const config = {
  mediaType: 'application/vnd.oci.image.config.v1+json',
  digest: DIGEST,
  size: 2,
};
const layer = {
  mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
  digest: DIGEST,
  size: 3,
};
const manifest = { schemaVersion: 2, config, layers: [layer] };
const index = { schemaVersion: 2, manifests: [{ ...layer, mediaType: OCI_MANIFEST }] };

function bytes(document: unknown): Uint8Array {
  return new TextEncoder().encode(
    typeof document === 'string' ? document : JSON.stringify(document),
  );
}

function withLayer(change: object): object {
  return { ...manifest, layers: [{ ...layer, ...change }] };
}

/** What it throws; undefined where it answers. */
function refusal(parse: () => unknown): unknown {
  try {
    parse();
    return undefined;
  } catch (error) {
    return error;
  }
}

function isRefusal(error: unknown): boolean {
  return error === undefined || error instanceof AssayError;
}

describe('parseManifest reads', () => {
  it.each([
    ['OCI with mediaType', { ...manifest, mediaType: OCI_MANIFEST }, undefined, 'manifest'],
    ['no mediaType anywhere', manifest, undefined, 'manifest'],
    ['Docker schema 2', { ...manifest, mediaType: DOCKER_MANIFEST }, DOCKER_MANIFEST, 'manifest'],
    ['a header with parameters', manifest, `${OCI_MANIFEST}; charset=utf-8`, 'manifest'],
    ['an unspecific header', manifest, 'application/octet-stream', 'manifest'],
    ['a header named like an object member', manifest, 'constructor', 'manifest'],
    ['an index without mediaType', index, undefined, 'index'],
    ['an empty index', { schemaVersion: 2, manifests: [] }, OCI_INDEX, 'index'],
  ])('%s', (_fact, document, mediaType, kind) => {
    expect(parseManifest(bytes(document), mediaType).kind).toBe(kind);
  });

  it('all fields of a descriptor', () => {
    const platform = { os: 'linux', architecture: 'arm64', variant: 'v8' };
    const entry = { ...layer, platform, annotations: { a: 'b' } };
    const read = parseManifest(bytes({ schemaVersion: 2, manifests: [entry] }));
    expect(read).toMatchObject({ kind: 'index', manifests: [entry] });
  });
});

describe('parseManifest refuses', () => {
  const schema1 = 'application/vnd.docker.distribution.manifest.v1+prettyjws';
  it.each([
    ['manifest and index at once', { ...manifest, ...index }, 'one of the two'],
    ['an index that carries a config', { ...index, config }, 'one of the two'],
    ['neither', { schemaVersion: 2 }, 'manifest.layers is missing'],
    ['schema 1 by version', { schemaVersion: 1, fsLayers: [] }, 'schema 1'],
    ['schema 1 by type', { ...manifest, mediaType: schema1 }, 'schema 1'],
    ['no version', { config, layers: [] }, 'manifest.schemaVersion is missing'],
    ['its own type against its fields', { ...manifest, mediaType: OCI_INDEX }, 'its fields'],
    ['a type that is no manifest', { ...manifest, mediaType: 'text/html' }, 'text/html'],
    ['a short digest', withLayer({ digest: 'sha256:ab' }), 'manifest.layers[0].digest: digest'],
    ['a negative size', withLayer({ size: -1 }), 'manifest.layers[0].size is -1'],
    ['a fractional size', withLayer({ size: 1.5 }), 'manifest.layers[0].size is 1.5'],
    ['a size beyond integers', withLayer({ size: 2 ** 53 }), 'manifest.layers[0].size'],
    ['a size as text', withLayer({ size: '3' }), 'manifest.layers[0].size is "3"'],
    ['a layer that is no object', { ...manifest, layers: [7] }, 'manifest.layers[0] is 7'],
    ['no config', { schemaVersion: 2, layers: [] }, 'manifest.config is missing'],
    ['null layers', { ...manifest, layers: null }, 'manifest.layers'],
    ['a field that only Go would read', { ...manifest, Layers: [] }, 'write \\"layers\\"'],
    ['a long s that Go folds', { ...manifest, 'layer\u017F': [] }, 'write \\"layers\\"'],
    ['a digest in capitals beside', withLayer({ Digest: DIGEST }), 'write \\"digest\\"'],
    ['a duplicate key', '{"schemaVersion":2,"layers":[],"layers":[]}', 'twice'],
    ['an escaped duplicate key', '{"schemaVersion":2,"layers":[],"l\\u0061yers":[]}', 'twice'],
    ['text that is no JSON', 'hello', 'manifest is not JSON'],
    ['an array', '[]', 'a JSON object'],
  ])('%s', (_attack, document, message) => {
    const escaped = message.replaceAll('\\"', '"');
    expect(() => parseManifest(bytes(document))).toThrow(escaped);
  });

  it('a header that says something else than the document is', () => {
    expect(() => parseManifest(bytes(manifest), OCI_INDEX)).toThrow('the two must agree');
  });

  it('more layers and more bytes than the caps', () => {
    const many = { ...manifest, layers: Array.from({ length: 1001 }, () => layer) };
    expect(() => parseManifest(bytes(many))).toThrow('at most 1000');
    expect(() => parseManifest(bytes(' '.repeat(4 * 1024 * 1024 + 1)))).toThrow('at most 4194304');
  });

  it('random bytes and random JSON with nothing but AssayError', () => {
    const input = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map(bytes),
      fc.json().map((json) => bytes(`{"schemaVersion":2,"layers":${json},"config":${json}}`)),
    );
    fc.assert(
      fc.property(input, (raw) => {
        expect(refusal(() => parseManifest(raw))).toSatisfy(isRefusal);
      }),
    );
  });

  it('long texts and deep nesting without running out of stack', () => {
    expect(() => parseManifest(bytes(`{"a":"${'\\n'.repeat(1_500_000)}"}`))).toThrow(AssayError);
    expect(() => parseManifest(bytes('['.repeat(1_000_000)))).toThrow(AssayError);
  });
});

describe('what a manifest points to', () => {
  const entry = parseManifest(bytes(index));
  const base = entry.kind === 'index' ? entry.manifests[0] : undefined;

  it.each([
    ['a real platform', { os: 'linux', architecture: 'amd64' }, true],
    ['none', undefined, true],
    ['half unknown', { os: 'unknown', architecture: 'amd64' }, true],
    ['an attestation', { os: 'unknown', architecture: 'unknown' }, false],
  ])('may run with platform: %s', (_fact, platform, runs) => {
    expect(isRunnablePlatform({ ...base, platform } as Descriptor)).toBe(runs);
  });

  it('runs although an annotation calls it an attestation', () => {
    const annotations = { 'vnd.docker.reference.type': 'attestation-manifest' };
    const platform = { os: 'linux', architecture: 'amd64' };
    expect(isRunnablePlatform({ ...base, platform, annotations } as Descriptor)).toBe(true);
  });

  it.each([
    ['urls', { urls: ['http://169.254.169.254/'] }, true],
    ['a foreign type', { mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar' }, true],
    ['no urls', { urls: [] }, false],
  ])('a layer with %s is marked, its addresses are not kept', (_fact, change, foreign) => {
    const read = parseManifest(bytes(withLayer(change)));
    const [first] = read.kind === 'manifest' ? read.layers : [];
    expect(first && foreignLayerProblem(first)?.fatal).toBe(foreign ? true : undefined);
    expect(JSON.stringify(first)).not.toContain('169.254');
  });

  it('an artifact is refused by its type', () => {
    const chart = { ...config, mediaType: 'application/vnd.cncf.helm.config.v1+json' };
    const read = parseManifest(bytes({ ...manifest, config: chart }));
    expect(() => read.kind === 'manifest' && refuseArtifact(read)).toThrow('helm');
  });
});
