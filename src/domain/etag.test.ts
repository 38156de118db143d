import { describe, expect, it } from 'vitest';
import { sameEtag } from './etag.ts';

describe('sameEtag', () => {
  it.each([
    ['equal texts', '++//AAAA', '++//AAAA', true],
    ['the URL-safe alphabet', '++//AAAA', '--__AAAA', true],
    ['no padding', 'AAAAAA==', 'AAAAAA', true],
    ['other bytes', 'AAAAAA==', 'AAAAAQ==', false],
    ['bits beyond the last byte', 'AAAAAA==', 'AAAAAB==', false],
    ['nothing', 'AAAAAA==', '', false],
    ['texts that are no base64', '"a"', '"a"', true],
    ['other texts that are no base64', '"a"', '"b"', false],
    ['a text without end', 'AAAA', 'A'.repeat(1_000_000), false],
  ])('%s', (_name, one, other, wanted) => {
    expect(sameEtag(one, other)).toBe(wanted);
    expect(sameEtag(other, one)).toBe(wanted);
  });
});
