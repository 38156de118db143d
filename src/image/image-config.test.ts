/** Image configs: real shapes, nulls of old builders, and every field that can be wrong. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssayError } from '../domain/error.ts';
import { formatPlatform, parseImageConfig } from './image-config.ts';

const DIFF_ID = `sha256:${'b'.repeat(64)}`;
const config = {
  os: 'linux',
  architecture: 'amd64',
  created: '2026-07-02T19:05:00.123456789Z',
  rootfs: { type: 'layers', diff_ids: [DIFF_ID] },
  history: [{ created_by: 'RUN true', empty_layer: true }, { comment: 'x' }],
  config: { Env: ['PATH=/bin'], Labels: { a: 'b' } },
};

function bytes(document: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(document));
}

/** What it throws; undefined where it answers. */
function refusal(parse: () => unknown): unknown {
  try {
    parse();
    return undefined;
  } catch (error) {
    return error;
  }
}

function isRefusal(error: unknown): boolean {
  return error === undefined || error instanceof AssayError;
}

describe('parseImageConfig', () => {
  it('reads what an image says of itself', () => {
    expect(parseImageConfig(bytes(config))).toEqual({
      os: 'linux',
      architecture: 'amd64',
      created: Date.parse('2026-07-02T19:05:00Z') * 1000 + 123456,
      history: [
        { createdBy: 'RUN true', emptyLayer: true },
        { comment: 'x', emptyLayer: false },
      ],
      diffIds: [DIFF_ID],
      labels: { a: 'b' },
      env: ['PATH=/bin'],
    });
  });

  it('takes null for absent, as old builders write it', () => {
    const nulls = { ...config, history: null, config: { Env: null, Labels: null } };
    expect(parseImageConfig(bytes(nulls))).toMatchObject({ history: [], labels: {}, env: [] });
  });

  it.each([
    ['os', { os: undefined }, 'config.os is missing'],
    ['os', { os: 'a/b' }, 'config.os is "a/b"'],
    ['architecture', { architecture: 7 }, 'config.architecture is 7'],
    ['created', { created: 'yesterday' }, 'config.created: time "yesterday"'],
    ['rootfs', { rootfs: undefined }, 'config.rootfs is missing'],
    ['diff_ids', { rootfs: { diff_ids: ['x'] } }, 'config.rootfs.diff_ids[0] is "x"'],
    ['history', { history: [{ created_by: 1 }] }, 'config.history[0].created_by is 1'],
    ['Env', { config: { Env: [1] } }, 'config.config.Env[0] is 1'],
    ['Labels', { config: { Labels: { a: 1 } } }, 'config.config.Labels.a is 1'],
    ['OS', { OS: 'linux' }, 'write "os"'],
  ])('names the field that is wrong: %s', (_field, change, message) => {
    expect(() => parseImageConfig(bytes({ ...config, ...change }))).toThrow(message);
  });

  it('answers random JSON with a value or an AssayError', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(refusal(() => parseImageConfig(new TextEncoder().encode(json)))).toSatisfy(
          isRefusal,
        );
      }),
    );
  });
});

it.each([
  [{ os: 'linux', architecture: 'amd64' }, 'linux/amd64'],
  [{ os: 'linux', architecture: 'arm64', variant: 'v8' }, 'linux/arm64/v8'],
])('formatPlatform %j', (platform, text) => {
  expect(formatPlatform(platform)).toBe(text);
});
