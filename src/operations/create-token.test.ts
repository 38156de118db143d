/** Tokens: what a caller may make, see and revoke, and that no token stops the server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../domain/caller.ts';
import { DAY, type Micros, parseTime } from '../domain/time.ts';
import { createIdSource } from '../make-id.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store-contract.ts';
import { authenticateToken } from './authenticate-token.ts';
import { createProject } from './create-project.ts';
import { createToken } from './create-token.ts';
import type { Deps } from './deps.ts';
import { listTokens } from './list-tokens.ts';
import { revokeToken } from './revoke-token.ts';

const ADMIN: Caller = { name: 'start', role: 'admin' };
const TENANT: Caller = { name: 'tenant', role: 'admin', project: 'shop' };
const START = parseTime('2026-11-20T00:00:00Z');

describe('tokens', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-token-'));
  let clock: Micros = START;
  let store: Store;
  let deps: Deps;

  beforeAll(async () => {
    const now = (): Micros => clock;
    const newId = createIdSource(() => clock / 1000);
    store = await openStore({ folder, mode: 'serve', now, newId, writer: 'inline' });
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const randomBytes = (count: number): Uint8Array =>
      crypto.getRandomValues(new Uint8Array(count));
    deps = { store, now, newId, log, randomBytes } as unknown as Deps;
    await createProject(deps, { caller: ADMIN, project: 'shop' });
  });

  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['a time beyond what can be stored', 9e15],
    ['nothing', 0],
    ['a time in the past', -DAY],
  ])('refuses a lifetime of %s', async (_name, lifetime) => {
    const making = createToken(deps, { caller: ADMIN, name: 't', role: 'viewer', lifetime });
    await expect(making).rejects.toThrow('give more than 0 and at most 3650 days');
  });

  it('makes none that outlives the token that makes it', async () => {
    const caller: Caller = { ...TENANT, expireTime: clock + DAY };
    const wanted = { caller, name: 't', role: 'admin', project: 'shop' } as const;
    await expect(createToken(deps, { ...wanted, lifetime: 2 * DAY })).rejects.toThrow('1 days');
    await expect(createToken(deps, wanted)).rejects.toThrow('no end');
    await expect(createToken(deps, { ...wanted, lifetime: DAY / 2 })).resolves.toBeDefined();
  });

  it('a tenant’s admin makes, sees and revokes tokens of its own project only', async () => {
    const other = await createToken(deps, { caller: ADMIN, name: 'other', role: 'viewer' });
    const making = createToken(deps, { caller: TENANT, name: 'mine', role: 'admin' });
    await expect(making).rejects.toThrow('lacks permission');
    const mine = { caller: TENANT, name: 'mine', role: 'viewer', project: 'shop' } as const;
    const own = await createToken(deps, mine);
    const seen = await listTokens(deps, { caller: TENANT });
    expect(seen.every((token) => token.project === 'shop')).toBe(true);
    const revoking = revokeToken(deps, { caller: TENANT, id: other.id });
    await expect(revoking).rejects.toThrow('does not exist');
    await revokeToken(deps, { caller: TENANT, id: own.id });
    expect(await authenticateToken(deps, own.secret)).toBeUndefined();
    expect(await authenticateToken(deps, other.secret)).toMatchObject({ role: 'viewer' });
  });

  it('an expired token is nobody', async () => {
    const wanted = { caller: ADMIN, name: 't', role: 'viewer', lifetime: DAY } as const;
    const { secret } = await createToken(deps, wanted);
    clock += 2 * DAY;
    expect(await authenticateToken(deps, secret)).toBeUndefined();
  });
});
