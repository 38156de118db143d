/**
 * Finds what belongs to a path among many templates: a tree over their segments, so that a path
 * costs its own length and not the number of methods.
 */
import type { HttpTemplate } from './http-template.ts';

/** A tree of values by the templates under which they were put. */
export interface RouteTree<T> {
  readonly literals: Map<string, RouteTree<T>>;
  /** Below `*`. */
  any: RouteTree<T> | undefined;
  /** Values of templates that end here, by their verb; none is ''. */
  readonly ends: Map<string, T[]>;
  /** Values of templates that end here in `**`, by their verb. */
  readonly rests: Map<string, T[]>;
}

/** What a path leads to. */
export interface PathMatch<T> {
  readonly values: readonly T[];
  /** The path's segments as sent, without the custom verb. */
  readonly segments: readonly string[];
}

/** A custom verb as Google writes them; what else follows a colon is part of a name. */
const VERB = /^(.+):([a-z][a-zA-Z]*)$/s;

/** An empty tree. */
export function createRouteTree<T>(): RouteTree<T> {
  return { literals: new Map(), any: undefined, ends: new Map(), rests: new Map() };
}

/** Puts a value under a template. */
export function addRoute<T>(tree: RouteTree<T>, template: HttpTemplate, value: T): void {
  const { segments, verb } = template;
  const toTheEnd = segments.at(-1) === '**';
  const steps = toTheEnd ? segments.slice(0, -1) : segments;
  const node = steps.reduce(childOf, tree);
  const values = toTheEnd ? node.rests : node.ends;
  values.set(verb, [...(values.get(verb) ?? []), value]);
}

function childOf<T>(node: RouteTree<T>, segment: string): RouteTree<T> {
  const known = segment === '*' ? node.any : node.literals.get(segment);
  const child = known ?? createRouteTree<T>();
  if (segment === '*') node.any = child;
  else node.literals.set(segment, child);
  return child;
}

/**
 * The matches of a path (no query), the one with most literals first. A segment is never empty, but
 * what `**` takes may hold empty ones, and one slash may follow a template that ends in a literal.
 */
export function findRoutes<T>(tree: RouteTree<T>, path: string): readonly PathMatch<T>[] {
  if (!path.startsWith('/')) return [];
  const segments = path.slice(1).split('/');
  const [, last, verb = ''] = VERB.exec(segments.at(-1) ?? '') ?? [];
  if (last !== undefined) segments[segments.length - 1] = last;
  const matches: PathMatch<T>[] = [];
  walk(tree, { segments, verb, matches }, 0);
  return matches;
}

interface Walk<T> {
  readonly segments: readonly string[];
  readonly verb: string;
  readonly matches: PathMatch<T>[];
}

function walk<T>(node: RouteTree<T>, search: Walk<T>, depth: number): void {
  const { segments, verb, matches } = search;
  const segment = segments[depth];
  const ended = depth === segments.length;
  const found = ended ? node.ends.get(verb) : undefined;
  if (found !== undefined) matches.push({ values: found, segments });
  if (segment === undefined) return;
  const literal = node.literals.get(segment);
  if (literal !== undefined) walkLiteral(literal, search, depth + 1);
  if (node.any !== undefined && segment !== '') walk(node.any, search, depth + 1);
  const rest = node.rests.get(verb);
  const isEmpty = segment === '' && depth === segments.length - 1;
  if (rest !== undefined && !isEmpty) matches.push({ values: rest, segments });
}

/** A literal ends a collection, whose path may have one slash more. */
function walkLiteral<T>(node: RouteTree<T>, search: Walk<T>, depth: number): void {
  const { segments, verb, matches } = search;
  walk(node, search, depth);
  const slash = depth === segments.length - 1 && segments[depth] === '' && verb === '';
  const found = slash ? node.ends.get('') : undefined;
  if (found !== undefined) matches.push({ values: found, segments: segments.slice(0, -1) });
}
