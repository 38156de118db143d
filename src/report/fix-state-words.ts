/** Why a finding has no fixed version, in words for people. */
import type { FixState, Match } from '../domain/advisory.ts';

/** What a match says of its fix. */
type FixOf = Pick<Match, 'fixState' | 'fixedVersion' | 'disputed'>;

/** What stands where a fixed version would. */
const FIX_STATE_WORDS: Readonly<Record<FixState, string>> = {
  fixed: 'fixed',
  unfixed: 'no fix is known',
  minor: 'no fix: minor',
  deferred: 'fix deferred',
  'wont-fix': 'will not be fixed',
  'end-of-life': 'out of support',
  'under-investigation': 'not known yet',
};

/** The state of a match, also of one that was kept before there were states. */
export function fixStateOf({ fixState, fixedVersion }: FixOf): FixState {
  return fixState ?? (fixedVersion === undefined ? 'unfixed' : 'fixed');
}

/** The fixed version, or in a word why there is none; `unfixed` where nothing more is said. */
export function fixText(match: FixOf): string {
  const state = fixStateOf(match);
  const text = match.fixedVersion ?? (state === 'unfixed' ? state : FIX_STATE_WORDS[state]);
  return match.disputed === true ? `${text} (disputed)` : text;
}
