import { describe, expect, it } from 'vitest';
import { type Digest, parseDigest } from '../domain/digest.ts';
import type { LayerOrigins } from '../domain/image-layer.ts';
import { type BaseCandidate, baseChains, chooseBase, findLayer, showLayers } from './base-image.ts';
import { chainIds } from './layer-origins.ts';

const digest = (letter: string): Digest => parseDigest(`sha256:${letter.repeat(64)}`);
const DIFF_IDS = ['1', '2', '3'].map(digest);
const BLOBS = ['a', 'b', 'c'].map(digest);
const CHAINS = chainIds(DIFF_IDS);
const ORIGINS: LayerOrigins = { layers: DIFF_IDS.map((diffId) => ({ diffId })) };

function candidate(layers: number, letter: string): BaseCandidate {
  const chainId = CHAINS[layers - 1] ?? digest('f');
  return { chainId, digest: digest(letter), name: `r.example/${letter}@${digest(letter)}` };
}

function told(base?: LayerOrigins['base'], ...candidates: BaseCandidate[]) {
  const origins = { ...ORIGINS, ...(base !== undefined && { base }) };
  const chosen = chooseBase(origins, candidates);
  return { chosen, layers: showLayers(BLOBS, origins, chosen) };
}

describe('the base image', () => {
  it('nobody knows: nothing is said of any layer', () => {
    const { chosen, layers } = told();
    expect(chosen).toBeUndefined();
    expect(layers.map(({ origin, grade }) => `${origin} ${grade}`)).toEqual(
      Array.from({ length: 3 }, () => 'unknown unknown'),
    );
  });

  it('a known image lies beneath: its layers are verified, those above are inferred', () => {
    const { chosen, layers } = told(undefined, candidate(2, 'd'));
    expect(chosen).toMatchObject({ grade: 'verified', layers: 2, digest: digest('d') });
    expect(layers.map(({ origin, grade }) => `${origin} ${grade}`)).toEqual([
      'base verified',
      'base verified',
      'own inferred',
    ]);
  });

  it('of several the one with the most layers, of the same the first', () => {
    const several = [candidate(1, 'd'), candidate(2, 'e'), candidate(2, 'f')];
    expect(told(undefined, ...several).chosen?.digest).toBe(digest('e'));
  });

  it('an image of the same layers is a base only where it is declared to be', () => {
    expect(told(undefined, candidate(3, 'd')).chosen).toBeUndefined();
    const { chosen, layers } = told({ digest: digest('d') }, candidate(3, 'd'));
    expect(chosen).toMatchObject({ grade: 'verified', layers: 3 });
    expect(layers.every(({ origin }) => origin === 'base')).toBe(true);
  });

  it('the declared one goes before one with more layers, and what is above it is declared', () => {
    const several = [candidate(2, 'e'), candidate(1, 'd')];
    const { chosen, layers } = told({ digest: digest('d') }, ...several);
    expect(chosen).toMatchObject({ digest: digest('d'), layers: 1 });
    expect(layers[1]).toMatchObject({ origin: 'own', grade: 'declared' });
  });

  it('a declared one that lies not beneath is no more than declared', () => {
    const stranger = { ...candidate(1, 'd'), chainId: digest('9') };
    const { chosen, layers } = told({ name: 'debian:12', digest: digest('d') }, stranger);
    expect(chosen).toEqual({ name: 'debian:12', digest: digest('d'), grade: 'declared' });
    expect(layers.map(({ origin, grade }) => `${origin} ${grade}`)).toEqual([
      'base declared',
      'unknown unknown',
      'unknown unknown',
    ]);
  });

  it('scratch has no layers', () => {
    expect(told({ name: 'scratch' }).layers[0]?.origin).toBe('unknown');
  });

  it('chains end below a layer that was not read', () => {
    const [first = digest('1')] = DIFF_IDS;
    expect(baseChains({ layers: [{ diffId: first }, {}, { diffId: first }] })).toEqual([first]);
  });
});

describe('a layer that an image has twice', () => {
  const [a = digest('a'), b = digest('b')] = BLOBS;
  it.each([
    ['says its instruction where both are of one', 'RUN x', 'RUN x', 'RUN x'],
    ['says none where they are of two', 'RUN x', 'RUN y', undefined],
  ])('%s', (_fact, first, second, shown) => {
    const layers = [{ instruction: first }, {}, { instruction: second }];
    const found = findLayer(showLayers([a, b, a], { layers }, undefined), a);
    expect(found?.instruction).toBe(shown);
    expect(found?.index).toBeUndefined();
  });

  it('belongs to neither side of a base between them', () => {
    const base = { grade: 'verified', layers: 1 } as const;
    const found = findLayer(showLayers([a, b, a], ORIGINS, base), a);
    expect(found).toMatchObject({ origin: 'unknown', grade: 'unknown' });
  });

  it('that it has not is none', () => {
    expect(findLayer(showLayers([a], ORIGINS, undefined), b)).toBeUndefined();
    expect(findLayer(showLayers([a], ORIGINS, undefined), undefined)).toBeUndefined();
  });
});
