/** Reading option values: each reader refuses what is not of its kind, naming the flag. */
import { AssayError } from '../domain/error.ts';
import type { RegistryReach } from '../operations/reach-registry.ts';
import type { CliContext, OptionValues, Reach } from './command.ts';

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

/** How registries are to be reached, where no operation of a server or data folder does it. */
export function registriesOf(
  { env }: Pick<CliContext, 'env'>,
  options: OptionValues,
): RegistryReach {
  return { ...registryOptionsOf(options), env };
}

/** The options that say how registries are reached. */
export function registryOptionsOf(
  options: OptionValues,
): Pick<Reach, 'plainHttp' | 'mirrors' | 'authorities' | 'registryAuth'> {
  return {
    plainHttp: isOn(options, 'plainHttp'),
    mirrors: textOptions(options, 'registryMirror'),
    authorities: textOptions(options, 'registryCa'),
    registryAuth: textOption(options, 'registryAuth'),
  };
}

/** An option's name as it is typed, without dashes before it: `notaryServer` is `notary-server`. */
export function flagName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
