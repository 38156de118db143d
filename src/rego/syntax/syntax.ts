/**
 * The syntax tree of Rego, as the parser writes it and the compiler reads it. Sugar stays visible
 * here (`some … in`, `every`, `:=`); what names mean is not decided yet: `count`, `input` and a
 * rule's name are all variables at this point. v0 and v1 give the same tree.
 */
import type { Place } from '../model/rego-error.ts';
import type { Value } from '../model/value.ts';

/** Anything that can stand where a value is wanted. */
export type Term =
  | ScalarTerm
  | VarTerm
  | RefTerm
  | ArrayTerm
  | SetTerm
  | ObjectTerm
  | ComprehensionTerm
  | CallTerm
  | TemplateTerm;

/** `null`, `true`, `7`, `"text"`, `` `raw` ``. */
export interface ScalarTerm {
  readonly kind: 'scalar';
  readonly value: Value;
  readonly at: Place;
}

/** A name. Each `_` has a name of its own, `$0`, `$1` …, counted over the module. */
export interface VarTerm {
  readonly kind: 'var';
  readonly name: string;
  readonly at: Place;
}

/** `head.a["b"][x]`: `.a` is the scalar `"a"`. The head is mostly a variable; never a ref. */
export interface RefTerm {
  readonly kind: 'ref';
  readonly head: Term;
  readonly path: readonly Term[];
  readonly at: Place;
}

/** An array: `[a, b]`. */
export interface ArrayTerm {
  readonly kind: 'array';
  readonly items: readonly Term[];
  readonly at: Place;
}

/** `{a, b}` and `set()`. */
export interface SetTerm {
  readonly kind: 'set';
  readonly items: readonly Term[];
  readonly at: Place;
}

/** `{k: v}`, in the order written. */
export interface ObjectTerm {
  readonly kind: 'object';
  readonly entries: readonly (readonly [Term, Term])[];
  readonly at: Place;
}

/** `[v | body]`, `{v | body}`, `{k: v | body}`. */
export interface ComprehensionTerm {
  readonly kind: 'comprehension';
  readonly of: 'array' | 'set' | 'object';
  /** Of objects only. */
  readonly key?: Term;
  readonly value: Term;
  readonly body: Body;
  readonly at: Place;
}

/**
 * A call. Infix operators have OPA's names: `eq` (`=`), `assign` (`:=`), `equal` (`==`), `neq`,
 * `lt`, `lte`, `gt`, `gte`, `plus`, `minus`, `mul`, `div`, `rem`, `and`, `or`, and
 * `internal.member_2` (`v in xs`), `internal.member_3` (`k, v in xs`).
 * The operator of `f(x)` is `['f']`, of `data.lib.f(x)` `['data', 'lib', 'f']`; what is no path of
 * names is one name that no function has.
 */
export interface CallTerm {
  readonly kind: 'call';
  readonly operator: readonly string[];
  readonly args: readonly Term[];
  readonly at: Place;
}

/**
 * `$"text {term with input as x}"`; an undefined term prints `<undefined>`. What stands in braces
 * is a statement, because it may have `with`; it is never negated.
 */
export interface TemplateTerm {
  readonly kind: 'template';
  readonly parts: readonly (string | TermStatement)[];
  readonly at: Place;
}

/** `with TARGET as VALUE`: the target is below `input` or `data`, or the name of a function. */
export interface WithModifier {
  readonly target: RefTerm | VarTerm;
  readonly value: Term;
  readonly at: Place;
}

/** One statement of a body. */
export type Statement = TermStatement | SomeStatement | SomeInStatement | EveryStatement;

/** A term that must be neither undefined nor false (or, negated, must be one of them). */
export interface TermStatement {
  readonly kind: 'term';
  readonly term: Term;
  readonly negated: boolean;
  readonly with: readonly WithModifier[];
  readonly at: Place;
}

/** `some x, y`. */
export interface SomeStatement {
  readonly kind: 'some';
  readonly vars: readonly VarTerm[];
  readonly at: Place;
}

/** `some k, v in xs`: key and value may be patterns. */
export interface SomeInStatement {
  readonly kind: 'some-in';
  readonly key?: Term;
  readonly value: Term;
  readonly domain: Term;
  readonly with: readonly WithModifier[];
  readonly at: Place;
}

/** `every k, v in xs { body }`. */
export interface EveryStatement {
  readonly kind: 'every';
  readonly key?: VarTerm;
  readonly value: VarTerm;
  readonly domain: Term;
  readonly body: Body;
  readonly with: readonly WithModifier[];
  readonly at: Place;
}

/** Statements that must all hold; never empty (`true` stands for no body). */
export type Body = readonly Statement[];

/**
 * A rule. `ref` is the whole head below its package: `p`, `a.b.c`, `p[q].r`.
 * - `value`: `ref := value`, `true` where none is written; with `args` a function.
 * - `contains`: adds `value` to the set at `ref` (v0's `p[x] { … }` too).
 * v0's and v1's `p[x] := v` is a `value` rule whose ref ends in `x`.
 */
export interface Rule {
  readonly kind: 'value' | 'contains';
  readonly ref: RefTerm | VarTerm;
  readonly args?: readonly Term[];
  readonly value: Term;
  readonly isDefault: boolean;
  readonly body: Body;
  /** What `else` says, in order; each is tried when all before it were undefined. */
  readonly otherwise: readonly ElseBranch[];
  readonly annotations: readonly Annotations[];
  readonly written?: Written;
  readonly at: Place;
}

/** How a rule is written, where that says nothing of what it means. */
export interface Written {
  /** `:=`, and not `=`. */
  readonly isAssigned: boolean;
  /** Its value, and not `true` for want of one. */
  readonly hasValue: boolean;
  readonly hasIf: boolean;
}

/** `else := value if { … }`. */
export interface ElseBranch {
  readonly value: Term;
  /** The value stands behind `:=`, and not behind `=`; undefined where none is written. */
  readonly isAssigned?: boolean;
  readonly body: Body;
  readonly at: Place;
}

/** `import data.lib.x as y`; `rego.v1` and `future.keywords.…` are kept for the record. */
export interface Import {
  readonly path: readonly string[];
  readonly alias: string | undefined;
  readonly at: Place;
}

/**
 * A `# METADATA` block in OPA's normal form (`scope` is a member, authors and related resources
 * are objects). A rule's own are those that stand before it: of scope rule and document.
 */
export interface Annotations {
  readonly scope: 'rule' | 'document' | 'package' | 'subpackages';
  readonly value: Value;
  readonly at: Place;
}

/** One file. */
export interface Module {
  readonly file: string;
  /** Below `data`: `package a.b` is `['a', 'b']`. */
  readonly package: readonly string[];
  readonly packageAt: Place;
  readonly imports: readonly Import[];
  readonly rules: readonly Rule[];
  readonly annotations: readonly Annotations[];
  readonly version: RegoVersion;
}

/** Which Rego a source is read as. */
export type RegoVersion = 'v0' | 'v1';
