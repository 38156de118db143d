/** Verdicts as a table: one row, one fact; then laws that hold for every request. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AdmissionRule, BinauthzPolicy, PolicyDocument } from '../domain/policy-document.ts';
import type { AdmissionRequest, AttestationEvidence, Evidence } from '../domain/verdict.ts';
import { BREAK_GLASS, evaluate, wantedEvidence } from './evaluate.ts';
import { formatDenial } from './format-denial.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const IMAGE = `gcr.io/p/app@${DIGEST}`;
const A = 'projects/p/attestors/a';
const B = 'projects/p/attestors/b';

function rule(
  mode: AdmissionRule['evaluationMode'],
  attestors: string[] = [],
  dryRun = false,
): AdmissionRule {
  return {
    evaluationMode: mode,
    enforcementMode: dryRun ? 'DRYRUN_AUDIT_LOG_ONLY' : 'ENFORCED_BLOCK_AND_AUDIT_LOG',
    requireAttestationsBy: attestors,
  };
}

function policy(parts: Partial<BinauthzPolicy>): PolicyDocument {
  const parsed: BinauthzPolicy = {
    name: 'projects/p/policy',
    admissionWhitelistPatterns: [],
    defaultAdmissionRule: rule('ALWAYS_DENY'),
    clusterAdmissionRules: {},
    ...parts,
  };
  return {
    project: 'p',
    kind: 'BinauthzPolicy',
    name: 'policy',
    revision: 1,
    source: '',
    parsed,
    createTime: 0,
    etag: '',
  };
}

function request(images: string[], parts: Partial<AdmissionRequest> = {}): AdmissionRequest {
  const asked = images.map((image, index) => ({ image, field: `spec.containers[${index}].image` }));
  return { source: 'image-review', project: 'p', annotations: {}, images: asked, ...parts };
}

function attested(
  attestor: string,
  result: 'verified' | 'refused' | 'undecided' = 'verified',
): AttestationEvidence {
  const checks = [
    { occurrence: 'projects/p/occurrences/o', publicKeyId: 'K', result, reason: 'because' },
  ];
  return { attestor, image: IMAGE, state: 'known', checks };
}

const NONE: Evidence = { attestations: [], tags: [] };
const requireA = policy({ defaultAdmissionRule: rule('REQUIRE_ATTESTATION', [A]) });
const requireBoth = policy({ defaultAdmissionRule: rule('REQUIRE_ATTESTATION', [A, B]) });

describe('evaluate', () => {
  it.each<[string, PolicyDocument[], AdmissionRequest, Evidence, string, boolean]>([
    [
      'ALWAYS_ALLOW allows',
      [policy({ defaultAdmissionRule: rule('ALWAYS_ALLOW') })],
      request(['nginx']),
      NONE,
      'allow',
      true,
    ],
    ['ALWAYS_DENY denies', [policy({})], request(['nginx']), NONE, 'deny', false],
    [
      'a whitelisted image skips the rule',
      [policy({ admissionWhitelistPatterns: ['k8s.gcr.io/*'] })],
      request(['k8s.gcr.io/pause:3']),
      NONE,
      'allow',
      true,
    ],
    [
      'a look-alike host is not whitelisted',
      [policy({ admissionWhitelistPatterns: ['k8s.gcr.io/*'] })],
      request(['k8s.gcr.io.evil.io/pause:3']),
      NONE,
      'deny',
      false,
    ],
    [
      'one denied image denies the pod',
      [policy({ admissionWhitelistPatterns: ['k8s.gcr.io/*'] })],
      request(['k8s.gcr.io/pause:3', 'nginx']),
      NONE,
      'deny',
      false,
    ],
    [
      'the rule of the cluster stands over the default',
      [policy({ clusterAdmissionRules: { 'z.c': rule('ALWAYS_ALLOW') } })],
      request(['nginx'], { cluster: 'z.c' }),
      NONE,
      'allow',
      true,
    ],
    [
      'the rule of another cluster does not',
      [policy({ clusterAdmissionRules: { 'z.c': rule('ALWAYS_ALLOW') } })],
      request(['nginx'], { cluster: 'z.d' }),
      NONE,
      'deny',
      false,
    ],
    [
      'a cluster named like a property of objects has no rule',
      [policy({})],
      request(['nginx'], { cluster: 'constructor' }),
      NONE,
      'deny',
      false,
    ],
    [
      'a verified attestation allows',
      [requireA],
      request([IMAGE]),
      { attestations: [attested(A)], tags: [] },
      'allow',
      true,
    ],
    [
      'a refused attestation denies',
      [requireA],
      request([IMAGE]),
      { attestations: [attested(A, 'refused')], tags: [] },
      'deny',
      false,
    ],
    [
      'attestors are ANDed',
      [requireBoth],
      request([IMAGE]),
      { attestations: [attested(A), { ...attested(B), checks: [] }], tags: [] },
      'deny',
      false,
    ],
    [
      'missing evidence is undecided, never allowed',
      [requireA],
      request([IMAGE]),
      NONE,
      'undecided',
      false,
    ],
    [
      'an attestation that cannot be checked is undecided',
      [requireA],
      request([IMAGE]),
      { attestations: [attested(A, 'undecided')], tags: [] },
      'undecided',
      false,
    ],
    [
      'a verified attestation of an attestor without keys denies',
      [requireA],
      request([IMAGE]),
      { attestations: [{ ...attested(A), state: 'no-keys' }], tags: [] },
      'deny',
      false,
    ],
    [
      'a deny stands over an undecided',
      [requireBoth],
      request([IMAGE]),
      { attestations: [attested(A, 'undecided'), { ...attested(B), checks: [] }], tags: [] },
      'deny',
      false,
    ],
    [
      'a tag is denied where attestations are required',
      [requireA],
      request(['gcr.io/p/app:1']),
      { attestations: [attested(A)], tags: [] },
      'deny',
      false,
    ],
    [
      'dry run lets a denial in',
      [policy({ defaultAdmissionRule: rule('ALWAYS_DENY', [], true) })],
      request(['nginx']),
      NONE,
      'deny',
      true,
    ],
    [
      'a malformed reference is denied even in dry run',
      [policy({ defaultAdmissionRule: rule('ALWAYS_ALLOW', [], true) })],
      request(['Nginx']),
      NONE,
      'deny',
      false,
    ],
    [
      'a digest written as a tag is denied',
      [policy({ defaultAdmissionRule: rule('ALWAYS_ALLOW') })],
      request([`gcr.io/p/app:${'a'.repeat(64)}`]),
      NONE,
      'deny',
      false,
    ],
    [
      'no image is undecided',
      [policy({ defaultAdmissionRule: rule('ALWAYS_ALLOW') })],
      request([]),
      NONE,
      'undecided',
      false,
    ],
    ['no policy is undecided', [], request(['nginx']), NONE, 'undecided', false],
    [
      'any deny of several documents denies',
      [policy({ defaultAdmissionRule: rule('ALWAYS_ALLOW') }), policy({})],
      request(['nginx']),
      NONE,
      'deny',
      false,
    ],
  ])('%s', (_name, documents, asked, evidence, outcome, allowed) => {
    const verdict = evaluate(asked, documents, evidence);
    expect([verdict.outcome, verdict.allowed]).toEqual([outcome, allowed]);
  });

  it.each([
    ['"true" opens', 'true', true],
    ['"True" does not', 'True', false],
    ['"1" does not', '1', false],
    ['an empty value does not', '', false],
  ])('break-glass: %s, and the outcome is recorded all the same', (_name, value, allowed) => {
    const asked = request(['nginx'], { annotations: { [BREAK_GLASS.key]: value } });
    const verdict = evaluate(asked, [policy({})], NONE);
    expect(verdict).toMatchObject({ outcome: 'deny', allowed, breakGlass: allowed });
  });

  it('other annotations of image-policy.k8s.io open nothing', () => {
    const annotations = { 'mycluster.image-policy.k8s.io/break-glass': 'true' };
    expect(evaluate(request(['nginx'], { annotations }), [policy({})], NONE).allowed).toBe(false);
  });

  it('says that a system policy which is asked for has no effect', () => {
    const asks = policy({ globalPolicyEvaluationMode: 'ENABLE' });
    const steps = evaluate(request(['nginx']), [asks], NONE).images[0]?.steps;
    expect(steps).toContainEqual(
      expect.objectContaining({ step: 'system-policy', result: 'note' }),
    );
  });

  it.each<[AttestationEvidence, string]>([
    [{ ...attested(A, 'refused'), state: 'no-note', checks: [] }, 'note does not exist'],
    [
      {
        ...attested(A, 'refused'),
        checks: [...attested(A, 'refused').checks, ...attested(A, 'undecided').checks],
      },
      'projects/p/occurrences/o: because',
    ],
  ])('says what was found of the attestor (%#)', (evidence, found) => {
    const verdict = evaluate(request([IMAGE]), [requireA], { attestations: [evidence], tags: [] });
    expect(verdict.images[0]?.found).toContain(found);
  });

  it('says the digest that the tag has now', () => {
    const tags = [
      { image: 'gcr.io/p/app:1', digest: DIGEST as never, how: 'the registry said so' },
    ];
    const verdict = evaluate(request(['gcr.io/p/app:1']), [requireA], { attestations: [], tags });
    expect(verdict.images[0]?.fix).toBe(`deploy gcr.io/p/app@${DIGEST}`);
  });

  it('never allows more when an image is added (property)', () => {
    const images = fc.array(
      fc.constantFrom('nginx', IMAGE, 'k8s.gcr.io/pause:3', 'Bad Image', ''),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(images, fc.constantFrom('nginx', 'Bad Image'), (some, extra) => {
        const documents = [policy({ admissionWhitelistPatterns: ['k8s.gcr.io/*'] })];
        return !evaluate(request([...some, extra]), documents, NONE).allowed;
      }),
    );
  });
});

describe('wantedEvidence', () => {
  it('asks for each attestor of each digest once, and for tags', () => {
    const wanted = wantedEvidence(request([IMAGE, IMAGE, 'gcr.io/p/app:1', 'Bad']), [requireBoth]);
    expect(wanted.attestations.map((one) => one.attestor)).toEqual([A, B]);
    expect(wanted.tags.map((one) => one.tag)).toEqual(['1']);
  });

  it('asks for nothing where the whitelist admits', () => {
    const listed = policy({
      admissionWhitelistPatterns: ['gcr.io/p/*'],
      defaultAdmissionRule: rule('REQUIRE_ATTESTATION', [A]),
    });
    expect(wantedEvidence(request([IMAGE]), [listed])).toEqual({ attestations: [], tags: [] });
  });
});

describe('formatDenial', () => {
  it('names the image that blocks before one that a dry run lets in', () => {
    const dryRun = policy({ defaultAdmissionRule: rule('ALWAYS_DENY', [], true) });
    const verdict = evaluate(request(['nginx', 'Bad Image']), [dryRun], NONE);
    expect(verdict.images.map((image) => image.enforced)).toEqual([false, true]);
    const lines = formatDenial(verdict, 'd-1').split('\n');
    expect(lines[0]).toMatch(/^Denied: the image reference does not parse/);
    expect(lines[1]).toBe('image: Bad Image');
  });

  it('has the tutorial’s sentence alone on its first line', () => {
    const text = formatDenial(evaluate(request(['nginx']), [policy({})], NONE), 'D1');
    expect(text.split('\n')[0]).toBe(
      'Denied by default admission rule. Overridden by evaluation mode',
    );
    expect(text).toContain('image: nginx\nfound: ');
    expect(text.endsWith('decision: D1 (assay decisions show D1)')).toBe(true);
  });

  it('has the attestor’s sentence alone on its first line', () => {
    const evidence = { attestations: [{ ...attested(A), checks: [] }], tags: [] };
    expect(
      formatDenial(evaluate(request([IMAGE]), [requireA], evidence), 'D1').split('\n')[0],
    ).toBe(
      `Denied by attestor ${A}: No attestations found that were valid and signed by a key trusted by the attestor`,
    );
  });

  it('says once what is the same of several images', () => {
    const text = formatDenial(evaluate(request(['nginx', 'redis']), [policy({})], NONE), 'D1');
    expect(text.match(/^(image|found|fix): ?[a-z]*/gm)).toEqual([
      'image: nginx',
      'image: redis',
      expect.stringMatching(/^found/),
      expect.stringMatching(/^fix/),
    ]);
  });

  it('keeps control characters of a hostile reference from the terminal', () => {
    const hostile = evaluate(request(['\u001b[31mnginx\nallowed: yes']), [policy({})], NONE);
    expect(formatDenial(hostile, 'D1')).not.toMatch(/\u001b|\nallowed: yes/);
  });

  it('is bounded, whatever the images', () => {
    const many = evaluate(
      request(Array.from({ length: 50 }, (_, i) => `x${i}/`.repeat(200))),
      [policy({})],
      NONE,
    );
    const text = formatDenial(many, 'D1');
    expect(text.length).toBeLessThanOrEqual(4096);
    expect(text).toContain('decision: D1');
  });
});
