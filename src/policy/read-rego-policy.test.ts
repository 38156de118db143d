import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readRegoPolicy } from './read-rego-policy.ts';

const SCHEMA = '../../docs/reference/schemas/rego-policy.schema.json';
const text = readFileSync(new URL(SCHEMA, import.meta.url), 'utf8');
const schema = z.fromJSONSchema(JSON.parse(text));

const MODULE = 'package main\ndeny contains "no" if input.request.x\n';

function document(more: object = { module: MODULE }): object {
  return { kind: 'RegoPolicy', schemaVersion: 1, ...more };
}

const LONG = '#'.repeat(600_000);

describe('a policy in Rego', () => {
  it('is read with what it leaves out filled in, and is of its schema', () => {
    expect(readRegoPolicy(document())).toEqual({
      enforcement: 'enforce',
      regoVersion: 'v1',
      input: 'admission-review',
      modules: { 'module.rego': MODULE },
    });
    const whole = document({
      description: 'd',
      enforcement: 'dry-run',
      regoVersion: 'v1',
      input: 'gatekeeper',
      parameters: { labels: ['owner'] },
      package: 'main',
      modules: { 'a.rego': 'package main\nviolation contains "no" if input.review.x\n' },
      data: { allowed: ['x'] },
    });
    expect(schema.parse(whole)).toEqual(whole);
    expect(readRegoPolicy(whole)).toMatchObject({ package: 'main', data: { allowed: ['x'] } });
  });

  it.each([
    ['another version', { schemaVersion: 2, module: MODULE }, /schemaVersion is not 1/],
    ['a key that nobody knows', { module: MODULE, deny: true }, /has the key "deny"/],
    ['another enforcement', { module: MODULE, enforcement: 'warn' }, /enforcement is none of/],
    ['a module that is no text', { module: 7 }, /module is no text/],
    ['another input', { module: MODULE, input: 'pod' }, /input is none of/],
    ['data that are no object', { module: MODULE, data: [] }, /data is no object/],
  ])('is refused for %s, by its schema too', (_what, more, message) => {
    expect(() => readRegoPolicy(document(more))).toThrow(message);
    expect(schema.safeParse(document(more)).success).toBe(false);
  });

  it.each([
    ['no module', {}, /module is wanted/],
    ['module and modules', { module: MODULE, modules: { a: MODULE } }, /not both/],
    ['more text than is compiled', { modules: { a: LONG, b: LONG } }, /have 1200000 characters/],
    ['what does not parse', { module: 'package' }, /does not compile:\nmodule\.rego:1/],
    ['v0 read as v1', { module: 'package a\ndeny[x] { x := 1 }' }, /regoVersion: v0/],
    ['nothing that decides', { module: 'package a\np := 1' }, /decides nothing/],
    ['parameters that nobody reads', { module: MODULE, parameters: {} }, /input: gatekeeper/],
    ['another package', { module: MODULE, package: 'other' }, /package other has such a rule/],
  ])('is refused for %s', (_what, more, message) => {
    expect(() => readRegoPolicy(document(more))).toThrow(message);
  });
});
