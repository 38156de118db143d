/** The orders of sources and severities as the store keeps them: one for all replicas. */
import { AssayError } from '../domain/error.ts';
import {
  DEFAULT_RULES,
  SEVERITY_KINDS,
  SOURCE_KINDS,
  type MatchRules,
} from '../domain/match-rules.ts';
import { findSetting, saveSetting } from '../store/setting-rows.ts';
import type { Reader, Tx } from '../store/store-contract.ts';

const SETTING = 'match_rules';

/** The orders in force: those that were set, else the usual ones. */
export async function readMatchRules(db: Reader): Promise<MatchRules> {
  const kept = await findSetting(db, SETTING);
  if (kept === undefined) return DEFAULT_RULES;
  // Written below only, and whole.
  return JSON.parse(kept) as MatchRules;
}

/** Keeps the orders. */
export function saveMatchRules(tx: Tx, rules: MatchRules): Promise<void> {
  return saveSetting(tx, SETTING, JSON.stringify(rules));
}

/** An order of all kinds: those that are named, then the others as they usually stand. */
export function wholeOrder<T extends string>(
  named: readonly string[],
  kinds: readonly T[],
  of: string,
): readonly T[] {
  const wrong = named.find((name) => !kinds.some((kind) => kind === name));
  if (wrong !== undefined) {
    const found = JSON.stringify(wrong.slice(0, 100));
    const message = `${of} has ${found}; give some of ${kinds.join(', ')}`;
    throw new AssayError('invalid-argument', message);
  }
  const first = kinds.filter((kind) => named.includes(kind));
  first.sort((a, b) => named.indexOf(a) - named.indexOf(b));
  return [...first, ...kinds.filter((kind) => !named.includes(kind))];
}

/** The orders with what is to be changed of them. */
export function changedRules(
  rules: MatchRules,
  change: { readonly sources?: readonly string[]; readonly severities?: readonly string[] },
): MatchRules {
  const { sources = rules.sources, severities = rules.severities } = change;
  return {
    sources: wholeOrder(sources, SOURCE_KINDS, 'the order of sources'),
    severities: wholeOrder(severities, SEVERITY_KINDS, 'the order of severities'),
  };
}
