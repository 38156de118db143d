/** The types of a rule's variables, as far as its body has told them; closures see those around. */
import type { Local } from '../core.ts';
import { type RegoType, UNKNOWN } from './rego-type.ts';

/** The variables of a body. */
export class TypeScope {
  readonly #outer: TypeScope | undefined;
  readonly #types = new Map<Local, RegoType>();

  constructor(outer?: TypeScope) {
    this.#outer = outer;
  }

  /** The type of a variable; unknown where nothing told it yet. */
  get(local: Local): RegoType {
    return this.#types.get(local) ?? this.#outer?.get(local) ?? UNKNOWN;
  }

  /** Notes the type of a variable in this body. */
  set(local: Local, type: RegoType): void {
    this.#types.set(local, type);
  }
}
