import { describe, expect, it } from 'vitest';
import { lintPolicy } from './lint-policy.ts';
import { parseModule } from '../syntax/parse-module.ts';

function warned(text: string): string[] {
  const module = parseModule({ file: 'a.rego', text: `package a\n${text}`, version: 'v1' });
  return lintPolicy(module).map(({ message }) => message.replace(/^.*admits (\S+) as well$/, '$1'));
}

const EVIL = 'registry.example.evil.io/app';

describe('attack: a look-alike registry that a comparison admits is named', () => {
  it.each([
    'deny if not startswith(input.image, "registry.example")',
    'allow if startswith(image, "registry.example")',
    'ok(image) if startswith(image, "registry.example")',
    'names := {"registry.example"}\nok(image) if startswith(image, names[_])',
    'names := ["registry.example"]\nok(image) if { some name in names; startswith(image, name) }',
    'names := ["registry.example"]\nok(image) if { name := names[_]; startswith(image, name) }',
    'ok(image) if strings.any_prefix_match(image, ["registry.example"])',
    'deny if { image := input.image; good := [x | x := startswith(image, "registry.example")]; not any(good) }',
    'p if every image in input.images { startswith(image, "registry.example") }',
  ])('%s', (text) => {
    expect(warned(text)).toEqual([EVIL]);
  });

  it.each([
    ['deny if not startswith(image, "quay.io/team")', 'quay.io/team-evil/app'],
    ['allow if contains(image, "registry.example")', 'evil.io/registry.example'],
    ['allow if endswith(image, "/team/app")', 'evil.io/team/app'],
    ['allow if startswith(image, "r.example:5000")', 'r.example:50001/app'],
  ])('%s admits %s', (text, evil) => {
    expect(warned(text)).toEqual([evil]);
  });

  it.each([
    'allow if regex.match(`^registry\\.example`, image)',
    'tag := split(input.image, ":")[1]',
  ])('%s', (text) => {
    expect(warned(text)).toHaveLength(1);
  });

  it('and a pattern that is not bound to the beginning', () => {
    expect(warned('allow if regex.match(`registry\\.example/`, image)')).toHaveLength(1);
  });
});

describe('nothing is said of', () => {
  it.each([
    'deny if not startswith(image, "registry.example/")',
    'names := {"registry.example/", "quay.io/team/"}\nok(image) if startswith(image, names[_])',
    'deny if startswith(image, "registry.evil")',
    'deny contains "no" if contains(image, "evil.io")',
    'deny if not endswith(image, "latest")',
    'deny if not strings.any_suffix_match(image, [":latest"])',
    'allow if startswith(input.path, "api.example")',
    'ok(image) if startswith(image, data.names[_])',
    'allow if regex.match(`^registry\\.example/`, image)',
    'allow if startswith(input.image, "r.example/app:1.2")',
    'allow if startswith(input.image, "r.example/team-")',
    'allow if startswith(input.image, "nginx:1")',
    'is_forbidden(image) if startswith(image, "docker.io")',
    'deny if not contains(input.image, "/")',
    'allow if endswith(input.image, "-alpine3.18")',
    'allow if regex.match(`(?i)^r\\.example/`, input.image)',
    'allow if regex.match(`^(r\\.example|s\\.example)/`, input.image)',
    'name := split(input.image, ":")[0]',
    'x := x1\nx1 := x\nok(image) if startswith(image, x)',
  ])('%s', (text) => {
    expect(warned(text)).toEqual([]);
  });
});
