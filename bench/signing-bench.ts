/**
 * Verifying an attestation by a PKIX key, with everything that belongs to it (key by its text, exact
 * bytes, strict payload, name and digest), beside the bare call of `node:crypto` with a parsed key;
 * how often a thousand who ask for one digest at the same time make us verify; and how often
 * verifying an image waits for its registry.
 */
import {
  constants,
  generateKeyPairSync,
  type KeyPairKeyObjectResult,
  sign,
  verify,
} from 'node:crypto';
import { encodeBase64 } from '../src/domain/base64.ts';
import { parseDigest } from '../src/domain/digest.ts';
import { createProofMemory } from '../src/operations/proof-memory.ts';
import type { KeyTrust } from '../src/signing/key-trust.ts';
import { isProof } from '../src/signing/proof.ts';
import { createSignaturePayload } from '../src/signing/signature-payload.ts';
import { verifyPkixAttestation } from '../src/signing/verify-pkix-attestation.ts';
import type { BenchResult, Figure } from './figure.ts';
import { countRoundTrips } from './round-trips.ts';

const ROUNDS = 9;
const ASKING = 1000;

interface Case {
  readonly algorithm: string;
  readonly pair: KeyPairKeyObjectResult;
  readonly hash: string | null;
  /** Verifications a round. */
  readonly count: number;
  readonly how: object;
}

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: -1 };
const rsa = (modulusLength: number): KeyPairKeyObjectResult =>
  generateKeyPairSync('rsa', { modulusLength });
const ec = (namedCurve: string): KeyPairKeyObjectResult =>
  generateKeyPairSync('ec', { namedCurve });

function cases(): readonly Case[] {
  return [
    { algorithm: 'ECDSA_P256_SHA256', pair: ec('P-256'), hash: 'sha256', count: 2000, how: {} },
    { algorithm: 'ECDSA_P384_SHA384', pair: ec('P-384'), hash: 'sha384', count: 300, how: {} },
    { algorithm: 'ECDSA_P521_SHA512', pair: ec('P-521'), hash: 'sha512', count: 150, how: {} },
    { algorithm: 'RSA_PSS_2048_SHA256', pair: rsa(2048), hash: 'sha256', count: 3000, how: PSS },
    {
      algorithm: 'RSA_SIGN_PKCS1_4096_SHA512',
      pair: rsa(4096),
      hash: 'sha512',
      count: 1000,
      how: {},
    },
    {
      algorithm: 'ED25519',
      pair: generateKeyPairSync('ed25519'),
      hash: null,
      count: 1500,
      how: {},
    },
  ];
}

const image = {
  name: 'registry.example/shop/app',
  digest: parseDigest(`sha256:${'ab'.repeat(32)}`),
};
const payload = Buffer.from(createSignaturePayload(image));

/** Measures every kind of key, and the single flight. */
export async function benchSigning(): Promise<BenchResult> {
  const figures: Figure[] = [];
  for (const one of cases()) figures.push(await measure(one));
  figures.push(await countFlights(), ...(await countRoundTrips()));
  const notes = [
    'signing: the baseline is node:crypto verify with a parsed key, CPU time of as many calls',
    `signing: ${ASKING} ask for one digest at the same time; PGP, whose key reads are counted`,
    'signing: round trips are sequential ones after the token, counted at a loopback registry',
  ];
  return { name: 'signing', figures, notes };
}

async function measure({ algorithm, pair, hash, count, how }: Case): Promise<Figure> {
  const signature = sign(hash, payload, { key: pair.privateKey, ...how });
  const publicKeyPem = String(pair.publicKey.export({ type: 'spki', format: 'pem' }));
  const key = { id: 'k', pkixPublicKey: { publicKeyPem, signatureAlgorithm: algorithm } };
  const trust: KeyTrust = { key, imageName: image.name, now: 1 };
  const bare = async (): Promise<boolean> =>
    verify(hash, payload, { key: pair.publicKey, ...how }, signature);
  const own = async (): Promise<boolean> =>
    isProof(await verifyPkixAttestation(image.digest, { payload, signature }, trust));
  const [ours, baseline]: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const times = [await timeOf(bare, count), await timeOf(own, count)] as const;
    // The first round warms up.
    if (round === 0) continue;
    baseline.push(times[0]);
    ours.push(times[1]);
  }
  const limit = { of: 'ratio', atMost: 1.3 } as const;
  return { name: `verify, ${algorithm}`, unit: 'µs', ours, baseline, limit };
}

/** Microseconds a call. */
async function timeOf(check: () => Promise<boolean>, count: number): Promise<number> {
  const begun = process.cpuUsage();
  for (let call = 0; call < count; call += 1) {
    if (!(await check())) throw new Error('a signature of the bench does not verify');
  }
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / count;
}

async function countFlights(): Promise<Figure> {
  const { generateKey, createMessage, readPrivateKey, sign: signMessage } = await import('openpgp');
  const made = await generateKey({ userIDs: [{ name: 'Bench' }] });
  const { readPgpKey } = await import('../src/signing/read-pgp-key.ts');
  const { fingerprint: id } = await readPgpKey(made.publicKey);
  const signed = await signMessage({
    message: await createMessage({ binary: payload }),
    signingKeys: await readPrivateKey({ armoredKey: made.privateKey }),
    format: 'binary',
  });
  const names = { name: 'projects/p/attestors/a', noteReference: 'projects/p/notes/n' };
  const publicKeys = [{ id, asciiArmoredPgpPublicKey: made.publicKey }];
  const occurrence = {
    name: 'projects/p/occurrences/o',
    kind: 'ATTESTATION',
    resourceUri: `https://${image.name}@${image.digest}`,
    noteName: names.noteReference,
    createTime: 0,
    updateTime: 0,
    detail: { signatures: [{ signature: encodeBase64(signed), publicKeyId: id }] },
  } as const;
  let reads = 0;
  const check = createProofMemory(1, async (armored) => {
    reads += 1;
    return readPgpKey(armored);
  });
  const attestor = { ...names, publicKeys, updateTime: 0, etag: '' };
  const question = { occurrence, attestor, image, now: Date.now() * 1000 };
  await Promise.all(Array.from({ length: ASKING }, () => check(question)));
  const limit = { of: 'ours', atMost: 1 } as const;
  return {
    name: `verifications of ${ASKING} who ask at once`,
    unit: 'count',
    ours: [reads],
    limit,
  };
}
