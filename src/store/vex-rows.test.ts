/** VEX authors and documents over both databases. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newStoreId, OPEN_STORES, type TestStore } from '../../test/support/both-stores.ts';
import { postgresPrograms } from '../../test/support/postgres.ts';
import type { Digest } from '../domain/digest.ts';
import type { KeptVexDocument, VexStatement } from '../domain/vex-document.ts';
import {
  deleteVexAuthor,
  listVexAuthors,
  requireVexAuthor,
  saveVexAuthor,
} from './vex-author-rows.ts';
import {
  deleteVexDocumentsOf,
  findVexDocuments,
  findVexStatements,
  listVexDocuments,
  listVexStatements,
  markVexRemoved,
  saveVexDocument,
} from './vex-document-rows.ts';

function documentOf(change: Partial<KeptVexDocument> = {}): KeptVexDocument {
  return {
    project: 'shop',
    id: newStoreId(),
    documentId: 'https://vex.example/1',
    author: 'team',
    claimedAuthor: 'The Team \u0000',
    format: 'OpenVEX',
    version: '1',
    time: 1,
    remarks: [],
    evidence: { form: 'pkix', keyId: 'k', digest: `sha256:${'a'.repeat(64)}` as Digest },
    statementCount: 2,
    importTime: 2,
    ...change,
  };
}

function statementOf(vulnerability: string): { ids: readonly string[]; said: VexStatement } {
  const said = { vulnerability, aliases: ['X-1'], products: [], status: 'fixed', time: 1 } as const;
  return { ids: [vulnerability, 'X-1'], said };
}

describe.each(Object.entries(OPEN_STORES))('VEX in %s', (title, open) => {
  const skip = title.startsWith('PostgreSQL') && !postgresPrograms;
  let opened: TestStore;
  beforeAll(async () => {
    if (!skip) opened = await open();
  });
  afterAll(() => opened?.remove());

  it.skipIf(skip)('an author is kept by name, and its keys replaced', async () => {
    const { store } = opened;
    const author = { project: 'shop', name: 'team', keys: [], createTime: 1, updateTime: 1 };
    await store.write((tx) => saveVexAuthor(tx, author));
    const later = { ...author, keys: [{ id: 'k' }], createTime: 9, updateTime: 9 };
    await store.write((tx) => saveVexAuthor(tx, later));
    expect(await listVexAuthors(store, 'shop')).toEqual([{ ...later, createTime: 1 }]);
    expect(await listVexAuthors(store, 'other')).toEqual([]);
    await store.write((tx) => deleteVexAuthor(tx, 'shop', 'team'));
    await expect(requireVexAuthor(store, 'shop', 'team')).rejects.toThrow('no VEX author "team"');
  });

  it.skipIf(skip)('a document is replaced, found by its vulnerabilities, removed', async () => {
    const { store } = opened;
    const first = documentOf();
    const statements = ['CVE-1', 'CVE-2'].map(statementOf);
    const revision = store.revision();
    await store.write((tx) => saveVexDocument(tx, { document: first, statements, source: '{}' }));
    expect(store.revision()).not.toBe(revision);
    const second = documentOf({ version: '2' });
    const newer = { document: second, statements: statements.slice(0, 1), source: '{}' };
    await store.write((tx) => saveVexDocument(tx, newer));
    expect(await listVexDocuments(store, 'shop')).toEqual([second]);
    expect(await listVexStatements(store, second.id, 10)).toEqual([statements[0]?.said]);
    const ids = ['CVE-1', 'X-1', 'CVE-2'];
    const found = await findVexStatements(store, 'shop', ids);
    expect(found).toEqual([{ said: statements[0]?.said, document: second }]);
    expect(await findVexStatements(store, 'other', ids)).toEqual([]);
    await store.write((tx) => markVexRemoved(tx, second, 7));
    expect(await findVexStatements(store, 'shop', ids)).toEqual([]);
    expect(await listVexDocuments(store, 'shop')).toEqual([]);
    const left = await findVexDocuments(store, 'shop', 'https://vex.example/1');
    expect(left).toEqual([{ ...second, removedTime: 7 }]);
  });

  it.skipIf(skip)('the documents of an author go with it, those of others stay', async () => {
    const { store } = opened;
    const others = documentOf({ author: 'vendor' });
    for (const document of [documentOf({ version: '3' }), others]) {
      const added = { document, statements: [statementOf('CVE-1')], source: '{}' };
      await store.write((tx) => saveVexDocument(tx, added));
    }
    await store.write((tx) => deleteVexDocumentsOf(tx, 'shop', 'team'));
    expect(await listVexDocuments(store, 'shop')).toEqual([others]);
    expect(await findVexStatements(store, 'shop', ['CVE-1'])).toHaveLength(1);
  });
});
