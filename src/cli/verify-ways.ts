/**
 * `assay attest verify`: the ways in which an image can be verified. The options that are given
 * choose one; options of two ways are refused, for one of them would count for nothing.
 */
import { AssayError } from '../domain/error.ts';
import { ATTACHED_OPTIONS } from './attached-options.ts';
import type { CommandRun, OptionValues } from './command.ts';
import { flagName } from './options.ts';

interface Way {
  /** Options that belong to this way alone. */
  readonly own: readonly string[];
  /** Whether it also takes `--key`. */
  readonly takesKey: boolean;
  readonly load: () => Promise<CommandRun>;
}

const KEPT: Way = {
  own: ['attestor'],
  takesKey: true,
  load: async () => (await import('./verify-command.ts')).verifyAttestations,
};

const WAYS: readonly Way[] = [
  KEPT,
  {
    own: ATTACHED_OPTIONS,
    takesKey: true,
    load: async () => (await import('./attached-command.ts')).verifyAttachments,
  },
  {
    own: ['notationPolicy', 'notationTrustStore'],
    takesKey: false,
    load: async () => (await import('./verify-notation-command.ts')).verifyByNotation,
  },
  {
    own: ['notaryServer', 'notaryRoot', 'notarySigner', 'notaryCa'],
    takesKey: false,
    load: async () => (await import('./notary-commands.ts')).verifyByNotary,
  },
];

/** `assay attest verify IMAGE`, in the way that the options choose; else by `--key`. */
export const verifyImage: CommandRun = async (context, args, options) => {
  const asked = WAYS.flatMap((way) => {
    const name = way.own.find((one) => isGiven(options, one));
    return name === undefined ? [] : [{ way, name }];
  });
  const [first = { way: KEPT, name: 'attestor' }, second] = asked;
  if (second !== undefined) throw refusal(first.name, second.name);
  if (isGiven(options, 'key') && !first.way.takesKey) throw refusal(first.name, 'key');
  return (await first.way.load())(context, args, options);
};

function isGiven(options: OptionValues, name: string): boolean {
  const value = options[name];
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
}

function refusal(one: string, other: string): AssayError {
  return new AssayError(
    'invalid-argument',
    `--${flagName(one)} and --${flagName(other)} verify in different ways; give one of them, and ` +
      'run the command again for the other',
  );
}
