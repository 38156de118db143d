/** What each kind of authority says of an image, from the bytes of a registry and of a server. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeDeps, openFakeDeps } from '../../test/support/fake-deps.ts';
import { makeChain, SIGNED_AT, signEnvelope } from '../../test/support/notation-signer.ts';
import {
  draftOf,
  GUN,
  MADE,
  makeKeys,
  publish,
  SIGNED,
} from '../../test/support/notary-repository.ts';
import { startWaveRegistry, type WaveRegistry } from '../../test/support/wave-registry.ts';
import { encodeBase64 } from '../domain/base64.ts';
import { AssayError } from '../domain/error.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import type { NotaryAuthority, NotationAuthority } from '../domain/image-trust-policy.ts';
import { SECOND } from '../domain/time.ts';
import type { NotaryClient } from '../remote/notary-client.ts';
import { openRegistryClient, type RegistryClient } from '../remote/registry-client.ts';
import type { AskedAuthority, StandingTrust } from './trust-question.ts';
import { type TrustEffects, verifyTrust } from './verify-trust.ts';

const OCI = 'application/vnd.oci.image.manifest.v1+json';
const SIGNATURE = 'application/vnd.cncf.notary.signature';
const KEYS = await makeKeys();

/** Outcome and step of the check that decides. */
function said({ answers }: StandingTrust): string {
  const [check] = answers[0]?.checks ?? [];
  return check?.outcome === 'verified' ? 'verified' : `${check?.outcome} ${check?.step}`;
}

describe('a notary server', () => {
  let fake: FakeDeps;
  let effects: TrustEffects;
  let published: ReturnType<typeof publish>;
  let asked = 0;
  const now = (MADE + 3_600_000) * 1000;

  beforeEach(async () => {
    published = publish(draftOf(KEYS), KEYS);
    const client: NotaryClient = {
      root: async () => published.root,
      evidence: async () => {
        asked += 1;
        return published;
      },
      close: async () => undefined,
    };
    fake = await openFakeDeps({ now: () => now });
    const openNotary = async () => ({ client, host: 'notary.example' });
    const nobody = (): never => {
      throw new TypeError('the registry is asked');
    };
    effects = { now: () => now, store: fake.deps.store, openNotary, client: nobody };
    return () => fake.close();
  });

  const ask = (image: string, more: Partial<NotaryAuthority> = {}): Promise<StandingTrust> => {
    const roots = { [GUN]: encodeBase64(published.root) };
    const server = 'https://notary.example';
    const authority: NotaryAuthority = { kind: 'notary', server, roots, signers: [], ...more };
    const reference = parseImageReference(image);
    return verifyTrust(effects, { project: 'p', reference, authorities: [authority] });
  };

  it.each<[string, string, Partial<NotaryAuthority>, string]>([
    ['a tag for its digest', `${GUN}:1.0@${SIGNED}`, {}, 'verified'],
    ['another digest', `${GUN}:1.0@sha256:${'cd'.repeat(32)}`, {}, 'wrong tag-digest'],
    ['another tag', `${GUN}:2.0@${SIGNED}`, {}, 'wrong tag-unsigned'],
    ['a digest without a tag', `${GUN}@${SIGNED}`, {}, 'wrong tag-unsigned'],
    [
      'a repository whose root nobody trusts',
      `${GUN}:1.0@${SIGNED}`,
      { roots: {} },
      'could-not-check metadata-root',
    ],
  ])('answers for %s', async (_name, image, more, wanted) => {
    const answer = await ask(image, more);
    expect(said(answer).replace('nothing-found', 'wrong')).toBe(wanted);
    expect(answer.validUntil - now).toBeLessThanOrEqual(5 * SECOND);
  });

  it('says what a tag is signed for, where no digest is asked about', async () => {
    expect((await ask(`${GUN}:1.0`)).answers[0]?.signed).toBe(SIGNED);
    expect((await ask(`${GUN}:2.0`)).answers[0]?.signed).toBeUndefined();
  });

  it('is not called where its host is our own network’s', async () => {
    const guardRegistry = (): Promise<never> =>
      Promise.reject(new AssayError('permission-denied', 'is of our own network'));
    effects = { ...effects, guardRegistry };
    const before = asked;
    expect(said(await ask(`${GUN}:1.0@${SIGNED}`))).toBe('could-not-check registry');
    expect(asked).toBe(before);
  });
});

