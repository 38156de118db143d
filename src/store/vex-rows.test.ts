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
  deleteVexStatements,
  findVexDocuments,
  findVexStatements,
  listVexDocuments,
  listVexStatements,
  markVexRemoved,
  type NewVexStatement,
  saveVexDocument,
  saveVexStatements,
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

  async function keep(document: KeptVexDocument, statements: readonly NewVexStatement[]) {
    const { project, id } = document;
    const part = { project, document: id, from: 0, statements };
    await opened.store.write((tx) => saveVexStatements(tx, part));
    await opened.store.write((tx) => saveVexDocument(tx, document, '{}'));
  }

  it.skipIf(skip)('a document is replaced, found by its vulnerabilities, removed', async () => {
    const { store } = opened;
    const first = documentOf();
    const statements = ['CVE-1', 'CVE-2'].map(statementOf);
    const revision = store.revision();
    await keep(first, statements);
    expect(store.revision()).not.toBe(revision);
    const second = documentOf({ version: '2' });
    await keep(second, statements.slice(0, 1));
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

  it.skipIf(skip)(
    'statements are found with their document only, and deleted in parts',
    async () => {
      const { store } = opened;
      const document = documentOf({ documentId: 'later' });
      const part = { project: 'shop', document: document.id, from: 0 };
      const statements = ['CVE-7', 'CVE-7'].map(statementOf);
      await store.write((tx) => saveVexStatements(tx, { ...part, statements }));
      expect(await findVexStatements(store, 'shop', ['CVE-7'])).toEqual([]);
      await store.write((tx) => saveVexDocument(tx, document, '{}'));
      expect(await findVexStatements(store, 'shop', ['CVE-7'])).toHaveLength(2);
      const range = { document: document.id, from: 1, below: 9 };
      await store.write((tx) => deleteVexStatements(tx, range));
      expect(await findVexStatements(store, 'shop', ['CVE-7'])).toHaveLength(1);
    },
  );

  it.skipIf(skip)('the documents of an author go with it, those of others stay', async () => {
    const { store } = opened;
    const others = documentOf({ author: 'vendor' });
    const own = documentOf({ version: '3', documentId: 'own' });
    for (const document of [own, others]) await keep(document, [statementOf('CVE-1')]);
    const gone = await store.write((tx) => deleteVexDocumentsOf(tx, 'shop', 'team'));
    expect(gone).toContainEqual(own);
    expect(await listVexDocuments(store, 'shop')).toEqual([others]);
    expect(await findVexStatements(store, 'shop', ['CVE-1'])).toHaveLength(1);
  });
});
