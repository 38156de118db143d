/**
 * How strictly Notation verifies: each validation is enforced, logged or skipped by level, and a
 * statement may override its level (trust-store-trust-policy.md, "Signature Verification details").
 */
import { isJsonObject, type Json } from '../domain/json.ts';
import { checkKeys, textOf } from './policy-fields.ts';
import { refuse } from './refusal.ts';

/** What is validated of a signature, in the order in which it is. */
export type NotationValidation =
  | 'integrity'
  | 'authenticity'
  | 'authenticTimestamp'
  | 'expiry'
  | 'revocation';

/** What a failure does: refuse the signature, be told, or nothing as it is not looked for. */
export type NotationAction = 'enforce' | 'log' | 'skip';

/** The action of each validation. */
export type NotationActions = Readonly<Record<NotationValidation, NotationAction>>;

/** A statement's `signatureVerification`. */
export interface NotationLevel {
  readonly level: 'strict' | 'permissive' | 'audit' | 'skip';
  readonly actions: NotationActions;
  readonly verifyTimestamp: 'always' | 'afterCertExpiry';
}

type Level = NotationLevel['level'];

const LEVELS: Readonly<Record<Level, NotationActions>> = {
  strict: actions(['enforce', 'enforce', 'enforce', 'enforce', 'enforce']),
  permissive: actions(['enforce', 'enforce', 'log', 'log', 'log']),
  audit: actions(['enforce', 'log', 'log', 'log', 'log']),
  skip: actions(['skip', 'skip', 'skip', 'skip', 'skip']),
};

/** What an override may say of each validation; integrity is always enforced. */
const OVERRIDES: Readonly<Record<string, readonly NotationAction[]>> = {
  authenticity: ['enforce', 'log'],
  authenticTimestamp: ['enforce', 'log'],
  expiry: ['enforce', 'log'],
  revocation: ['enforce', 'log', 'skip'],
};

const KEYS = ['level', 'override', 'verifyTimestamp'];

/** Reads a `signatureVerification`; refuses unknown levels, validations and actions by name. */
export function readLevel(json: Json | undefined, what: string): NotationLevel {
  const where = `signatureVerification of ${what}`;
  if (!isJsonObject(json)) return bad(`${where} is missing or no object`);
  checkKeys(json, KEYS, where);
  const level = textOf(json['level']);
  if (level === undefined || !isLevel(level)) {
    const shown = JSON.stringify(json['level'] ?? null).slice(0, 80);
    return bad(`${where} has the level ${shown}; wanted ${Object.keys(LEVELS).join(', ')}`);
  }
  const overridden = readOverride(json['override'], where);
  if (level === 'skip' && Object.keys(overridden).length > 0) {
    bad(`${where} overrides the level skip, which cannot be`);
  }
  return {
    level,
    actions: { ...LEVELS[level], ...overridden },
    verifyTimestamp: readVerifyTimestamp(json['verifyTimestamp'], where),
  };
}

function readOverride(json: Json | undefined, where: string): Partial<NotationActions> {
  if (json === undefined) return {};
  if (!isJsonObject(json)) return bad(`override in ${where} is no object`);
  checkKeys(json, Object.keys(OVERRIDES), `override in ${where}`);
  const odd = Object.entries(json).find(
    ([key, value]) => !OVERRIDES[key]?.some((action) => action === value),
  );
  if (odd === undefined) return json as Partial<NotationActions>;
  const shown = JSON.stringify(odd[1] ?? null).slice(0, 80);
  const wanted = OVERRIDES[odd[0]]?.join(', ') ?? 'nothing';
  return bad(`override in ${where} has ${shown} for ${odd[0]}; wanted ${wanted}`);
}

function readVerifyTimestamp(
  json: Json | undefined,
  where: string,
): NotationLevel['verifyTimestamp'] {
  // Notation reads an empty text as an absent one.
  if (json === undefined || json === '' || json === 'always') return 'always';
  if (json === 'afterCertExpiry') return json;
  const shown = JSON.stringify(json).slice(0, 80);
  return bad(`${where} has verifyTimestamp ${shown}; wanted always or afterCertExpiry`);
}

function isLevel(text: string): text is Level {
  return Object.hasOwn(LEVELS, text);
}

type Row = readonly [
  NotationAction,
  NotationAction,
  NotationAction,
  NotationAction,
  NotationAction,
];

function actions(row: Row): NotationActions {
  const [integrity, authenticity, authenticTimestamp, expiry, revocation] = row;
  return { integrity, authenticity, authenticTimestamp, expiry, revocation };
}

function bad(reason: string): never {
  return refuse('bad-structure', reason);
}
