/** Signatures of Notation: one row an attribute, a malformation, a rule of the specification. */
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { DAY, formatTime, HOUR } from '../domain/time.ts';
import {
  AUTHORITY_EXTENSIONS,
  type EnvelopeChange,
  type KeyKind,
  LEAF_EXTENSIONS,
  makeCertificate,
  makeChain,
  makeRoot,
  MANIFEST,
  SIGNED_AT,
  signEnvelope,
  SUBJECT,
  type TestCertificate,
} from '../../test/support/notation-signer.ts';
import { parseNotationPolicies } from './notation-policy.ts';
import { readTrustStoreFile } from './notation-trust-store.ts';
import { isProof, type Proof, type Refusal } from './proof.ts';
import { type NotationTrust, verifyNotation } from './verify-notation.ts';

const REPOSITORY = 'registry.example/shop/app';
const JWS = 'application/jose+json';
const NOTARY = 'io.cncf.notary.';
const SCHEME = `${NOTARY}signingScheme`;
const EXPIRY = `${NOTARY}expiry`;
const NOW = SIGNED_AT + DAY;

let chain: readonly TestCertificate[] = [];
beforeAll(async () => {
  chain = await makeChain();
});

interface TrustChange {
  readonly verification?: object;
  readonly identities?: readonly string[];
  readonly stores?: readonly string[];
  readonly roots?: readonly TestCertificate[];
  readonly storeName?: string;
  readonly now?: number;
  readonly repository?: string;
}

function trust(change: TrustChange = {}): NotationTrust {
  const policy = {
    version: '1.0',
    trustPolicies: [
      {
        name: 'shop',
        registryScopes: [REPOSITORY],
        signatureVerification: change.verification ?? { level: 'strict' },
        trustStores: change.stores ?? ['ca:acme'],
        trustedIdentities: change.identities ?? ['x509.subject: C=US, ST=WA, O=Acme'],
      },
    ],
  };
  const roots = change.roots ?? chain.slice(-1);
  const certificates = roots.flatMap(({ der }) => readTrustStoreFile(der, 'root.crt'));
  return {
    policies: parseNotationPolicies(Buffer.from(JSON.stringify(policy))),
    repository: change.repository ?? REPOSITORY,
    stores: new Map([[change.storeName ?? 'ca:acme', certificates]]),
    now: change.now ?? NOW,
  };
}

function verify(
  envelope: Uint8Array,
  trusted: NotationTrust = trust(),
  mediaType = JWS,
): Promise<Proof | Refusal> {
  return verifyNotation(SUBJECT, { mediaType, envelope, subject: MANIFEST }, trusted);
}

function stepOf(answer: Proof | Refusal): string {
  return isProof(answer) ? answer.grade : `${answer.outcome} ${answer.step}`;
}

describe('a good signature', () => {
  it.each<KeyKind>(['PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'])(
    'of a key for %s is verified',
    async (kind) => {
      const made = await makeChain(kind);
      const answer = await verify(signEnvelope(made), trust({ roots: made.slice(-1) }));
      expect(answer).toMatchObject({ kind: 'notation', grade: 'verified', subject: SUBJECT });
      expect(isProof(answer) && answer.checked[0]).toContain(`integrity: ${kind} signature`);
    },
  );

  it('names what was checked, by whom it is and until when it holds', async () => {
    const expiry = formatTime(SIGNED_AT + 3 * DAY);
    const header = { [EXPIRY]: expiry, crit: [SCHEME, EXPIRY] };
    const answer = await verify(signEnvelope(chain, { header }));
    expect(answer).toMatchObject({ validUntil: SIGNED_AT + 3 * DAY });
    expect(isProof(answer) && answer.signer).toContain('CN=builder');
    expect(isProof(answer) && answer.checked.map((line) => line.split(':')[0])).toEqual([
      'integrity',
      'authenticity',
      'expiry',
      'authenticTimestamp',
      'revocation',
    ]);
  });

  it('may come of an intermediate, and of a self-signed signer', async () => {
    const root = await makeRoot();
    const between = await makeCertificate(
      { name: 'C=US, ST=WA, O=Acme, CN=between', extensions: AUTHORITY_EXTENSIONS },
      root,
    );
    const three = [await makeCertificate({}, between), between, root];
    expect(stepOf(await verify(signEnvelope(three), trust({ roots: [root] })))).toBe('verified');
    const alone = [await makeCertificate({ name: 'C=US, ST=WA, O=Acme, CN=alone' })];
    expect(stepOf(await verify(signEnvelope(alone), trust({ roots: alone })))).toBe('verified');
  });

  it('of a signing authority has the authority’s time, by its own kind of store', async () => {
    const time = `${NOTARY}authenticSigningTime`;
    const header = {
      [SCHEME]: 'notary.x509.signingAuthority',
      [`${NOTARY}signingTime`]: undefined,
      [time]: formatTime(SIGNED_AT),
      crit: [SCHEME, time],
    };
    const envelope = signEnvelope(chain, { header });
    const authority = 'signingAuthority:acme';
    const trusted = trust({ stores: [authority], storeName: authority });
    expect(await verify(envelope, trusted)).toMatchObject({ trustedTime: SIGNED_AT });
    expect(stepOf(await verify(envelope))).toBe('wrong trust-store');
    const later = trust({ stores: [authority], storeName: authority, now: SIGNED_AT + 900 * DAY });
    expect(stepOf(await verify(envelope, later))).toBe('verified');
  });
});

