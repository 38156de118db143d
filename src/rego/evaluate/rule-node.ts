/** The tree of what rules make below `data`: packages, documents and functions. */
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
