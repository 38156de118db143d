/** Printing what an operation returned: a table for people, JSON or YAML for programs. */
import type { CliContext, OptionValues } from './command.ts';
import { textOption } from './options.ts';

/** How a value reads as a table. */
export interface TableForm<T> {
  readonly columns: readonly string[];
  /** Columns that are never narrowed: ids that people copy. */
  readonly whole?: readonly string[];
  readonly row: (value: T) => readonly string[];
  /** Printed on stderr where there is nothing to list; says what to do next. */
  readonly empty: string;
}

/** Prints a list as `--output` asks. JSON and YAML carry `schemaVersion` and the list's name. */
export async function printList<T>(
  context: CliContext,
  list: { readonly name: string; readonly values: readonly T[]; readonly form: TableForm<T> },
  options: OptionValues,
): Promise<void> {
  const format = textOption(options, 'output') ?? 'table';
  if (format !== 'table') {
    await printDocument(context, { schemaVersion: 1, [list.name]: list.values }, format);
    return;
  }
  if (list.values.length === 0) {
    context.stderr.write(`${list.form.empty}\n`);
    return;
  }
  const { formatTextTable } = await import('../report/text-table.ts');
  const rows = list.values.map((value) => list.form.row(value));
  const width = tableWidth(context);
  const { columns, whole = [] } = list.form;
  context.stdout.write(formatTextTable({ columns, whole, rows, width }));
}

/** Characters a table's line may have: the terminal's, and no end where a program reads it. */
export function tableWidth({ stdout }: CliContext): number {
  return stdout.isTerminal ? Math.max(80, stdout.columns) : Number.MAX_SAFE_INTEGER;
}

/** Prints one value as JSON or YAML. */
export async function printDocument(
  context: CliContext,
  value: unknown,
  format: string,
): Promise<void> {
  if (format === 'yaml') {
    const { stringify } = await import('yaml');
    context.stdout.write(stringify(value));
    return;
  }
  context.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}
