/** Tokens: what a caller may make, see and revoke, and that no token stops the server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../domain/caller.ts';
import { DAY, type Micros, parseTime } from '../domain/time.ts';
import { createIdSource } from '../make-id.ts';
import { listAudit } from '../store/audit-rows.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store-contract.ts';
import { authenticateToken } from './authenticate-token.ts';
import { createProject } from './create-project.ts';
import { type CreateTokenInput, createToken } from './create-token.ts';
import type { Deps } from './deps.ts';
import { listTokens } from './list-tokens.ts';
import { revokeToken } from './revoke-token.ts';

const ADMIN: Caller = { name: 'start', grants: [{ role: 'admin' }] };
const TENANT: Caller = { name: 'tenant', grants: [{ role: 'admin', project: 'shop' }] };
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
    const making = createToken(deps, { caller: ADMIN, name: 't', roles: ['viewer'], lifetime });
    await expect(making).rejects.toThrow('give more than 0 and at most 3650 days');
  });

  it('makes none that outlives the token that makes it', async () => {
    const caller: Caller = { ...TENANT, expireTime: clock + DAY };
    const wanted = {
      caller,
      name: 't',
      roles: ['admin'],
      project: 'shop',
    } satisfies CreateTokenInput;
    await expect(createToken(deps, { ...wanted, lifetime: 2 * DAY })).rejects.toThrow('1 days');
    await expect(createToken(deps, wanted)).rejects.toThrow('no end');
    const brief = { ...wanted, caller: { ...TENANT, expireTime: clock + DAY / 24 } };
    await expect(createToken(deps, { ...brief, lifetime: DAY })).rejects.toThrow('60 minutes');
    await expect(createToken(deps, { ...wanted, lifetime: DAY / 2 })).resolves.toBeDefined();
  });

  it('a tenant’s admin makes, sees and revokes tokens of its own project only', async () => {
    const other = await createToken(deps, { caller: ADMIN, name: 'other', roles: ['viewer'] });
    const making = createToken(deps, { caller: TENANT, name: 'mine', roles: ['admin'] });
    await expect(making).rejects.toThrow('lacks permission');
    const mine = {
      caller: TENANT,
      name: 'mine',
      roles: ['viewer'],
      project: 'shop',
    } satisfies CreateTokenInput;
    const own = await createToken(deps, mine);
    const seen = await listTokens(deps, { caller: TENANT });
    expect(seen.every((token) => token.project === 'shop')).toBe(true);
    const revoking = revokeToken(deps, { caller: TENANT, id: other.id });
    await expect(revoking).rejects.toThrow('does not exist');
    await revokeToken(deps, { caller: TENANT, id: own.id });
    expect(await authenticateToken(deps, own.secret)).toBeUndefined();
    expect(await authenticateToken(deps, other.secret)).toMatchObject({
      grants: [{ role: 'viewer' }],
    });
  });

  it('is who its maker says, or itself; a tenant’s admin cannot make it anybody', async () => {
    const wanted = { caller: ADMIN, name: 't', roles: ['viewer'] } satisfies CreateTokenInput;
    const plain = await createToken(deps, wanted);
    const member = 'serviceAccount:CI@shop.example';
    const named = await createToken(deps, { ...wanted, member });
    const members = [plain, named].map(
      async ({ secret }) => (await authenticateToken(deps, secret))?.member,
    );
    expect(await Promise.all(members)).toEqual([
      `principal://assay/tokens/${plain.id}`,
      'serviceAccount:ci@shop.example',
    ]);
    for (const wrong of ['allUsers', 'group:a@shop.example', 'ci', `principal://assay/tokens/1`]) {
      await expect(createToken(deps, { ...wanted, member: wrong })).rejects.toThrow('member');
    }
    const tenants = { ...wanted, caller: TENANT, project: 'shop', member };
    await expect(createToken(deps, tenants)).rejects.toMatchObject({ code: 'permission-denied' });
  });

  it('holds each of its roles on its project', async () => {
    const roles = ['agent', 'roles/containeranalysis.notes.viewer'] as const;
    const made = await createToken(deps, { caller: ADMIN, name: 't', roles, project: 'shop' });
    const caller = await authenticateToken(deps, made.secret);
    expect(caller?.grants).toEqual(roles.map((role) => ({ role, project: 'shop' })));
  });

  it('of two tokens of one name the audit trail tells which it was', async () => {
    const project = 'audited';
    await createProject(deps, { caller: ADMIN, project });
    const wanted = { caller: ADMIN, name: 'same', roles: ['admin'], project } as const;
    const made = [await createToken(deps, wanted), await createToken(deps, wanted)];
    for (const { secret } of made) {
      const caller = (await authenticateToken(deps, secret)) ?? ADMIN;
      await createToken(deps, { ...wanted, caller });
    }
    const [second, first] = (await listAudit(store, project, 2)).map(({ detail }) => detail);
    expect([first?.['member'], second?.['member']]).toEqual(
      made.map(({ id }) => `principal://assay/tokens/${id}`),
    );
  });

  it('whoever fills the list up hides and keeps no other token from being revoked', async () => {
    const project = 'filled';
    await createProject(deps, { caller: ADMIN, project });
    const caller: Caller = { name: 'filler', grants: [{ role: 'admin', project }] };
    const wanted = { caller, name: 't', roles: ['viewer'], project } satisfies CreateTokenInput;
    for (let made = 0; made < 1000; made += 1) await createToken(deps, wanted);
    await expect(createToken(deps, wanted)).rejects.toThrow('which is the limit; revoke one first');
    const [first] = await listTokens(deps, { caller });
    await revokeToken(deps, { caller, id: first?.id ?? '' });
    await expect(createToken(deps, wanted)).resolves.toBeDefined();
  });

  it('an expired token is nobody', async () => {
    const wanted = {
      caller: ADMIN,
      name: 't',
      roles: ['viewer'],
      lifetime: DAY,
    } satisfies CreateTokenInput;
    const { secret } = await createToken(deps, wanted);
    clock += 2 * DAY;
    expect(await authenticateToken(deps, secret)).toBeUndefined();
  });
});
