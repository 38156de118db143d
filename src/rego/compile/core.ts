/**
 * The tree that the evaluator is made of: what the syntax tree says once names have meanings. Sugar
 * is gone, calls stand alone as literals, and each variable of a rule has a slot of its frame.
 */
import type { Builtin } from '../model/builtin.ts';
import type { Place } from '../model/rego-error.ts';
import type { Value } from '../model/value.ts';

/** A variable of a rule (or query); `slot` is where its value lies in the rule's frame. */
export interface Local {
  readonly name: string;
  readonly slot: number;
  readonly at: Place;
  /** Made by the compiler: it has no name that a message could say. */
  readonly isMade: boolean;
}

/** A term whose names have meanings. */
export type Core =
  | ConstNode
  | LocalNode
  | RootNode
  | RefNode
  | ListNode
  | ObjectNode
  | ComprehensionNode
  | TemplateNode;

/** A value known at compile time. */
export interface ConstNode {
  readonly kind: 'const';
  readonly value: Value;
}

/** A variable; a pattern where it has no value yet. */
export interface LocalNode {
  readonly kind: 'local';
  readonly local: Local;
}

/** The whole of `input` or `data`. */
export interface RootNode {
  readonly kind: 'input' | 'data';
}

/** `head[a][b]`; the head is never a ref. */
export interface RefNode {
  readonly kind: 'ref';
  readonly head: Core;
  readonly path: readonly Core[];
  readonly at: Place;
}

/** An array or set with a member that is no constant. */
export interface ListNode {
  readonly kind: 'array' | 'set';
  readonly items: readonly Core[];
}

/** An object with a key or value that is no constant. */
export interface ObjectNode {
  readonly kind: 'object';
  readonly entries: readonly (readonly [Core, Core])[];
}

/** A comprehension; its key and value are read once the body holds. */
export interface ComprehensionNode {
  readonly kind: 'comprehension';
  readonly of: 'array' | 'set' | 'object';
  readonly key?: Core;
  readonly value: Core;
  readonly body: readonly Literal[];
  readonly at: Place;
}

/** A template string; each term is a set comprehension, which is empty where it is undefined. */
export interface TemplateNode {
  readonly kind: 'template';
  readonly parts: readonly (string | ComprehensionNode)[];
  readonly at: Place;
}

/** One statement of a body. */
export type Literal = UnifyLiteral | TruthLiteral | CallLiteral | NotLiteral | EveryLiteral;

/** What each literal has. */
interface LiteralBase {
  readonly with: readonly WithNode[];
  readonly at: Place;
}

/** `left = right`; an `isTest` (`==`) gives no variable a value. */
export interface UnifyLiteral extends LiteralBase {
  readonly kind: 'unify';
  readonly left: Core;
  readonly right: Core;
  readonly isTest: boolean;
}

/** A term that must be neither undefined nor false. */
export interface TruthLiteral extends LiteralBase {
  readonly kind: 'truth';
  readonly term: Core;
}

/** A call; its result is unified with `out`, or must not be false where there is none. */
export interface CallLiteral extends LiteralBase {
  readonly kind: 'call';
  readonly callee: Callee;
  readonly args: readonly Core[];
  readonly out: Core | undefined;
}

/** What is called: a builtin, or the function at a path below `data`. */
export type Callee =
  | { readonly kind: 'builtin'; readonly builtin: Builtin }
  | { readonly kind: 'function'; readonly path: readonly string[] };

/** `not`: `before` holds what is evaluated outside of the negation, as OPA does. */
export interface NotLiteral extends LiteralBase {
  readonly kind: 'not';
  readonly before: readonly Literal[];
  readonly body: readonly Literal[];
}

/** `every key, value in domain { body }`. */
export interface EveryLiteral extends LiteralBase {
  readonly kind: 'every';
  readonly key: Local | undefined;
  readonly value: Local;
  readonly domain: Core;
  readonly body: readonly Literal[];
}

/** `with target as value`. */
export interface WithNode {
  readonly target: WithTarget;
  readonly value: WithValue;
  readonly at: Place;
}

/** What `with` replaces: a place in `input` or `data`, or a function by its name. */
export type WithTarget =
  | { readonly kind: 'input' | 'data'; readonly path: readonly string[] }
  | { readonly kind: 'function'; readonly name: string };

/** What it is replaced by: a term, or for functions another function. */
export type WithValue =
  | { readonly kind: 'term'; readonly term: Core }
  | { readonly kind: 'callee'; readonly callee: Callee };

/** The name under which mocks of a function are kept: `count`, or `data.lib.f`. */
export function calleeName(callee: Callee): string {
  return callee.kind === 'builtin' ? callee.builtin.name : ['data', ...callee.path].join('.');
}

/** One way a rule may get its value: the body, and what follows from it. */
export interface Branch {
  readonly body: readonly Literal[];
  /** The rest of the rule's place, from the first key that is no constant string. */
  readonly keys: readonly Core[];
  readonly value: Core;
  readonly at: Place;
}

/** A rule whose names have meanings. */
export interface CoreRule {
  /** `contains` adds to a set. */
  readonly isMember: boolean;
  /** The constant beginning of its place below `data`; the rest are the branches' `keys`. */
  readonly prefix: readonly string[];
  readonly isDefault: boolean;
  /** How many arguments a function takes; undefined for what is no function. */
  readonly arity: number | undefined;
  /** The variables in slots 1 and on, which have values before the body. */
  readonly arguments: readonly Local[];
  /** The body and its `else` branches. */
  readonly branches: readonly Branch[];
  /** Slots of a frame; 0 is the result's, arguments begin at 1. */
  readonly frameSize: number;
  readonly uses: readonly Use[];
  readonly name: string;
  readonly at: Place;
}

/** A place below `data` that a rule reads; undefined stands for any key. */
export interface Use {
  readonly path: readonly (string | undefined)[];
  readonly at: Place;
}
