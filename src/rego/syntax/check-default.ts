/** What a default rule may hold: a value that needs no evaluation, arguments that are names. */
import type { Head } from './parse-head.ts';
import { nameOfTerm } from './parse-term.ts';
import type { Place, RegoError } from '../model/rego-error.ts';
import type { Term } from './syntax.ts';
import { parseError } from './token-cursor.ts';

/** The value of a default rule, `true` where none is written; refuses what it cannot hold. */
export function refuseBadDefault(head: Head, at: Place): Term {
  const isKeyed = head.path.length === 1 && head.args === undefined;
  if (head.says === 'contains' || (head.says === undefined && isKeyed)) {
    throw illegal('must have a value', at);
  }
  const value: Term = head.value ?? { kind: 'scalar', value: true, at: head.at };
  refuseOpenValue(value, at);
  refuseArguments(head.args ?? [], at);
  return value;
}

function illegal(problem: string, at: Place): RegoError {
  return parseError(`illegal default rule (${problem})`, at);
}

/** Comprehensions are closed; names, refs and calls elsewhere are not. */
function refuseOpenValue(term: Term, at: Place): void {
  switch (term.kind) {
    case 'var':
    case 'ref':
    case 'call':
      throw illegal(`value cannot contain ${nameInValue(term)}`, at);
    case 'array':
    case 'set':
      term.items.forEach((item) => refuseOpenValue(item, at));
      return;
    case 'object':
      term.entries.flat().forEach((item) => refuseOpenValue(item, at));
      return;
    case 'template':
      throw illegal('value cannot contain templatestring', at);
    default:
  }
}

/** The documents are refs to OPA, although they are written as names. */
function nameInValue(term: Term): string {
  const isRoot = term.kind === 'var' && (term.name === 'input' || term.name === 'data');
  return isRoot ? 'ref' : nameOfTerm(term);
}

function refuseArguments(args: readonly Term[], at: Place): void {
  const seen = new Set<string>();
  for (const arg of args) {
    if (arg.kind !== 'var') throw illegal(`arguments cannot contain ${nameOfTerm(arg)}`, at);
    if (seen.has(arg.name)) throw illegal(`arguments cannot be repeated ${arg.name}`, at);
    seen.add(arg.name);
  }
}