/** What differs of the envelope, and the step that refuses it. */
const ENVELOPES: Readonly<Record<string, readonly [EnvelopeChange, string]>> = {
  'none as algorithm': [{ header: { alg: 'none' } }, 'wrong algorithm'],
  'an HMAC as algorithm': [{ header: { alg: 'HS256' } }, 'wrong algorithm'],
  'PKCS #1 v1.5': [{ header: { alg: 'RS256' } }, 'wrong algorithm'],
  'an algorithm of another key': [{ header: { alg: 'ES384' } }, 'wrong algorithm'],
  'no algorithm': [{ header: { alg: undefined } }, 'wrong algorithm'],
  'another content type': [{ header: { cty: 'application/json' } }, 'wrong payload-type'],
  'an unknown scheme': [{ header: { [SCHEME]: 'notary.x5' } }, 'wrong signing-scheme'],
  'a scheme of the prototype': [{ header: { [SCHEME]: 'toString' } }, 'wrong signing-scheme'],
  'no scheme': [{ header: { [SCHEME]: undefined } }, 'wrong signing-scheme'],
  'no crit': [{ header: { crit: undefined } }, 'wrong critical-attribute'],
  'an empty crit': [{ header: { crit: [] } }, 'wrong critical-attribute'],
  'crit as a text': [{ header: { crit: SCHEME } }, 'wrong bad-structure'],
  'crit that lists twice': [{ header: { crit: [SCHEME, SCHEME] } }, 'wrong critical-attribute'],
  'crit that lists alg': [{ header: { crit: [SCHEME, 'alg'] } }, 'wrong critical-attribute'],
  'crit that lists b64': [
    { header: { b64: false, crit: [SCHEME, 'b64'] } },
    'wrong critical-attribute',
  ],
  'crit that lists what is absent': [
    { header: { crit: [SCHEME, 'x'] } },
    'wrong critical-attribute',
  ],
  'an unknown critical attribute': [
    { header: { 'com.example.x': 1, crit: [SCHEME, 'com.example.x'] } },
    'wrong critical-attribute',
  ],
  'a signing time that is critical': [
    { header: { crit: [SCHEME, `${NOTARY}signingTime`] } },
    'wrong critical-attribute',
  ],
  'an expiry that is not critical': [
    { header: { [EXPIRY]: formatTime(NOW + DAY) } },
    'wrong critical-attribute',
  ],
  'a verification plugin': [
    {
      header: {
        [`${NOTARY}verificationPlugin`]: 'com.example.kms',
        crit: [SCHEME, `${NOTARY}verificationPlugin`],
      },
    },
    'could-not-check verification-plugin',
  ],
  'no signing time': [{ header: { [`${NOTARY}signingTime`]: undefined } }, 'wrong envelope'],
  'a signing time that is a number': [
    { header: { [`${NOTARY}signingTime`]: 1 } },
    'wrong envelope',
  ],
  'the time of the other scheme': [
    {
      header: {
        [`${NOTARY}authenticSigningTime`]: formatTime(SIGNED_AT),
        crit: [SCHEME, `${NOTARY}authenticSigningTime`],
      },
    },
    'wrong signing-scheme',
  ],
  'an expiry before the signing time': [
    { header: { [EXPIRY]: formatTime(SIGNED_AT - 1), crit: [SCHEME, EXPIRY] } },
    'wrong envelope',
  ],
  'an expiry that has passed': [
    { header: { [EXPIRY]: formatTime(SIGNED_AT + HOUR), crit: [SCHEME, EXPIRY] } },
    'wrong signature-expired',
  ],
  'a key that stands twice': [
    { protectedText: '{"alg":"ES256","alg":"ES256"}' },
    'wrong bad-payload',
  ],
  'a protected header that is a list': [{ protectedText: '[]' }, 'wrong envelope'],
  'another digest': [{ target: { digest: `sha256:${'00'.repeat(32)}` } }, 'wrong payload-digest'],
  'a digest in upper case': [{ target: { digest: SUBJECT.toUpperCase() } }, 'wrong payload-digest'],
  'another size': [{ target: { size: 529 } }, 'wrong payload-digest'],
  'a size as a text': [{ target: { size: '528' } }, 'wrong payload-digest'],
  'another media type': [
    { target: { mediaType: 'application/vnd.oci.image.index.v1+json' } },
    'wrong payload-digest',
  ],
  'no target': [{ payload: { targetArtifact: undefined } }, 'wrong bad-payload'],
  'more than the target': [{ payload: { also: 1 } }, 'wrong bad-structure'],
  'no certificates': [{ unprotected: { x5c: undefined } }, 'wrong certificate-chain'],
  'certificates of no DER': [{ unprotected: { x5c: ['AAAA'] } }, 'wrong bad-structure'],
  'certificates in base64url': [{ unprotected: { x5c: ['-_-_'] } }, 'wrong bad-encoding'],
  'eleven certificates': [
    { unprotected: { x5c: Array.from({ length: 11 }, () => 'AAAA') } },
    'wrong too-large',
  ],
  'a member that is not known': [{ outer: { signatures: [] } }, 'wrong bad-structure'],
  'general JSON serialization': [{ outer: { signature: undefined } }, 'wrong envelope'],
  'a padded signature': [{ outer: { signature: 'AAA=' } }, 'wrong bad-encoding'],
  'a signature of zeros': [
    { outer: { signature: Buffer.alloc(64).toString('base64url') } },
    'wrong bad-signature',
  ],
  'an empty signature': [{ outer: { signature: '' } }, 'wrong envelope'],
  'more than a mebibyte': [{ outer: { payload: 'A'.repeat(1024 * 1024) } }, 'wrong too-large'],
};

