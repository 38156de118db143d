/** A filter means the same for derived occurrences as for rows; wrong ones point at the place. */
import { describe, expect, it } from 'vitest';
import { compileFilter } from './match-filter.ts';
import type { Occurrence } from './note.ts';
import { parseFilter } from './parse-filter.ts';
import { parseTime } from './time.ts';

const FOUND: Occurrence = {
  name: 'projects/p/occurrences/o',
  kind: 'VULNERABILITY',
  resourceUri: 'https://gcr.io/p/app@sha256:ab',
  noteName: 'projects/goog-analysis/notes/CVE-2026-1',
  createTime: parseTime('2026-11-20T10:00:00Z'),
  updateTime: parseTime('2026-11-20T10:00:00Z'),
  detail: { effectiveSeverity: 'HIGH' },
};

describe('compileFilter', () => {
  it.each<[string, boolean]>([
    ['', true],
    ['kind="VULNERABILITY"', true],
    ['kind="PACKAGE_VULNERABILITY"', true],
    ['kind="PACKAGE"', false],
    ['kind!="PACKAGE"', true],
    ['kind="VULNERABILITY" AND has_prefix(resource_url, "gcr.io/p/app")', true],
    ['has_prefix(resourceUrl, "https://gcr.io/p/app")', true],
    ['has_prefix(resourceUrl, "gcr.io/q")', false],
    ['has_suffix(resourceUrl, "sha256:ab")', true],
    ['resource.uri="gcr.io/p/app@sha256:ab"', true],
    ['noteProjectId="goog-analysis" AND noteId="CVE-2026-1"', true],
    ['severity>="MEDIUM"', true],
    ['severity>"HIGH"', false],
    ['createTime>"2026-11-20T09:00:00Z"', true],
    ['createTime<"2026-11-20T09:00:00Z"', false],
    ['createTime>"2026-11-20"', true],
    ['createTime>"2026-11-20T"', true],
    ['createTime<"2026-11-21"', true],
    ['createTime>"2026-11-20T10:00"', false],
    ['createTime>"2026-11-20T09:59:59"', true],
    ['NOT kind="PACKAGE"', true],
    ['-kind="VULNERABILITY"', false],
    ['kind="PACKAGE" OR severity="HIGH"', true],
  ])('%s: %s', (text, passes) => {
    expect(compileFilter(parseFilter(text))(FOUND)).toBe(passes);
  });

  it.each([
    ['colour="red"', 'unknown field colour'],
    ['kind="FISH"', 'unknown kind "FISH"'],
    ['severity="AWFUL"', 'unknown severity "AWFUL"'],
    ['kind>"PACKAGE"', 'kind is compared by =, != or has_prefix'],
    ['has_prefix(severity, "H")', 'has_prefix needs a text field'],
    ['createTime>"yesterday"', 'is not RFC 3339'],
    ['createTime>"2026-02-30"', 'is not RFC 3339'],
    ['createTime>"2026-11"', 'is not RFC 3339'],
  ])('refuses %s', (text, message) => {
    expect(() => compileFilter(parseFilter(text))).toThrow(message);
  });
});
