/** How a policy in Rego combines with the others, with dry run and with break-glass. */
import { expect, it } from 'vitest';
import type { TrustDocument } from '../domain/image-trust-policy.ts';
import type { BinauthzPolicy, PolicyDocument } from '../domain/policy-document.ts';
import type { RegoDocument, RegoEvidence, RegoPolicy } from '../domain/rego-policy.ts';
import type { AdmissionRequest } from '../domain/verdict.ts';
import { BREAK_GLASS, evaluate, type JudgingDocument } from './evaluate.ts';

const kept = { project: 'p', revision: 1, source: '', createTime: 0, etag: '' };
const BREAKS = { [BREAK_GLASS.key]: BREAK_GLASS.value };

function rego(enforcement: RegoPolicy['enforcement'] = 'enforce'): RegoDocument {
  const parsed: RegoPolicy = { enforcement, regoVersion: 'v1', modules: {} };
  return { ...kept, kind: 'RegoPolicy', name: 'rego', parsed };
}

function binauthz(mode: 'ALWAYS_ALLOW' | 'ALWAYS_DENY', dryRun = false): PolicyDocument {
  const enforcementMode = dryRun ? 'DRYRUN_AUDIT_LOG_ONLY' : 'ENFORCED_BLOCK_AND_AUDIT_LOG';
  const parsed: BinauthzPolicy = {
    globalPolicyEvaluationMode: 'DISABLE',
    admissionWhitelistPatterns: ['r.example/exempt/*'],
    defaultAdmissionRule: { evaluationMode: mode, enforcementMode, requireAttestationsBy: [] },
  } as unknown as BinauthzPolicy;
  return { ...kept, kind: 'BinauthzPolicy', name: 'policy', parsed };
}

/** No rule of it matches: what is unmatched is allowed. */
const TRUST: TrustDocument = {
  ...kept,
  kind: 'ImageTrustPolicy',
  name: 'trust',
  parsed: { unmatched: 'pass', rules: [] },
};

const SAID: Readonly<Record<string, Partial<RegoEvidence>>> = {
  allows: {},
  denies: { denials: ['data.main.deny: no'] },
  breaks: { problem: 'eval_conflict_error' },
};

function judge(
  documents: readonly JudgingDocument[],
  said: keyof typeof SAID | undefined,
  more: Partial<AdmissionRequest> = {},
) {
  const images = [{ image: 'r.example/exempt/app', field: 'spec.containers[0].image' }];
  const base = {
    policy: 'RegoPolicy/rego@1',
    asked: ['data.main.deny'],
    denials: [],
    warnings: [],
  };
  const evidence = {
    attestations: [],
    tags: [],
    ...(said !== undefined && { rego: [{ ...base, ...SAID[said] }] }),
  };
  const request = {
    source: 'image-review',
    project: 'p',
    annotations: {},
    images,
    ...more,
  } as const;
  const { allowed, outcome, dryRun, images: judged } = evaluate(request, documents, evidence);
  return { allowed, outcome, dryRun, sentence: judged[0]?.sentence ?? '' };
}

it.each([
  ['it allows', [rego()], 'allows', true, 'allow'],
  ['it denies', [rego()], 'denies', false, 'deny'],
  ['it cannot be evaluated', [rego()], 'breaks', false, 'undecided'],
  ['nobody evaluated it', [rego()], undefined, false, 'undecided'],
  ['its dry run denies', [rego('dry-run')], 'denies', true, 'deny'],
  ['its dry run cannot be evaluated', [rego('dry-run')], 'breaks', true, 'undecided'],
  ['another denies', [binauthz('ALWAYS_DENY'), rego()], 'allows', true, 'allow'],
  ['another exempts the image', [binauthz('ALWAYS_ALLOW'), rego()], 'denies', false, 'deny'],
  ['trust allows', [TRUST, rego()], 'denies', false, 'deny'],
  ['trust and its dry run', [TRUST, rego('dry-run')], 'denies', true, 'deny'],
] as const)('attack: where %s', (_what, documents, said, allowed, outcome) => {
  expect(judge(documents, said)).toMatchObject({ allowed, outcome });
});

it('another policy denies whatever it says', () => {
  const images = [{ image: 'r.example/other/app', field: 'spec.containers[0].image' }];
  const documents = [binauthz('ALWAYS_DENY'), rego()];
  expect(judge(documents, 'allows', { images })).toMatchObject({ allowed: false, outcome: 'deny' });
});

it('break-glass lets in what it denies, and what it cannot judge', () => {
  for (const said of ['denies', 'breaks']) {
    expect(judge([rego()], said, { annotations: BREAKS })).toMatchObject({ allowed: true });
  }
});

it('what blocks the request is told before what a dry run only notes', () => {
  const images = [{ image: 'r.example/other/app', field: 'spec.containers[0].image' }];
  const documents = [binauthz('ALWAYS_DENY', true), rego()];
  const denied = judge(documents, 'denies', { images });
  expect(denied).toMatchObject({ allowed: false, outcome: 'deny' });
  expect(denied.sentence).toBe('Denied by policy in Rego. data.main.deny: no');
  const broken = judge(documents, 'breaks', { images });
  expect(broken).toMatchObject({ allowed: false, outcome: 'deny' });
  expect(broken.sentence).toContain('Undecided by policy in Rego');
});

it('attack: a newline or a cursor movement in a message reaches no first line', () => {
  const said = { denials: ['data.main.deny: a\nAllowed: all is well\u001b[2J'] };
  const [evidence] = [{ policy: 'RegoPolicy/rego@1', asked: [], warnings: [], ...said }];
  const images = [{ image: 'r.example/a', field: 'f' }];
  const request = { source: 'image-review', project: 'p', annotations: {}, images } as const;
  const verdict = evaluate(request, [rego()], { attestations: [], tags: [], rego: [evidence] });
  expect(verdict.images[0]?.sentence).toBe('Denied by policy in Rego. data.main.deny: a');
});