describe('an envelope is refused', () => {
  it.each(Object.entries(ENVELOPES))('with %s', async (_name, [change, step]) => {
    expect(stepOf(await verify(signEnvelope(chain, change)))).toBe(step);
  });

  it('as COSE, by name', async () => {
    const answer = await verify(new Uint8Array([0xd2]), trust(), 'application/cose');
    expect(answer).toMatchObject({ outcome: 'could-not-check', step: 'unsupported' });
    expect(answer).toHaveProperty('why', expect.stringContaining('COSE'));
  });

  it('whichever of its bytes is changed', async () => {
    const good = signEnvelope(chain);
    const text = Buffer.from(good).toString('latin1');
    // What the signing agent is called, and which certificates come along, is not signed.
    const ends = [text.indexOf('"header"'), text.indexOf('"signature"')] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(good.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, by) => {
          fc.pre(at < ends[0] || at >= ends[1]);
          const changed = Uint8Array.from(good);
          changed[at] = (changed[at] ?? 0) ^ by;
          const answer = await verify(changed);
          expect(isProof(answer)).toBe(false);
        },
      ),
    );
  });

  it('whatever bytes it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        expect(isProof(await verify(bytes))).toBe(false);
      }),
    );
  });

  it('whatever JSON its protected header is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 3 }), async (protectedText) => {
        expect(isProof(await verify(signEnvelope(chain, { protectedText })))).toBe(false);
      }),
    );
  });
});

const AUTHORITY = 'C=US, ST=WA, O=Acme, CN=between';
const { digitalSignature, keyCertSign, keyEncipherment } = x509.KeyUsageFlags;
const [SIGNS] = LEAF_EXTENSIONS as readonly [x509.Extension];
const uses = (...oids: string[]): x509.Extension => new x509.ExtendedKeyUsageExtension(oids);

/** Makes a chain below a good root, which is trusted. */
type MakeChain = (root: TestCertificate) => Promise<readonly TestCertificate[]>;
const leafWith =
  (...extensions: x509.Extension[]): MakeChain =>
  async (root) => [await makeCertificate({ extensions }, root), root];
const below =
  (...extensions: x509.Extension[]): MakeChain =>
  async (root) => {
    const between = await makeCertificate({ name: AUTHORITY, extensions }, root);
    return [await makeCertificate({}, between), between, root];
  };

