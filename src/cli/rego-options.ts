/** The options that the commands of `assay rego` share. */
import { AssayError } from '../domain/error.ts';
import type { RegoFiles } from '../operations/load-rego.ts';
import type { OptionValues } from './command.ts';
import { isOn, textOption, textOptions } from './options.ts';

/** The files that a command is about: the paths of its arguments or of `--data`. */
export function filesOf(options: OptionValues, paths: readonly string[]): RegoFiles {
  const isBundle = options['bundle'] === true;
  const bundles = textOptions(options, 'bundle');
  return {
    paths: isBundle ? [] : paths,
    bundles: isBundle ? paths : bundles,
    ignore: textOptions(options, 'ignore'),
    version: isOn(options, 'v0Compatible') ? 'v0' : 'v1',
  };
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const LONGEST = 24 * 3_600_000;

/** `--timeout` in milliseconds: seconds, or a time with its unit as `opa` takes it. */
export function timeoutOf(options: OptionValues): number {
  const text = textOption(options, 'timeout') ?? '';
  const parts = [...text.matchAll(/(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h)/gy)];
  const isWhole = parts.map(([part]) => part).join('') === text;
  const sum = isWhole
    ? parts.reduce((all, [, count, unit = '']) => all + Number(count) * (UNITS[unit] ?? 0), 0)
    : Number(text) * 1000;
  if (text !== '' && sum >= 1 && sum <= LONGEST) return sum;
  const wanted = 'give seconds, or a time like 500ms or 1m30s';
  throw new AssayError('invalid-argument', `--timeout is ${JSON.stringify(text)}; ${wanted}`);
}
