/** What `rego eval` prints, in the formats of `opa eval`. */
import { indentJson } from '../domain/indent-json.ts';
import { terminalLines, terminalText } from '../domain/terminal-text.ts';
import type { evalRego, RegoTest } from '../operations/eval-rego.ts';

type Outcome = Awaited<ReturnType<typeof evalRego>>['outcomes'][number];
/** One solution of a query; values are JSON texts. */
type Solution = Extract<Outcome, { readonly solutions: unknown }>['solutions'][number];
type Problem = RegoTest['problems'][number];

type Format = (solutions: readonly Solution[]) => string;

const FORMATS: Readonly<Record<string, Format>> = {
  json: (solutions) =>
    indented(`{${solutions.length > 0 ? `"result":${list(solutions.map(whole))}` : ''}}`),
  values: (solutions) => solutions.map((one) => indented(list(valuesOf(one)))).join(''),
  bindings: (solutions) => solutions.map((one) => indented(bindingsOf(one))).join(''),
  raw: (solutions) => solutions.map((one) => `${valuesOf(one).map(raw).join(' ')}\n`).join(''),
  pretty: (solutions) => (solutions.length === 0 ? 'undefined\n' : solutions.map(pretty).join('')),
};

/** Prints the solutions of a query. */
export function formatEvaluation(solutions: readonly Solution[], format: string): string {
  return (FORMATS[format] ?? (FORMATS['json'] as Format))(solutions);
}

function whole(solution: Solution): string {
  const expressions = solution.expressions.map(({ text, value, line, column }) => {
    const location = `{"row":${line},"col":${column}}`;
    return `{"value":${value},"text":${JSON.stringify(text)},"location":${location}}`;
  });
  const bindings =
    Object.keys(solution.bindings).length === 0 ? '' : `,"bindings":${bindingsOf(solution)}`;
  return `{"expressions":${list(expressions)}${bindings}}`;
}

function valuesOf({ expressions }: Solution): string[] {
  return expressions.map(({ value }) => value);
}

function bindingsOf({ bindings }: Solution): string {
  const members = Object.entries(bindings).map(
    ([name, value]) => `${JSON.stringify(name)}:${value}`,
  );
  return `{${members.join(',')}}`;
}

function list(texts: readonly string[]): string {
  return `[${texts.join(',')}]`;
}

/** A string without its quotes. */
function raw(value: string): string {
  return value.startsWith('"') ? (JSON.parse(value) as string) : value;
}

/** One value as it is; several, and variables, one to a line. */
function pretty(solution: Solution): string {
  const named = Object.entries(solution.bindings).map(([name, value]) => `${name} = ${value}\n`);
  if (named.length > 0) return terminalLines(named.join(''));
  return terminalLines(
    valuesOf(solution)
      .map((value) => indented(value))
      .join(''),
  );
}

/** JSON over lines, its numbers untouched: they may be longer than a double. */
function indented(json: string): string {
  return `${indentJson(json, { indent: '  ', prefix: '' })}\n`;
}

/** Errors as `opa eval` prints them as JSON. */
export function problemDocument(problems: readonly Problem[]): string {
  const errors = problems.map(({ code, message, at, hint }) => ({
    message,
    code,
    ...(at && { location: { file: at.file, row: at.line, col: at.column } }),
    ...(hint !== undefined && { hint }),
  }));
  return `${JSON.stringify({ errors }, undefined, 2)}\n`;
}

/** Errors for people, one to a line, hints below them. */
export function problemText(problems: readonly Problem[]): string {
  const lines = problems.map(({ code, message, at, hint }) => {
    const place = at?.file ? `${at.file}:${at.line}:${at.column}: ` : '';
    const more = hint === undefined ? '' : `\n\thint: ${terminalText(hint)}`;
    return `${terminalText(`${place}${code}: ${message}`)}${more}\n`;
  });
  return lines.join('');
}
