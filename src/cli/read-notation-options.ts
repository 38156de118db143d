/** Options that name Notation's trust: both or neither. */
import { AssayError } from '../domain/error.ts';
import type { NotationPlaces } from '../operations/open-notation-trust.ts';
import type { OptionValues } from './command.ts';
import { textOption } from './options.ts';

/** The trust policy and trust store that are named; undefined where neither is. */
export function readNotationPlaces(options: OptionValues): NotationPlaces | undefined {
  const policy = textOption(options, 'notationPolicy');
  const trustStore = textOption(options, 'notationTrustStore');
  if (policy !== undefined && trustStore !== undefined) return { policy, trustStore };
  if (policy === undefined && trustStore === undefined) return undefined;
  const wanted = 'give both --notation-policy FILE and --notation-trust-store DIR';
  throw new AssayError('invalid-argument', wanted);
}
