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

const ATTACHED: Way = {
  own: ATTACHED_OPTIONS,
  takesKey: true,
  load: async () => (await import('./attached-command.ts')).verifyAttachments,
};

/** Options that say where kept attestations are; every way may have them in its environment. */
const WHERE_KEPT = ['server', 'data'];

const WAYS: readonly Way[] = [
  KEPT,
  ATTACHED,
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

/**
 * `assay attest verify IMAGE`, in the way that the options choose. A key alone asks the registry of
 * the image; with a server or data folder it asks for the attestations that are kept there.
 */
export const verifyImage: CommandRun = async (context, args, options) => {
  const asked = WAYS.flatMap((way) => {
    const name = way.own.find((one) => isGiven(options, one));
    return name === undefined ? [] : [{ way, name }];
  });
  const [first = { way: wayByKey(options), name: 'key' }, second] = asked;
  if (second !== undefined) throw refusal(first.name, second.name);
  if (isGiven(options, 'key') && !first.way.takesKey) throw refusal(first.name, 'key');
  return (await first.way.load())(context, args, options);
};

function wayByKey(options: OptionValues): Way {
  const isKept = WHERE_KEPT.some((name) => isGiven(options, name));
  return isGiven(options, 'key') && !isKept ? ATTACHED : KEPT;
}

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
