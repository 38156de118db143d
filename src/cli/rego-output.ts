/** What `rego eval` prints, in the formats of `opa eval`. */
import { indentJson } from '../domain/indent-json.ts';
import { characters, terminalLines, terminalText } from '../domain/terminal-text.ts';
import type { evalRego } from '../operations/eval-rego.ts';
import type { RegoTest } from '../operations/test-rego.ts';

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
  pretty: (solutions) => terminalLines(pretty(solutions)),
  discard: () => '{}\n',
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

/** One value as it is; several solutions, and variables, as a table. */
function pretty(solutions: readonly Solution[]): string {
  const [first] = solutions;
  if (first === undefined) return 'undefined\n';
  const values = valuesOf(first);
  const isAlone = solutions.length === 1 && Object.keys(first.bindings).length === 0;
  if (isAlone && (values.length === 1 || values.every(isBoolean))) {
    return indented(values[0] ?? 'null');
  }
  const names = Object.keys(first.bindings).toSorted();
  const shown = first.expressions.flatMap(({ value }, index) => (isBoolean(value) ? [] : [index]));
  const columns = [...names, ...shown.map((index) => first.expressions[index]?.text ?? '')];
  const rows = solutions.map((one) => [
    ...names.map((name) => one.bindings[name] ?? ''),
    ...shown.map((index) => one.expressions[index]?.value ?? ''),
  ]);
  return columns.length === 0 ? '' : ruledTable([columns, ...rows]);
}

function isBoolean(value: string): boolean {
  return value === 'true' || value === 'false';
}

/** A table between lines of `+` and `-`, its heads in the middle of their columns. */
function ruledTable(rows: readonly (readonly string[])[]): string {
  const [heads = []] = rows;
  const widths = heads.map((_, index) => Math.max(...rows.map((row) => widthOf(row[index]))));
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
  const [head, ...lines] = rows.map((row, at) => {
    const cells = row.map((cell, index) => {
      const gap = (widths[index] ?? 0) - widthOf(cell);
      const left = at === 0 ? Math.floor(gap / 2) : 0;
      return ` ${' '.repeat(left)}${cell}${' '.repeat(gap - left)} `;
    });
    return `|${cells.join('|')}|\n`;
  });
  return [rule, head, rule, ...lines, rule].join('');
}

function widthOf(text = ''): number {
  return characters(text).length;
}

/** JSON over lines, its numbers untouched: they may be longer than a double. */
function indented(json: string): string {
  return `${indentJson(json, { indent: '  ', prefix: '' })}\n`;
}

/** Errors as `opa` prints them as JSON. */
export function problemDocument(problems: readonly Problem[]): string {
  return `${JSON.stringify({ errors: problems.map(problemJson) }, undefined, 2)}\n`;
}

/** One error as `opa` shows it in JSON; the hint is ours. */
export function problemJson({ code, message, at, hint, line }: Problem): object {
  return {
    message,
    code,
    ...(at && { location: locationJson(at) }),
    ...(at && line !== undefined && { details: { line, idx: at.column - 1 } }),
    ...(hint !== undefined && { hint }),
  };
}

/** A place in OPA's words. */
export function locationJson({ file, line, column }: NonNullable<Problem['at']>): object {
  return { file, row: line, col: column };
}

/** Errors for people, as `opa` prints them: how many there are, and each with its place. */
export function problemText(problems: readonly Problem[]): string {
  const texts = problems.map(problemLines);
  if (texts.length === 0) return '';
  if (texts.length === 1) return `1 error occurred: ${texts[0]}\n`;
  return `${texts.length} errors occurred:\n${texts.join('\n')}\n`;
}

/** One error, with the line that it is in and its hint below it. */
export function problemLines({ code, message, at, hint, line }: Problem): string {
  const place = at === undefined ? '' : `${at.file && `${at.file}:`}${at.line}:${at.column}: `;
  return [
    ...`${place}${code}: ${message}`.split('\n').map(indentedLine),
    ...(at && line !== undefined
      ? [`\t${terminalText(line)}`, `\t${' '.repeat(at.column - 1)}^`]
      : []),
    ...(hint === undefined ? [] : [`\thint: ${terminalText(hint)}`]),
  ].join('\n');
}

/** A line whose tab in front is kept: what was had and wanted stands below a message so. */
function indentedLine(text: string): string {
  return text.startsWith('\t') ? `\t${terminalText(text.slice(1))}` : terminalText(text);
}
