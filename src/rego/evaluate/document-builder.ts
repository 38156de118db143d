/**
 * Builds the value of a document to which many rules add: leaves and members of sets at any depth.
 * Two values at one place must be equal.
 */
import { type Place, RegoError } from '../model/rego-error.ts';
import {
  RegoSet,
  type Value,
  type ValueKey,
  equalValues,
  keyOf,
  makeObject,
} from '../model/value.ts';

/** What stands at a place so far. */
type Built = BuiltObject | BuiltSet | { readonly kind: 'leaf'; readonly value: Value };

interface BuiltObject {
  readonly kind: 'object';
  readonly entries: Map<ValueKey, { readonly key: Value; built: Built }>;
}

interface BuiltSet {
  readonly kind: 'set';
  readonly members: Map<ValueKey, Value>;
}

/** A document at work. */
export class DocumentBuilder {
  readonly #root: BuiltObject = { kind: 'object', entries: new Map() };
  readonly #problem: string;

  /** `problem` is said where two values are at one place. */
  constructor(problem: string) {
    this.#problem = problem;
  }

  /** Puts a value at a path of at least one key. */
  put(path: readonly Value[], value: Value, at: Place): void {
    const { parent, key } = this.#parent(path, at);
    const known = parent.entries.get(keyOf(key))?.built;
    if (known === undefined) {
      parent.entries.set(keyOf(key), { key, built: { kind: 'leaf', value } });
    } else if (known.kind !== 'leaf' || !equalValues(known.value, value)) {
      throw this.#conflict(at);
    }
  }

  /** Puts a value at a path where nothing is. */
  putDefault(path: readonly Value[], value: Value, at: Place): void {
    const { parent, key } = this.#parent(path, at);
    if (!parent.entries.has(keyOf(key))) this.put(path, value, at);
  }

  /** Adds a member to the set at a path. */
  add(path: readonly Value[], value: Value, at: Place): void {
    const { parent, key } = this.#parent(path, at);
    const known = parent.entries.get(keyOf(key))?.built;
    if (known === undefined) {
      const members = new Map([[keyOf(value), value]]);
      parent.entries.set(keyOf(key), { key, built: { kind: 'set', members } });
    } else if (known.kind === 'set') {
      known.members.set(keyOf(value), value);
    } else {
      throw this.#conflict(at);
    }
  }

  /** The whole. */
  finish(): Value {
    return valueOf(this.#root);
  }

  #parent(
    path: readonly Value[],
    at: Place,
  ): { readonly parent: BuiltObject; readonly key: Value } {
    let parent = this.#root;
    for (const key of path.slice(0, -1)) {
      const known = parent.entries.get(keyOf(key))?.built;
      const next: Built = known ?? { kind: 'object', entries: new Map() };
      if (next.kind !== 'object') throw this.#conflict(at);
      if (known === undefined) parent.entries.set(keyOf(key), { key, built: next });
      parent = next;
    }
    return { parent, key: path.at(-1) as Value };
  }

  #conflict(at: Place): RegoError {
    return new RegoError('eval_conflict_error', this.#problem, { at });
  }
}

function valueOf(built: Built): Value {
  if (built.kind === 'leaf') return built.value;
  if (built.kind === 'set') return RegoSet.keyed(built.members);
  return makeObject(
    [...built.entries.values()].map(({ key, built: inner }) => [key, valueOf(inner)] as const),
  );
}
