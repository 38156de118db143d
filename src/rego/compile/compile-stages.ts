/**
 * The stages of OPA's compiler. What one of them finds hides what the later ones would, so that a
 * wrong name is told before all that follows from it; of one stage, the first ten errors are told.
 */
import { RegoError, RegoErrors } from '../model/rego-error.ts';
import type { Module } from '../syntax/syntax.ts';

/** What is checked when, in OPA's order. */
const STAGES = [
  'unused imports',
  'names',
  'imports',
  'variables',
  'values',
  'with',
  'conflicts',
  'functions',
  'safety',
  'recursion',
  'types',
  'deprecated',
] as const;

/** A step of the compilation. */
export type Stage = (typeof STAGES)[number];

/** Takes note of an error. */
export type Report = (error: RegoError, stage?: Stage) => void;

/** Most errors of one compilation that are told. */
export const MAX_COMPILE_ERRORS = 10;

/** The errors of a compilation so far. */
export class StagedErrors {
  readonly #modules: readonly Pick<Module, 'file'>[];
  readonly #found = new Map<Stage, RegoError[]>();

  constructor(modules: readonly Pick<Module, 'file'>[]) {
    this.#modules = modules;
  }

  /** Notes an error; of the handling of variables where no stage is named. */
  readonly report: Report = (error, stage = 'variables') => {
    const errors = this.#found.get(stage) ?? [];
    errors.push(error);
    this.#found.set(stage, errors);
  };

  /** Notes errors of one stage. */
  at(stage: Stage): (error: RegoError) => void {
    return (error) => this.report(error, stage);
  }

  /** Throws the errors of the first stage that has any, up to the one that is named. */
  endStage(last: Stage): void {
    const stage = STAGES.slice(0, STAGES.indexOf(last) + 1).find((each) => this.#found.has(each));
    const errors = inOrder(this.#found.get(stage ?? last) ?? [], this.#modules);
    if (errors.length === 0) return;
    if (errors.length < MAX_COMPILE_ERRORS) throw new RegoErrors(errors);
    const limit = new RegoError('rego_compile_error', 'error limit reached');
    throw new RegoErrors([...errors.slice(0, MAX_COMPILE_ERRORS), limit]);
  }
}

/** Errors by module and place. */
function inOrder(
  errors: readonly RegoError[],
  modules: readonly Pick<Module, 'file'>[],
): readonly RegoError[] {
  const ranks = new Map(modules.map(({ file }, index) => [file, index]));
  const placeOf = ({ at }: RegoError): readonly number[] =>
    at ? [ranks.get(at.file) ?? modules.length, at.line, at.column] : [];
  return errors.toSorted((a, b) => comparePlaces(placeOf(a), placeOf(b)));
}

function comparePlaces(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((each, at) => each !== b[at]);
  return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}
