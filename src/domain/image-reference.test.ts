/** The rule of distribution/reference as a table, its open conformance rows, attacks and laws. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssayError } from './error.ts';
import {
  MAX_REFERENCE_LENGTH,
  formatImageReference,
  parseImageReference,
  refuseDigestLikeTag,
  withDefaultTag,
} from './image-reference.ts';

const HEX = '1dd9b5827cc3da6db2b89d8d0a4bc5d4c1caa98a5efba62da61bfd206ce03af3';
const DIGEST = `sha256:${HEX}`;

describe('parseImageReference', () => {
  it.each([
    ['a bare name', 'nginx', 'docker.io/library/nginx'],
    ['no default tag', 'nginx:latest', 'docker.io/library/nginx:latest'],
    ['docker.io without library', 'docker.io/nginx', 'docker.io/library/nginx'],
    ['docker.io with library', 'docker.io/library/nginx', 'docker.io/library/nginx'],
    ['index.docker.io', 'index.docker.io/nginx:1', 'docker.io/library/nginx:1'],
    ['index.docker.io and namespace', 'index.docker.io/a/b', 'docker.io/a/b'],
    ['a namespace', 'team/app', 'docker.io/team/app'],
    ['library and deeper', 'library/foo/bar', 'docker.io/library/foo/bar'],
    ['docker.io with a port is another host', 'docker.io:443/nginx', 'docker.io:443/nginx'],
    ['docker.io in capitals is another host', 'Docker.io/nginx', 'Docker.io/nginx'],
    ['localhost', 'localhost/app', 'localhost/app'],
    ['localhost alone is a name', 'localhost', 'docker.io/library/localhost'],
    ['localhost with a tag is a name', 'localhost:5000', 'docker.io/library/localhost:5000'],
    ['localhost with a port', 'localhost:5000/app:v1', 'localhost:5000/app:v1'],
    ['localhost as a prefix is a namespace', 'localhosts/app', 'docker.io/localhosts/app'],
    ['a host with a dot', 'gcr.io/p/app', 'gcr.io/p/app'],
    ['a host with a port only', 'registry:5000/app', 'registry:5000/app'],
    ['a host in capitals', 'REGISTRY/app', 'REGISTRY/app'],
    ['a host name without path is a repository', 'test.com', 'docker.io/library/test.com'],
    ['a host with a number', '192.168.0.1:80', 'docker.io/library/192.168.0.1:80'],
    ['an IPv4 host', '10.0.0.1:5000/app', '10.0.0.1:5000/app'],
    ['an IPv6 host', '[::1]/app', '[::1]/app'],
    ['an IPv6 host with a port', '[2001:db8::1]:5000/a/b:t', '[2001:db8::1]:5000/a/b:t'],
    ['a port of any length', 'r.io:99999999/app', 'r.io:99999999/app'],
    ['hyphens in a host', 'a--b.example/app', 'a--b.example/app'],
    ['an underscore in a namespace', 'test_com/foo', 'docker.io/test_com/foo'],
    ['an underscore in a host', 'my_host.example/app', 'my_host.example/app'],
    ['all separators', 'r.io/a.b_c__d-e---f', 'r.io/a.b_c__d-e---f'],
    ['a tag with everything', 'app:_A.b-C', 'docker.io/library/app:_A.b-C'],
    ['a tag of 128', `app:${'t'.repeat(128)}`, `docker.io/library/app:${'t'.repeat(128)}`],
    ['a digest', `app@${DIGEST}`, `docker.io/library/app@${DIGEST}`],
    ['a tag and a digest', `r.io/app:v1@${DIGEST}`, `r.io/app:v1@${DIGEST}`],
    ['sha384', `app@sha384:${'a'.repeat(96)}`, `docker.io/library/app@sha384:${'a'.repeat(96)}`],
    ['sha512', `app@sha512:${'a'.repeat(128)}`, `docker.io/library/app@sha512:${'a'.repeat(128)}`],
    ['64 hex digits after a host', `docker.io/${HEX}`, `docker.io/library/${HEX}`],
    ['63 hex digits', HEX.slice(1), `docker.io/library/${HEX.slice(1)}`],
    ['65 hex digits', `${HEX}a`, `docker.io/library/${HEX}a`],
    ['a tag of 64 hex digits parses', `r.io/app:${HEX}`, `r.io/app:${HEX}`],
    ['a path of 255', `r.io/${'a'.repeat(255)}`, `r.io/${'a'.repeat(255)}`],
    ['255 with library', 'a'.repeat(247), `docker.io/library/${'a'.repeat(247)}`],
  ])('takes %s', (_fact, text, normalised) => {
    expect(formatImageReference(parseImageReference(text))).toBe(normalised);
  });

  it.each([
    ['nothing', '', 'is empty'],
    ['blanks', '   ', 'is empty'],
    ['a leading blank', ' nginx', 'repository name'],
    ['a trailing line end', 'nginx\n', 'repository name'],
    ['a line end after the tag', 'nginx:v1\n', 'has the tag'],
    ['a NUL', 'nginx\u0000', '\\u0000'],
    ['64 hex digits', HEX, `did you mean NAME@sha256:${HEX}?`],
    ['capitals in a name', 'Nginx', 'write it in lower case: "nginx"'],
    ['capitals behind a host', 'r.io/Team/app', 'write it in lower case: "team"'],
    ['capitals with a tag', 'Uppercase:tag', 'lower case'],
    ['a tag only', ':justtag', 'empty path component'],
    ['a digest only', `@${DIGEST}`, 'empty path component'],
    ['an empty tag', 'nginx:', 'has the tag ""'],
    ['a tag of 129', `nginx:${'t'.repeat(129)}`, 'has the tag'],
    ['a tag with a leading dot', 'nginx:.1', 'has the tag'],
    ['two tags', 'nginx:a:b', 'has the tag "a:b"'],
    ['a tag before a slash', 'r.io/a:b/c', 'has the tag "b/c"'],
    ['a double slash', 'docker///docker', 'empty path component'],
    ['a leading slash', '/app', 'empty path component'],
    ['a trailing slash', 'r.io/app/', 'empty path component'],
    ['a host only', 'r.io/', 'empty path component'],
    ['a dot-dot component', 'r.io/../app', 'has ".."'],
    ['three underscores', 'r.io/a___b', 'has "a___b"'],
    ['two dots', 'r.io/a..b', 'has "a..b"'],
    ['a leading hyphen', '-docker/docker', 'has "-docker"'],
    ['a trailing hyphen', 'docker-/docker', 'has "docker-"'],
    ['a hyphen before a dot', 'dock-.er/docker', 'has the registry "dock-.er"'],
    ['an empty host label', 'dock..er/docker', 'has the registry'],
    ['a port that is no number', 'r.io:x/app', 'has the registry "r.io:x"'],
    ['an empty port', 'r.io:/app', 'has the registry "r.io:"'],
    ['an underscore in a host with port', 'my_host:5000/app', 'has the registry'],
    ['IPv6 without brackets', 'fc00::1:5000/app', 'has the registry'],
    ['IPv6 without a path', '[2001:db8::1]', 'repository name'],
    ['IPv6 with a zone', '[fe80::1%eth0]:5000/repo', 'has the registry'],
    ['IPv6 with IPv4 in it', '[2001:db8:3:4::192.0.2.33]:5000/debian', 'has the registry'],
    ['user information', 'user:pw@r.io/app', 'has the registry'],
    ['a query', 'r.io/app?x', 'has "app?x"'],
    ['other letters', 'r.io/äpp', 'has "äpp"'],
    ['a full-width look-alike', 'gcr.io\uff0fapp', 'repository name'],
    ['a path of 256', `r.io/${'a'.repeat(256)}`, '256 characters; at most 255'],
    ['256 with library', 'a'.repeat(248), '256 characters; at most 255'],
    ['too much', 'a'.repeat(MAX_REFERENCE_LENGTH + 1), '4097 characters; at most 4096'],
    ['a percent escape', 'r.io/a%2fb', 'has "a%2fb"'],
  ])('refuses %s', (_fact, text, part) => {
    expect(() => parseImageReference(text)).toThrow(part);
    expect(codeOf(text)).toBe('invalid-reference');
  });

  it.each([
    ['one digit short', `r.io/app@${DIGEST.slice(0, -1)}`, '63 digits; sha256 has 64'],
    ['one digit long', `r.io/app@${DIGEST}0`, '65 digits; sha256 has 64'],
    ['far too short', 'app@sha256:123', '3 digits; sha256 has 64'],
    ['capitals', `app@sha256:${HEX.toUpperCase()}`, 'other than 0-9 and a-f'],
    ['an unknown algorithm', `app@md5:${'a'.repeat(32)}`, 'sha256:HEX'],
    ['nothing', 'app@', 'sha256:HEX'],
    ['a tag for a digest', 'app@latest', 'sha256:HEX'],
    ['two digests', `app@${DIGEST}@${DIGEST}`, 'digits'],
    ['a tag behind the digest', `app@${DIGEST}:v1`, 'digits'],
    ['the algorithm of a prototype', `app@constructor:${HEX}`, 'sha256:HEX'],
  ])('refuses a digest: %s', (_fact, text, part) => {
    expect(() => parseImageReference(text)).toThrow(part);
    expect(codeOf(text)).toBe('invalid-digest');
  });

  it.each([
    [
      'the digest written as a tag',
      `https://gcr.io/project-altoros-workshop/sample-k8s-app:${HEX}`,
      `did you mean gcr.io/project-altoros-workshop/sample-k8s-app@${DIGEST}?`,
    ],
    ['a plain one', 'https://r.io/app:v1', 'did you mean r.io/app:v1?'],
    ['http', 'http://localhost:5000/app', 'did you mean localhost:5000/app?'],
    ['docker', 'docker://nginx', 'did you mean nginx?'],
    ['capitals', 'HTTPS://r.io/app', 'did you mean r.io/app?'],
    ['nothing behind it', 'https://', 'write it like registry.example/team/app'],
    ['one in another', `https://https://${'r.io/app'}`, 'write it like'],
  ])('refuses a scheme with a hint: %s', (_fact, text, hint) => {
    expect(() => parseImageReference(text)).toThrow(hint);
    expect(codeOf(text)).toBe('invalid-reference');
  });

  it('splits into domain, path, name, tag and digest', () => {
    expect(parseImageReference(`localhost:5000/a/b:v1@${DIGEST}`)).toEqual({
      domain: 'localhost:5000',
      path: 'a/b',
      name: 'localhost:5000/a/b',
      tag: 'v1',
      digest: DIGEST,
    });
    expect(Object.keys(parseImageReference('nginx'))).toEqual(['domain', 'path', 'name']);
  });

  it.each([
    ['deep schemes', 'a://'.repeat(1024)],
    ['separators', `r.io/a${'-'.repeat(4000)}`],
    ['underscores', `r.io/${'a_'.repeat(2000)}`],
    ['host labels', `${'a-'.repeat(2000)}.x/app`],
    ['colons', ':'.repeat(4096)],
    ['brackets', `[${':'.repeat(4000)}/a`],
  ])('answers hostile input without backtracking: %s', (_attack, text) => {
    expect(codeOf(text)).toMatch(/^invalid-/);
  });
});

describe('laws', () => {
  const label = fc.stringMatching(/^[a-z0-9]{1,8}$/);
  const path = fc
    .array(fc.tuple(label, fc.constantFrom('', '.', '_', '__', '-', '---'), label), {
      minLength: 1,
      maxLength: 4,
    })
    .map((parts) => parts.map((part) => part.join('')).join('/'));
  const host = fc.constantFrom('', 'r.io/', 'localhost/', 'h:1/', '[::1]:5/', 'UP/', 'docker.io/');
  const tag = fc.option(fc.stringMatching(/^\w[\w.-]{0,20}$/), { nil: undefined });
  const digest = fc.option(fc.constant(DIGEST), { nil: undefined });
  const reference = fc
    .tuple(host, path, tag, digest)
    .map(([h, p, t, d]) => `${h}${p}${t === undefined ? '' : `:${t}`}${d ? `@${d}` : ''}`);

  it('a printed reference reads as itself', () => {
    fc.assert(
      fc.property(reference, (text) => {
        fc.pre(!/^[a-f0-9]{64}$/.test(text));
        const once = parseImageReference(text);
        expect(parseImageReference(formatImageReference(once))).toEqual(once);
        expect(once.name).toBe(`${once.domain}/${once.path}`);
      }),
    );
  });

  const piece = fc.constantFrom(
    'a',
    'A',
    '0',
    '/',
    ':',
    '@',
    '.',
    '_',
    '-',
    '[',
    ']',
    'sha256:',
    ' ',
  );
  const noise = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join('')),
    fc.tuple(reference, fc.string(), fc.nat(40)).map(([t, s, n]) => t.slice(0, n) + s + t.slice(n)),
  );

  it('whatever is read prints as the same reference; all else is an AssayError', () => {
    fc.assert(
      fc.property(noise, (text) => {
        const read = attempt(text);
        if (read instanceof AssayError) return /^invalid-(reference|digest)$/.test(read.code);
        const again = parseImageReference(formatImageReference(read));
        return formatImageReference(again) === formatImageReference(read);
      }),
      { numRuns: 2000 },
    );
  });

  it('agrees with the grammar written as one regular expression', () => {
    fc.assert(
      fc.property(noise, (text) => {
        const read = attempt(text);
        return read instanceof AssayError === !grammarTakes(text);
      }),
      { numRuns: 4000 },
    );
  });
});

describe('refuseDigestLikeTag and withDefaultTag', () => {
  it.each([
    ['a tag', `gcr.io/p/app:${HEX}`, `did you mean gcr.io/p/app@${DIGEST}?`],
    ['capitals', `gcr.io/p/app:${HEX.toUpperCase()}`, `did you mean gcr.io/p/app@${DIGEST}?`],
    ['a digest without a name', DIGEST, `did you mean NAME@${DIGEST}?`],
    ['beside a digest', `r.io/app:${HEX}@${DIGEST}`, `did you mean r.io/app@${DIGEST}?`],
  ])('refuses a digest as %s', (_fact, text, hint) => {
    expect(() => refuseDigestLikeTag(parseImageReference(text))).toThrow(hint);
  });

  it.each(['nginx', 'nginx:1.25', `nginx:${HEX.slice(1)}`, `nginx@${DIGEST}`])(
    'takes %s',
    (text) => {
      expect(() => refuseDigestLikeTag(parseImageReference(text))).not.toThrow();
    },
  );

  it.each([
    ['nginx', 'docker.io/library/nginx:latest'],
    ['nginx:1', 'docker.io/library/nginx:1'],
    [`nginx@${DIGEST}`, `docker.io/library/nginx@${DIGEST}`],
  ])('fills in latest only where nothing is: %s', (text, wanted) => {
    expect(formatImageReference(withDefaultTag(parseImageReference(text)))).toBe(wanted);
  });
});

interface Row {
  readonly id: string;
  readonly system: string;
  readonly kind: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly product_expectation?: string;
}

const data = process.env['ASSAY_TEST_DATA'];
const file = join(data ?? '', 'cases/policy-cases.json');

describe.skipIf(!data || !existsSync(file))('conformance rows of ASSAY_TEST_DATA', () => {
  const rows: readonly Row[] = data ? JSON.parse(readFileSync(file, 'utf8')).cases : [];
  const kinds = ['reference_normalise', 'reference_grammar', 'reference_parse'];
  const wanted = rows.filter((row) => kinds.includes(row.kind));

  it('there are rows', () => {
    expect(wanted.length).toBeGreaterThan(30);
  });

  it.each(wanted.map((row) => [row.id, row] as const))('%s', (_id, row) => {
    const read = attempt(String(row.input['reference'] ?? row.input['image']));
    const refused =
      row.expected['error'] !== undefined || row.product_expectation?.startsWith('reject') === true;
    const seen = read instanceof AssayError ? 'refused' : observe(row, read);
    expect(seen).toEqual(refused ? 'refused' : expectation(row));
  });
});

/** What of a reference a row speaks about, under the row's names. */
function observe(row: Row, read: ReturnType<typeof parseImageReference>): unknown {
  const all: Record<string, unknown> = {
    normalised: formatImageReference(read),
    valid: true,
    tag: read.tag ?? '',
    digest: read.digest ?? '',
    name: read.name,
    registry: read.domain,
  };
  return Object.fromEntries(Object.keys(expectation(row)).map((key) => [key, all[key]]));
}

