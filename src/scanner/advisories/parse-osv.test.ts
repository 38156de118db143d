import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { isAssayError } from '../../domain/error.ts';
import { parseTime } from '../../domain/time.ts';
import { OSV_LIMITS, parseOsvRecord } from './parse-osv.ts';

const data = process.env['ASSAY_TEST_DATA'];
const canUnzip = data !== undefined && spawnSync('unzip', ['-v']).status === 0;

const RECORD = {
  schema_version: '1.6.0',
  id: 'DEBIAN-CVE-2024-0001',
  aliases: ['CVE-2024-0001'],
  upstream: ['CVE-2024-0001', 'CVE-2024-0002'],
  modified: '2026-11-19T00:00:00Z',
  published: '2024-01-02T03:04:05.678Z',
  details: '\nFirst line.\nSecond line.',
  affected: [
    {
      package: { ecosystem: 'Debian:12', name: 'openssl', purl: 'pkg:deb/debian/openssl' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.0.15-1~deb12u1' }] }],
      versions: ['3.0.11-1'],
      ecosystem_specific: { urgency: 'unimportant' },
    },
  ],
  references: [
    { type: 'WEB', url: 'https://example.org/post' },
    { type: 'ADVISORY', url: 'https://security-tracker.debian.org/tracker/CVE-2024-0001' },
    { url: 'https://example.org/more' },
  ],
};

function withField(change: Record<string, unknown>): unknown {
  return { ...RECORD, ...change };
}

function withRange(range: unknown): unknown {
  return withField({
    affected: [{ package: { ecosystem: 'Debian:12', name: 'a' }, ranges: [range] }],
  });
}

function refusal(json: unknown): string {
  try {
    parseOsvRecord(json);
  } catch (error) {
    if (isAssayError(error, 'invalid-advisory')) return error.message;
    throw error;
  }
  return 'nothing';
}

describe('parseOsvRecord', () => {
  it('reads what matching and showing need', () => {
    expect(parseOsvRecord(RECORD)).toEqual({
      id: 'DEBIAN-CVE-2024-0001',
      aliases: ['CVE-2024-0001', 'CVE-2024-0002'],
      summary: 'First line.',
      modified: parseTime('2026-11-19T00:00:00Z'),
      published: parseTime('2024-01-02T03:04:05.678Z'),
      severity: 'SEVERITY_UNSPECIFIED',
      severitySource: 'none',
      references: [
        'https://security-tracker.debian.org/tracker/CVE-2024-0001',
        'https://example.org/post',
        'https://example.org/more',
      ],
      affected: [
        {
          ecosystem: 'Debian:12',
          name: 'openssl',
          ranges: [
            { type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.0.15-1~deb12u1' }] },
          ],
          versions: ['3.0.11-1'],
          severity: 'MINIMAL',
          severitySource: 'osv:affected.ecosystem_specific.urgency',
          fixState: 'minor',
        },
      ],
    });
  });

  it('reads a withdrawn record without affected packages', () => {
    const record = {
      id: 'X-1',
      modified: '2026-01-01T00:00:00Z',
      withdrawn: '2026-01-01T00:00:00Z',
    };
    expect(parseOsvRecord(record)).toMatchObject({
      withdrawn: parseTime('2026-01-01T00:00:00Z'),
      affected: [],
    });
  });

  it("reads Go's zero time as 1970, a time that every store keeps exactly", () => {
    expect(parseOsvRecord(withField({ modified: '0001-01-01T00:00:00Z' })).modified).toBe(0);
  });

  it('reads a bare date as its midnight', () => {
    const { published } = parseOsvRecord(withField({ published: '2015-10-17' }));
    expect(published).toBe(parseTime('2015-10-17T00:00:00Z'));
    expect(refusal(withField({ published: '2015-13-17' }))).toContain('field published');
  });

  it('keeps last_affected and limit events', () => {
    const events = [{ introduced: '1' }, { last_affected: '2' }, { limit: '*' }];
    const { affected } = parseOsvRecord(withRange({ type: 'SEMVER', events }));
    expect(affected[0]?.ranges[0]?.events).toEqual([
      { introduced: '1' },
      { lastAffected: '2' },
      { limit: '*' },
    ]);
  });

  it.each([
    ['a list', [], 'field (record) is a list of 0'],
    ['null', null, 'field (record) is null'],
    ['no id', withField({ id: undefined }), 'field id is missing'],
    ['an id that is a number', withField({ id: 7 }), 'field id is 7'],
    ['no modified', withField({ modified: undefined }), 'field modified is missing'],
    ['a date that is none', withField({ modified: 'yesterday' }), 'field modified is "yesterday"'],
    ['a withdrawn that is true', withField({ withdrawn: true }), 'field withdrawn is true'],
    ['aliases as a text', withField({ aliases: 'CVE-1' }), 'field aliases is "CVE-1"'],
    ['an empty alias', withField({ aliases: ['CVE-1', ''] }), 'field aliases[1] is ""'],
    ['affected as an object', withField({ affected: {} }), 'field affected is an object'],
    ['an affected that is null', withField({ affected: [null] }), 'field affected[0] is null'],
    [
      'a package without name',
      withField({ affected: [{ package: { ecosystem: 'x' } }] }),
      'affected[0].package.name is missing',
    ],
    [
      'a package that is a text',
      withField({ affected: [{ package: 'openssl' }] }),
      'affected[0].package is "openssl"',
    ],
    ['a reference without url', withField({ references: [{}] }), 'references[0].url is missing'],
    ['an unknown range type', withRange({ type: 'DATE', events: [] }), 'ranges[0].type is "DATE"'],
    [
      'a range without introduced',
      withRange({ type: 'ECOSYSTEM', events: [{ fixed: '1' }] }),
      'ranges[0].events is a list of 1; a list with at least one "introduced"',
    ],
    [
      'an unknown event',
      withRange({ type: 'ECOSYSTEM', events: [{ repaired: '1' }] }),
      'events[0] is "repaired"',
    ],
    [
      'an event of two kinds',
      withRange({ type: 'ECOSYSTEM', events: [{ introduced: '0', fixed: '1' }] }),
      'events[0] is "introduced, fixed"',
    ],
    [
      'an inherited event name',
      withRange({ type: 'ECOSYSTEM', events: [{ toString: '1' }] }),
      'events[0] is "toString"',
    ],
    [
      'a version that is a number',
      withRange({ type: 'ECOSYSTEM', events: [{ introduced: 0 }] }),
      'events[0].introduced is 0',
    ],
    [
      'too many aliases',
      withField({ aliases: Array(OSV_LIMITS.aliases + 1).fill('a') }),
      'field aliases is a list of 1001',
    ],
  ])('refuses %s by the path of the field', (_name, json, message) => {
    expect(refusal(json)).toContain(message);
  });

  it('names the record in the message', () => {
    expect(refusal(withField({ affected: 1 }))).toMatch(/^advisory "DEBIAN-CVE-2024-0001": /);
  });

  it
    .skipIf(!canUnzip)
    .each([
      'derived/Debian',
      'derived/Alpine',
      'Go',
      'fixtures/Ubuntu',
      'crates.io',
      'derived/npm',
    ])('reads every record of %s', (folder) => {
    const zip = join(data ?? '', 'osv', folder, 'all.zip');
    const text = execFileSync('unzip', ['-p', zip], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    const records = splitRecords(text).map((record) => parseOsvRecord(JSON.parse(record)));
    expect(records.length).toBeGreaterThan(10);
    expect(new Set(records.map((record) => record.id)).size).toBe(records.length);
  });
});

/**
 * Cuts concatenated JSON objects apart: a record begins at a brace outside of any text or object.
 */
function splitRecords(text: string): readonly string[] {
  const records: string[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"|[{}]/g;
  let depth = 0;
  let start = 0;
  for (const { 0: token, index } of text.matchAll(tokens)) {
    if (token === '{' && depth++ === 0) start = index;
    if (token === '}' && --depth === 0) records.push(text.slice(start, index + 1));
  }
  return records;
}