const CHAINS: Readonly<Record<string, readonly [MakeChain, string]>> = {
  'a signer without keyUsage': [leafWith(), 'wrong certificate-chain'],
  'a keyUsage that is not critical': [
    leafWith(new x509.KeyUsagesExtension(digitalSignature, false)),
    'wrong certificate-chain',
  ],
  'a signer that may not sign': [
    leafWith(new x509.KeyUsagesExtension(x509.KeyUsageFlags.nonRepudiation, true)),
    'wrong certificate-chain',
  ],
  'a signer that may encipher, too': [
    leafWith(new x509.KeyUsagesExtension(digitalSignature | keyEncipherment, true)),
    'wrong certificate-chain',
  ],
  'a signer that is an authority': [
    leafWith(SIGNS, new x509.BasicConstraintsExtension(true, undefined, true)),
    'wrong certificate-chain',
  ],
  'a signer for anything': [leafWith(SIGNS, uses('2.5.29.37.0')), 'wrong certificate-chain'],
  'a signer for servers': [leafWith(SIGNS, uses('1.3.6.1.5.5.7.3.1')), 'wrong certificate-chain'],
  'a signer for code and timestamps': [
    leafWith(SIGNS, uses('1.3.6.1.5.5.7.3.3', '1.3.6.1.5.5.7.3.8')),
    'wrong certificate-chain',
  ],
  'a signer with no purposes': [leafWith(SIGNS), 'verified'],
  'a signer with a purpose of its own': [leafWith(SIGNS, uses('1.3.6.1.4.1.99999.1')), 'verified'],
  'an intermediate that is no authority': [
    below(new x509.KeyUsagesExtension(keyCertSign, true)),
    'wrong certificate-chain',
  ],
  'an intermediate whose constraints are not critical': [
    below(
      new x509.BasicConstraintsExtension(true, undefined, false),
      new x509.KeyUsagesExtension(keyCertSign, true),
    ),
    'wrong certificate-chain',
  ],
  'an intermediate that may not sign certificates': [
    below(
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(digitalSignature, true),
    ),
    'wrong certificate-chain',
  ],
  'no root': [async (root) => [await makeCertificate({}, root)], 'wrong certificate-chain'],
  'a root before its signer': [
    async (root) => [root, await makeCertificate({}, root)],
    'wrong certificate-chain',
  ],
  'a certificate that has nothing to do with it': [
    async (root) => [await makeCertificate({}, root), await makeRoot({ name: AUTHORITY }), root],
    'wrong certificate-chain',
  ],
  'a signer with a weak key': [
    async (root) => [await makeCertificate({ kind: 'RS1024' }, root), root],
    'wrong weak-key',
  ],
  'a certificate that SHA-1 signs': [
    async () => {
      const weak = await makeRoot({ kind: 'SHA1', name: AUTHORITY });
      return [await makeCertificate({}, weak), weak];
    },
    'wrong weak-hash',
  ],
  'a signer that was not yet valid': [
    async (root) => [await makeCertificate({ notBefore: '2026-06-01T12:00:01Z' }, root), root],
    'wrong certificate-chain',
  ],
  'a signer that has ended by now': [
    async (root) => [await makeCertificate({ notAfter: '2026-06-01T13:00:00Z' }, root), root],
    'wrong certificate-expired',
  ],
  'a signer of which a list tells the revocation': [
    leafWith(...LEAF_EXTENSIONS, new x509.CRLDistributionPointsExtension(['http://crl.example/'])),
    'could-not-check revocation-unknown',
  ],
  'a signer of which a responder tells the revocation': [
    leafWith(
      ...LEAF_EXTENSIONS,
      new x509.AuthorityInfoAccessExtension({ ocsp: 'http://o.example/' }),
    ),
    'could-not-check revocation-unknown',
  ],
};

describe('a chain', () => {
  it.each(Object.entries(CHAINS))('with %s', async (_name, [make, step]) => {
    const root = await makeRoot();
    const made = await make(root);
    const [leaf] = made;
    const header = leaf?.kind === 'RS1024' ? { alg: 'PS256' } : {};
    const answer = await verify(signEnvelope(made, { header }), trust({ roots: [root] }));
    expect(stepOf(answer)).toBe(step);
  });

  it('may have as many authorities as one above allows', async () => {
    const short = new x509.BasicConstraintsExtension(true, 0, true);
    const extensions = [short, new x509.KeyUsagesExtension(keyCertSign, true)];
    const root = await makeRoot({ extensions });
    const direct = [await makeCertificate({}, root), root];
    expect(stepOf(await verify(signEnvelope(direct), trust({ roots: [root] })))).toBe('verified');
    const long = await below(...AUTHORITY_EXTENSIONS)(root);
    const answer = await verify(signEnvelope(long), trust({ roots: [root] }));
    expect(stepOf(answer)).toBe('wrong certificate-chain');
  });
});

