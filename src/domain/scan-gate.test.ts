/** What passes a gate: installed packages count, declared ones where the gate says so. */
import { expect, it } from 'vitest';
import { DECLARED_TOO, INSTALLED_ONLY, judgeGate } from './scan-gate.ts';
import type { ScanResult } from './scan-result.ts';
import type { Severity } from './severity.ts';
import type { PackageOrigin, ScanProblem } from './software-package.ts';

function found(severity: Severity, origin: PackageOrigin): Partial<ScanResult> {
  return { findings: [{ severity, package: { origin } }] } as unknown as Partial<ScanResult>;
}

function told(problem: Partial<ScanProblem>): Partial<ScanResult> {
  return { problems: [{ code: 'x', message: '', fatal: false, ...problem }] };
}

const DECLARED: Partial<ScanProblem> = { origin: 'declared' };

it.each([
  ['nothing found', {}, 'pass', 'pass'],
  ['an installed one at the limit', found('HIGH', 'installed'), 'fail', 'fail'],
  ['an installed one below', found('MEDIUM', 'installed'), 'pass', 'pass'],
  ['an unknown severity', found('SEVERITY_UNSPECIFIED', 'installed'), 'fail', 'fail'],
  ['a declared one at the limit', found('CRITICAL', 'declared'), 'pass', 'fail'],
  ['a note', told({}), 'pass', 'pass'],
  ['old advisories', told({ code: 'advisories-old' }), 'undecided', 'undecided'],
  ['what may be declared beside', told(DECLARED), 'pass', 'undecided'],
  [
    'old advisories of what is declared',
    told({ ...DECLARED, code: 'advisories-old' }),
    'pass',
    'undecided',
  ],
  ['an incomplete scan', { status: 'INCOMPLETE' }, 'undecided', 'undecided'],
  ['an unsupported system', { status: 'UNSUPPORTED' }, 'undecided', 'undecided'],
] as const)('%s', (_fact, change, installed, declared) => {
  const clean = { status: 'COMPLETE', problems: [], findings: [] } as unknown as ScanResult;
  const results = [clean, { ...clean, ...change }];
  expect(judgeGate(results, { failOn: 'HIGH', counted: INSTALLED_ONLY })).toBe(installed);
  expect(judgeGate(results, { failOn: 'HIGH', counted: DECLARED_TOO })).toBe(declared);
});

it('without a limit only the status counts, and no result is none that passes', () => {
  const worst = { status: 'COMPLETE', problems: [], ...found('CRITICAL', 'installed') };
  expect(judgeGate([worst as unknown as ScanResult], { counted: INSTALLED_ONLY })).toBe('pass');
  expect(judgeGate([], { counted: INSTALLED_ONLY })).toBe('undecided');
});

const EXPLOITED = {
  findings: [{ severity: 'LOW', kev: {}, package: { origin: 'installed' } }],
} as unknown as Partial<ScanResult>;
const DECLARED_ONLY = {
  findings: [{ severity: 'LOW', kev: {}, package: { origin: 'declared' } }],
} as unknown as Partial<ScanResult>;

it.each([
  ['an exploited one, however severe', EXPLOITED, 'pass', 'fail'],
  ['one of a package that is only declared', DECLARED_ONLY, 'pass', 'pass'],
  ['a critical one that is not in the catalog', found('CRITICAL', 'installed'), 'pass', 'pass'],
  ['no catalog', { feeds: [] }, 'pass', 'undecided'],
  ['no catalog, and one of a score only', { feeds: [{ name: 'epss' }] }, 'pass', 'undecided'],
  ['an old catalog', told({ code: 'kev-old' }), 'pass', 'undecided'],
  ['an old catalog that has it', { ...told({ code: 'kev-old' }), ...EXPLOITED }, 'pass', 'fail'],
  ['old advisories', told({ code: 'advisories-old' }), 'pass', 'undecided'],
  ['an incomplete scan', { status: 'INCOMPLETE', ...EXPLOITED }, 'undecided', 'undecided'],
] as const)('exploited: %s', (_fact, change, without, gated) => {
  const clean = { status: 'COMPLETE', problems: [], findings: [], feeds: [{ name: 'kev' }] };
  const results = [{ ...clean, ...change } as unknown as ScanResult];
  expect(judgeGate(results, { counted: INSTALLED_ONLY })).toBe(without);
  expect(judgeGate(results, { counted: INSTALLED_ONLY, failOnKev: true })).toBe(gated);
});

it.each([
  ['a system at its end', told({ code: 'system-end-of-life' }), 'pass', 'fail'],
  ['another note', told({}), 'pass', 'pass'],
  ['an incomplete scan', { status: 'INCOMPLETE' }, 'undecided', 'undecided'],
] as const)('end of life: %s', (_fact, change, passing, failing) => {
  const clean = { status: 'COMPLETE', problems: [], findings: [] } as unknown as ScanResult;
  const results = [{ ...clean, ...change }];
  expect(judgeGate(results, { counted: INSTALLED_ONLY })).toBe(passing);
  expect(judgeGate(results, { counted: INSTALLED_ONLY, failOnEndOfLife: true })).toBe(failing);
});
