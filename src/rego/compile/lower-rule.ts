/** Rules: their place below `data`, their arguments, and the ways to their values. */
import type { Branch, Core, CoreRule, Literal, Local } from './core.ts';
import type { Report } from './compile-stages.ts';
import { declareVar } from './lower-pattern.ts';
import { lowerBody } from './lower-statement.ts';
import { lowerTerm, lowerTerms, settled } from './lower-term.ts';
import { complain, type Functions, type Lowering, type ModuleNames } from './lowering.ts';
import type { Place } from '../model/rego-error.ts';
import { RegoScope } from './rego-scope.ts';
import type { Body, Rule, Term } from '../syntax/syntax.ts';
import type { Value } from '../model/value.ts';

/** What all rules of a module share. */
export interface ModuleLowering {
  readonly names: ModuleNames;
  readonly functions: Functions;
  readonly report: Report;
  /** What nothing uses is an error. */
  readonly isStrict: boolean;
  readonly metadataOf: (rule: Rule) => { readonly rule: Value; readonly chain: Value };
}

/** The constant beginning of a rule's place below its package, and the rest. */
export function splitPlace(rule: Rule): {
  readonly prefix: readonly string[];
  readonly rest: readonly Term[];
} {
  if (rule.ref.kind === 'var') return { prefix: [rule.ref.name], rest: [] };
  const { head, path } = rule.ref;
  const prefix = [head.kind === 'var' ? head.name : ''];
  for (const key of path) {
    if (key.kind !== 'scalar' || typeof key.value !== 'string') break;
    prefix.push(key.value);
  }
  return { prefix, rest: path.slice(prefix.length - 1) };
}

/** Lowers one rule. */
export function lowerRule(module: ModuleLowering, rule: Rule): CoreRule {
  const lowering = startLowering(module, module.metadataOf(rule));
  const { prefix, rest } = splitPlace(rule);
  const path = [...module.names.package, ...prefix];
  const args = declareArguments(lowering, rule.args ?? []);
  const ways = [{ value: rule.value, body: rule.body, at: rule.at }, ...rule.otherwise];
  const branches = ways.map((way) => lowerBranch(lowering, way, { args, keys: rest }));
  if (!rule.isDefault) refuseUnusedArguments(lowering, rule.at);
  return {
    isMember: rule.kind === 'contains',
    prefix: path,
    isDefault: rule.isDefault,
    arity: rule.args?.length,
    arguments: args.map(({ local }) => local),
    branches,
    frameSize: lowering.scope.frameSize,
    uses: lowering.uses,
    name: ['data', ...path].join('.'),
    at: rule.at,
  };
}

/** In strict mode, an argument is read by the rule or by one of its branches, or has no name. */
function refuseUnusedArguments(lowering: Lowering, at: Place): void {
  if (!lowering.isStrict) return;
  for (const { name } of lowering.scope.unused('argument')) {
    const message = `unused argument ${name}. (hint: use _ (wildcard variable) instead)`;
    complain(lowering, 'rego_compile_error', { message, at });
  }
}

/** Begins with a rule or a query. */
export function startLowering(
  module: Omit<ModuleLowering, 'metadataOf'>,
  metadata: { readonly rule: Value; readonly chain: Value },
): Lowering {
  const { names, functions, report, isStrict } = module;
  const scope = new RegoScope();
  return {
    names,
    functions,
    report,
    isStrict,
    scope,
    uses: [],
    metadata,
    body: lowerBody,
    out: [],
    with: [],
  };
}

/** An argument: its variable, and the pattern it must match where it is no plain name. */
interface Argument {
  readonly local: Local;
  readonly pattern: Term | undefined;
}

/** Arguments lie in a frame from slot 1 on; the variables of patterns come behind them. */
function declareArguments(lowering: Lowering, terms: readonly Term[]): readonly Argument[] {
  const names = new Set<string>();
  const args = terms.map((term): Argument => {
    const isPlain = term.kind === 'var' && !names.has(term.name) && !term.name.startsWith('$');
    if (!isPlain) return { local: lowering.scope.make('', term.at, true), pattern: term };
    names.add(term.name);
    const node = declareVar(lowering, term, 'argument');
    return { local: (node as Core & { kind: 'local' }).local, pattern: undefined };
  });
  for (const { pattern } of args) declareNames(lowering, pattern, names);
  return args;
}

function declareNames(lowering: Lowering, term: Term | undefined, names: Set<string>): void {
  if (term === undefined) return;
  if (term.kind === 'var' && !names.has(term.name)) {
    names.add(term.name);
    declareVar(lowering, term, 'argument');
  }
  if (term.kind === 'array' || term.kind === 'set') {
    for (const item of term.items) declareNames(lowering, item, names);
  }
  if (term.kind === 'object') {
    for (const [key, value] of term.entries) {
      declareNames(lowering, key, names);
      declareNames(lowering, value, names);
    }
  }
}

function lowerBranch(
  lowering: Lowering,
  way: Omit<Branch, 'value' | 'body' | 'keys'> & { readonly value: Term; readonly body: Body },
  head: { readonly args: readonly Argument[]; readonly keys: readonly Term[] },
): Branch {
  let keys: readonly Core[] = [];
  let value: Core = { kind: 'const', value: true };
  const prelude = lowering.scope.withoutUse(() =>
    head.args.flatMap((argument) => matchArgument(lowering, argument)),
  );
  const body = lowerBody(lowering, way.body, (inner) => {
    keys = lowerTerms(inner, head.keys).map((key) => settled(inner, key, way.at));
    value = settled(inner, lowerTerm(inner, way.value), way.at);
  });
  return { body: [...prelude, ...body], keys, value, at: way.at };
}

function matchArgument(lowering: Lowering, { local, pattern }: Argument): readonly Literal[] {
  if (pattern === undefined || (pattern.kind === 'var' && pattern.name.startsWith('$'))) return [];
  lowering.out = [];
  const right = lowerTerm(lowering, pattern);
  const { at } = pattern;
  const left: Core = { kind: 'local', local };
  return [...lowering.out, { kind: 'unify', left, right, isTest: false, with: [], at }];
}
