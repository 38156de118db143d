/** A remembered token is never older than the last change of the store. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPEN_STORES, STORE_TIME, type TestStore } from '../../test/support/both-stores.ts';
import { postgresPrograms } from '../../test/support/postgres.ts';
import { createToken, deleteToken, type StoredToken } from '../store/token-rows.ts';
import { recallToken } from './token-memory.ts';

const TOKEN: StoredToken = {
  id: 't',
  hash: 'h',
  name: 'ci',
  roles: ['viewer'],
  createTime: STORE_TIME,
};

describe.each(Object.entries(OPEN_STORES))('remembered tokens, in %s', (title, open) => {
  let opened: TestStore | undefined;
  beforeAll(async () => {
    if (title.includes('needs postgres') && !postgresPrograms) return;
    opened = await open();
  });
  afterAll(() => opened?.remove());

  it('are read once, and forgotten as soon as they are revoked', async () => {
    if (opened === undefined) return;
    const { store } = opened;
    let reads = 0;
    const counting = {
      ...store,
      first: async <Row>(query: Parameters<typeof store.first<Row>>[0]) => {
        reads += 1;
        return store.first(query);
      },
    };
    expect(await recallToken(counting, 'h')).toBeUndefined();
    await store.write((tx) => createToken(tx, TOKEN));
    expect(await recallToken(counting, 'h')).toEqual(TOKEN);
    expect(await recallToken(counting, 'h')).toEqual(TOKEN);
    expect(reads).toBe(2);
    await store.write((tx) => deleteToken(tx, 't'));
    expect(await recallToken(counting, 'h')).toBeUndefined();
  });
});
