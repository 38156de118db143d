/** What is taken for all that is published of an ecosystem. */
import { expect, it } from 'vitest';
import { type ExportClaim, wholeEcosystems } from './whole-export.ts';

const BULK: ExportClaim = {
  form: 'osv',
  name: 'Debian',
  file: 'all.zip',
  records: 40_000,
  ecosystems: ['Debian:11', 'Debian:12', 'npm'],
};
const DEBIAN = ['Debian:11', 'Debian:12'];
const ALL = [...DEBIAN, 'npm'];
const TRACKER: Partial<ExportClaim> = { form: 'debian-tracker', name: 'json', file: 'json' };

it.each<[string, Partial<ExportClaim>, readonly string[]]>([
  ['an export in OSV’s layout, for the ecosystem that it is named for', {}, DEBIAN],
  ['a sample in that layout is not', { records: 2 }, []],
  ['a sample that is said to be all is', { records: 2, said: true }, DEBIAN],
  ['an export that is said to be a part is not', { said: false }, []],
  ['a folder of records is not, however many', { file: 'Debian' }, []],
  ['a folder of records is, where that is said', { file: 'Debian', said: true }, DEBIAN],
  ['another name, said to be all, is of all', { name: 'mine', file: 'mine', said: true }, ALL],
  ['another zip is not', { name: 'Debian', file: 'Debian.zip' }, []],
  ['a sample of npm is not', { name: 'npm', records: 1, ecosystems: ['npm'] }, []],
  ['one without a row may', { name: 'Hackage', records: 1, ecosystems: ['Hackage'] }, ['Hackage']],
  ['Debian’s tracker is one file', TRACKER, ALL],
  ['a part of it is told by its size', { ...TRACKER, records: 3 }, []],
  ['one CSAF document is not', { form: 'redhat-csaf', file: 'cve-2026-1.json' }, []],
  ['their archive is', { form: 'redhat-csaf', file: 'csaf_vex_2026-11-20.tar.zst' }, ALL],
  ['errata of one repository are not', { form: 'amazon-updateinfo', file: 'core' }, []],
  ['errata of the core are, said so', { form: 'amazon-updateinfo', said: true }, ALL],
])('%s', (_, claim, whole) => {
  expect(wholeEcosystems({ ...BULK, ...claim })).toEqual(whole);
});
