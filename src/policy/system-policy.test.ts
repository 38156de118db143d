/** What the system policy lets in, when it is asked, and what stands in the verdict then. */
import { describe, expect, it } from 'vitest';
import { parseImageReference } from '../domain/image-reference.ts';
import { checkNamePattern, findNamePattern } from '../domain/name-pattern.ts';
import type { AdmissionRule, BinauthzPolicy, PolicyDocument } from '../domain/policy-document.ts';
import type { AdmissionRequest, Verdict } from '../domain/verdict.ts';
import { evaluate, wantedEvidence } from './evaluate.ts';
import { BUILT_IN_SYSTEM_POLICY } from './system-policy.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const enforcementMode = 'ENFORCED_BLOCK_AND_AUDIT_LOG';
const ATTESTED: AdmissionRule = {
  evaluationMode: 'REQUIRE_ATTESTATION',
  enforcementMode,
  requireAttestationsBy: ['projects/p/attestors/a'],
};

function document(kind: PolicyDocument['kind'], parsed: BinauthzPolicy): PolicyDocument {
  const name = kind === 'SystemPolicy' ? 'global' : 'policy';
  return { project: '', kind, name, revision: 4, source: '', parsed, createTime: 0, etag: '' };
}

const SYSTEM = document('SystemPolicy', BUILT_IN_SYSTEM_POLICY);

function project(mode: 'ENABLE' | 'DISABLE' | undefined, rule = ATTESTED): PolicyDocument {
  return document('BinauthzPolicy', {
    name: 'projects/p/policy',
    ...(mode === undefined ? {} : { globalPolicyEvaluationMode: mode }),
    admissionWhitelistPatterns: [],
    defaultAdmissionRule: rule,
    clusterAdmissionRules: {},
  });
}

function ask(image: string, documents: readonly PolicyDocument[], parts = {}): Verdict {
  const images = [{ image, field: 'spec.containers[0].image' }];
  const request: AdmissionRequest = {
    source: 'image-review',
    project: 'p',
    annotations: {},
    images,
    ...parts,
  };
  return evaluate(request, documents, { attestations: [], tags: [] });
}

describe('the built-in system policy', () => {
  it('has patterns that a policy may have', () => {
    for (const pattern of BUILT_IN_SYSTEM_POLICY.admissionWhitelistPatterns) {
      expect(() => checkNamePattern(pattern)).not.toThrow();
    }
  });

  it.each([
    ['registry.k8s.io/pause:3.9', true],
    [`registry.k8s.io/pause@${DIGEST}`, true],
    [`registry.k8s.io/kube-proxy:v1.34.0@${DIGEST}`, true],
    ['registry.k8s.io/coredns/coredns:v1.11.1', true],
    ['k8s.gcr.io/coredns:1.6.7', true],
    ['registry.k8s.io/pause', false],
    ['registry.k8s.io/pause-evil:3.9', false],
    ['registry.k8s.io/pause/x:3.9', false],
    ['registry.k8s.io.example.org/pause:3.9', false],
    ['example.org/registry.k8s.io/pause:3.9', false],
    ['docker.io/library/pause:3.9', false],
    ['registry.k8s.io/metrics-server/metrics-server:v0.7.0', false],
  ])('%s: %j', (image, wanted) => {
    const patterns = BUILT_IN_SYSTEM_POLICY.admissionWhitelistPatterns;
    const found = findNamePattern(patterns, parseImageReference(image));
    expect(found !== undefined).toBe(wanted);
  });
});

describe('globalPolicyEvaluationMode', () => {
  const PAUSE = 'registry.k8s.io/pause:3.9';

  it('ENABLE lets in what the system policy names, and says so', () => {
    const verdict = ask(PAUSE, [project('ENABLE'), SYSTEM]);
    expect(verdict).toMatchObject({
      allowed: true,
      policies: ['BinauthzPolicy/policy@4', 'SystemPolicy/global@4'],
    });
    const steps = verdict.images[0]?.steps.map(({ step, result }) => [step, result]);
    expect(steps).toEqual([
      ['parse-reference', 'pass'],
      ['system-policy', 'pass'],
    ]);
    expect(verdict.images[0]?.found).toBe(
      "matches the system policy's pattern registry.k8s.io/pause:*",
    );
  });

  it('ENABLE leaves what the system policy does not name to the rules', () => {
    const verdict = ask('nginx', [project('ENABLE'), SYSTEM]);
    expect(verdict.allowed).toBe(false);
    expect(verdict.images[0]?.steps[1]).toEqual({
      step: 'system-policy',
      result: 'skip',
      message: 'matches no pattern of the system policy (revision 4)',
    });
  });

  it.each([['DISABLE'], [undefined]] as const)('%s asks no system policy', (mode) => {
    const verdict = ask(PAUSE, [project(mode), SYSTEM]);
    expect(verdict.allowed).toBe(false);
    expect(JSON.stringify(verdict.images[0]?.steps)).not.toContain('system-policy');
    expect(verdict.policies).toEqual(['BinauthzPolicy/policy@4']);
  });

  it('ENABLE without a system policy changes nothing, and says so', () => {
    const verdict = ask(PAUSE, [project('ENABLE')]);
    expect(verdict.allowed).toBe(false);
    expect(verdict.images[0]?.steps[1]?.message).toContain('no system policy is known');
  });

  it('a system policy alone judges nothing', () => {
    expect(ask('nginx', [SYSTEM])).toMatchObject({ outcome: 'undecided', allowed: false });
  });

  it('nothing is gathered for what the system policy lets in', () => {
    const images = [{ image: `registry.k8s.io/pause@${DIGEST}`, field: 'f' }];
    const request: AdmissionRequest = {
      source: 'image-review',
      project: 'p',
      annotations: {},
      images,
    };
    expect(wantedEvidence(request, [project('ENABLE'), SYSTEM]).attestations).toEqual([]);
    expect(wantedEvidence(request, [project('DISABLE'), SYSTEM]).attestations).toHaveLength(1);
  });
});

describe('a rule that hangs on what the request does not say', () => {
  const DRY = { ...ATTESTED, enforcementMode: 'DRYRUN_AUDIT_LOG_ONLY' as const };
  const accounts = (own: AdmissionRule, byDefault: AdmissionRule): PolicyDocument =>
    document('BinauthzPolicy', {
      ...project('DISABLE', byDefault).parsed,
      kubernetesServiceAccountAdmissionRules: { 'n:s': own },
    });

  it('lets nothing in, and says what is missing', () => {
    const verdict = ask('nginx', [accounts(ATTESTED, ATTESTED)], { namespace: 'n' });
    expect(verdict).toMatchObject({ outcome: 'undecided', allowed: false });
    expect(verdict.images[0]?.sentence).toBe(
      'Undecided by kubernetes service account admission rule for n:s: the request does not say ' +
        'its service account',
    );
  });

  it('blocks where any of the rules that may apply blocks', () => {
    const place = { namespace: 'n' };
    expect(ask('nginx', [accounts(DRY, ATTESTED)], place).allowed).toBe(false);
    expect(ask('nginx', [accounts(ATTESTED, DRY)], place).allowed).toBe(false);
    expect(ask('nginx', [accounts(DRY, DRY)], place).allowed).toBe(true);
  });

  it('does not keep out what is whitelisted', () => {
    const { parsed } = accounts(ATTESTED, ATTESTED);
    const whitelisted = { ...parsed, admissionWhitelistPatterns: ['docker.io/library/*'] };
    const documents = [document('BinauthzPolicy', whitelisted)];
    expect(ask('nginx', documents, { namespace: 'n' }).allowed).toBe(true);
  });
});
