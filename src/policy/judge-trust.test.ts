/** Policies of trust as a table: one row, one fact. */
import { describe, expect, it } from 'vitest';
import type {
  ImageTrustPolicy,
  TrustAuthority,
  TrustDocument,
  TrustRule,
} from '../domain/image-trust-policy.ts';
import type { AdmissionRequest, Evidence, TrustCheck } from '../domain/verdict.ts';
import { evaluate, type JudgingDocument, wantedEvidence } from './evaluate.ts';
import { judgeTrust } from './judge-trust.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const IMAGE = `registry.example/shop/app@${DIGEST}`;
const COSIGN: TrustAuthority = { kind: 'cosign', keys: [{ text: 'k' }], identities: [] };
const NOTATION: TrustAuthority = { kind: 'notation', policy: {}, trustStores: {} };
const NOTARY: TrustAuthority = { kind: 'notary', server: 'https://notary.example', signers: [] };
const ATTESTOR: TrustAuthority = { kind: 'attestor', attestor: 'projects/p/attestors/a' };

function rule(parts: Partial<TrustRule> = {}): TrustRule {
  const base = { name: 'shop', images: ['registry.example/shop/**'] };
  return { ...base, enforcement: 'enforce', require: [{ anyOf: [COSIGN] }], ...parts };
}

function document(
  rules: readonly TrustRule[],
  more: Partial<ImageTrustPolicy> = {},
): TrustDocument {
  const parsed: ImageTrustPolicy = { unmatched: 'deny', rules, ...more };
  const id = { project: 'p', kind: 'ImageTrustPolicy', name: 'trust' } as const;
  return { ...id, revision: 3, source: '', parsed, createTime: 0, etag: '' };
}

function request(image: string): AdmissionRequest {
  const images = [{ image, field: 'spec.containers[0].image' }];
  return { source: 'image-review', project: 'p', annotations: {}, images };
}

const PLACE = 'rules[0].require[0].anyOf[0]';

/** Evidence by the place of its authority. */
function said(
  outcomes: Readonly<Record<string, TrustCheck['outcome']>>,
  image: string = IMAGE,
): Evidence {
  const trust = Object.entries(outcomes).map(([place, outcome]) => {
    const reason = 'because';
    return { place, image, checks: [{ kind: 'cosign', outcome, step: 'bad-signature', reason }] };
  });
  return { attestations: [], tags: [], trust };
}

const two = rule({ require: [{ anyOf: [COSIGN] }, { anyOf: [NOTATION] }] });
const either = rule({ require: [{ anyOf: [COSIGN, NOTATION] }] });
const SECOND = 'rules[0].require[1].anyOf[0]';
const OTHER = 'rules[0].require[0].anyOf[1]';
const AGAIN = 'rules[1].require[0].anyOf[0]';

