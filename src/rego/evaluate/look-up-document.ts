/**
 * Looking documents up by known keys. What lies there is made once in a state, as documents are.
 * Many such lookups may take more steps than the whole document would, and nobody knows before:
 * where they are dear, some times their steps are lent to making the whole, and again when they
 * have taken some times as many. So the dearer of both ways is never gone far.
 */
import { lookUp } from '../model/look-up.ts';
import { bytesOfKey, stepsOfKey } from '../model/meter.ts';
import type { Place } from '../model/rego-error.ts';
import type { KeyedAccess, State, VirtualDocument } from './state.ts';
import { type Value, type ValueKey, keyOf } from '../model/value.ts';

/** A lookup of fewer steps, as the mean of all, is no reason to make the whole. */
const DEAR = 64;
/** How many times the steps of lookups are lent, and must be taken until the next trial. */
const LENT = 4;

/** What a state remembers of the lookups in one document. */
interface Lookups {
  readonly found: Map<ValueKey, Value | undefined>;
  /** Steps that they took so far. */
  spent: number;
  /** Steps after which the whole is tried; infinite where it ended with an error. */
  nextTrial: number;
}

const noLookups = (): Lookups => ({ found: new Map(), spent: 0, nextTrial: 0 });

/** Which document is looked up, and where in the source. */
export interface Looked {
  readonly document: VirtualDocument;
  readonly byKey: KeyedAccess;
  readonly at: Place;
}

/** What lies at some keys of a document. */
export function lookUpDocument(
  state: State,
  keys: readonly Value[],
  looked: Looked,
): Value | undefined {
  if (state.knows(looked.document)) return within(state.document(looked.document), keys);
  const lookups = state.keep(looked.byKey.id, noLookups);
  const key = keyOf(keys.length === 1 ? (keys[0] as Value) : keys);
  state.run.meter.spend(stepsOfKey(key), looked.at);
  const known = lookups.found.get(key);
  if (known !== undefined || lookups.found.has(key)) return known;
  if (isDear(lookups) && makeWhole(state, lookups, looked)) {
    return within(state.document(looked.document), keys);
  }
  return makeOne(state, { lookups, keys, key }, looked);
}

function isDear({ spent, found, nextTrial }: Lookups): boolean {
  return found.size > 0 && spent >= nextTrial && spent > DEAR * found.size;
}

function within(whole: Value | undefined, keys: readonly Value[]): Value | undefined {
  return keys.reduce<Value | undefined>(lookUp, whole);
}

interface Wanted {
  readonly lookups: Lookups;
  readonly keys: readonly Value[];
  readonly key: ValueKey;
}

function makeOne(
  state: State,
  { lookups, keys, key }: Wanted,
  { byKey, at }: Looked,
): Value | undefined {
  const { meter } = state.run;
  const { left } = meter;
  meter.enter(at);
  const value = byKey.evaluate(state, keys);
  meter.leave();
  meter.allocate(bytesOfKey(key), at);
  lookups.spent += left - meter.left;
  lookups.found.set(key, value);
  return value;
}

/**
 * Tells whether the whole could be made; an error in it concerns only those who read the whole, and
 * a rule in it that looks into it does not try again.
 */
function makeWhole(state: State, lookups: Lookups, { document }: Looked): boolean {
  const steps = lookups.spent * LENT;
  lookups.nextTrial = Infinity;
  const end = state.run.meter.attempt(steps, () => void state.document(document));
  if (end === 'too dear') lookups.nextTrial = steps;
  return end === 'made';
}
