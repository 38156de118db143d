/** The line that an error of Rego is in, beside it: as `opa` shows what it cannot read. */
import type { RegoProblem } from '../rego/rego-job.ts';

const MAX_LINE = 200;

/** Adds the lines of what cannot be read; texts are by file, that of a query by the empty name. */
export function withLines(
  problems: readonly RegoProblem[],
  texts: ReadonlyMap<string, string>,
): readonly RegoProblem[] {
  return problems.map((problem) => {
    if (problem.code !== 'rego_parse_error' || problem.at === undefined) return problem;
    const line = texts.get(problem.at.file)?.split('\n')[problem.at.line - 1];
    const isShown = line !== undefined && line.length <= MAX_LINE && line.trim() !== '';
    return isShown ? { ...problem, line: line.replaceAll('\t', ' ') } : problem;
  });
}