describe('an image under a policy of trust', () => {
  it.each<[string, TrustDocument, Evidence, string]>([
    ['is allowed by a proof', document([rule()]), said({ [PLACE]: 'verified' }), 'allow'],
    ['is denied by a wrong signature', document([rule()]), said({ [PLACE]: 'wrong' }), 'deny'],
    [
      'is denied where nothing is found',
      document([rule()]),
      said({ [PLACE]: 'nothing-found' }),
      'deny',
    ],
    [
      'is undecided where nobody answers',
      document([rule()]),
      said({ [PLACE]: 'could-not-check' }),
      'undecided',
    ],
    ['is undecided without evidence', document([rule()]), said({}), 'undecided'],
    [
      'is not judged by evidence of another',
      document([rule()]),
      said({ [PLACE]: 'verified' }, `registry.example/shop/other@${DIGEST}`),
      'undecided',
    ],
    [
      'needs every requirement',
      document([two]),
      said({ [PLACE]: 'verified', [SECOND]: 'wrong' }),
      'deny',
    ],
    [
      'is denied rather than undecided',
      document([two]),
      said({ [PLACE]: 'could-not-check', [SECOND]: 'wrong' }),
      'deny',
    ],
    [
      'needs one authority of a requirement',
      document([either]),
      said({ [PLACE]: 'wrong', [OTHER]: 'verified' }),
      'allow',
    ],
    [
      'is undecided where one may yet vouch',
      document([either]),
      said({ [PLACE]: 'wrong', [OTHER]: 'could-not-check' }),
      'undecided',
    ],
    [
      'needs every rule that matches',
      document([rule(), rule({ name: 'all' })]),
      said({ [PLACE]: 'verified', [AGAIN]: 'wrong' }),
      'deny',
    ],
    [
      'is denied where no rule matches',
      document([rule({ images: ['registry.example/other/**'] })]),
      said({}),
      'deny',
    ],
    [
      'passes where the policy lets unmatched pass',
      document([], { unmatched: 'pass' }),
      said({}),
      'allow',
    ],
    ['passes a rule without requirements', document([rule({ require: [] })]), said({}), 'allow'],
    [
      'that a rule excepts is unmatched',
      document([rule({ except: ['registry.example/shop/**'] })]),
      said({}),
      'deny',
    ],
  ])('%s', (_name, policy, evidence, outcome) => {
    expect(judgeTrust({ image: IMAGE, field: 'f' }, policy, evidence).outcome).toBe(outcome);
  });

  it('names the step that failed, and what is wanted', () => {
    const verdict = judgeTrust(
      { image: IMAGE, field: 'f' },
      document([rule()]),
      said({ [PLACE]: 'wrong' }),
    );
    expect(verdict.sentence).toMatch(/^Denied by trust rule "shop": .*\[bad-signature\] because$/);
    expect(verdict.steps.map((one) => one.step)).toEqual([
      'parse-reference',
      'trust-rule',
      'trust',
    ]);
    expect(verdict.wanted).toContain('cosign signature');
  });

  it('lets a dry run in, and enforces where another rule denies', () => {
    const dry = rule({ enforcement: 'dry-run' });
    const bad = said({ [PLACE]: 'wrong', [AGAIN]: 'verified' });
    expect(judgeTrust({ image: IMAGE, field: 'f' }, document([dry]), bad)).toMatchObject({
      outcome: 'deny',
      enforced: false,
    });
    const strict = document([rule({ enforcement: 'dry-run', name: 'a' }), rule({ name: 'b' })]);
    const both = said({ [PLACE]: 'wrong', [AGAIN]: 'wrong' });
    expect(judgeTrust({ image: IMAGE, field: 'f' }, strict, both)).toMatchObject({
      outcome: 'deny',
      enforced: true,
    });
  });

  it('denies what is no reference', () => {
    const policy = document([], { unmatched: 'pass' });
    expect(judgeTrust({ image: 'Bad Image', field: 'f' }, policy, said({})).outcome).toBe('deny');
  });

  it('has a tag denied, with the digest that is signed for it before the one that it has', () => {
    const image = 'registry.example/shop/app:1';
    const tags = [{ image, digest: `sha256:${'b'.repeat(64)}` as never, how: 'said so' }];
    const trust = [{ place: PLACE, image, checks: [], signed: DIGEST as never }];
    const policy = (authority: TrustAuthority) =>
      document([rule({ require: [{ anyOf: [authority] }] })]);
    const judged = (authority: TrustAuthority) =>
      judgeTrust({ image, field: 'f' }, policy(authority), { attestations: [], tags, trust });
    expect(judged(NOTARY)).toMatchObject({ outcome: 'deny', fix: `deploy ${image}@${DIGEST}` });
    expect(judged(COSIGN).fix).toBe(`deploy ${image}@sha256:${'b'.repeat(64)}`);
  });
});

describe('documents together', () => {
  const allow: JudgingDocument = {
    project: 'p',
    kind: 'BinauthzPolicy',
    name: 'policy',
    revision: 1,
    source: '',
    createTime: 0,
    etag: '',
    parsed: {
      name: 'projects/p/policy',
      admissionWhitelistPatterns: [],
      clusterAdmissionRules: {},
      defaultAdmissionRule: {
        evaluationMode: 'ALWAYS_ALLOW',
        enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
        requireAttestationsBy: [],
      },
    },
  };

  it('deny where the policy of trust does, whatever the other allows', () => {
    const verdict = evaluate(
      request(IMAGE),
      [allow, document([rule()])],
      said({ [PLACE]: 'wrong' }),
    );
    expect(verdict).toMatchObject({ outcome: 'deny', allowed: false });
    expect(verdict.policies).toEqual(['BinauthzPolicy/policy@1', 'ImageTrustPolicy/trust@3']);
  });

  it('want each authority of each image, an attestor’s as attestations, and tags by name', () => {
    const all = rule({ require: [COSIGN, NOTARY, ATTESTOR].map((one) => ({ anyOf: [one] })) });
    const wanted = wantedEvidence(request(IMAGE), [allow, document([all])]);
    expect(wanted.trust?.map(({ place }) => place)).toEqual([PLACE, SECOND]);
    expect(wanted.attestations.map(({ attestor }) => attestor)).toEqual(['projects/p/attestors/a']);
    const tagged = wantedEvidence(request('registry.example/shop/app:1'), [document([all])]);
    expect(tagged.trust?.map(({ authority }) => authority.kind)).toEqual(['notary']);
    expect(tagged.tags).toHaveLength(1);
    expect(tagged.attestations).toEqual([]);
  });
});