/** A row's own fields, without those that are another system's defaults or its own split. */
function expectation(row: Row): Record<string, unknown> {
  const skipped = ['host', 'port', 'digest_hex', 'domain', 'repository', 'path'];
  const kept = Object.entries(row.expected).filter(([key]) => !skipped.includes(key));
  // Portieris and Ratify fill in latest; Ratify drops a tag that stands beside a digest.
  const defaulted = (key: string, value: unknown): boolean =>
    key === 'tag' && (value === 'latest' || row.system === 'ratify');
  return Object.fromEntries(kept.filter(([key, value]) => !defaulted(key, value)));
}

function attempt(text: string): ReturnType<typeof parseImageReference> | AssayError {
  try {
    return parseImageReference(text);
  } catch (error) {
    if (error instanceof AssayError) return error;
    throw error;
  }
}

function codeOf(text: string): string | undefined {
  const read = attempt(text);
  return read instanceof AssayError ? read.code : undefined;
}

/** A second, independent statement of the grammar: defaults first, then one expression. */
function grammarTakes(text: string): boolean {
  if (/^[a-f0-9]{64}$/.test(text) || text.length > MAX_REFERENCE_LENGTH) return false;
  const label = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
  const domain = `(?:${label}(?:\\.${label})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
  const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
  const hash = 'sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128}';
  const end = `(?::\\w[\\w.-]{0,127})?(?:@(?:${hash}))?$`;
  const whole = new RegExp(`^(?:${domain}/)?(${component}(?:/${component})*)${end}`);
  const path = whole.exec(withDefaults(text))?.[1];
  return path !== undefined && path.length <= 255;
}

function withDefaults(text: string): string {
  const first = text.includes('/') ? text.slice(0, text.indexOf('/')) : '';
  const hosted = first === 'localhost' || /[.:A-Z]/.test(first);
  const rest = hosted ? text.slice(first.length + 1) : text;
  const host = !hosted || first === 'index.docker.io' ? 'docker.io' : first;
  return `${host}/${host === 'docker.io' && !rest.includes('/') ? 'library/' : ''}${rest}`;
}
