/** Whitelist patterns: what they take, what they refuse to be, and hosts that only look alike. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssayError } from './error.ts';
import { parseImageReference } from './image-reference.ts';
import { checkNamePattern, matchesNamePattern, matchesNameText } from './name-pattern.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;
const HUB = 'registry.hub.docker.com/library/*';

describe('matchesNamePattern', () => {
  it.each([
    ['gcr.io/p/nginx*', 'gcr.io/p/nginx', true],
    ['gcr.io/p/nginx*', 'gcr.io/p/nginx:latest', true],
    ['gcr.io/p/nginx*', `gcr.io/p/nginx@${DIGEST}`, true],
    ['gcr.io/p/nginx*', `gcr.io/p/nginx:v1@${DIGEST}`, true],
    ['gcr.io/p/nginx*', 'gcr.io/p/nginx-images', true],
    ['gcr.io/p/nginx*', 'gcr.io/p/nginx-images/nginx', false],
    ['gcr.io/p/nginx*', 'gcr.io/p/nginx/a:latest', false],
    ['gcr.io/p/nginx*', 'gcr.io/p/ngin', false],
    ['gcr.io/p/nginx**', 'gcr.io/p/nginx/a/b:latest', true],
    ['gcr.io/p/**', `gcr.io/p/a/b@${DIGEST}`, true],
    ['gcr.io/p/*', 'gcr.io/p/a', true],
    ['gcr.io/p/*', 'gcr.io/p', false],
    ['gcr.io/p/*', 'gcr.io/p/a/b', false],
    ['gcr.io/p/app:1.*', 'gcr.io/p/app:1.3', true],
    ['gcr.io/p/app:1.*', 'gcr.io/p/app:2.1', false],
    ['gcr.io/p/app:*', 'gcr.io/p/app', false],
    ['gcr.io/p/app@sha256:*', `gcr.io/p/app@${DIGEST}`, true],
    ['gcr.io/p/app', 'gcr.io/p/app', true],
    ['gcr.io/p/app', 'gcr.io/p/app:latest', false],
    ['gcr.io/p/app', `gcr.io/p/app@${DIGEST}`, false],
    ['gcr.io/p/app:v1', 'gcr.io/p/app:v1', true],
    ['gcr.io/p/app:v1', 'gcr.io/p/app:v2', false],
    [`gcr.io/p/app@${DIGEST}`, `gcr.io/p/app@${DIGEST}`, true],
    [`gcr.io/p/app@${DIGEST}`, `gcr.io/p/app:v1@${DIGEST}`, true],
    [`gcr.io/p/app:v1@${DIGEST}`, `gcr.io/p/app:v1@${DIGEST}`, true],
    ['docker.io/library/nginx*', 'nginx:1.25', true],
    ['docker.io/library/*', 'index.docker.io/redis', true],
    ['docker.io/library/*', 'team/redis', false],
    [HUB, 'registry.hub.docker.com/library/nginx', true],
    [HUB, 'nginx', false],
  ])('%s takes %s: %s', (pattern, image, matched) => {
    expect(matchesNamePattern(pattern, parseImageReference(image))).toBe(matched);
  });

  it.each([
    ['a tag that the digest overrides', 'gcr.io/p/app:1.*', `gcr.io/p/app:1.3@${DIGEST}`],
    ['the same, exact', 'gcr.io/p/app:v1', `gcr.io/p/app:v1@${DIGEST}`],
    ['a longer host', HUB, 'registry.hub.docker.com.evil.io/library/nginx'],
    ['a host before it', HUB, 'evil.io/registry.hub.docker.com/library/nginx'],
    ['a host prefix', HUB, 'xregistry.hub.docker.com/library/nginx'],
    ['another character for the dot', 'gcr.io/**', 'gcrxio/p/app'],
    ['a port', HUB, 'registry.hub.docker.com:5000/library/nginx'],
    ['a host in capitals', HUB, 'Registry.hub.docker.com/library/nginx'],
    ['a Docker Hub user of that name', HUB, 'docker.io/registry.hub.docker.com/library'],
    ['a longer namespace', HUB, 'registry.hub.docker.com/library-evil/nginx'],
    ['a longer project', 'gcr.io/p/**', 'gcr.io/p2/nginx'],
    ['docker.io as a subdomain', 'docker.io/library/**', 'docker.io.evil.io/library/nginx'],
    ['docker.io with a port', 'docker.io/library/**', 'docker.io:443/library/nginx'],
  ])('is not fooled by %s', (_attack, pattern, image) => {
    expect(() => checkNamePattern(pattern)).not.toThrow();
    expect(matchesNamePattern(pattern, parseImageReference(image))).toBe(false);
  });

  it.each(['*', '**', '/**', 'gcr.i*', 'gcr.io/*/app', 'gcr.io/***', 'gcr.io/**a', ''])(
    'an ill-formed pattern takes nothing: %j',
    (pattern) => {
      expect(matchesNamePattern(pattern, parseImageReference('gcr.io/p/app'))).toBe(false);
    },
  );

  it('never takes an image of another registry', () => {
    const host = fc.constantFrom(
      'gcr.io',
      'gcr.io.evil',
      'a.gcr.io',
      'gcr.io:1',
      'GCR.io',
      'docker.io',
    );
    const path = fc.stringMatching(/^[a-z]{1,3}(\/[a-z]{1,3}){1,2}$/);
    fc.assert(
      fc.property(host, path, fc.constantFrom('*', '**', ''), (domain, rest, wildcard) => {
        const reference = parseImageReference(`${domain}/${rest}`);
        const taken = matchesNamePattern(`gcr.io/${rest.slice(0, 2)}${wildcard}`, reference);
        return !taken || reference.domain === 'gcr.io';
      }),
    );
  });
});

describe('checkNamePattern', () => {
  it.each([
    'gcr.io/google_containers/*',
    'gcr.io/nginx*',
    'k8s.gcr.io/**',
    'k8s.gcr.io/*',
    HUB,
    'docker.io/library/*',
    'docker.io/**',
    'docker.io/my**',
    'docker.io/team/*',
    'localhost:5000/*',
    '[::1]:5000/*',
    'gcr.io/p/app:1.*',
    'gcr.io/p/app:*',
    'gcr.io/p/app@sha256:*',
    'gcr.io/p/app@sha256:ab*',
    'gcr.io/p/app-*',
    'gcr.io/p/app',
    'gcr.io/p/app:v1',
    `gcr.io/p/app@${DIGEST}`,
  ])('takes %s', (pattern) => {
    expect(() => checkNamePattern(pattern)).not.toThrow();
  });

  it.each([
    ['nothing', '', 'is empty'],
    ['everything', '*', 'wildcard in the registry'],
    ['everything and slashes', '**', 'wildcard in the registry'],
    ['a short name', 'nginx*', 'did you mean docker.io/library/nginx*?'],
    ['a short name, exact', 'nginx', 'did you mean docker.io/library/nginx?'],
    ['a short name with tag', 'nginx:1.*', 'did you mean docker.io/library/nginx:1.*?'],
    ['a namespace of Docker Hub', 'team/app*', 'did you mean docker.io/team/app*?'],
    ['docker.io without library', 'docker.io/nginx*', 'did you mean docker.io/library/nginx*?'],
    ['all of docker.io at one level', 'docker.io/*', 'did you mean docker.io/library/*?'],
    ['the old name of docker.io', 'index.docker.io/team/*', 'did you mean docker.io/team/*?'],
    ['half a registry', 'gcr.i*', 'only after registry/'],
    ['a wildcard registry', '*/app', 'only one * or ** is allowed, at the end'],
    ['a wildcard subdomain', '*.gcr.io/app', 'wildcard inside'],
    ['a wildcard inside', 'gcr.io/*/app', 'wildcard inside'],
    ['a wildcard within a word', 'gcr.io/n*x', 'wildcard inside'],
    ['two wildcards', 'gcr.io/a*b*', 'wildcard inside'],
    ['three stars', 'gcr.io/a***', 'wildcard inside'],
    ['a scheme', 'https://gcr.io/p/*', 'has a scheme'],
    ['capitals', 'gcr.io/Team/*', 'matches no image reference'],
    ['a blank', 'gcr.io/p/* ', 'wildcard inside'],
    ['a double slash', 'gcr.io//*', 'matches no image reference'],
    ['a short digest', 'gcr.io/p/app@sha256:00', 'matches no image reference'],
    ['too much', `gcr.io/${'a'.repeat(1024)}`, 'at most 1024'],
  ])('refuses %s', (_fact, pattern, part) => {
    expect(() => checkNamePattern(pattern)).toThrow(part);
  });

  it('throws nothing but invalid-policy, whatever it is given', () => {
    const piece = fc.constantFrom('gcr.io', '/', '*', 'a', ':', '@', 'sha256:', '0', '.', 'A');
    const noise = fc.oneof(
      fc.string(),
      fc.array(piece).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(noise, (pattern) => {
        try {
          checkNamePattern(pattern);
          return true;
        } catch (error) {
          return error instanceof AssayError && error.code === 'invalid-policy';
        }
      }),
    );
  });
});

const data = process.env['ASSAY_TEST_DATA'];
const file = join(data ?? '', 'cases/policy-cases.json');

describe.skipIf(!data || !existsSync(file))('conformance rows of ASSAY_TEST_DATA', () => {
  interface Row {
    readonly id: string;
    readonly kind: string;
    readonly input: { pattern?: string; patterns?: readonly string[]; image: string };
    readonly expected: { match?: boolean; allowed?: boolean };
  }
  const all: readonly Row[] = data ? JSON.parse(readFileSync(file, 'utf8')).cases : [];
  const kinds = ['name_pattern_match', 'gap_allowlist_match'];
  const rows = all.filter((row) => kinds.includes(row.kind));

  // These systems compare texts as written, short names included; the rule is the same.
  it.each(rows.map((row) => [row.id, row] as const))('%s', (_id, row) => {
    const { pattern, patterns = [], image } = row.input;
    const tried = pattern === undefined ? patterns : [pattern];
    const registry = (text: string): string => (text.includes('/') ? text : `local/${text}`);
    const matched = tried.some((one) => matchesNameText(registry(one), registry(image)));
    expect(matched).toBe(row.expected.match ?? row.expected.allowed);
  });
});
