/** The virtual directory tree of an image, and how paths and links are followed inside it. */
import type { Digest } from '../domain/digest.ts';
import type { LayerEntry } from '../domain/layer-facts.ts';
import type { ScanProblem } from '../domain/software-package.ts';
import { joinPath } from './entry-path.ts';

/** A file of the image, the layer that it is from, and what layers below had in its place. */
export interface TreeFile {
  /** Its path is the one in the layer's tar, which links may have led elsewhere. */
  readonly entry: LayerEntry;
  readonly layer: Digest;
  /** Files that it replaced, oldest first; empty where it was removed or absent in between. */
  readonly earlier: readonly TreeFile[];
}

/** A place in the tree; directories, also those only implied by a longer path, have children. */
export interface TreeNode {
  readonly entry?: LayerEntry;
  readonly file?: TreeFile;
  readonly children?: Map<string, TreeNode>;
}

/** Where a walk came to. */
export interface Walked {
  /** Parts of the path with links followed; it may not exist. */
  readonly names: readonly string[];
  readonly node: TreeNode | undefined;
  /** Paths looked at after the first link. */
  readonly visited: readonly string[];
  /** Set where links were too many or a cycle; `node` is then absent. */
  readonly problem?: ScanProblem;
}

/** Links followed on one path before it counts as too deep. */
const LINK_DEPTH = 8;

/** Links after which a kernel gives up; until then a cycle may still show itself. */
const KERNEL_LINKS = 40;

/** Parts that one walk may go through, links' targets included. */
const STEPS = 4096;

/** A directory without children. */
export function newDirectory(entry?: LayerEntry): TreeNode {
  return { ...(entry && { entry }), children: new Map() };
}

/** What following links and making directories may still cost; hostile images use it up. */
export interface Budget {
  left: number;
}

/** What a new directory costs; a step behind a link costs 1. */
const DIRECTORY_COST = 10;

/** The directory at this path, made where it is missing or something else is in its place. */
export function makeDirectory(root: TreeNode, names: readonly string[], budget: Budget): TreeNode {
  let node = root;
  for (const name of names) {
    let next = node.children?.get(name);
    if (next?.children === undefined) {
      next = newDirectory();
      node.children?.set(name, next);
      budget.left -= DIRECTORY_COST;
    }
    node = next;
  }
  return node;
}

/** What lies in a tree, by path. */
export interface TreeContents {
  readonly files: ReadonlyMap<string, TreeFile>;
  /** Hard links to something that is not known. */
  readonly hardLinks: ReadonlyMap<string, LayerEntry>;
}

/** All files, and the hard links that lead to none. */
export function collectFiles(root: TreeNode): TreeContents {
  const files = new Map<string, TreeFile>();
  const hardLinks = new Map<string, LayerEntry>();
  const waiting: { readonly path: string; readonly node: TreeNode }[] = [{ path: '', node: root }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, node } = next;
    if (node.file !== undefined) files.set(path, node.file);
    else if (node.entry?.kind === 'hardlink') hardLinks.set(path, node.entry);
    for (const [name, child] of node.children ?? []) {
      waiting.push({ path: joinPath(path, name), node: child });
    }
  }
  return { files, hardLinks };
}

interface Walk {
  readonly root: TreeNode;
  readonly budget: Budget | undefined;
  /** Parts still to go, the next one last. */
  readonly ahead: string[];
  names: string[];
  nodes: (TreeNode | undefined)[];
  /** Links followed, each with how many parts were ahead of it. */
  readonly links: Map<TreeNode, number>;
  followed: number;
  steps: number;
  readonly visited: string[];
  problem: ScanProblem | undefined;
}

interface WalkOptions {
  /** A link at the very end is not followed. */
  readonly last?: 'keep';
  /** Without it the walk tells what it visited. */
  readonly budget?: Budget;
}

/**
 * Follows a path from the root, which `..` never leaves. More than {@link LINK_DEPTH} links are a
 * fatal problem; a cycle leads nowhere in a container either, so it is a note.
 */
export function walkPath(root: TreeNode, path: string, options: WalkOptions = {}): Walked {
  const walk = startWalk(root, path, options.budget);
  while (walk.ahead.length > 0 && walk.problem === undefined) {
    const link = step(walk, walk.ahead.pop() ?? '');
    const isLast = walk.ahead.length === 0 && options.last === 'keep';
    if (link !== undefined && !isLast) follow(walk, link, path);
  }
  return toWalked(walk, path);
}

function toWalked(walk: Walk, path: string): Walked {
  const { names, visited, nodes, followed } = walk;
  const problem = walk.problem ?? (followed > LINK_DEPTH ? tooDeep(path) : undefined);
  if (problem !== undefined) return { names, visited, node: undefined, problem };
  return { names, visited, node: nodes.at(-1) };
}

function startWalk(root: TreeNode, path: string, budget: Budget | undefined): Walk {
  return {
    root,
    budget,
    ahead: path.split('/').reverse(),
    names: [],
    nodes: [root],
    links: new Map(),
    followed: 0,
    steps: 0,
    visited: [],
    problem: undefined,
  };
}

/** Goes one part further; answers the link that it came upon. */
function step(walk: Walk, part: string): TreeNode | undefined {
  walk.steps += 1;
  if (part === '' || part === '.') return undefined;
  if (part === '..') {
    if (walk.names.pop() !== undefined) walk.nodes.pop();
    return undefined;
  }
  const node = childOf(walk.nodes.at(-1), part);
  walk.names.push(part);
  walk.nodes.push(node);
  if (walk.followed > 0) visit(walk);
  return node?.entry?.kind === 'symlink' ? node : undefined;
}

function visit(walk: Walk): void {
  if (walk.budget === undefined) walk.visited.push(walk.names.join('/'));
  else walk.budget.left -= 1;
}

function childOf(node: TreeNode | undefined, name: string): TreeNode | undefined {
  return node?.children?.get(name);
}

/** Puts the link's target in its place; the same link with no less ahead of it is a cycle. */
function follow(walk: Walk, link: TreeNode, path: string): void {
  const before = walk.links.get(link);
  walk.followed += 1;
  if (before !== undefined && walk.ahead.length >= before) walk.problem = cycle(path);
  else if (walk.followed > KERNEL_LINKS || walk.steps > STEPS) walk.problem = tooDeep(path);
  walk.links.set(link, walk.ahead.length);
  const target = link.entry?.target ?? '';
  const absolute = target.startsWith('/');
  walk.names = absolute ? [] : walk.names.slice(0, -1);
  walk.nodes = absolute ? [walk.root] : walk.nodes.slice(0, -1);
  walk.ahead.push(...target.split('/').reverse());
}

function cycle(path: string): ScanProblem {
  const message = `the links at ${JSON.stringify(path)} lead in a circle`;
  return { code: 'link-cycle', message, fatal: false };
}

function tooDeep(path: string): ScanProblem {
  const message = `more than ${LINK_DEPTH} links have to be followed for ${JSON.stringify(path)}`;
  return { code: 'links-too-deep', message, fatal: true };
}
