import { describe, expect, it } from 'vitest';
import type { Advisory } from '../domain/advisory.ts';
import { joinNames, prepareAdvisory } from './prepared-advisory.ts';
import { parseStored } from './stored-json.ts';

const about = (...names: readonly (readonly [ecosystem: string, name: string])[]): Advisory => ({
  id: 'CVE-2024-1',
  aliases: [],
  summary: '',
  modified: 5,
  severity: 'LOW',
  severitySource: 'none',
  references: [],
  affected: names.map(([ecosystem, name]) => ({ ecosystem, name, ranges: [], versions: [] })),
});

describe('prepareAdvisory', () => {
  it('keeps the whole record as its body', () => {
    const advisory = about(['Debian:12', 'openssl']);
    expect(parseStored(prepareAdvisory(advisory).body)).toEqual(advisory);
  });

  it('gives equal records equal hashes, and others others', () => {
    const { hash } = prepareAdvisory(about(['Debian:12', 'openssl']));
    expect(prepareAdvisory(about(['Debian:12', 'openssl'])).hash).toBe(hash);
    expect(prepareAdvisory(about(['Debian:12', 'curl'])).hash).not.toBe(hash);
  });

  it('names packages by ecosystem', () => {
    const advisory = about(['E:1', 'a'], ['E:2', 'a'], ['E:1', 'b']);
    expect(prepareAdvisory(advisory).names).toEqual([
      { ecosystem: 'E:1', names: ['a', 'b'] },
      { ecosystem: 'E:2', names: ['a'] },
    ]);
  });

  it('spells names so that each database keeps them', () => {
    const { names } = prepareAdvisory(about(['E', 'nul\0'], ['E', 'half\uD800']));
    expect(names).toEqual([{ ecosystem: 'E', names: ['nul\uFFFD', 'half\uFFFD'] }]);
  });
});

describe('joinNames', () => {
  it('joins the names of many advisories, each once', () => {
    const many = [about(['E', 'a'], ['F', 'a']), about(['E', 'b'], ['E', 'a'])].map(
      prepareAdvisory,
    );
    expect(joinNames(many.flatMap(({ names }) => names))).toEqual([
      { ecosystem: 'E', names: ['a', 'b'] },
      { ecosystem: 'F', names: ['a'] },
    ]);
  });
});
