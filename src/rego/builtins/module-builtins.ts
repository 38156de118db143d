/** Rego about Rego: modules read by policies. */
import { type Builtin, BuiltinFailure } from '../model/builtin.ts';
import { UnsaidError, moduleJson } from '../syntax/module-json.ts';
import { RegoErrors } from '../model/rego-error.ts';
import type { Value } from '../model/value.ts';

/** Longest source that a policy may read; it is read within the evaluation's own steps. */
const MAX_LENGTH = 256 * 1024;
/** Estimated bytes of the JSON of one character: a name of one letter is a node of its own. */
const BYTES_PER_CHARACTER = 100;

/** The builtins of `rego.` that are not known at compile time. */
export const moduleBuiltins: readonly Builtin[] = [
  {
    name: 'rego.parse_module',
    args: ['string', 'string'],
    result: 'object',
    call: ([file, text], { charge, allocate }) => {
      const source = text as string;
      charge(source.length);
      if (source.length > MAX_LENGTH) {
        throw new BuiltinFailure(`a module of more than ${MAX_LENGTH} characters is not read`);
      }
      allocate(source.length * BYTES_PER_CHARACTER);
      return read(file as string, source);
    },
  },
];

function read(file: string, text: string): Value {
  try {
    return moduleJson(file, text);
  } catch (error) {
    if (error instanceof RegoErrors) throw new BuiltinFailure(error.message);
    if (!(error instanceof UnsaidError)) throw error;
    throw new BuiltinFailure(`${error.message} cannot be shown as OPA's JSON here`);
  }
}
