/**
 * The variables of one rule: which are declared where, and what a name means at a point. Names that
 * nobody declared are one variable throughout the rule, as in OPA.
 */
import type { Local } from './core.ts';
import type { Place } from '../model/rego-error.ts';

/** How a name came into a scope. */
export type Sort = 'argument' | 'assigned' | 'declared' | 'seen';

interface Entry {
  readonly sort: Sort;
  readonly local: Local;
  isUsed: boolean;
}

/** The scopes of a rule, the innermost last. */
export class RegoScope {
  readonly #levels: Map<string, Entry>[] = [new Map()];
  readonly #plain = new Map<string, Local>();
  #count: number;

  /** `reserved` slots are the frame's own; the result is always in 0. */
  constructor(reserved = 1) {
    this.#count = reserved;
  }

  /** How long a frame must be. */
  get frameSize(): number {
    return this.#count;
  }

  /** The variables that nobody declared, in the order in which they were met. */
  get plain(): readonly Local[] {
    return [...this.#plain.values()];
  }

  /** The variables declared in the innermost scope. */
  get declared(): readonly Local[] {
    return [...(this.#levels.at(-1)?.values() ?? [])]
      .filter(({ sort }) => sort !== 'seen')
      .map(({ local }) => local);
  }

  /** A new variable. */
  make(name: string, at: Place, isMade = false): Local {
    const local = { name, slot: this.#count, at, isMade };
    this.#count += 1;
    return local;
  }

  /** Goes into a body; that of a rule is one scope with the rule's arguments. */
  enter(): void {
    const [first] = this.#levels;
    this.#levels.push(this.#levels.length === 1 ? new Map(first) : new Map());
  }

  /** Leaves the innermost scope. */
  leave(): void {
    this.#levels.pop();
  }

  /** The variables of a sort in the innermost scope that nothing used; `_` need not be. */
  unused(sort: Sort): readonly Local[] {
    const level = this.#levels.at(-1) ?? new Map<string, Entry>();
    return [...level.values()]
      .filter((entry) => entry.sort === sort && !entry.isUsed && !entry.local.name.startsWith('$'))
      .map((entry) => entry.local);
  }

  /** Does what declares variables by reading them: that is no use of them. */
  withoutUse<T>(read: () => T): T {
    const entries = [...(this.#levels.at(-1)?.values() ?? [])];
    const uses = entries.map(({ isUsed }) => isUsed);
    const result = read();
    for (const [index, entry] of entries.entries()) entry.isUsed = uses[index] ?? false;
    return result;
  }

  /** The variable that a name was declared as, from the innermost scope outwards. */
  find(name: string): Local | undefined {
    for (let index = this.#levels.length - 1; index >= 0; index -= 1) {
      const entry = this.#levels[index]?.get(name);
      if (entry === undefined || entry.sort === 'seen') continue;
      entry.isUsed = true;
      return entry.local;
    }
    return undefined;
  }

  /** Tells whether a name was declared, here or further out; that is no use of it. */
  isDeclared(name: string): boolean {
    return this.#levels.some((level) => (level.get(name)?.sort ?? 'seen') !== 'seen');
  }

  /** The variable of a name that is not declared; from now on it cannot be, in this scope. */
  see(name: string, at: Place): Local {
    const local = this.#plain.get(name) ?? this.make(name, at, name.startsWith('$'));
    this.#plain.set(name, local);
    const level = this.#levels.at(-1);
    if (level?.has(name) === false) level.set(name, { sort: 'seen', local, isUsed: true });
    return local;
  }

  /** Declares a name in the innermost scope; answers how it is there already, if it is. */
  declare(name: string, sort: Sort, at: Place): Local | Sort {
    const level = this.#levels.at(-1) as Map<string, Entry>;
    const known = level.get(name);
    if (known !== undefined) return known.sort;
    const local = this.make(name, at, name.startsWith('$'));
    level.set(name, { sort, local, isUsed: false });
    return local;
  }
}
