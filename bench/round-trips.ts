/**
 * How often verifying an image's signatures waits for its registry, counted at the registry: it
 * holds what is asked until no more comes, so that each wave is one sequential round trip, however
 * fast either is. The token is fetched before, as a server has it.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { type Digest } from '../src/domain/digest.ts';
import { type ImageReference, parseImageReference } from '../src/domain/image-reference.ts';
import { checkAttached } from '../src/operations/check-attached.ts';
import { readAttached } from '../src/operations/read-attached.ts';
import { openRegistryClient, type RegistryClient } from '../src/remote/registry-client.ts';
import { isProof } from '../src/signing/proof.ts';
import type { SigstoreTrust } from '../src/signing/sigstore-trust.ts';
import { simplePayload, statementBundle, BUNDLE } from '../test/support/cosign-artifacts.ts';
import {
  startWaveRegistry,
  type WavePointer,
  type WaveRegistry,
} from '../test/support/wave-registry.ts';
import type { Figure } from './figure.ts';

const OCI = 'application/vnd.oci.image';
const SIMPLE = 'application/vnd.dev.cosign.simplesigning.v1+json';
const INDEX = `${OCI}.index.v1+json`;

interface Signed {
  readonly registry: WaveRegistry;
  readonly client: RegistryClient;
  readonly trusts: readonly SigstoreTrust[];
}

/** Counts for each place of signatures, by digest and by tag. */
export async function countRoundTrips(): Promise<readonly Figure[]> {
  const registry = await startWaveRegistry('bench-token');
  const client = openRegistryClient({});
  try {
    const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const publicKeyPem = String(keys.publicKey.export({ type: 'spki', format: 'pem' }));
    const pkixPublicKey = { publicKeyPem, signatureAlgorithm: 'ECDSA_P256_SHA256' };
    const by = { kind: 'key', key: { id: 'k', pkixPublicKey } } as const;
    const signed = { registry, client, trusts: [{ by }] };
    const sigTag = await signUnderTag(registry, keys);
    const listed = await signAsReferrer(registry, keys);
    const tagScheme = 'round trips, tag scheme';
    const referrers = 'round trips, referrers';
    return [
      await count(signed, { name: `${tagScheme}, digest known`, image: sigTag.digest, atMost: 2 }),
      await count(signed, { name: `${tagScheme}, by tag`, image: sigTag.tag, atMost: 3 }),
      await count(signed, { name: `${referrers}, digest known`, image: listed.digest, atMost: 3 }),
      await count(signed, { name: `${referrers}, by tag`, image: listed.tag, atMost: 4 }),
      placesAtOnce(registry),
    ];
  } finally {
    await client.close();
    await registry.close();
  }
}

interface Asked {
  readonly name: string;
  readonly image: ImageReference;
  readonly atMost: number;
}

async function count(
  { registry, client, trusts }: Signed,
  { name, image, atMost }: Asked,
): Promise<Figure> {
  const { domain, path } = image;
  // Whatever it answers, the client has the repository's token then.
  await client.tags({ repository: { domain, path }, limit: 1 }).catch(() => undefined);
  const before = registry.waves.length;
  const read = await readAttached(client, image);
  const checked = await checkAttached(read, { trusts });
  if (!checked.some(({ answer }) => answer !== undefined && isProof(answer))) {
    throw new Error(`${name}: nothing verifies`);
  }
  const ours = [registry.waves.length - before];
  return { name, unit: 'count', ours, limit: { of: 'ours', atMost } };
}

/** What the last answers of all began with: how many places one wave asked. */
function placesAtOnce({ waves }: WaveRegistry): Figure {
  const places = (wave: readonly string[]): number =>
    wave.filter((url) => /\.sig$|\/referrers\/|\/manifests\/sha256-[0-9a-f]{64}$/.test(url)).length;
  return {
    name: 'places of signatures asked at once',
    unit: 'count',
    ours: [Math.max(...waves.map(places))],
  };
}

interface Named {
  readonly digest: ImageReference;
  readonly tag: ImageReference;
}

type Keys = ReturnType<typeof generateKeyPairSync>;

function putImage(
  registry: WaveRegistry,
  repository: string,
): WavePointer & { config: WavePointer } {
  const config = registry.putBlob(repository, '{}', `${OCI}.config.v1+json`);
  const manifest = { ...base(config), annotations: { repository }, layers: [] };
  return { ...registry.putManifest(repository, manifest, '1'), config };
}

function base(config: WavePointer): object {
  return { schemaVersion: 2, mediaType: `${OCI}.manifest.v1+json`, config };
}

function namesOf(registry: WaveRegistry, repository: string, digest: Digest): Named {
  const name = `${registry.host}/${repository}`;
  return {
    digest: parseImageReference(`${name}@${digest}`),
    tag: parseImageReference(`${name}:1`),
  };
}

async function signUnderTag(registry: WaveRegistry, keys: Keys): Promise<Named> {
  const { digest, config } = putImage(registry, 'tagged');
  const payload = simplePayload(digest);
  const signature = sign('sha256', payload, keys.privateKey).toString('base64');
  const annotations = { 'dev.cosignproject.cosign/signature': signature };
  const layers = [{ ...registry.putBlob('tagged', payload, SIMPLE), annotations }];
  registry.putManifest('tagged', { ...base(config), layers }, `${digest.replace(':', '-')}.sig`);
  return namesOf(registry, 'tagged', digest);
}

async function signAsReferrer(registry: WaveRegistry, keys: Keys): Promise<Named> {
  const { config, ...subject } = putImage(registry, 'listed');
  const bundle = await statementBundle({ signer: { keys: keys as never }, digest: subject.digest });
  const layers = [registry.putBlob('listed', bundle, BUNDLE)];
  const manifest = { ...base(config), artifactType: BUNDLE, layers, subject };
  const referrer = { ...registry.putManifest('listed', manifest), artifactType: BUNDLE };
  const index = { schemaVersion: 2, mediaType: INDEX, manifests: [referrer] };
  const body = JSON.stringify(index);
  registry.put(`listed/referrers/${subject.digest}`, { body, type: INDEX });
  return namesOf(registry, 'listed', subject.digest);
}
