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

/** Enough for real policies over big inputs; at most about two seconds of CPU. */
export const DEFAULT_LIMITS: Limits = { steps: 20_000_000, bytes: 128 * 1024 * 1024, depth: 600 };

/** How a trial ended: it was made, its steps did not suffice, or it has an error of its own. */
export type Attempt = 'made' | 'too dear' | 'failed';

/** Counts down. */
export class Meter {
  readonly #limits: Limits;
  #steps: number;
  /** Below this the steps of a trial are spent; 0 outside of trials. */
  #floor = 0;
  #bytes: number;
  #depth: number;
  #at: Place = { file: '', line: 1, column: 1 };

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#steps = limits.steps;
    this.#bytes = limits.bytes;
    this.#depth = limits.depth;
  }

  /** Takes steps; where no place is said, they are taken where the last ones were. */
  spend(steps: number, at: Place = this.#at): void {
    this.#at = at;
    this.#steps -= steps;
    if (this.#steps < this.#floor) throw limitError('steps', this.#limits.steps, at);
  }

  /** The steps that are left. */
  get left(): number {
    return this.#steps;
  }

  /** Tries to make something with some steps, and never with more than half of what is left. */
  attempt(steps: number, make: () => void): Attempt {
    const [outer, bytes, depth] = [this.#floor, this.#bytes, this.#depth];
    this.#floor = Math.max(outer, this.#steps - steps, Math.ceil(this.#steps / 2));
    try {
      make();
      return 'made';
    } catch (error) {
      if (!(error instanceof RegoError) || this.#steps < outer) throw error;
      [this.#bytes, this.#depth] = [bytes, depth];
      return this.#steps < this.#floor ? 'too dear' : 'failed';
    } finally {
      this.#floor = outer;
    }
  }

  /** Takes bytes; where no place is said, the last one counts at which steps were taken. */
  allocate(bytes: number, at: Place = this.#at): void {
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

/** Estimated bytes of a member of an array, object or set beside the value itself. */
export const BYTES_PER_MEMBER = 40;

const BYTES_PER_KEY = 96;

/** Estimated bytes that a key takes: of a composite value it is a text. */
export function bytesOfKey(key: unknown): number {
  return typeof key === 'string' ? BYTES_PER_KEY + key.length * 4 : BYTES_PER_KEY;
}

/** Steps that making a key takes. */
export function stepsOfKey(key: unknown): number {
  return typeof key === 'string' ? key.length >> 3 : 0;
}

/** The error of one value that is larger than any may be. */
export function sizeError(problem: string, at: Place): RegoError {
  return new RegoError('eval_limit_error', problem, { at, hint: HINT });
}

/** The error of an evaluation that is deeper than the JavaScript stack. */
export function stackError(): RegoError {
  return new RegoError('eval_limit_error', 'values or rules are nested too deeply', { hint: HINT });
}

const HINT = 'the policy was stopped here; make it do less, or raise the limit';

function limitError(what: string, limit: number, at: Place): RegoError {
  return new RegoError('eval_limit_error', `more than ${limit} ${what}`, {
    at,
    hint: HINT,
  });
}
