/** Which VEX note speaks of a vulnerability, and what of it is shown. */
import { describe, expect, it } from 'vitest';
import type { Note, Occurrence } from '../domain/note.ts';
import { assessOccurrence, productsOf } from './vex-assessment.ts';

const DIGEST = `sha256:${'0a'.repeat(32)}`;
const IMAGE = 'https://r.example/team/app';
const FOUND: Occurrence = {
  name: 'projects/p/occurrences/o',
  kind: 'VULNERABILITY',
  resourceUri: `${IMAGE}@${DIGEST}`,
  noteName: 'projects/goog-analysis/notes/DEBIAN-CVE-2026-1',
  createTime: 1,
  updateTime: 2,
  detail: { shortDescription: 'CVE-2026-1', effectiveSeverity: 'CRITICAL' },
};

function note(id: string, genericUri: string, assessment: object, updateTime = 1): Note {
  const detail = { title: 't', product: { genericUri }, assessment } as unknown as Note['detail'];
  const kind = 'VULNERABILITY_ASSESSMENT';
  return { name: `projects/p/notes/${id}`, kind, createTime: 1, updateTime, detail };
}

const FIRST = { vulnerabilityId: 'CVE-2026-0001', state: 'NOT_AFFECTED' };
const ONE = { vulnerabilityId: 'CVE-2026-1', state: 'NOT_AFFECTED' };

function spokenOf(...notes: readonly Note[]): unknown {
  const { vexAssessment } = assessOccurrence(FOUND, notes).detail;
  return (vexAssessment as { noteName?: string } | undefined)?.noteName;
}

describe('the assessment of a vulnerability', () => {
  it('has what the note says, and leaves the rest as the scanner has it', () => {
    const said = { ...ONE, justification: { justificationType: 'COMPONENT_NOT_PRESENT' } };
    const spoken = note('a', `${IMAGE}@${DIGEST}`, { ...said, shortDescription: 'not shown' });
    expect(assessOccurrence(FOUND, [spoken])).toEqual({
      ...FOUND,
      detail: { ...FOUND.detail, vexAssessment: { ...said, noteName: 'projects/p/notes/a' } },
    });
  });

  it.each([
    ['by the CVE', ONE],
    ['by the advisory', { ...ONE, vulnerabilityId: 'DEBIAN-CVE-2026-1' }],
  ])('is found %s', (_name, assessment) => {
    expect(spokenOf(note('a', `${IMAGE}@${DIGEST}`, assessment))).toBe('projects/p/notes/a');
  });

  it.each([
    ['another vulnerability', `${IMAGE}@${DIGEST}`, { ...ONE, vulnerabilityId: 'CVE-2026-11' }],
    ['no vulnerability', `${IMAGE}@${DIGEST}`, {}],
    ['another digest', `${IMAGE}@sha256:${'0b'.repeat(32)}`, ONE],
    ['another image', `${IMAGE}-next`, ONE],
    ['a part of the name', 'https://r.example/team', ONE],
    ['no product', '', ONE],
  ])('is not one of %s', (_name, uri, assessment) => {
    expect(assessOccurrence(FOUND, [note('a', uri, assessment)])).toBe(FOUND);
  });

  it.each<[string, object, string | undefined]>([
    ['another name of it', { ...ONE, vulnerabilityId: 'GHSA-AAAA-bbbb-cccc' }, 'a'],
    ['its CVE where older clients write it', { cve: 'CVE-2026-1', state: 'AFFECTED' }, 'a'],
    ['one CVE of several, which it clears', FIRST, undefined],
    ['one CVE of several, which is there', { ...FIRST, state: 'AFFECTED' }, 'a'],
    ['the advisory that gathers several', { ...ONE, vulnerabilityId: 'ALSA-2026:1' }, 'a'],
  ])('speaks of %s', (what, assessment, found) => {
    const several = what.includes('several');
    const names = several
      ? { advisoryId: 'ALSA-2026:1', aliases: ['CVE-2026-0001', 'CVE-2026-0002'] }
      : { advisoryId: 'PYSEC-2026-1', aliases: ['CVE-2026-1', 'GHSA-aaaa-bbbb-cccc'] };
    const spoken = note('a', IMAGE, assessment);
    const { vexAssessment } = assessOccurrence(FOUND, [spoken], names).detail;
    const name = (vexAssessment as { noteName?: string } | undefined)?.noteName;
    expect(name).toBe(found && `projects/p/notes/${found}`);
  });

  it('is that of the digest before that of the image, and the newest of several', () => {
    const image = note('image', IMAGE, ONE, 9);
    expect(spokenOf(image)).toBe('projects/p/notes/image');
    const old = note('old', `r.example/team/app@${DIGEST}`, ONE, 2);
    const last = note('last', `${IMAGE}@${DIGEST}`, ONE, 3);
    expect(spokenOf(image, old, last)).toBe('projects/p/notes/last');
  });
});

it('an image is named by its digest and by itself', () => {
  expect(productsOf(`${IMAGE}@${DIGEST}`)).toEqual([
    `r.example/team/app@${DIGEST}`,
    'r.example/team/app',
  ]);
});
