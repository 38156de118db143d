/** Making a bearer token: the secret is answered once, its hash is kept. */
import { createHash } from 'node:crypto';
import { type Caller, authorise } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { parseMember } from '../domain/member.ts';
import type { RoleName } from '../domain/role.ts';
import { DAY, HOUR, type Micros } from '../domain/time.ts';
import type { Tx } from '../store/store-contract.ts';
import {
  countTokens,
  createToken as insertToken,
  deleteExpiredTokens,
} from '../store/token-rows.ts';
import { audit } from './audit.ts';
import { requireProject } from './create-project.ts';
import type { Deps } from './deps.ts';

/** Random bytes of a secret: 256 bits. */
const SECRET_BYTES = 32;
/** A token that ends does so within ten years. */
const MAX_LIFETIME = 3650 * DAY;
/** Tokens of one project, and of all projects together: lists show them whole. */
const MAX_TOKENS = 1000;
/** A token that has ended is shown for so long. */
const SHOWN_AFTER_END = 30 * DAY;

/** A token with its secret, which is not to be had again. */
export interface CreatedToken {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly RoleName[];
  readonly project?: string;
  readonly expireTime?: Micros;
  readonly member?: string;
  readonly secret: string;
}

/** What the token is for; `lifetime` is in microseconds, absent: it does not end. */
export interface CreateTokenInput {
  readonly caller: Caller;
  readonly name: string;
  readonly roles: readonly RoleName[];
  readonly project?: string;
  readonly lifetime?: Micros;
  /** Who its bearer is in IAM's spelling; absent: `principal://assay/tokens/ID`. */
  readonly member?: string;
  /** Puts the secret where it is to be found, before the token can be used; may throw. */
  readonly handOver?: (secret: string) => Promise<void>;
}

/**
 * Creates a token. A caller that is bound to a project makes tokens of that project only, and names
 * no member: it would be that member in other projects too.
 */
export async function createToken(deps: Deps, input: CreateTokenInput): Promise<CreatedToken> {
  const { caller, project, lifetime } = input;
  authorise(caller, 'assay.tokens.manage', input.member === undefined ? project : undefined);
  const time = deps.now();
  refuseLifetime(caller, lifetime, time);
  if (project !== undefined) await requireProject(deps, project);
  const secret = `assay_${Buffer.from(deps.randomBytes(SECRET_BYTES)).toString('base64url')}`;
  const token = {
    id: deps.newId(),
    name: input.name,
    roles: [...new Set(input.roles)],
    ...(project === undefined ? {} : { project }),
    ...(lifetime === undefined ? {} : { expireTime: time + Math.round(lifetime) }),
    ...(input.member === undefined ? {} : { member: readMember(input.member) }),
  };
  await input.handOver?.(secret);
  await deps.store.write(async (tx) => {
    await deleteExpiredTokens(tx, time - SHOWN_AFTER_END);
    await refuseMany(tx, project);
    await insertToken(tx, { ...token, hash: hashSecret(secret), createTime: time });
    await audit(deps, tx, {
      ...auditScope(project),
      caller,
      action: 'create-token',
      resource: `tokens/${token.id}`,
      detail: { roles: token.roles },
    });
  });
  return { ...token, secret };
}

async function refuseMany(tx: Tx, project: string | undefined): Promise<void> {
  if ((await countTokens(tx, project)) < MAX_TOKENS) return;
  const whose = project === undefined ? 'for all projects' : `of project ${project}`;
  throw new AssayError(
    'failed-precondition',
    `there are ${MAX_TOKENS} tokens ${whose}, which is the limit; revoke one first`,
  );
}

/** How a secret is kept: it has 256 random bits, so a plain hash cannot be guessed back. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** A token is one caller: it is no group and not everybody. */
function readMember(text: string): string {
  const member = parseMember(text);
  if (/^(?:user|serviceAccount):/.test(member)) return member;
  throw new AssayError(
    'invalid-argument',
    `member ${member} is no single caller; give user:EMAIL or serviceAccount:EMAIL`,
  );
}

/** A token never outlives the one that made it. */
function refuseLifetime(caller: Caller, lifetime: Micros | undefined, now: Micros): void {
  const most = Math.min(MAX_LIFETIME, (caller.expireTime ?? Number.MAX_SAFE_INTEGER) - now);
  const endless = lifetime === undefined && caller.expireTime === undefined;
  if (endless || (lifetime !== undefined && lifetime > 0 && lifetime <= most)) return;
  const asked = lifetime === undefined ? 'no end' : `a lifetime of ${lifetime / DAY} days`;
  throw new AssayError(
    'invalid-argument',
    `${asked}; give more than 0 and at most ${spanOf(most)}: it ends no later than its maker’s`,
  );
}

function spanOf(most: Micros): string {
  return most >= DAY
    ? `${Math.floor(most / DAY)} days`
    : `${Math.max(0, Math.floor((most / HOUR) * 60))} minutes`;
}

function auditScope(project: string | undefined): { project?: string } {
  return project === undefined ? {} : { project };
}
