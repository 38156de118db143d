/**
 * Which members of `input` a policy reads: a member that its input never has is undefined, and a
 * rule that hangs on it never holds, without any error.
 */
import type { Place } from '../model/rego-error.ts';
import type { Module, Rule, Term } from '../syntax/syntax.ts';
import { termsOfRule } from '../syntax/syntax-terms.ts';

/** What a policy reads of its input. */
export interface InputReads {
  /** First names below `input`, each with the place of its first reading. */
  readonly members: ReadonlyMap<string, Place>;
  /** Whether `input` is used as a whole, replaced, or read by a name that is not written out. */
  readonly isWhole: boolean;
}

type Read = { readonly member: string; readonly at: Place } | 'whole';

/** Looks through everything but tests, which bring their own input. */
export function inputReads(modules: readonly Module[]): InputReads {
  const reads = modules.filter(({ file }) => !file.endsWith('_test.rego')).flatMap(readsOf);
  const members = new Map<string, Place>();
  for (const read of reads) {
    if (read !== 'whole' && !members.has(read.member)) members.set(read.member, read.at);
  }
  return { members, isWhole: reads.includes('whole') };
}

function readsOf({ imports, rules }: Module): Read[] {
  const imported = imports
    .filter(({ path }) => path[0] === 'input')
    .map(({ path, at }): Read => (path[1] === undefined ? 'whole' : { member: path[1], at }));
  const terms = rules.filter((rule) => !isTest(rule)).flatMap(termsOfRule);
  return [...imported, ...terms.flatMap(readOf)];
}

function isTest({ ref }: Rule): boolean {
  const head = ref.kind === 'var' ? ref : ref.head;
  return head.kind === 'var' && /^(todo_)?test_/.test(head.name);
}

function readOf(term: Term): Read[] {
  if (term.kind === 'var') return term.name === 'input' ? ['whole'] : [];
  if (term.kind !== 'ref' || term.head.kind !== 'var' || term.head.name !== 'input') return [];
  const [first] = term.path;
  const isName = first?.kind === 'scalar' && typeof first.value === 'string';
  return [isName ? { member: first.value as string, at: term.at } : 'whole'];
}
