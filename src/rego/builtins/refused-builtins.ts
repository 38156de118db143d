/**
 * Builtins of OPA that are refused by name, because an evaluation reaches nothing outside. They are
 * known, so that tests of policies can put a mock in their place; called as they are, they end the
 * evaluation instead of being undefined: a policy must not allow what it could not ask.
 */
import type { Builtin } from '../model/builtin.ts';
import { RegoError } from '../model/rego-error.ts';
import type { TypeName } from '../model/value.ts';

const NETWORK = 'an evaluation reaches no network; hand the facts in as input or data';
const GRAPHQL = 'GraphQL is not supported';

const SOURCE: readonly TypeName[] = ['string', 'object'];

/** All of them. */
export const refusedBuiltins: readonly Builtin[] = [
  refused('http.send', ['object'], NETWORK),
  refused('net.lookup_ip_addr', ['string'], NETWORK),
  refused('graphql.parse', [SOURCE, SOURCE], GRAPHQL),
  refused('graphql.parse_and_verify', [SOURCE, SOURCE], GRAPHQL),
  refused('graphql.parse_query', ['string'], GRAPHQL),
  refused('graphql.parse_schema', ['string'], GRAPHQL),
  refused('graphql.is_valid', [SOURCE, SOURCE], GRAPHQL),
  refused('graphql.schema_is_valid', [SOURCE], GRAPHQL),
];

function refused(name: string, args: Builtin['args'], reason: string): Builtin {
  return {
    name,
    args,
    result: 'any',
    isNondeterministic: true,
    call: (_, { at }) => {
      throw new RegoError('eval_builtin_error', `${name}: refused: ${reason}`, { at });
    },
  };
}
