/** What a validation finds, and how well a value fits: of alternatives the best one is told of. */
import type { SchemaPlace, SchemaProblem } from './json-schema.ts';

/** Problems in the order in which they are found, with a score as gojsonschema counts it. */
export class SchemaResult {
  readonly #problems: SchemaProblem[] = [];
  #score = 0;

  get problems(): readonly SchemaProblem[] {
    return this.#problems;
  }

  get isValid(): boolean {
    return this.#problems.length === 0;
  }

  get score(): number {
    return this.#score;
  }

  /** Adds a problem at a place. */
  add({ path }: SchemaPlace, type: string, description: string): void {
    this.#problems.push({ type, field: path.join('.') || '(root)', description });
    this.#score -= 2;
  }

  /** Counts a group of checks that were made. */
  pass(): void {
    this.#score += 1;
  }

  /** Takes over what another validation found. */
  merge(other: SchemaResult): void {
    for (const problem of other.problems) this.#problems.push(problem);
    this.#score += other.score;
  }
}

/** The result that fits best of those that were found wanting; of equals the first. */
export function bestOf(results: readonly SchemaResult[]): SchemaResult | undefined {
  return results.reduce<SchemaResult | undefined>(
    (best, next) => (best === undefined || next.score > best.score ? next : best),
    undefined,
  );
}
