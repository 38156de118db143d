/**
 * The classes of ways in which systems like this one were got past, by number: of those that concern
 * registries, proofs and caches the tests that hold them, of the others the folder that is to hold
 * theirs. A test that is renamed or removed without another in its place fails here.
 */
import { describe, expect, it } from 'vitest';
import { missingTests, type NamedTest } from './support/named-test.ts';

const CLIENT = 'src/remote/registry-client.test.ts';
const NETWORK = 'src/remote/registry-network.test.ts';
const LIES = 'test/flows/lies-of-registries.test.ts';
const RUNS = 'test/full/lying-registry-runs.test.ts';
const TRUST = 'test/flows/image-trust.test.ts';
const SECRETS = 'test/flows/pull-secrets.test.ts';
const MEMORY = 'src/operations/trust-memory.test.ts';
const JUDGE = 'src/policy/judge-trust.test.ts';
const EVALUATE = 'src/policy/evaluate.test.ts';
const HOSTILE = 'src/signing/hostile-attestations.test.ts';
const COSIGN = 'src/signing/verify-cosign.test.ts';
const NOTARY = 'src/signing/verify-notary.test.ts';
const TAG = 'src/operations/verify-signed-tag.test.ts';
const INDEX = 'src/signing/proof-over-index.test.ts';
const IDENTITY = 'src/signing/signer-identity.test.ts';
const REVIEW = 'src/kubernetes/image-review.test.ts';

type Row = readonly [number: number, name: string, ...tests: readonly NamedTest[]];

