import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAssayError } from '../domain/error.ts';
import type { BinauthzPolicy, PolicyDocument } from '../domain/policy-document.ts';
import { defaultPolicy, policyFromJson, policyToJson } from './policy-message.ts';
import { parsePolicyYaml } from './policy-yaml.ts';

const RULE = { evaluationMode: 'ALWAYS_DENY', enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG' };
const ATTESTED = {
  evaluationMode: 'REQUIRE_ATTESTATION',
  enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
  requireAttestationsBy: ['projects/demo-proj/attestors/test-attestor'],
};

function documentOf(parsed: BinauthzPolicy): PolicyDocument {
  return {
    project: 'demo-proj',
    kind: 'BinauthzPolicy',
    name: 'policy',
    revision: 2,
    source: '',
    parsed,
    createTime: 1795195154045576,
    etag: '"1SpUd5F32Tidi4naYu8+dOfOINE="',
  };
}

describe('policies that gcloud sends', () => {
  it('the recorded import comes back with etag and time', () => {
    const sent = {
      admissionWhitelistPatterns: [
        { namePattern: 'gcr.io/google_containers/*' },
        { namePattern: 'k8s.gcr.io/*' },
      ],
      defaultAdmissionRule: RULE,
      name: 'projects/demo-proj/policy',
    };
    const { policy, etag } = policyFromJson(sent);
    expect(etag).toBeUndefined();
    expect(policyToJson(documentOf(policy))).toEqual({
      ...sent,
      updateTime: '2026-11-20T17:19:14.045576Z',
      etag: '"1SpUd5F32Tidi4naYu8+dOfOINE="',
    });
  });

  it('export, edit, import keeps everything and returns the etag', () => {
    const exported = policyToJson(documentOf(defaultPolicy('demo-proj')));
    const again = policyFromJson(JSON.parse(JSON.stringify(exported)));
    expect(again).toEqual({ policy: defaultPolicy('demo-proj'), etag: exported['etag'] });
  });

  it.each([
    ['kubernetesNamespaceAdmissionRules', 'some-namespace'],
    ['kubernetesServiceAccountAdmissionRules', 'test-ns:default'],
    ['istioServiceIdentityAdmissionRules', 'spiffe://example.com/ns/test-ns/sa/default'],
    ['clusterAdmissionRules', 'us-central1-a.prod'],
  ])('%s come back as they were sent', (map, key) => {
    const sent = { name: 'projects/p/policy', defaultAdmissionRule: RULE, [map]: { [key]: RULE } };
    const { policy } = policyFromJson(sent);
    const { etag: _etag, updateTime: _time, ...shown } = policyToJson(documentOf(policy));
    expect(shown).toEqual(sent);
  });

  it('a new project allows everything', () => {
    const {
      etag: _etag,
      updateTime: _time,
      ...shown
    } = policyToJson(documentOf(defaultPolicy('P')));
    expect(shown).toEqual({
      name: 'projects/P/policy',
      globalPolicyEvaluationMode: 'ENABLE',
      defaultAdmissionRule: {
        evaluationMode: 'ALWAYS_ALLOW',
        enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
      },
    });
  });

  it('the path names the policy, whatever the body says', () => {
    const json = { name: 'projects/${PROJECT_ID}/policy', defaultAdmissionRule: RULE };
    expect(policyFromJson(json, 'projects/p/policy').policy.name).toBe('projects/p/policy');
  });

  it('snake_case, numbers for enums and empty rule maps are read', () => {
    const json = {
      default_admission_rule: { evaluation_mode: 3, enforcement_mode: 1 },
      global_policy_evaluation_mode: 0,
      kubernetesNamespaceAdmissionRules: {},
    };
    expect(policyFromJson(json).policy).toEqual({
      name: 'projects/default/policy',
      admissionWhitelistPatterns: [],
      defaultAdmissionRule: { ...RULE, requireAttestationsBy: [] },
      clusterAdmissionRules: {},
    });
  });

  it('any policy survives printing and reading', () => {
    const rule = fc.constantFrom({ ...RULE, requireAttestationsBy: [] }, ATTESTED);
    const policies = fc.record({
      name: fc.constant('projects/demo-proj/policy'),
      description: fc.string({ minLength: 1, unit: 'grapheme' }),
      globalPolicyEvaluationMode: fc.constantFrom('ENABLE', 'DISABLE'),
      admissionWhitelistPatterns: fc.array(fc.constantFrom('gcr.io/a/*', 'gcr.io/b/**')),
      defaultAdmissionRule: rule,
      clusterAdmissionRules: fc.dictionary(
        fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?\.[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/),
        rule,
      ),
    });
    fc.assert(
      fc.property(policies, (policy) => {
        const printed = policyToJson(documentOf(policy as BinauthzPolicy));
        expect(policyFromJson(JSON.parse(JSON.stringify(printed))).policy).toEqual(policy);
      }),
    );
  });
});

const SEED = `name: projects/demo-proj/policy
admissionWhitelistPatterns:
- namePattern: gcr.io/google_containers/*
- namePattern: gcr.io/google-containers/*
- namePattern: k8s.gcr.io/*
- namePattern: gcr.io/stackdriver-agents/*
defaultAdmissionRule:
  evaluationMode: REQUIRE_ATTESTATION
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
  requireAttestationsBy:
    - projects/demo-proj/attestors/test-attestor
`;

describe('policy files', () => {
  it('the tutorial’s file is read', () => {
    expect(parsePolicyYaml(SEED).policy).toEqual({
      name: 'projects/demo-proj/policy',
      admissionWhitelistPatterns: [
        'gcr.io/google_containers/*',
        'gcr.io/google-containers/*',
        'k8s.gcr.io/*',
        'gcr.io/stackdriver-agents/*',
      ],
      defaultAdmissionRule: ATTESTED,
      clusterAdmissionRules: {},
    });
  });

  it('JSON is YAML too', () => {
    expect(parsePolicyYaml(JSON.stringify({ defaultAdmissionRule: RULE })).policy.name).toBe(
      'projects/default/policy',
    );
  });

  it.each([
    ['an empty file', '', 'the policy is empty'],
    ['only a comment', '# nothing\n', 'the policy is empty'],
    ['a list', '- a\n', 'line 1, column 1: policy is ["a"]; want an object'],
    ['text', 'hello\n', 'line 1, column 1: policy is "hello"; want an object'],
    ['broken YAML', 'a: [1\nb: 2\n', 'line 2, column 1: Flow sequence in block collection must be'],
    [
      'a tab as indentation',
      'a:\n\tb: 1\n',
      'line 2, column 1: Tabs are not allowed as indentation',
    ],
    ['a key given twice', `${SEED}name: x\n`, 'line 12, column 1: Map keys must be unique'],
    [
      'a field given in two spellings',
      `${SEED}default_admission_rule: {evaluationMode: ALWAYS_ALLOW, enforcementMode: 1}\n`,
      'policy.defaultAdmissionRule is given twice',
    ],
    ['two documents', `${SEED}---\n${SEED}`, 'line 13, column 1: a second document begins'],
    ['nesting without end', '['.repeat(100_000), 'the YAML is nested too deeply'],
    ['an alias bomb', bomb(), 'has over 100 aliases'],
    [
      'an unexpanded variable',
      SEED.replace('name: projects/demo-proj', 'name: projects/${PROJECT_ID}'),
      'line 1, column 1: policy.name: project id "${PROJECT_ID}" is not',
    ],
    [
      'a misspelt field',
      SEED.replace('evaluationMode', 'evalutionMode'),
      'line 8, column 3: policy.defaultAdmissionRule.evalutionMode is an unknown field; known are',
    ],
    [
      'a field in the wrong case',
      SEED.replace('evaluationMode', 'evaluationmode'),
      'line 8, column 3: policy.defaultAdmissionRule.evaluationmode is an unknown field; did you mean evaluationMode?',
    ],
    [
      'an unknown mode',
      SEED.replace('REQUIRE_ATTESTATION', 'REQUIRE'),
      'line 8, column 3: policy.defaultAdmissionRule.evaluationMode is "REQUIRE"; want ALWAYS_ALLOW, REQUIRE_ATTESTATION or ALWAYS_DENY',
    ],
    [
      'a pattern with two wildcards',
      SEED.replace('k8s.gcr.io/*', 'k8s.gcr.io/*x*'),
      'line 5, column 3: policy.admissionWhitelistPatterns[2].namePattern: name pattern "k8s.gcr.io/*x*" has a wildcard inside',
    ],
    [
      'a pattern as plain text',
      SEED.replace('- namePattern: k8s.gcr.io/*', '- k8s.gcr.io/*'),
      'line 5, column 3: policy.admissionWhitelistPatterns[2] is "k8s.gcr.io/*"; want an object',
    ],
    [
      'an attestor without its project',
      SEED.replace('projects/demo-proj/attestors/test-attestor', 'test-attestor'),
      'line 11, column 7: policy.defaultAdmissionRule.requireAttestationsBy[0]: name "test-attestor" is not of the form projects/PROJECT/attestors/ID',
    ],
    [
      'a number as description',
      `${SEED}description: 1\n`,
      'line 12, column 1: policy.description is 1; want text',
    ],
  ])('%s is refused with its place', (_name, text, message) => {
    expect(refusal(() => parsePolicyYaml(text))).toContain(message);
  });
});

describe('policies that are refused', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['no default rule', {}, 'policy.defaultAdmissionRule is missing: it is required'],
    [
      'a null default rule',
      { defaultAdmissionRule: null },
      'policy.defaultAdmissionRule is missing',
    ],
    [
      'no evaluation mode',
      { defaultAdmissionRule: { enforcementMode: 1 } },
      'policy.defaultAdmissionRule.evaluationMode is missing',
    ],
    [
      'no enforcement mode',
      { defaultAdmissionRule: { evaluationMode: 'ALWAYS_DENY' } },
      'enforcementMode is missing: it is required; want ENFORCED_BLOCK_AND_AUDIT_LOG or DRYRUN_AUDIT_LOG_ONLY',
    ],
    [
      'an unspecified mode',
      { defaultAdmissionRule: { ...RULE, evaluationMode: 'EVALUATION_MODE_UNSPECIFIED' } },
      'evaluationMode is missing',
    ],
    [
      'a mode by unknown number',
      { defaultAdmissionRule: { ...RULE, evaluationMode: 7 } },
      'evaluationMode is 7; want',
    ],
    [
      'attestation by nobody',
      { defaultAdmissionRule: { ...ATTESTED, requireAttestationsBy: [] } },
      'requireAttestationsBy is missing: REQUIRE_ATTESTATION needs at least one attestor',
    ],
    [
      'attestors that nobody asks',
      { defaultAdmissionRule: { ...ATTESTED, evaluationMode: 'ALWAYS_ALLOW' } },
      'requireAttestationsBy must be empty: ALWAYS_ALLOW asks no attestor',
    ],
    [
      'a cluster without location',
      { clusterAdmissionRules: { prod: RULE } },
      'policy.clusterAdmissionRules.prod: name "prod" is not of the form LOCATION.CLUSTER',
    ],
    [
      'a cluster with upper-case letters',
      { clusterAdmissionRules: { 'us-west2-b.Prod': RULE } },
      'policy.clusterAdmissionRules["us-west2-b.Prod"]: cluster id "Prod" is not',
    ],
    [
      'a cluster rule without mode',
      { clusterAdmissionRules: { 'us-west2-b.prod': {} } },
      'policy.clusterAdmissionRules["us-west2-b.prod"].evaluationMode is missing',
    ],
    [
      'the prototype as cluster',
      JSON.parse('{"clusterAdmissionRules":{"__proto__":{}}}') as Record<string, unknown>,
      'policy.clusterAdmissionRules.__proto__.evaluationMode is missing',
    ],
    [
      'rules in two maps',
      { kubernetesNamespaceAdmissionRules: { n: RULE }, clusterAdmissionRules: { 'z.c': RULE } },
      'policy.kubernetesNamespaceAdmissionRules stands beside clusterAdmissionRules',
    ],
    [
      'a namespace that Kubernetes has not',
      { kubernetesNamespaceAdmissionRules: { 'a.b': RULE } },
      'policy.kubernetesNamespaceAdmissionRules["a.b"]: namespace "a.b" is not',
    ],
    [
      'a service account without namespace',
      { kubernetes_service_account_admission_rules: { s: RULE } },
      'policy.kubernetesServiceAccountAdmissionRules.s: service account "s" is not NAMESPACE:SERVICEACCOUNT',
    ],
    [
      'a mesh identity of another form',
      { istioServiceIdentityAdmissionRules: { 'spiffe://d/n/s': RULE } },
      'service identity "spiffe://d/n/s" is not spiffe://DOMAIN/ns/NAMESPACE/sa/SERVICEACCOUNT',
    ],
    [
      'one mesh identity in two spellings',
      {
        istioServiceIdentityAdmissionRules: {
          'spiffe://d/ns/n/sa/s': RULE,
          'd/ns/n/sa/s': RULE,
        },
      },
      'means the same as "spiffe://d/ns/n/sa/s"; keep one rule',
    ],
    [
      'a namespace rule without mode',
      { kubernetesNamespaceAdmissionRules: { n: {} } },
      'policy.kubernetesNamespaceAdmissionRules.n.evaluationMode is missing',
    ],
    ['an empty pattern', { admissionWhitelistPatterns: [{}] }, 'namePattern is missing'],
    [
      'a pattern over the whole registry name',
      { admissionWhitelistPatterns: [{ namePattern: '*' }] },
      'policy.admissionWhitelistPatterns[0].namePattern: name pattern "*" has a wildcard in the registry',
    ],
    ['patterns as object', { admissionWhitelistPatterns: {} }, 'is {}; want a list'],
    ['a name of another resource', { name: 'projects/p/notes/n' }, 'want projects/PROJECT/policy'],
    [
      'nesting without end',
      { description: JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as unknown },
      'policy.description is a deeply nested value; want text',
    ],
    [
      'too many patterns',
      { admissionWhitelistPatterns: Array(1001).fill({ namePattern: 'gcr.io/p/*' }) },
      'policy.admissionWhitelistPatterns holds 1001; at most 1000 patterns are kept',
    ],
    [
      'too many cluster rules',
      {
        clusterAdmissionRules: Object.fromEntries(
          Array.from({ length: 1001 }, (_, index) => [`eu.c${index}`, RULE]),
        ),
      },
      'policy.clusterAdmissionRules holds 1001; at most 1000 rules are kept',
    ],
    [
      'too many attestors',
      {
        defaultAdmissionRule: {
          ...RULE,
          evaluationMode: 'REQUIRE_ATTESTATION',
          requireAttestationsBy: Array(101).fill('projects/p/attestors/a'),
        },
      },
      'policy.defaultAdmissionRule.requireAttestationsBy holds 101; at most 100 attestors',
    ],
    [
      'a description without end',
      { description: 'a'.repeat(4097) },
      'policy.description holds 4097; at most 4096 characters are kept',
    ],
    ['an unknown field', { clusterRules: {} }, 'policy.clusterRules is an unknown field'],
  ])('%s', (_name, change, message) => {
    const json =
      'defaultAdmissionRule' in change || _name === 'no default rule'
        ? change
        : { ...change, defaultAdmissionRule: RULE };
    expect(refusal(() => policyFromJson(json))).toContain(message);
  });

  it.each([null, 1, 'x', [], true])('a body that is %j', (json) => {
    expect(refusal(() => policyFromJson(json))).toMatch(/^policy is .*; want an object$/);
  });
});

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isAssayError(error, 'invalid-policy')) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

function bomb(): string {
  const level = (name: string, of: string) => `${name}: &${name} [${`*${of},`.repeat(9)}*${of}]\n`;
  return `a: &a [x]\n${level('b', 'a')}${level('c', 'b')}${level('d', 'c')}`;
}
