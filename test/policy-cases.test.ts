/**
 * Rows of the conformance data that say what Binary Authorization decides, and what we must do where
 * another system answers garbage. Every other row is named as not judged here, never as passed.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, isAssayError } from '../src/domain/error.ts';
import type {
  AdmissionRule,
  BinauthzPolicy,
  PolicyDocument,
} from '../src/domain/policy-document.ts';
import type { AttestationEvidence, Evidence, Verdict } from '../src/domain/verdict.ts';
import { defaultPolicy, policyFromJson } from '../src/google/policy-message.ts';
import { evaluate } from '../src/policy/evaluate.ts';
import { testData } from './support/test-data.ts';

interface Case {
  readonly id: string;
  readonly system: string;
  readonly kind: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly product_expectation?: string;
}

const file = testData('cases', 'policy-cases.json');
const cases: readonly Case[] =
  file === undefined ? [] : (JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] }).cases;

const IMAGE = `gcr.io/p/app@sha256:${'a'.repeat(64)}`;

/** What a row wants of us beside what we do; the two must be equal. */
type Judge = (one: Case) => { readonly wanted: unknown; readonly found: unknown };

/** How each kind of row is judged. */
const JUDGES: Readonly<Record<string, Judge>> = {
  'binauthz decision': (one) => ({
    wanted: one.expected['decision'],
    found: word(decide(one)),
  }),
  'binauthz policy_default': (one) => ({
    wanted: one.expected['decision'],
    found: word(judge(defaultPolicy('p'), 'nginx')),
  }),
  'binauthz policy_validation': (one) => {
    const enforcementMode = 'ENFORCED_BLOCK_AND_AUDIT_LOG';
    const policy = { defaultAdmissionRule: { ...one.input, enforcementMode } };
    return { wanted: one.expected['error'], found: statusOf(policy) };
  },
  'kube-image-bouncer image_review': (one) => {
    const { allowed, images } = judge(defaultPolicy('p'), String(one.input['image']));
    return { wanted: [false, true], found: [allowed, images[0]?.sentence !== ''] };
  },
};

/** Rows whose meaning is another system's own rule, with no word on what ours must do. */
function isJudged(one: Case): boolean {
  if (!Object.hasOwn(JUDGES, `${one.system} ${one.kind}`)) return false;
  return one.system === 'binauthz' || one.product_expectation !== undefined;
}

const judged = cases.filter(isJudged);

describe.skipIf(file === undefined)('policy-cases.json (needs ASSAY_TEST_DATA)', () => {
  it('has rows to judge', () => {
    const kinds = cases.filter((one) => !isJudged(one)).map((one) => `${one.system} ${one.kind}`);
    process.stdout.write(
      `policy-cases: ${judged.length} judged here; elsewhere or not: ${count(kinds)}\n`,
    );
    expect(judged.length).toBeGreaterThan(0);
  });

  it.each(judged.map((one) => [one.id, one.kind, one] as const))('%s %s', (_id, _kind, one) => {
    const answer = JUDGES[`${one.system} ${one.kind}`]?.(one);
    expect(answer?.found).toEqual(answer?.wanted);
  });
});

/** The decision that a row asks for, over one image by digest. */
function decide({ input }: Case): Verdict {
  const rule = input['rule'] as { evaluationMode: string; requireAttestationsBy?: string[] };
  const attestors = (rule.requireAttestationsBy ?? []).map(toName);
  const policy: BinauthzPolicy = {
    ...defaultPolicy('p'),
    admissionWhitelistPatterns: input['image_matches_whitelist'] === true ? ['gcr.io/p/*'] : [],
    defaultAdmissionRule: {
      evaluationMode: rule.evaluationMode as AdmissionRule['evaluationMode'],
      enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
      requireAttestationsBy: attestors,
    },
  };
  const valid = ((input['valid_attestations_from'] as string[] | undefined) ?? []).map(toName);
  const keyless = attestors.filter((name) => isKeyless(input, name));
  const attestations = attestors.map((name) => evidenceOf(name, valid, keyless));
  return judge(policy, IMAGE, { attestations, tags: [] });
}

function isKeyless(input: Case['input'], name: string): boolean {
  const keys = input[`attestor_${name.split('/').at(-1)}_keys`];
  return Array.isArray(keys) && keys.length === 0;
}

function evidenceOf(
  attestor: string,
  valid: readonly string[],
  keyless: readonly string[],
): AttestationEvidence {
  const check = {
    occurrence: 'projects/p/occurrences/o',
    publicKeyId: 'k',
    reason: 'row',
  } as const;
  return {
    attestor,
    image: IMAGE,
    state: keyless.includes(attestor) ? 'no-keys' : 'known',
    checks: valid.includes(attestor) ? [{ ...check, result: 'verified' }] : [],
  };
}

function judge(
  parsed: BinauthzPolicy,
  image: string,
  evidence: Evidence = { attestations: [], tags: [] },
): Verdict {
  const id = { project: 'p', kind: 'BinauthzPolicy', name: 'policy', revision: 1 } as const;
  const document: PolicyDocument = { ...id, source: '', parsed, createTime: 0, etag: '' };
  const images = [{ image, field: 'spec.containers[0].image' }];
  const request = { source: 'image-review', project: 'p', annotations: {}, images } as const;
  return evaluate(request, [document], evidence);
}

/** The Google status of what refuses a policy; undefined where nothing does. */
function statusOf(policy: unknown): string | undefined {
  try {
    policyFromJson(policy, 'projects/p/policy');
    return undefined;
  } catch (error) {
    return isAssayError(error) ? ERROR_CODES[error.code].status : String(error);
  }
}

function word(verdict: Verdict): string {
  return verdict.allowed ? 'allow' : 'deny';
}

function toName(attestor: string): string {
  return `projects/p/attestors/${attestor}`;
}

function count(kinds: readonly string[]): string {
  const groups = Map.groupBy(kinds, (kind) => kind);
  return [...groups].map(([kind, rows]) => `${kind} ${rows.length}`).join(', ');
}
