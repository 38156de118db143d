/**
 * What evaluation looks up of a policy. A document stands where rules have a value; where one of
 * them has keys that are known at evaluation only, the rules below belong to the document too.
 */
import type { CoreRule } from '../compile/core.ts';
import { pathKey } from '../compile/lowering.ts';
import type { PlacedRules, RulePlace, RulesAt } from '../compile/rule-tree.ts';
import type { PolicyTables } from './emitter.ts';
import { makeDocument, makeFunction } from './make-document.ts';
import { type RuleNode, ruleNode } from './rule-node.ts';
import type { FunctionDocument } from './state.ts';

/** Makes the documents and functions of a tree. */
export function makeTables(placed: PlacedRules): PolicyTables {
  const functions = new Map<string, FunctionDocument>();
  const root = ruleNode([]);
  let count = 0;
  const policy: PolicyTables = {
    root,
    functionAt: (path) => functions.get(pathKey(path)),
    newId: () => {
      count += 1;
      return count;
    },
  };
  fill(root, placed.root, { policy, functions, rulesAt: placed.rulesAt });
  return policy;
}

interface Making {
  readonly policy: PolicyTables;
  readonly functions: Map<string, FunctionDocument>;
  readonly rulesAt: RulesAt;
}

function fill(node: RuleNode, place: RulePlace, making: Making): void {
  const { policy, functions, rulesAt } = making;
  const rules = rulesAt.get(place) ?? [];
  const { path } = place;
  const calls = rules.filter((rule) => rule.arity !== undefined);
  if (calls.length > 0) {
    node.function = makeFunction({ policy, path, rules: calls });
    functions.set(pathKey(path), node.function);
  }
  for (const [key, below] of place.children) {
    const child = ruleNode(below.path);
    node.children.set(key, child);
    fill(child, below, making);
  }
  const values = rules.filter((rule) => rule.arity === undefined);
  if (values.length === 0) return;
  const isOpen = values.some((rule) => rule.branches.some(({ keys }) => keys.length > 0));
  const all = isOpen ? [...values, ...rulesBelow(place, rulesAt)] : values;
  node.document = makeDocument({ policy, path, rules: all });
}

/** All rules below a place that are no functions. */
function rulesBelow(place: RulePlace, rulesAt: RulesAt): readonly CoreRule[] {
  return [...place.children.values()].flatMap((child) => [
    ...(rulesAt.get(child) ?? []).filter((rule) => rule.arity === undefined),
    ...rulesBelow(child, rulesAt),
  ]);
}
