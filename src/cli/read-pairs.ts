/** Options that are given as NAME=VALUE, several times. */
import { AssayError } from '../domain/error.ts';
import type { OptionValues } from './command.ts';
import { flagName, textOptions } from './options.ts';

/** The pairs of an option; refuses a text without a name before its `=`. */
export function readPairs(options: OptionValues, name: string): Readonly<Record<string, string>> {
  const pairs = textOptions(options, name).map((text) => {
    const at = text.indexOf('=');
    if (at > 0) return [text.slice(0, at), text.slice(at + 1)] as const;
    const found = JSON.stringify(text.slice(0, 60));
    throw new AssayError(
      'invalid-argument',
      `--${flagName(name)} is ${found}; write it NAME=VALUE`,
    );
  });
  return Object.fromEntries(pairs);
}
