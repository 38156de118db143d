/** Ranges of bytes: what is served, what is ignored and what does not exist. */
import { describe, expect, it } from 'vitest';
import { parseContentRange, parseRange } from './range-header.ts';

describe('parseRange over 10 bytes', () => {
  it.each([
    ['bytes=0-3', { start: 0, end: 3 }],
    ['bytes=4-', { start: 4, end: 9 }],
    ['bytes=4-99', { start: 4, end: 9 }],
    ['bytes=-3', { start: 7, end: 9 }],
    ['bytes=-99', { start: 0, end: 9 }],
    [undefined, 'whole'],
    ['bytes=', 'whole'],
    ['bytes=-', 'whole'],
    ['bytes=5-4', 'whole'],
    ['bytes=0-1,3-4', 'whole'],
    ['lines=0-1', 'whole'],
    ['bytes=10-', 'none'],
    ['bytes=-0', 'none'],
    ['bytes=0-99999999999999999999', 'whole'],
  ])('%s', (header, span) => {
    expect(parseRange(header, 10)).toEqual(span);
  });

  it('finds nothing in an empty blob', () => {
    expect(parseRange('bytes=0-', 0)).toBe('none');
    expect(parseRange('bytes=-1', 0)).toBe('none');
  });
});

describe('parseContentRange', () => {
  it.each([
    ['0-9', { start: 0, end: 9 }],
    ['bytes 5-9/10', { start: 5, end: 9 }],
    ['bytes=5-9', { start: 5, end: 9 }],
    ['9-5', undefined],
    ['5', undefined],
    ['-5', undefined],
    ['a-b', undefined],
  ])('%s', (header, span) => {
    expect(parseContentRange(header)).toEqual(span);
  });
});
