/**
 * The tree below `data`, built of rules. A document stands where rules have a value; where one of
 * them has keys that are known at evaluation only, the rules below belong to the document too.
 */
import type { CoreRule } from './core.ts';
import type { PolicyTables } from './emitter.ts';
import { pathKey } from './lowering.ts';
import { makeDocument, makeFunction } from './make-document.ts';
import { type RuleNode, nodeAt, ruleNode } from './rule-node.ts';
import type { FunctionDocument } from './state.ts';

/** Rules by the place where their constant prefix ends. */
export type RulesAt = ReadonlyMap<RuleNode, readonly CoreRule[]>;

/** A tree with its rules, before documents are made. */
export interface PlacedRules {
  readonly root: RuleNode;
  readonly rulesAt: RulesAt;
}

/** Puts rules into a tree; packages without rules are places as well. */
export function placeRules(
  rules: readonly CoreRule[],
  packages: Iterable<readonly string[]>,
): PlacedRules {
  const root = ruleNode([]);
  for (const path of packages) nodeAt(root, path);
  const rulesAt = new Map<RuleNode, CoreRule[]>();
  for (const rule of rules) {
    const node = nodeAt(root, rule.prefix);
    const known = rulesAt.get(node);
    if (known) known.push(rule);
    else rulesAt.set(node, [rule]);
  }
  return { root, rulesAt };
}

/** Makes the documents and functions of a tree. */
export function makeTables(placed: PlacedRules): PolicyTables {
  const functions = new Map<string, FunctionDocument>();
  let count = 0;
  const policy: PolicyTables = {
    root: placed.root,
    functionAt: (path) => functions.get(pathKey(path)),
    newId: () => {
      count += 1;
      return count;
    },
  };
  makeAt(placed.root, { policy, functions, rulesAt: placed.rulesAt });
  return policy;
}

interface Making {
  readonly policy: PolicyTables;
  readonly functions: Map<string, FunctionDocument>;
  readonly rulesAt: RulesAt;
}

function makeAt(node: RuleNode, making: Making): void {
  const { policy, functions, rulesAt } = making;
  const rules = rulesAt.get(node) ?? [];
  const { path } = node;
  const calls = rules.filter((rule) => rule.arity !== undefined);
  if (calls.length > 0) {
    node.function = makeFunction({ policy, path, rules: calls });
    functions.set(pathKey(path), node.function);
  }
  for (const child of node.children.values()) makeAt(child, making);
  const values = rules.filter((rule) => rule.arity === undefined);
  if (values.length === 0) return;
  const isOpen = values.some((rule) => rule.branches.some(({ keys }) => keys.length > 0));
  const all = isOpen ? [...values, ...rulesBelow(node, rulesAt)] : values;
  node.document = makeDocument({ policy, path, rules: all });
}

/** All rules below a place that are no functions. */
function rulesBelow(node: RuleNode, rulesAt: RulesAt): readonly CoreRule[] {
  return [...node.children.values()].flatMap((child) => [
    ...(rulesAt.get(child) ?? []).filter((rule) => rule.arity === undefined),
    ...rulesBelow(child, rulesAt),
  ]);
}
