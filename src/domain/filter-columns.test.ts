/** What lists select and summaries count by, where an occurrence does not say it outright. */
import { expect, it } from 'vitest';
import { isFixable, severityRankOf } from './filter-columns.ts';
import type { JsonObject } from './json.ts';

const issue = (effectiveSeverity: string, kind?: string): JsonObject => ({
  effectiveSeverity,
  ...(kind !== undefined && { fixedVersion: { kind } }),
});

it.each<[string, JsonObject, number]>([
  ['its own effective severity', { effectiveSeverity: 'LOW', severity: 'HIGH' }, 2],
  ['else the highest of its issues', { packageIssue: [issue('LOW'), issue('HIGH')] }, 4],
  ['or its severity, if that is higher', { severity: 'CRITICAL', packageIssue: [issue('LOW')] }, 5],
  ['nothing', {}, 0],
])('severity: %s', (_, detail, rank) => {
  expect(severityRankOf({ kind: 'VULNERABILITY', detail })).toBe(rank);
  expect(severityRankOf({ kind: 'BUILD', detail })).toBe(0);
});

it.each<[string, JsonObject, boolean]>([
  ['no issue', {}, false],
  ['no fixed version', { packageIssue: [issue('LOW')] }, false],
  ['MAXIMUM', { packageIssue: [issue('LOW', 'MAXIMUM')] }, false],
  ['one with a fix', { packageIssue: [issue('LOW', 'MAXIMUM'), issue('LOW', 'NORMAL')] }, true],
])('fixable: %s', (_, detail, fixable) => {
  expect(isFixable({ kind: 'VULNERABILITY', detail })).toBe(fixable);
  expect(isFixable({ kind: 'BUILD', detail })).toBe(false);
});
