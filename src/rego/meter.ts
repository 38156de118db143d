/**
 * The budget of one evaluation: steps, bytes of results and depth. What exceeds one of them ends
 * the evaluation with an error that says which, how much there was and where it was spent.
 */
import { type Place, RegoError } from './rego-error.ts';

/** What an evaluation may use. */
export interface Limits {
  /** Literals, iterations and what builtins charge. */
  readonly steps: number;
  /** Bytes of results, estimated. */
  readonly bytes: number;
  /** Rules and loops within each other. */
  readonly depth: number;
}

/** Enough for real policies over big inputs; about a second or two of CPU. */
export const DEFAULT_LIMITS: Limits = { steps: 20_000_000, bytes: 256 * 1024 * 1024, depth: 800 };

/** Counts down. */
export class Meter {
  readonly #limits: Limits;
  #steps: number;
  #bytes: number;
  #depth: number;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#steps = limits.steps;
    this.#bytes = limits.bytes;
    this.#depth = limits.depth;
  }

  /** Takes steps. */
  spend(steps: number, at: Place): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw limitError('steps', this.#limits.steps, at);
  }

  /** Takes bytes. */
  allocate(bytes: number, at: Place): void {
    this.#bytes -= bytes;
    if (this.#bytes < 0) throw limitError('bytes of results', this.#limits.bytes, at);
  }

  /** Goes into a rule or loop. */
  enter(at: Place): void {
    this.#depth -= 1;
    if (this.#depth < 0) throw limitError('rules and loops in each other', this.#limits.depth, at);
  }

  /** Comes out of it. */
  leave(): void {
    this.#depth += 1;
  }
}

function limitError(what: string, limit: number, at: Place): RegoError {
  return new RegoError('eval_limit_error', `more than ${limit} ${what}`, {
    at,
    hint: 'the policy was stopped here; make it do less, or raise the limit',
  });
}
