import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDigest } from '../domain/digest.ts';
import { isAssayError } from '../domain/error.ts';
import { createSignaturePayload, parseSignaturePayload } from './signature-payload.ts';
import { readFixtureText } from './testdata/fixtures.ts';

const digest = parseDigest(
  'sha256:1dd9b5827cc3da6db2b89d8d0a4bc5d4c1caa98a5efba62da61bfd206ce03af3',
);
const text = createSignaturePayload({ name: 'gcr.io/demo-proj/sample-k8s-app', digest });
const type = '"type": "Google cloud binauthz container signature"';

function read(payload: string): unknown {
  return parseSignaturePayload(new TextEncoder().encode(payload));
}

describe('createSignaturePayload', () => {
  it('prints the bytes that gcloud prints', () => {
    expect(text).toBe(readFixtureText('payload.json'));
    expect(text).toHaveLength(293);
  });
});

describe('parseSignaturePayload', () => {
  it('reads what is printed', () => {
    const image = { dockerReference: 'gcr.io/demo-proj/sample-k8s-app', digest };
    expect(read(text)).toMatchObject(image);
  });

  it('normalises the name', () => {
    const short = text.replace('gcr.io/demo-proj/sample-k8s-app', 'nginx');
    expect(read(short)).toMatchObject({ dockerReference: 'docker.io/library/nginx' });
  });

  it('ignores what stands under optional', () => {
    const more = text.replace(/\}\n$/, ', "optional": {"critical": 1, "a": [{}]}}');
    expect(read(more)).toMatchObject({ digest });
  });

  it.each([
    ['a key twice in critical', text.replace(type, `${type}, ${type}`), /"type" twice/],
    ['critical twice', text.replace('{', '{"critical": {},'), /"critical" twice/],
    ['a key twice by escapes', text.replace(type, `${type}, "typ\\u0065": ""`), /"type" twice/],
    ['a key twice under optional', text.replace('{', '{"optional": {"a":1,"a":1},'), /twice/],
    ['an unknown key in critical', text.replace(type, `${type}, "x": 1`), /unknown key "x"/],
    ['an unknown key in identity', text.replace('"docker-r', '"x": 1, "docker-r'), /unknown key/],
    ['an unknown key in image', text.replace('"docker-m', '"x": 1, "docker-m'), /unknown key/],
    ['an unknown key beside critical', text.replace('{', '{"x": 1,'), /unknown key/],
    ['a key named __proto__', text.replace('{', '{"__proto__": {},'), /unknown key/],
    ['another type', text.replace('Google cloud', 'atomic'), /critical.type/],
    ['no type', text.replace(type, '"optional": 1'), /unknown key/],
    ['no identity', '{"critical": {"image": {}}}', /identity/],
    ['a name with a tag', text.replace('k8s-app', 'k8s-app:1'), /tag or digest/],
    ['a name with a digest', text.replace('k8s-app', `k8s-app@${digest}`), /tag or digest/],
    ['a name that does not parse', text.replace('gcr.io', 'https://gcr.io'), /does not parse/],
    ['a number as name', text.replace(/"gcr[^"]*"/, '1'), /not a text/],
    ['a short digest', text.replace('1dd9', '1dd'), /docker-manifest-digest/],
    ['a digest in capitals', text.replace('1dd9', '1DD9'), /docker-manifest-digest/],
    ['an array', '[]', /not an object/],
    ['text after the document', `${text}{}`, /not JSON/],
    ['a byte order mark', `\uFEFF${text}`, /not JSON/],
    ['nothing', '', /not JSON/],
    [
      'deep nesting',
      text.replace('{', `{"optional": ${'['.repeat(20)}${']'.repeat(20)},`),
      /deeper/,
    ],
    ['more than 64 KiB', text + ' '.repeat(65_536), /bytes/],
  ])('refuses %s', (_name, payload, message) => {
    expect(() => read(payload)).toThrow(message);
  });

  it('refuses bytes that are not UTF-8', () => {
    const bytes = new TextEncoder().encode(text);
    bytes[60] = 0xff;
    expect(() => parseSignaturePayload(bytes)).toThrow(/UTF-8/);
  });

  it('throws nothing but its own errors', () => {
    const at = fc.nat({ max: text.length });
    fc.assert(
      fc.property(at, at, fc.string({ maxLength: 4 }), (from, length, insert) => {
        const changed = text.slice(0, from) + insert + text.slice(from + (length % 5));
        expect(outcome(changed)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

function outcome(payload: string): boolean {
  try {
    read(payload);
    return true;
  } catch (error) {
    return isAssayError(error);
  }
}
