/** A process that dies at any step of a change of VEX documents leaves nothing behind for long. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { NOW, openFakeDeps, type FakeDeps } from '../../test/support/fake-deps.ts';
import { openVex } from '../../test/support/vex-documents.ts';
import { makePkixSigner, type PkixSigner } from '../../test/support/vex-signers.ts';
import type { Caller } from '../domain/caller.ts';
import type { JsonObject } from '../domain/json.ts';
import { HOUR } from '../domain/time.ts';
import type { Store } from '../store/store-contract.ts';
import { addVexAuthor } from './add-vex-author.ts';
import type { Deps } from './deps.ts';
import { importVex } from './import-vex.ts';
import { listVex } from './list-vex.ts';
import { removeVexAuthor } from './remove-vex-author.ts';
import { removeVex } from './remove-vex.ts';

const caller: Caller = { name: 'root', grants: [{ role: 'admin' }] };
const shop = { caller, project: 'shop' };
/** More than one transaction takes. */
const STATEMENTS = 1200;

let fake: FakeDeps;
let team: PkixSigner;
let clock: number;

beforeEach(async () => {
  clock = NOW;
  fake = await openFakeDeps({ now: () => clock });
  team = makePkixSigner();
  await addVexAuthor(fake.deps, { ...shop, name: 'team', key: team.publicKey });
});
afterEach(() => fake.close());

/** A document with so many statements. */
function signed(version: number, count = STATEMENTS, id = 'https://vex.test/doc') {
  const base = openVex() as JsonObject;
  const [first] = base['statements'] as readonly JsonObject[];
  const statements = Array.from({ length: count }, (_, at) => ({
    ...first,
    vulnerability: { name: `CVE-2024-${10_000 + at}` },
  }));
  const bytes = Buffer.from(JSON.stringify({ ...base, '@id': id, version, statements }));
  const signature = team.sign(bytes);
  const base64 = (from: Uint8Array): string => Buffer.from(from).toString('base64');
  return { ...shop, document: base64(bytes), signature: base64(signature) };
}

/** A process that dies before its so-manieth write: that one and all later ones never happen. */
function dyingAt(step: number): { readonly deps: Deps; readonly writes: () => number } {
  const { store } = fake.deps;
  let writes = 0;
  const write: Store['write'] = (f, kept) => {
    writes += 1;
    if (writes >= step) return Promise.reject(new Error('killed'));
    return store.write(f, kept);
  };
  return { deps: { ...fake.deps, store: { ...store, write } }, writes: () => writes };
}

async function rows(): Promise<{ readonly statements: number; readonly noted: number }> {
  const { store } = fake.deps;
  const statements = await store.all(store.sql.selectFrom('vex_statement').select('document'));
  const named = await store.all(store.sql.selectFrom('vex_vulnerability').select('document'));
  const noted = await store.all(store.sql.selectFrom('vex_leftover').select('document'));
  expect(named).toHaveLength(statements.length);
  return { statements: statements.length, noted: noted.length };
}

/** What every row there is belongs to a document that is listed. */
async function expectClean(): Promise<void> {
  clock += 2 * HOUR;
  await importVex(fake.deps, signed(1, 1, `https://vex.test/${clock}`));
  const listed = await listVex(fake.deps, shop);
  const counted = listed.reduce((sum, { statementCount }) => sum + statementCount, 0);
  expect(await rows()).toEqual({ statements: counted, noted: 0 });
}

type Change = (deps: Deps) => Promise<unknown>;

it.each<[string, Change]>([
  ['importing', (deps) => importVex(deps, signed(2))],
  ['replacing', (deps) => importVex(deps, signed(3))],
  ['removing', (deps) => removeVex(deps, { ...shop, document: 'https://vex.test/doc' })],
])('killed while %s, at each step', async (what, change) => {
  for (let step = 1; ; step += 1) {
    if (what !== 'importing') await importVex(fake.deps, signed(2));
    const { deps, writes } = dyingAt(step);
    const ended = await change(deps).then(
      () => 'done',
      () => 'killed',
    );
    await expectClean();
    if (ended === 'done' && writes() < step) return;
    expect(step).toBeLessThan(20);
    await removeVexAuthor(fake.deps, { ...shop, name: 'team' });
    await addVexAuthor(fake.deps, { ...shop, name: 'team', key: team.publicKey });
  }
});

it('killed while an author is removed, the next import cleans up', async () => {
  await importVex(fake.deps, signed(1));
  const removing = removeVexAuthor(dyingAt(2).deps, { ...shop, name: 'team' });
  await removing.catch(() => undefined);
  expect(await rows()).toEqual({ statements: STATEMENTS, noted: 1 });
  await addVexAuthor(fake.deps, { ...shop, name: 'team', key: team.publicKey });
  await expectClean();
});

it('an import that lasts is not cleaned up under its hands within an hour', async () => {
  const { deps } = dyingAt(3);
  await importVex(deps, signed(1)).catch(() => undefined);
  const before = await rows();
  clock += HOUR / 2;
  await importVex(fake.deps, signed(1, 1, 'https://vex.test/other'));
  expect(await rows()).toEqual({ statements: before.statements + 1, noted: 1 });
});
