import { describe, expect, it } from 'vitest';
import type { RegoInput } from '../domain/rego-policy.ts';
import { parseModule } from '../rego/syntax/parse-module.ts';
import { blindness, blindToReviews, regoInput } from './rego-input.ts';

function modules(...texts: string[]) {
  return texts.map((text, index) =>
    parseModule({ file: `m${index}.rego`, text: `package main\n${text}\n`, version: 'v1' }),
  );
}

const CONFTEST = 'deny contains "no" if {\n  input.kind == "Deployment"\n  not input.spec.x\n}';
const GATEKEEPER = 'violation contains {"msg": "no"} if input.review.object.spec.hostPID';
const REVIEW = 'deny contains "no" if input.request.object.spec.hostPID';

describe('attack: a policy that was written for another input would let everything in', () => {
  it.each<[string, RegoInput, string, string]>([
    ['conftest’s', 'admission-review', CONFTEST, 'input.kind, input.spec'],
    ['Gatekeeper’s', 'admission-review', GATEKEEPER, 'input.review'],
    ['a webhook’s', 'object', REVIEW, 'input.request'],
    ['a webhook’s', 'gatekeeper', REVIEW, 'input.request'],
    ['conftest’s', 'gatekeeper', CONFTEST, 'input.kind, input.spec'],
    ['an import’s', 'admission-review', 'import input.spec\ndeny contains "no" if spec.x', '.spec'],
    ['Terraform’s', 'admission-review', 'deny contains "no" if input.plan', 'input.plan'],
    ['in a value', 'admission-review', 'deny contains x if x := [1 | input.spec]', 'input.spec'],
  ])('%s rules for %s', (_whose, input, text, named) => {
    const blind = blindness(modules(text), input);
    expect(blind?.message).toContain(named);
    expect(blind?.at.file).toBe('m0.rego');
  });

  it('says what to do instead', () => {
    expect(blindness(modules(CONFTEST))?.hint).toMatch(
      /^read input\.request\.object.*input: object/,
    );
    expect(blindness(modules(GATEKEEPER))?.hint).toContain('input: gatekeeper');
    expect(blindness(modules(REVIEW), 'object')?.hint).toContain('input: admission-review');
  });
});

describe('no alarm where a policy may see what it judges', () => {
  it.each<[string, RegoInput, string]>([
    ['its own form', 'admission-review', REVIEW],
    ['its own form', 'object', CONFTEST],
    ['its own form', 'gatekeeper', GATEKEEPER],
    ['several forms', 'admission-review', `${CONFTEST}\n${REVIEW}`],
    ['the whole input', 'admission-review', `object := input\n${CONFTEST}`],
    ['an alias of it', 'admission-review', `import input as plan\n${CONFTEST}`],
    ['a name that is not written out', 'admission-review', 'deny contains k if input[k].spec'],
    ['nothing of it', 'admission-review', 'deny contains "closed" if data.closed'],
    [
      'another input by with',
      'admission-review',
      'deny contains m if {\n  some m in data.k.deny with input as data.x\n}',
    ],
  ])('%s as %s', (_what, input, text) => {
    expect(blindness(modules(text), input)).toBeUndefined();
  });

  it('tests bring their own input, and are no reading of it', () => {
    expect(blindness(modules('test_a if count(input.spec) == 1 with input as {}'))).toBeUndefined();
    expect(blindness(modules(CONFTEST, 'test_a if deny with input.request as {}'))).toBeDefined();
  });
});

it('rego check warns of what looks like rules over objects, and of nothing else', () => {
  expect(blindToReviews(modules(CONFTEST))).toHaveLength(1);
  expect(blindToReviews(modules('deny contains "no" if input.resource_changes'))).toEqual([]);
  expect(blindToReviews(modules('allow if input.kind == "cat"'))).toEqual([]);
});

it('the forms of a review', () => {
  const object = { kind: 'Pod' };
  const review = { kind: 'AdmissionReview', request: { operation: 'CREATE', object } };
  const policy = { enforcement: 'enforce', regoVersion: 'v1', modules: {} } as const;
  expect(regoInput(review, policy)).toBe(review);
  expect(regoInput(review, { ...policy, input: 'object' })).toBe(object);
  const parameters = { labels: [] };
  expect(regoInput(review, { ...policy, input: 'gatekeeper', parameters })).toEqual({
    review: { operation: 'CREATE', object },
    parameters,
  });
});
