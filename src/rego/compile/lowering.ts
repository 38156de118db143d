/**
 * What is at hand while a rule's syntax becomes the evaluator's tree: the names of its module, its
 * variables, the functions there are, and the literals written so far.
 */
import type { Builtin } from '../model/builtin.ts';
import type { Report, Stage } from './compile-stages.ts';
import type { Core, Literal, Local, Use, WithNode } from './core.ts';
import { type Place, RegoError, type RegoErrorCode } from '../model/rego-error.ts';
import type { RegoScope } from './rego-scope.ts';
import type { Body, RegoVersion } from '../syntax/syntax.ts';
import type { Value } from '../model/value.ts';

/** What names mean in a module. */
export interface ModuleNames {
  readonly package: readonly string[];
  readonly version: RegoVersion;
  /** Names of rules, and aliases of imports: whole paths that begin with `data` or `input`. */
  readonly globals: ReadonlyMap<string, readonly string[]>;
  /** `import future.keywords.not`: everything of a negated statement is negated. */
  readonly negatesAll: boolean;
}

/** The functions of a policy. */
export interface Functions {
  readonly builtins: ReadonlyMap<string, Builtin>;
  /** Arities of the policy's own functions by `pathKey`. */
  readonly arities: ReadonlyMap<string, number>;
  /** Where rules stand, by `pathKey` of the constant beginnings of their places. */
  readonly places: ReadonlySet<string>;
}

/** The state of lowering one rule or query. */
export interface Lowering {
  readonly names: ModuleNames;
  readonly functions: Functions;
  readonly scope: RegoScope;
  readonly report: Report;
  /** What nothing uses is an error. */
  readonly isStrict: boolean;
  readonly uses: Use[];
  /** What `rego.metadata.rule()` and `rego.metadata.chain()` give here. */
  readonly metadata: { readonly rule: Value; readonly chain: Value };
  /** Lowers a body in a scope of its own; `tail` adds what is read once it holds. */
  readonly body: (lowering: Lowering, body: Body, tail?: Tail) => readonly Literal[];
  /** The literals of the body at hand. */
  out: Literal[];
  /** What stands behind `with` at the statement at hand. */
  with: readonly WithNode[];
}

/** Lowers what is read at the end of a body, inside its scope. */
export type Tail = (lowering: Lowering) => void;

/** A path as a Map's key. */
export function pathKey(path: readonly string[]): string {
  return path.join('\0');
}

/** Notes an error of the source; of the handling of variables where no stage is named. */
export function complain(
  lowering: Lowering,
  code: RegoErrorCode,
  what: { readonly message: string; readonly at: Place; readonly stage?: Stage },
): void {
  lowering.report(new RegoError(code, what.message, { at: what.at }), what.stage);
}

/** A variable that the compiler needs. */
export function makeLocal(lowering: Lowering, at: Place): Local {
  return lowering.scope.make('', at, true);
}

/** A variable that will hold a term's value: `variable = term` is written. */
export function assignTo(lowering: Lowering, term: Core, at: Place): Core {
  const node: Core = { kind: 'local', local: makeLocal(lowering, at) };
  lowering.out.push({
    kind: 'unify',
    left: node,
    right: term,
    isTest: false,
    with: lowering.with,
    at,
  });
  return node;
}
