/** The tree below `data` as the rules of a policy span it, before anything is made of them. */
import type { CoreRule } from './core.ts';

/** A place in the tree. */
export interface RulePlace {
  readonly path: readonly string[];
  readonly children: ReadonlyMap<string, RulePlace>;
}

/** Rules by the place where their constant prefix ends. */
export type RulesAt = ReadonlyMap<RulePlace, readonly CoreRule[]>;

/** A tree with its rules. */
export interface PlacedRules {
  readonly root: RulePlace;
  readonly rulesAt: RulesAt;
}

interface GrowingPlace extends RulePlace {
  readonly children: Map<string, GrowingPlace>;
}

/** Puts rules into a tree; packages without rules are places as well. */
export function placeRules(
  rules: readonly CoreRule[],
  packages: Iterable<readonly string[]>,
): PlacedRules {
  const root = emptyPlace([]);
  for (const path of packages) placeAt(root, path);
  const rulesAt = new Map<RulePlace, CoreRule[]>();
  for (const rule of rules) {
    const place = placeAt(root, rule.prefix);
    const known = rulesAt.get(place);
    if (known) known.push(rule);
    else rulesAt.set(place, [rule]);
  }
  return { root, rulesAt };
}

function emptyPlace(path: readonly string[]): GrowingPlace {
  return { path, children: new Map() };
}

/** The place at a path; made where it is missing. */
function placeAt(root: GrowingPlace, path: readonly string[]): GrowingPlace {
  let place = root;
  for (const key of path) {
    const child = place.children.get(key) ?? emptyPlace([...place.path, key]);
    place.children.set(key, child);
    place = child;
  }
  return place;
}