describe('who is trusted', () => {
  it.each<[string, TrustChange, string]>([
    [
      'nobody where no policy names the repository',
      { repository: 'registry.example/shop/app2' },
      'wrong trust-policy',
    ],
    ['nobody of an empty store', { roots: [] }, 'wrong trust-store'],
    [
      'nobody of a store that the policy does not name',
      { storeName: 'ca:other' },
      'wrong trust-store',
    ],
    [
      'nobody of timestamps’ stores',
      { stores: ['tsa:acme'], storeName: 'tsa:acme' },
      'wrong trust-store',
    ],
    ['anybody by *', { identities: ['*'] }, 'verified'],
    [
      'the name with all that is asked',
      { identities: ['x509.subject: C=US, ST=WA, O=Acme, CN=builder'] },
      'verified',
    ],
    [
      'the name in another order',
      { identities: ['x509.subject:CN=builder,O=Acme,ST=WA,C=US'] },
      'verified',
    ],
    [
      'no other name',
      { identities: ['x509.subject: C=US, ST=WA, O=Acme, CN=build'] },
      'wrong certificate-identity',
    ],
    [
      'no name in another case',
      { identities: ['x509.subject: C=US, ST=WA, O=acme'] },
      'wrong certificate-identity',
    ],
    [
      'no name without what is asked',
      { identities: ['x509.subject: C=US, ST=WA, O=Acme, STREET=x'] },
      'wrong certificate-identity',
    ],
  ])('%s', async (_name, change, step) => {
    expect(stepOf(await verify(signEnvelope(chain), trust(change)))).toBe(step);
  });

  it('is not another root of the same name', async () => {
    const other = await makeRoot({ kind: 'ES384' });
    const answer = await verify(signEnvelope(chain), trust({ roots: [other] }));
    expect(stepOf(answer)).toBe('wrong trust-store');
  });
});

describe('levels', () => {
  const old = { [EXPIRY]: formatTime(SIGNED_AT + HOUR), crit: [SCHEME, EXPIRY] };

  it.each<[string, object, TrustChange, string]>([
    ['strict refuses what has expired', { level: 'strict' }, {}, 'wrong signature-expired'],
    ['permissive tells what has expired', { level: 'permissive' }, {}, 'verified'],
    ['permissive refuses strangers', { level: 'permissive' }, { roots: [] }, 'wrong trust-store'],
    ['audit tells of strangers, who prove less', { level: 'audit' }, { roots: [] }, 'attested'],
    ['an override tells', { level: 'strict', override: { expiry: 'log' } }, {}, 'verified'],
    [
      'an override refuses',
      { level: 'permissive', override: { expiry: 'enforce' } },
      {},
      'wrong signature-expired',
    ],
  ])('%s', async (_name, verification, change, step) => {
    const envelope = signEnvelope(chain, { header: old });
    expect(stepOf(await verify(envelope, trust({ ...change, verification })))).toBe(step);
  });

  it('audit refuses what was changed', async () => {
    const envelope = signEnvelope(chain, { target: { size: 1 } });
    const answer = await verify(envelope, trust({ verification: { level: 'audit' } }));
    expect(stepOf(answer)).toBe('wrong payload-digest');
  });

  it('tells by name what was only logged', async () => {
    const envelope = signEnvelope(chain, { header: old });
    const answer = await verify(envelope, trust({ verification: { level: 'permissive' } }));
    const lines = isProof(answer) ? answer.checked.filter((line) => line.includes('FAILED')) : [];
    expect(lines).toEqual([expect.stringMatching(/^expiry: FAILED and only logged/)]);
  });

  it('skips revocation where an override says so', async () => {
    const root = await makeRoot();
    const lists = new x509.CRLDistributionPointsExtension(['http://crl.example/']);
    const made = await leafWith(...LEAF_EXTENSIONS, lists)(root);
    const skip = { level: 'strict', override: { revocation: 'skip' } };
    const answer = await verify(signEnvelope(made), trust({ roots: [root], verification: skip }));
    expect(isProof(answer) && answer.checked.at(-1)).toBe(
      'revocation: skipped, as the trust policy says',
    );
  });
});