describe('a registry with signatures of Notation', () => {
  let registry: WaveRegistry;
  let client: RegistryClient;
  let chain: Awaited<ReturnType<typeof makeChain>>;
  let image = '';

  beforeAll(async () => {
    registry = await startWaveRegistry();
    client = openRegistryClient({});
    chain = await makeChain();
    image = signedImage('shop/app');
  });
  afterAll(async () => {
    await client.close();
    await registry.close();
  });

  function signedImage(repository: string, signed = true): string {
    const config = registry.putBlob(repository, '{}', 'application/vnd.oci.image.config.v1+json');
    const base = { schemaVersion: 2, mediaType: OCI, config };
    const subject = registry.putManifest(repository, {
      ...base,
      layers: [],
      annotations: { repository },
    });
    const envelope = Buffer.from(signEnvelope(chain, { target: { ...subject } }));
    const layer = registry.putBlob(repository, envelope, 'application/jose+json');
    const signature = { ...base, artifactType: SIGNATURE, layers: [layer], subject };
    const listed = { ...registry.putManifest(repository, signature), artifactType: SIGNATURE };
    const manifests = signed ? [listed] : [];
    const type = 'application/vnd.oci.image.index.v1+json';
    const body = JSON.stringify({ schemaVersion: 2, mediaType: type, manifests });
    registry.put(`${repository}/referrers/${subject.digest}`, { body, type });
    return `${registry.host}/${repository}@${subject.digest}`;
  }

  function authority(statement: object = {}): NotationAuthority {
    const one = {
      name: 'shop',
      registryScopes: ['*'],
      signatureVerification: { level: 'strict' },
      trustStores: ['ca:acme'],
      trustedIdentities: ['*'],
      ...statement,
    };
    const policy = { version: '1.0', trustPolicies: [one] };
    const pem = chain.at(-1)?.certificate.toString('pem') ?? '';
    return { kind: 'notation', policy, trustStores: { 'ca:acme': [pem] } };
  }

  function ask(name: string, ...authorities: readonly AskedAuthority[]): Promise<StandingTrust> {
    const openNotary = (): never => {
      throw new TypeError('a notary server is asked');
    };
    const effects: TrustEffects = {
      now: () => SIGNED_AT + SECOND,
      client: () => client,
      openNotary,
    };
    return verifyTrust(effects, {
      project: 'p',
      reference: parseImageReference(name),
      authorities,
    });
  }

  it('has one that verifies by the policy’s roots', async () => {
    expect(said(await ask(image, authority()))).toBe('verified');
  });

  it('has none for an image that nobody signed', async () => {
    const bare = signedImage('shop/bare', false);
    expect(said(await ask(bare, authority()))).toBe('nothing-found no-signature');
  });

  it('is judged by identities and scopes', async () => {
    const other = { trustedIdentities: ['x509.subject: C=US, ST=WA, O=Other'] };
    expect(said(await ask(image, authority(other)))).toBe('wrong certificate-identity');
    const elsewhere = { registryScopes: ['registry.example/other'] };
    expect(said(await ask(image, authority(elsewhere)))).toBe('wrong trust-policy');
  });

  it('is not asked where the policy skips the repository', async () => {
    const before = registry.seen.length;
    const [name = ''] = image.split('@');
    const skip = { registryScopes: [name], signatureVerification: { level: 'skip' } };
    const nothing = { trustStores: undefined, trustedIdentities: undefined };
    expect(said(await ask(image, authority({ ...skip, ...nothing })))).toBe('verified');
    expect(registry.seen).toHaveLength(before);
  });

  it('is read once for all authorities', async () => {
    const before = registry.seen.length;
    const { answers } = await ask(image, authority(), authority({ name: 'again' }));
    expect(answers.map(({ checks }) => checks[0]?.outcome)).toEqual(['verified', 'verified']);
    const urls = registry.seen.slice(before).map(({ url }) => url);
    expect(new Set(urls).size).toBe(urls.length);
  });
});
