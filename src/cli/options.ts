/** Reading option values: each reader refuses what is not of its kind, naming the flag. */
import { AssayError } from '../domain/error.ts';
import type { OptionValues, Reach } from './command.ts';

/** The text of an option, or undefined where it was not given. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** Whether a switch was given. */
export function isOn(options: OptionValues, name: string): boolean {
  return options[name] === true || options[name] === 'true' || options[name] === '1';
}

/** A number of an option; refuses anything that is not a number from `least` on. */
export function numberOption(options: OptionValues, name: string, least: number): number {
  const text = textOption(options, name) ?? '';
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= least) return value;
  throw new AssayError(
    'invalid-argument',
    `--${flagName(name)} is ${JSON.stringify(text)}; give a number from ${least} on`,
  );
}

/**
 * The texts of an option that may be given several times; a variable's value is split at commas.
 */
export function textOptions(options: OptionValues, name: string): readonly string[] {
  const value = options[name];
  if (typeof value === 'string') return value.split(',').filter((part) => part !== '');
  return Array.isArray(value) ? value : [];
}

/** Where a command's operations are to be reached. */
export function reachOf(options: OptionValues): Reach {
  const data = textOption(options, 'data');
  const server = textOption(options, 'server');
  const tokenFile = textOption(options, 'tokenFile');
  return {
    ...(data === undefined ? {} : { data }),
    ...(server === undefined ? {} : { server }),
    ...(tokenFile === undefined ? {} : { tokenFile }),
  };
}

/** An option's name as it is typed, without dashes before it: `notaryServer` is `notary-server`. */
export function flagName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
