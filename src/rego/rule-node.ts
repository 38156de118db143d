/** The tree of rules below `data`: packages, and the documents and functions that rules make. */
import type { FunctionDocument, VirtualDocument } from './state.ts';

/** A place in the tree. */
export interface RuleNode {
  readonly path: readonly string[];
  readonly children: Map<string, RuleNode>;
  document?: VirtualDocument;
  function?: FunctionDocument;
}

/** An empty place. */
export function ruleNode(path: readonly string[]): RuleNode {
  return { path, children: new Map() };
}

/** The place at a path; made where it is missing. */
export function nodeAt(root: RuleNode, path: readonly string[]): RuleNode {
  let node = root;
  for (const key of path) {
    const child = node.children.get(key) ?? ruleNode([...node.path, key]);
    node.children.set(key, child);
    node = child;
  }
  return node;
}
