/** Going through all that a value or a place in `data` holds, in Rego's order. */
import { type Place as DataPlace, DataCursor, cursorKeys, descend } from './data-cursor.ts';
import { Decimal } from '../model/number.ts';
import type { Place } from '../model/rego-error.ts';
import type { Frame, RunBody, State } from './state.ts';
import { type ObjectValue, RegoSet, type Value, sortedKeys, valueAt } from '../model/value.ts';

/** Gives a place, or undefined. */
export type PlaceEval = (state: State, frame: Frame) => DataPlace | undefined;

/** What is gone through, and the slots that key and value are written to. */
export interface Loop {
  readonly from: PlaceEval;
  readonly slots: { readonly key: number; readonly value: number };
  readonly at: Place;
}

/** Runs `next` for each key; true as soon as that is. */
export function loopOver({ from, slots, at }: Loop, next: RunBody): RunBody {
  const each = { ...slots, at, next };
  return (state, frame) => {
    const place = from(state, frame);
    if (typeof place !== 'object' || place === null) return false;
    const { meter } = state.run;
    meter.enter(at);
    const found = loopIn(place, each, [state, frame]);
    meter.leave();
    return found;
  };
}

interface Each {
  readonly key: number;
  readonly value: number;
  readonly at: Place;
  readonly next: RunBody;
}

type Now = readonly [State, Frame];

function loopIn(place: DataPlace & object, each: Each, now: Now): boolean {
  if (Array.isArray(place)) return loopArray(place, each, now);
  if (place instanceof RegoSet) return loopSet(place, each, now);
  if (place instanceof DataCursor) return loopCursor(place, each, now);
  return place instanceof Decimal ? false : loopObject(place as ObjectValue, each, now);
}

function loopArray(items: readonly Value[], each: Each, [state, frame]: Now): boolean {
  for (let index = 0; index < items.length; index += 1) {
    state.run.meter.spend(1, each.at);
    frame[each.key] = index;
    frame[each.value] = items[index];
    if (each.next(state, frame)) return true;
  }
  return false;
}

function loopSet(members: RegoSet, each: Each, [state, frame]: Now): boolean {
  for (const value of members.values) {
    state.run.meter.spend(1, each.at);
    frame[each.key] = value;
    frame[each.value] = value;
    if (each.next(state, frame)) return true;
  }
  return false;
}

function loopObject(object: ObjectValue, each: Each, [state, frame]: Now): boolean {
  for (const key of sortedKeys(object)) {
    state.run.meter.spend(1, each.at);
    frame[each.key] = key;
    frame[each.value] = valueAt(object, key);
    if (each.next(state, frame)) return true;
  }
  return false;
}

function loopCursor(cursor: DataCursor, each: Each, [state, frame]: Now): boolean {
  for (const key of cursorKeys(cursor)) {
    state.run.meter.spend(1, each.at);
    const value = descend(state, cursor, key);
    if (value === undefined) continue;
    frame[each.key] = key;
    frame[each.value] = value;
    if (each.next(state, frame)) return true;
  }
  return false;
}
