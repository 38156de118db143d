/**
 * The order of a body's literals: each stands where all variables that it needs have values, and
 * otherwise where it was written. A variable that can never get one is unsafe.
 */
import {
  type Closure,
  closureLocals,
  closuresOf,
  outputsOf,
  termsOf,
  visitLocals,
} from './literal-vars.ts';
import type { Core, Literal, Local, NotLiteral } from './core.ts';
import { isCollected } from './lower-term.ts';
import { formatRegoError, type Place, RegoError } from '../model/rego-error.ts';
import { FUTURE_KEYWORDS } from '../syntax/rego-token.ts';

/** Takes note of an error. */
export type Report = (error: RegoError) => void;

interface Waiting {
  readonly literal: Literal;
  readonly needs: Set<Local>;
  /** Variables of its closures. */
  readonly closed: Set<Local>;
  readonly hasClosures: boolean;
  /** It may stand, as far as is known: it must be looked at. */
  isAwake: boolean;
  isDone: boolean;
}

/**
 * Orders the body of a rule or query with its closures. What is unsafe is told once; that a whole
 * expression is, only where no variable in it has a name.
 */
export function orderWhole(
  closure: Closure,
  { at, report }: { readonly at: Place; readonly report: Report },
): readonly Literal[] {
  const errors = new Map<string, RegoError>();
  const note: Report = (error) => void errors.set(formatRegoError(error), error);
  const body = orderClosure(closure, { bound: NONE, report: note }, at);
  const all = [...errors.values()];
  const named = all.filter(({ message }) => message !== UNSAFE);
  for (const error of named.length > 0 ? named : all) report(error);
  return body;
}

/** Of an expression whose unsafe variables have no names. */
const UNSAFE = 'expression is unsafe';

/** Orders a body; `bound` has values before it and is what has values after it. */
function orderBody(
  body: readonly Literal[],
  bound: Set<Local>,
  report: Report,
): readonly Literal[] {
  const waiting = body.map(prepare);
  if (waiting.some(({ closed }) => closed.size > 0)) keepShared(waiting, bound);
  const progress: Progress = { bound, ordered: [], sleepers: new Map(), report };
  for (let count = -1; count !== progress.ordered.length;) {
    count = progress.ordered.length;
    for (const each of waiting) if (each.isAwake) takeOrSleep(each, progress);
  }
  reportUnsafe(
    waiting.filter(({ isDone }) => !isDone),
    bound,
    report,
  );
  return progress.ordered;
}

/** Of a closure's variables only those count that the body around it has too, without a value. */
function keepShared(waiting: readonly Waiting[], bound: ReadonlySet<Local>): void {
  const here = new Set(waiting.flatMap(({ needs }) => [...needs]));
  for (const { closed } of waiting) {
    for (const local of closed) if (!here.has(local) || bound.has(local)) closed.delete(local);
  }
}

function prepare(literal: Literal): Waiting {
  const needs = new Set<Local>();
  for (const node of termsOf(literal)) visitLocals(node, (local) => needs.add(local));
  if (literal.kind === 'not') for (const local of madeIn(literal)) needs.delete(local);
  const closed = new Set<Local>();
  const closures = closuresOf(literal);
  for (const closure of closures) closureLocals(closure, closed);
  const hasClosures = closures.length > 0 || literal.kind === 'not';
  return { literal, needs, closed, hasClosures, isAwake: true, isDone: false };
}

/** The compiler's own variables in a negation, which get their values there. */
function madeIn(literal: NotLiteral): readonly Local[] {
  return [...literal.before, ...literal.body].flatMap((each) => {
    const node = each.kind === 'unify' ? each.left : each.kind === 'call' ? each.out : undefined;
    return node?.kind === 'local' && node.local.name === '' ? [node.local] : [];
  });
}

interface Progress {
  readonly bound: Set<Local>;
  readonly ordered: Literal[];
  /** Who waits for a variable. */
  readonly sleepers: Map<Local, Waiting[]>;
  readonly report: Report;
}

/** Takes a literal that may stand now; else it sleeps until a variable it needs has a value. */
function takeOrSleep(each: Waiting, { bound, ordered, sleepers, report }: Progress): void {
  each.isAwake = false;
  const outputs = outputsOf(each.literal, bound);
  const wanted = wantedBy(each, bound, outputs);
  if (wanted.length > 0) {
    for (const local of wanted) sleepers.set(local, [...(sleepers.get(local) ?? []), each]);
    return;
  }
  each.isDone = true;
  const { literal, hasClosures } = each;
  ordered.push(hasClosures ? orderClosures(literal, bound, report) : literal);
  for (const local of outputs) {
    bound.add(local);
    for (const sleeper of sleepers.get(local) ?? []) sleeper.isAwake = true;
    sleepers.delete(local);
  }
}

/** The variables without which a literal cannot stand yet. */
function wantedBy(
  { needs, closed }: Waiting,
  bound: ReadonlySet<Local>,
  outputs: ReadonlySet<Local>,
): readonly Local[] {
  const wanted = missing(needs, bound, outputs);
  return closed.size === 0 ? wanted : [...missing(closed, bound, NONE), ...wanted];
}

const NONE: ReadonlySet<Local> = new Set();

