/** No rule may need itself: the rules that each rule reads are followed, and rings are told. */
import type { CoreRule, Use } from './core.ts';
import { RegoError } from '../model/rego-error.ts';
import type { PlacedRules, RulePlace } from './rule-tree.ts';

/**
 * Notes each rule that is in a ring, with the ring; answers the others, each behind all rules that
 * it reads.
 */
export function checkRecursion(
  placed: PlacedRules,
  report: (error: RegoError) => void,
): readonly CoreRule[] {
  const graph = new Graph(placed);
  const told = new Set<string>();
  for (const rules of placed.rulesAt.values()) {
    for (const rule of rules) {
      if (told.has(rule.name) || !graph.isInRing(rule)) continue;
      told.add(rule.name);
      const ring = graph.ringOf(rule).map(({ name }) => name);
      const message = `rule ${rule.name} is recursive: ${ring.join(' -> ')}`;
      report(new RegoError('rego_recursion_error', message, { at: rule.at }));
    }
  }
  return graph.sorted;
}

/** Which rules each rule reads. */
class Graph {
  readonly #placed: PlacedRules;
  readonly #known = new Map<CoreRule, readonly CoreRule[]>();
  readonly #rings: ReadonlySet<CoreRule>;
  /** The rules that need no ring, each behind all that it reads. */
  readonly sorted: readonly CoreRule[];

  constructor(placed: PlacedRules) {
    this.#placed = placed;
    const { left, sorted } = this.#takeAway();
    this.sorted = sorted;
    this.#rings = new Set(left.filter((rule) => this.#reachesItself(rule)));
  }

  isInRing(rule: CoreRule): boolean {
    return this.#rings.has(rule);
  }

  /** A shortest way from a rule back to itself. */
  ringOf(rule: CoreRule): readonly CoreRule[] {
    const from = new Map<CoreRule, CoreRule>();
    const waiting = [rule];
    for (const each of waiting) {
      for (const next of this.#next(each)) {
        if (next === rule) return [...this.#wayTo(each, from), rule];
        if (from.has(next)) continue;
        from.set(next, each);
        waiting.push(next);
      }
    }
    return [rule];
  }

  #wayTo(last: CoreRule, from: ReadonlyMap<CoreRule, CoreRule>): readonly CoreRule[] {
    const way = [last];
    for (let each = from.get(last); each !== undefined; each = from.get(each)) way.unshift(each);
    return way;
  }

  #next(rule: CoreRule): readonly CoreRule[] {
    const known = this.#known.get(rule);
    if (known !== undefined) return known;
    const next = new Set(rule.uses.flatMap((use) => rulesAt(this.#placed, use)));
    this.#known.set(rule, [...next]);
    return [...next];
  }

  /** Takes away, again and again, the rules that read no other; those in rings are left. */
  #takeAway(): { readonly left: readonly CoreRule[]; readonly sorted: readonly CoreRule[] } {
    const readers = new Map<CoreRule, CoreRule[]>();
    const open = new Map<CoreRule, number>();
    for (const rule of [...this.#placed.rulesAt.values()].flat()) {
      const next = this.#next(rule);
      open.set(rule, next.length);
      for (const each of next) readers.set(each, [...(readers.get(each) ?? []), rule]);
    }
    const done = [...open].filter(([, count]) => count === 0).map(([rule]) => rule);
    for (const rule of done) {
      open.delete(rule);
      for (const reader of readers.get(rule) ?? []) {
        const count = (open.get(reader) ?? 0) - 1;
        open.set(reader, count);
        if (count === 0) done.push(reader);
      }
    }
    return { left: [...open.keys()], sorted: done };
  }

  #reachesItself(rule: CoreRule): boolean {
    const seen = new Set<CoreRule>();
    const waiting = [rule];
    for (const each of waiting) {
      for (const next of this.#next(each)) {
        if (next === rule) return true;
        if (seen.has(next)) continue;
        seen.add(next);
        waiting.push(next);
      }
    }
    return false;
  }
}

/** The rules at, above and below a place that is read. */
function rulesAt({ root, rulesAt: at }: PlacedRules, { path }: Use): readonly CoreRule[] {
  let nodes: readonly RulePlace[] = [root];
  const found: CoreRule[] = [];
  for (const key of path) {
    nodes = nodes.flatMap((node) => childrenOf(node, key));
    for (const node of nodes) found.push(...(at.get(node) ?? []));
  }
  for (const node of nodes) addBelow(node, at, found);
  return found;
}

function childrenOf(node: RulePlace, key: string | undefined): readonly RulePlace[] {
  if (key === undefined) return [...node.children.values()];
  const child = node.children.get(key);
  return child ? [child] : [];
}

function addBelow(node: RulePlace, at: PlacedRules['rulesAt'], found: CoreRule[]): void {
  for (const child of node.children.values()) {
    found.push(...(at.get(child) ?? []));
    addBelow(child, at, found);
  }
}