const HELD: readonly Row[] = [
  [
    1,
    'a verdict cached by a tag that moves',
    [MEMORY, 'the same by another tag'],
    [MEMORY, 'another digest'],
    [MEMORY, 'is of a tag where tags are what is signed'],
    [TRUST, 'is not admitted without a signature, or by its tag'],
    [EVALUATE, 'a tag is denied where attestations are required'],
    ['src/operations/verdict-cache.test.ts', 'forgets all when the revision rises'],
  ],
  [
    2,
    'a registry that answers differently for verifying and resolving',
    [CLIENT, 'hashes the bytes of a tag instead of trusting a header'],
    [CLIENT, 'serves other bytes than the digest asked for'],
    [CLIENT, 'claims another digest in Docker-Content-Digest than it serves'],
    [LIES, 'a tag that moves between requests: the digest is of the bytes that came'],
    [RUNS, 'runs admit no unverified byte'],
  ],
  [
    4,
    'implicit names, ports and case: one reading of a reference',
    ['src/domain/image-reference.test.ts', 'a printed reference reads as itself'],
    ['src/domain/name-pattern.test.ts', 'never takes an image of another registry'],
    [EVALUATE, 'a look-alike host is not whitelisted'],
    ['src/policy/read-trust-policy.test.ts', 'a pattern that matches nothing'],
    ['src/operations/gather-evidence.test.ts', 'are found under every name of the image'],
  ],
  [
    10,
    'errors that become "allowed"',
    [HOSTILE, "[10, 'a key reader that throws'"],
    [COSIGN, 'of another predicate (class 10)'],
    [EVALUATE, 'missing evidence is undecided, never allowed'],
    [JUDGE, 'is undecided where nobody answers'],
    [JUDGE, 'is undecided without evidence'],
    [JUDGE, 'is not judged by evidence of another'],
    [TRUST, 'stays undecided, and out, where its registry does not answer'],
    [MEMORY, 'is not remembered where verifying threw'],
  ],
  [
    11,
    'a signature that is not bound to its subject or log entry',
    [COSIGN, 'with a valid entry of another signature (class 11)'],
    [COSIGN, 'with an entry of this signature by another key (class 11)'],
    [COSIGN, 'with an entry of this key and signature over other bytes (class 11)'],
    [HOSTILE, 'a digest in optional, which is not read'],
    [INDEX, 'over one child reaches no sibling'],
    [INDEX, 'over a child does not reach an index that lists it'],
    [INDEX, 'over an image does not reach its config'],
  ],
  [
    12,
    'identities that are ignored or half matched',
    [COSIGN, 'of another issuer (class 12)'],
    [IDENTITY, 'an alternative that is a part'],
    [IDENTITY, 'does not match where a certificate says nothing, whatever is asked'],
    [TRUST, 'is admitted by the identity of its certificate, and by no other'],
  ],
  [
    13,
    'PGP data that differ from what is read',
    [HOSTILE, 'another payload beside the attached one'],
    [HOSTILE, "[13, 'text before the clearsigned message'"],
    [HOSTILE, 'a header smuggled into the clearsigned message'],
    [HOSTILE, 'two signatures in one message'],
  ],
  [
    14,
    'endless data',
    [CLIENT, 'sends an endless manifest'],
    [CLIENT, 'sends an endless blob: reading ends at the size described'],
    [CLIENT, 'drips bytes for ever'],
    [LIES, 'a ring of pages'],
    [LIES, 'a list without end'],
    [COSIGN, 'of 1,025 subjects (class 14)'],
    [MEMORY, 'is bounded: the longest kept go first, and what is large is not kept'],
    ['src/operations/gather-evidence.test.ts', 'more than a thousand'],
  ],
  [
    15,
    'realms and redirects that lead elsewhere, with credentials or inward',
    [CLIENT, 'are followed, without the credential once the port differs'],
    [CLIENT, 'attack: a way out and back does not get the credential again'],
    [CLIENT, "attack: a registry that names another's realm gets neither token nor password"],
    [CLIENT, 'a cloud metadata address'],
    [NETWORK, 'dials what was checked, whatever a second look-up would say'],
    [LIES, 'attached: layers that lie elsewhere are asked of nobody'],
    [LIES, 'a realm in the clear gets no credential, whatever its scope'],
    [SECRETS, 'a namespace of that name in another project'],
    [SECRETS, 'a secret that names a helper, which is not started'],
    ['src/operations/verify-trust.test.ts', 'is not called where its host is our own network’s'],
  ],
  [
    20,
    'what was signed long ago, played back',
    [NOTARY, 'expired timestamp (freeze)'],
    [TAG, 'an older state is refused after a newer one, an equal one is not'],
    [HOSTILE, 'a signature that was good for an older image'],
    [MEMORY, 'stands until its evidence ends, and not a moment longer'],
    ['test/flows/freshness.test.ts', 'a key that expires stops verifying'],
  ],
  [
    21,
    'a body that ends the process',
    [REVIEW, 'throws nothing but invalid-argument, whatever JSON it is given'],
    [HOSTILE, 'a hundred thousand signatures'],
    [HOSTILE, 'whatever its bytes and shapes are ends in answers, never in a proof'],
    [COSIGN, 'no changed byte proves anything else, and nothing is thrown'],
    ['test/flows/webhook.test.ts', 'a request that is cut off harms nobody else'],
    ['test/flows/webhook.test.ts', 'random JSON is answered, and only what the policy names'],
  ],
  [
    22,
    'patterns that never end',
    [IDENTITY, 'ends in linear time, whatever the pattern (class 22)'],
    ['src/domain/name-pattern.test.ts', 'throws nothing but invalid-policy, whatever it is given'],
    ['src/domain/image-reference.test.ts', 'agrees with the grammar written as one regular'],
  ],
];

/** Classes of other parts: the folder whose tests are to hold them. */
const ELSEWHERE: Readonly<Record<number, readonly [name: string, folder: string]>> = {
  3: ['look-alike hosts in patterns', 'src/domain'],
  5: ['ephemeral containers', 'src/kubernetes'],
  6: ['image volumes', 'src/kubernetes'],
  7: ['forged owner references', 'src/kubernetes'],
  8: ['requests skipped for a deletion, a scale-down or a status', 'src/kubernetes'],
  9: ['forged annotations of results', 'src/kubernetes'],
  16: ['network access by the language of policies', 'src/rego'],
  17: ['exceptions that widen silently', 'src/policy'],
  18: ['exemptions that are built in', 'src/policy'],
  19: ['labels of namespaces that opt out', 'src/kubernetes'],
};

describe('classes of bypasses', () => {
  it.each(HELD.map(([number, name, ...tests]) => ({ number, name, tests })))(
    '$number: $name',
    ({ tests }) => {
      expect(tests.length).toBeGreaterThan(0);
      expect(missingTests(tests)).toEqual([]);
    },
  );

  it('are all in the table, once', () => {
    const numbers = [...HELD.map(([number]) => number), ...Object.keys(ELSEWHERE).map(Number)];
    const all = Array.from({ length: 22 }, (_, index) => index + 1);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(all);
  });
});