function missing(
  needs: Iterable<Local>,
  bound: ReadonlySet<Local>,
  outputs: ReadonlySet<Local>,
): readonly Local[] {
  const found: Local[] = [];
  for (const local of needs) if (!bound.has(local) && !outputs.has(local)) found.push(local);
  return found;
}

function reportUnsafe(
  waiting: readonly Waiting[],
  bound: ReadonlySet<Local>,
  report: Report,
): void {
  const unsafe = new Map<Local, Place>();
  for (const { literal, needs, closed } of waiting) {
    const outputs = outputsOf(literal, bound);
    for (const local of missing([...needs, ...closed], bound, outputs)) {
      // What the value of a query's statement hangs on is unsafe itself, and told.
      if (!unsafe.has(local) && !local.name.startsWith(QUERY_VALUE)) unsafe.set(local, literal.at);
    }
  }
  reportLocals(unsafe, report);
}

/** Tells of variables by name; of expressions only where no variable has one. */
function reportLocals(unsafe: ReadonlyMap<Local, Place>, report: Report): void {
  const named = [...unsafe.keys()].filter((local) => nameOf(local) !== '');
  for (const local of named) {
    const hint = hintOf(local.name);
    const message = `var ${nameOf(local)} is unsafe${hint}`;
    report(new RegoError('rego_unsafe_var_error', message, { at: local.at }));
  }
  if (named.length > 0) return;
  for (const at of new Set(unsafe.values())) {
    report(new RegoError('rego_unsafe_var_error', UNSAFE, { at }));
  }
}

/** How variables begin that hold the values of a query's statements; nobody wrote them. */
export const QUERY_VALUE = '$value';

/** What a message calls a variable; the compiler's own have no name. */
function nameOf({ name, isMade }: Local): string {
  if (/^\$\d+$/.test(name)) return '_';
  return isMade || name.startsWith('$') ? '' : name;
}

/** A word of v1 is a name in v0. */
function hintOf(name: string): string {
  const isWord = (FUTURE_KEYWORDS as readonly string[]).includes(name);
  return isWord ? ` (hint: \`import future.keywords.${name}\` to import a future keyword)` : '';
}

/** Tells of variables that a head reads and its body gives no value. */
function checkHead(
  nodes: readonly Core[],
  bound: ReadonlySet<Local>,
  where: { readonly at: Place; readonly report: Report },
): void {
  const unsafe = new Map<Local, Place>();
  for (const node of nodes) {
    visitLocals(node, (local) => {
      if (!bound.has(local)) unsafe.set(local, where.at);
    });
  }
  reportLocals(unsafe, where.report);
}

function orderClosures(literal: Literal, bound: ReadonlySet<Local>, report: Report): Literal {
  const order = { bound, report };
  switch (literal.kind) {
    case 'unify':
      return {
        ...literal,
        left: orderIn(literal.left, order),
        right: orderIn(literal.right, order),
      };
    case 'truth':
      return { ...literal, term: orderIn(literal.term, order) };
    case 'call':
      return {
        ...literal,
        args: literal.args.map((arg) => orderIn(arg, order)),
        out: literal.out && orderIn(literal.out, order),
      };
    case 'not':
      return {
        ...literal,
        before: literal.before.map((each) => orderClosures(each, bound, report)),
        body: literal.body.map((each) => orderClosures(each, bound, report)),
      };
    case 'every': {
      const own = literal.key ? [literal.key, literal.value] : [literal.value];
      const closure = { body: literal.body, tail: [], own };
      return { ...literal, body: orderClosure(closure, order) };
    }
  }
}

/** What `print` and templates show may be undefined, not unsafe: OPA has its own word for it. */
function undeclared(report: Report): Report {
  return ({ message, at }) => {
    if (!message.startsWith('var ')) return;
    const text = message.replace(/ is unsafe$/, ' is undeclared');
    report(new RegoError('rego_compile_error', text, at ? { at } : {}));
  };
}

interface Order {
  readonly bound: ReadonlySet<Local>;
  readonly report: Report;
}

function orderClosure(closure: Closure, { bound, report }: Order, at?: Place): readonly Literal[] {
  const inner = new Set([...bound, ...closure.own]);
  const body = orderBody(closure.body, inner, report);
  if (at) checkHead(closure.tail, inner, { at, report });
  return body;
}

function orderIn(node: Core, order: Order): Core {
  switch (node.kind) {
    case 'comprehension': {
      const tail = node.key ? [node.key, node.value] : [node.value];
      const inner = isCollected(node.value)
        ? { ...order, report: undeclared(order.report) }
        : order;
      return { ...node, body: orderClosure({ body: node.body, tail, own: [] }, inner, node.at) };
    }
    case 'template': {
      const parts = node.parts.map((part) =>
        typeof part === 'string' ? part : (orderIn(part, order) as typeof part),
      );
      return { ...node, parts };
    }
    case 'ref': {
      const path = node.path.map((key) => orderIn(key, order));
      return { ...node, head: orderIn(node.head, order), path };
    }
    case 'array':
    case 'set':
      return { ...node, items: node.items.map((item) => orderIn(item, order)) };
    case 'object': {
      const entries = node.entries.map(
        ([key, value]) => [orderIn(key, order), orderIn(value, order)] as const,
      );
      return { ...node, entries };
    }
    default:
      return node;
  }
}
