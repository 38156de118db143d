/** The scanner's notes are a list like any other: paged, filtered, the same on both databases. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPEN_STORES, STORE_TIME, type TestStore } from '../../test/support/both-stores.ts';
import { postgresPrograms } from '../../test/support/postgres.ts';
import { debianAdvisory, importDebian } from '../../test/support/scanned-images.ts';
import type { Caller } from '../domain/caller.ts';
import type { Deps } from './deps.ts';
import { listNotes } from './list-notes.ts';

const caller: Caller = { name: 'test', grants: [{ role: 'viewer', project: 'p-one' }] };
const IDS = Array.from({ length: 25 }, (_, n) => `CVE-2026-${1000 + n}`);

describe.each(Object.entries(OPEN_STORES))('notes of goog-analysis, in %s', (title, open) => {
  let opened: TestStore | undefined;
  beforeAll(async () => {
    if (title.includes('needs postgres') && !postgresPrograms) return;
    opened = await open();
    const old = [debianAdvisory('CVE-2020-1', 'gone'), debianAdvisory('CVE-2026-1003', 'x')];
    await importDebian(opened.store, old, STORE_TIME);
    await importDebian(
      opened.store,
      IDS.map((id) => debianAdvisory(id, 'p')),
      STORE_TIME + 1,
    );
  });
  afterAll(() => opened?.remove());

  const list = async (filter: string, pageSize: number): Promise<string[]> => {
    const deps = { store: opened?.store, now: () => STORE_TIME } as unknown as Deps;
    const found: string[] = [];
    let pageToken: string | undefined;
    do {
      const resume = pageToken === undefined ? {} : { pageToken };
      const input = { caller, project: 'goog-analysis', filter, pageSize, ...resume };
      const page = await listNotes(deps, input);
      found.push(...page.notes.map(({ name }) => name.split('/').at(-1) ?? ''));
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
    return found;
  };

  it.each([1, 7, 1000])('by pages of %i: discovery, then the advisories in force', async (size) => {
    if (opened === undefined) return;
    expect(await list('', size)).toEqual(['PACKAGE_VULNERABILITY', ...IDS]);
  });

  it.each([
    ['kind="DISCOVERY"', ['PACKAGE_VULNERABILITY']],
    ['noteId="CVE-2026-1007"', ['CVE-2026-1007']],
    ['name="projects/goog-analysis/notes/CVE-2026-1007"', ['CVE-2026-1007']],
    ['noteId="package-deb-zlib"', ['package-deb-zlib']],
    ['noteId="CVE-2020-1"', []],
    ['has_suffix(noteId, "4")', ['CVE-2026-1004', 'CVE-2026-1014', 'CVE-2026-1024']],
    ['vulnerability.details.affectedPackage="q"', []],
  ])('filtered by %s', async (filter, wanted) => {
    if (opened === undefined) return;
    expect(await list(filter, 5)).toEqual(wanted);
  });

  it('refuses those who may read notes nowhere', async () => {
    const nobody = { name: 'n', grants: [] };
    const input = { caller: nobody, project: 'goog-analysis', filter: '', pageSize: 5 };
    const refused = listNotes({} as Deps, input);
    await expect(refused).rejects.toMatchObject({ code: 'permission-denied' });
  });
});
