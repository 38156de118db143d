import { describe, expect, it } from 'vitest';
import { type Digest, parseDigest } from '../domain/digest.ts';
import type { LayerFacts } from '../domain/layer-facts.ts';
import type { HistoryEntry, ImageConfig } from './image-config.ts';
import { chainIds, layerOrigins } from './layer-origins.ts';
import type { Manifest } from './manifest.ts';

const digest = (letter: string): Digest => parseDigest(`sha256:${letter.repeat(64)}`);
/** Blobs a, b, c hold what has the diff ids 1, 2, 3. */
const BLOBS = ['a', 'b', 'c'].map(digest);
const DIFF_IDS = ['1', '2', '3'].map(digest);

const step = (createdBy: string, emptyLayer = false): HistoryEntry => ({ createdBy, emptyLayer });
const HISTORY = [step('ADD a /'), step('ENV A=b', true), step('RUN b'), step('COPY c /')];

interface Change {
  readonly config?: Partial<ImageConfig>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly damaged?: number;
}

function origins({ config = {}, annotations = {}, damaged }: Change = {}) {
  const problem = { code: 'layer-damaged', message: '', fatal: true };
  const facts = BLOBS.map((blob, index) => ({
    digest: blob,
    diffId: DIFF_IDS[index],
    problems: index === damaged ? [problem] : [],
  })) as unknown as LayerFacts[];
  const manifest = { layers: BLOBS.map((one) => ({ digest: one })), annotations };
  const whole = { history: HISTORY, diffIds: DIFF_IDS, labels: {}, ...config };
  return layerOrigins({
    manifest: manifest as unknown as Manifest,
    config: whole as unknown as ImageConfig,
    facts,
  });
}

const instructions = (change: Change): readonly (string | undefined)[] =>
  origins(change).layers.map(({ instruction }) => instruction);
const NONE = [undefined, undefined, undefined];

describe('the instructions of layers', () => {
  it('are those of the steps that made one', () => {
    expect(instructions({})).toEqual(['ADD a /', 'RUN b', 'COPY c /']);
  });

  it.each([
    ['there is no history', { history: [] }],
    ['a step is missing', { history: HISTORY.slice(1) }],
    ['a step is too many', { history: [...HISTORY, step('RUN d')] }],
    ['all steps made none', { history: HISTORY.map((one) => ({ ...one, emptyLayer: true })) }],
    [
      'the config is of other layers',
      { diffIds: [DIFF_IDS[1], DIFF_IDS[0], DIFF_IDS[2]] as Digest[] },
    ],
    ['the config has fewer layers', { diffIds: DIFF_IDS.slice(1) }],
  ])('are none where %s', (_fact, config) => {
    expect(instructions({ config })).toEqual(NONE);
  });

  it('a step without text has none, the others keep theirs', () => {
    const history = [step(''), step('RUN b'), step('\u0000')];
    expect(instructions({ config: { history } })).toEqual([undefined, 'RUN b', '\\u{0}']);
  });

  it('are told where a layer was not read, and its diff id is not', () => {
    const { layers, chainId } = origins({ damaged: 1 });
    expect(layers.map(({ diffId }) => diffId)).toEqual([DIFF_IDS[0], undefined, DIFF_IDS[2]]);
    expect(layers[1]?.instruction).toBe('RUN b');
    expect(chainId).toBeUndefined();
  });
});

it("a chain id is OCI's: of the one below it and the layer's own", () => {
  const [first, second] = chainIds(DIFF_IDS);
  expect(first).toBe(DIFF_IDS[0]);
  // printf 'sha256:11…1 sha256:22…2' | sha256sum
  expect(second).toBe(`sha256:9932074217c35353d2e03a3f5a86549f7c67bfeb0ba53e23d69f4d4c8f7958f5`);
  expect(origins().chainId).toBe(chainIds(DIFF_IDS)[2]);
});

describe('the declared base', () => {
  const NAME = 'org.opencontainers.image.base.name';
  const DIGEST = 'org.opencontainers.image.base.digest';
  it.each([
    ['the annotations', { annotations: { [NAME]: 'debian:12', [DIGEST]: digest('d') } }],
    ['the labels', { config: { labels: { [NAME]: 'debian:12', [DIGEST]: digest('d') } } }],
  ])('is what %s say', (_fact, change) => {
    expect(origins(change).base).toEqual({ name: 'debian:12', digest: digest('d') });
  });

  it('is clean and of bounded length; a digest that is none is left out', () => {
    const annotations = { [NAME]: `\u001b[31m${'x'.repeat(5000)}`, [DIGEST]: 'sha256:12' };
    const { name, digest: none } = origins({ annotations }).base ?? {};
    expect(name).toMatch(/^\\u\{1b\}\[31mx+$/);
    expect(name?.length).toBeLessThan(1100);
    expect(none).toBeUndefined();
  });

  it('is none where nothing is said', () => {
    expect(origins().base).toBeUndefined();
    expect(origins({ annotations: { [NAME]: '  ', [DIGEST]: '' } }).base).toBeUndefined();
  });
});
