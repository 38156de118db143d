/** SLSA provenance of both versions against each requirement, met, not met and not said. */
import { describe, expect, it } from 'vitest';
import { parseDigest } from '../domain/digest.ts';
import type { JsonObject } from '../domain/json.ts';
import { isProof, type Proof } from './proof.ts';
import { type ProvenanceRequirements, requireProvenance } from './slsa-provenance.ts';

const BUILDER = 'https://ci.test/builder@v1';

const VERSION_02: JsonObject = {
  predicateType: 'https://slsa.dev/provenance/v0.2',
  predicate: {
    builder: { id: BUILDER },
    buildType: 'https://ci.test/container',
    invocation: {
      configSource: { uri: 'git+https://git.test/shop/app@refs/heads/main' },
      parameters: { release: true, inputs: { level: 3 } },
    },
  },
};
const VERSION_1: JsonObject = {
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: {
    buildDefinition: {
      buildType: 'https://ci.test/container',
      externalParameters: {
        workflow: { repository: 'https://git.test/shop/app', ref: 'refs/tags/v1.0' },
        inputs: { level: 3 },
      },
    },
    runDetails: { builder: { id: BUILDER } },
  },
};
const BUILDKIT: JsonObject = {
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: {
    buildDefinition: {
      buildType:
        'https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md',
      externalParameters: {
        configSource: { uri: 'https://git.test/shop/app.git#refs/heads/main' },
      },
    },
    runDetails: { builder: { id: '' } },
  },
};
const SILENT: JsonObject = { predicateType: 'https://slsa.dev/provenance/v1', predicate: {} };

function proofOf(statement: JsonObject): Proof {
  const subject = parseDigest(`sha256:${'a'.repeat(64)}`);
  return { kind: 'dsse', grade: 'verified', subject, checked: [], signer: 'ci', statement };
}

const MET: readonly [string, JsonObject, ProvenanceRequirements][] = [
  ['builder, 0.2', VERSION_02, { builderId: BUILDER }],
  ['builder, 1', VERSION_1, { builderId: BUILDER }],
  ['build type, 1', VERSION_1, { buildType: 'https://ci.test/container' }],
  ['repository, 0.2', VERSION_02, { sourceRepository: 'git.test/shop/app' }],
  ['repository as URL, 1', VERSION_1, { sourceRepository: 'https://git.test/shop/app.git' }],
  ['repository of BuildKit', BUILDKIT, { sourceRepository: 'git.test/shop/app', branch: 'main' }],
  ['branch, 0.2', VERSION_02, { branch: 'main' }],
  ['tag, 1', VERSION_1, { tag: 'v1.0' }],
  ['parameters, 0.2', VERSION_02, { parameters: { release: 'true', 'inputs.level': '3' } }],
  ['nothing asked', SILENT, {}],
];

const NOT_MET: readonly [string, JsonObject, ProvenanceRequirements, string][] = [
  ['builder', VERSION_1, { builderId: `${BUILDER}.1` }, 'the builder is "https'],
  ['empty builder', BUILDKIT, { builderId: '' }, 'the builder is not said'],
  ['repository beside', VERSION_1, { sourceRepository: 'git.test/shop' }, 'source repository'],
  [
    'repository of another host',
    VERSION_1,
    { sourceRepository: 'git.test.evil/shop/app' },
    'wanted',
  ],
  ['branch that is a tag', VERSION_1, { branch: 'v1.0' }, 'the branch is "refs/tags/v1.0"'],
  ['tag that is a branch', VERSION_02, { tag: 'main' }, 'the tag is "refs/heads/main"'],
  ['parameter', VERSION_02, { parameters: { 'inputs.level': '4' } }, 'parameter inputs.level'],
  ['parameter of the prototype', VERSION_1, { parameters: { toString: 'x' } }, 'not said'],
  ['builder not said', SILENT, { builderId: BUILDER }, 'not said'],
  ['tag not said', SILENT, { tag: 'v1' }, 'not said'],
];

describe('provenance', () => {
  it.each(MET)('meets %s', (_name, statement, wanted) => {
    expect(isProof(requireProvenance(proofOf(statement), wanted))).toBe(true);
  });

  it.each(NOT_MET)('does not meet %s', (_name, statement, wanted, why) => {
    const answer = requireProvenance(proofOf(statement), wanted);
    expect(answer).toMatchObject({ outcome: 'wrong', step: 'provenance' });
    expect('why' in answer && answer.why).toContain(why);
  });

  it('of another predicate is none', () => {
    const answer = requireProvenance(proofOf({ predicateType: 'x', predicate: {} }), {});
    expect(answer).toMatchObject({ step: 'predicate-type' });
  });
});
