/**
 * Layers laid over each other as a container runtime does it, without a disk: the last writer
 * wins, whiteouts remove, links lead where they would lead inside the container.
 */
import type { Digest } from '../domain/digest.ts';
import type { LayerEntry, LayerFacts } from '../domain/layer-facts.ts';
import type { ScanProblem } from '../domain/software-package.ts';
import { baseName, cleanEntryPath, parentPath } from './entry-path.ts';
import {
  collectFiles,
  makeDirectory,
  newDirectory,
  walkPath,
  type Budget,
  type TreeFile,
  type TreeNode,
} from './walk-tree.ts';

/** Where a path leads. */
export interface Resolution {
  /** The path with all links followed. */
  readonly path: string;
  /** The file there; absent where there is none, or something else. */
  readonly file?: TreeFile;
  /** Set where it is a hard link to something that is not known; `path` is then its target. */
  readonly hardLink?: true;
  /** Names below it, where it is a directory. */
  readonly names: readonly string[];
  /** Every path that was looked at after the first link was followed. */
  readonly visited: readonly string[];
  readonly problems: readonly ScanProblem[];
}

/** An image's files as far as its layers' facts know them. */
export interface FileTree {
  /** By path, with directories' links followed. */
  readonly files: ReadonlyMap<string, TreeFile>;
  /** Hard links to something that is not known, by path. */
  readonly hardLinks: ReadonlyMap<string, LayerEntry>;
  /** The lowest first. */
  readonly layers: readonly Digest[];
  /** Names of the extractors that read a file of any layer, also one that was removed later. */
  readonly extractors: ReadonlySet<string>;
  /** Of the layers and of the fold. */
  readonly problems: readonly ScanProblem[];
  /** True where every entry of every layer is known, not only what the reader asked for. */
  readonly allEntries: boolean;
  /** Every symbolic link of every layer, also those that were replaced. */
  readonly symlinks: readonly LayerEntry[];
  /** Follows a path inside the image. */
  resolve(path: string): Resolution;
}

/**
 * Folds layers, the lowest first. Whiteouts act on lower layers only. Layers whose links and
 * directories cost more than the fold's budget are left out with a fatal problem.
 */
export function foldLayers(layers: readonly LayerFacts[]): FileTree {
  const fold: Fold = {
    root: newDirectory(),
    problems: layers.flatMap((layer) => layer.problems),
    budget: { left: BUDGET },
  };
  for (const layer of layers) foldLayer(fold, layer);
  if (fold.budget.left < 0) {
    const message = 'the links and directories of the image are too many to be followed';
    fold.problems.push({ code: 'image-over-cap', message, fatal: true });
  }
  const { root } = fold;
  return {
    ...collectFiles(root),
    layers: layers.map(({ digest }) => digest),
    extractors: extractorsOf(layers),
    problems: firstOfEach(fold.problems),
    allEntries: layers.every((layer) => layer.allEntries === true),
    symlinks: layers.flatMap(({ entries }) => entries.filter(({ kind }) => kind === 'symlink')),
    resolve: (path) => resolve(root, path),
  };
}

function extractorsOf(layers: readonly LayerFacts[]): Set<string> {
  const names = new Set<string>();
  for (const { entries } of layers) {
    for (const { extracted } of entries) if (extracted) names.add(extracted.extractor);
  }
  return names;
}

/** Half a million directories, or five million steps behind links. */
const BUDGET = 5_000_000;

interface Fold {
  readonly root: TreeNode;
  readonly problems: ScanProblem[];
  readonly budget: Budget;
}

function foldLayer(fold: Fold, layer: LayerFacts): void {
  for (const path of layer.opaqueDirectories) removeLower(fold, { path, opaque: true });
  for (const path of layer.whiteouts) removeLower(fold, { path, opaque: false });
  for (const entry of layer.entries) {
    if (fold.budget.left < 0) return;
    addEntry(fold, { entry, layer: layer.digest });
  }
}

interface Removal {
  readonly path: string;
  readonly opaque: boolean;
}

/** Removes what a whiteout names; it follows no link, for image builders never write one so. */
function removeLower({ root, problems }: Fold, { path, opaque }: Removal): void {
  const directory = findDirectory(root, opaque ? path : parentPath(path));
  if (directory === 'link') {
    const message = `the whiteout of ${JSON.stringify(path)} leads through a link; it was ignored`;
    problems.push({ code: 'whiteout-through-link', message, fatal: false });
  } else if (opaque) directory?.children?.clear();
  else directory?.children?.delete(baseName(path));
}

function findDirectory(root: TreeNode, path: string): TreeNode | 'link' | undefined {
  let node: TreeNode | undefined = root;
  for (const part of path === '' ? [] : path.split('/')) {
    node = node?.children?.get(part);
    if (node?.entry?.kind === 'symlink') return 'link';
  }
  return node;
}

interface Addition {
  readonly entry: LayerEntry;
  readonly layer: Digest;
}

function addEntry({ root, problems, budget }: Fold, { entry, layer }: Addition): void {
  const walked = walkPath(root, parentPath(entry.path), { budget });
  if (walked.problem !== undefined) return void problems.push(walked.problem);
  const siblings = makeDirectory(root, walked.names, budget).children;
  const name = baseName(entry.path);
  const existing = siblings?.get(name);
  if (entry.kind !== 'directory') siblings?.set(name, newLeaf(root, { entry, layer }, existing));
  else if (existing?.children === undefined) siblings?.set(name, newDirectory(entry));
}

function newLeaf(root: TreeNode, { entry, layer }: Addition, existing?: TreeNode): TreeNode {
  const own = entry.kind === 'hardlink' ? linkedEntry(root, entry) : entry;
  return own.kind === 'file'
    ? { entry: own, file: newFile(own, layer, existing?.file) }
    : { entry: own };
}

function newFile(entry: LayerEntry, layer: Digest, before: TreeFile | undefined): TreeFile {
  const earlier = before === undefined ? [] : [...before.earlier, { ...before, earlier: [] }];
  return { entry, layer, earlier };
}

/** What a hard link is: the very thing that its target is now, whatever becomes of that name. */
function linkedEntry(root: TreeNode, entry: LayerEntry): LayerEntry {
  const target = cleanEntryPath(entry.target ?? '').path;
  const { node } = walkPath(root, target, { last: 'keep' });
  const kind = node?.entry?.kind;
  if (node?.entry === undefined || kind === 'directory' || kind === 'hardlink') return entry;
  return node.entry;
}

function resolve(root: TreeNode, path: string): Resolution {
  const { names, node, visited, problem } = walkPath(root, path);
  const unlinked = unresolvedTarget(node);
  return {
    path: unlinked ?? names.join('/'),
    ...(node?.file && { file: node.file }),
    ...(unlinked !== undefined && { hardLink: true as const }),
    names: [...(node?.children?.keys() ?? [])],
    visited: unlinked === undefined ? visited : [...visited, unlinked],
    problems: problem === undefined ? [] : [problem],
  };
}

/** The target of a hard link whose target was not known when it was made. */
function unresolvedTarget(node: TreeNode | undefined): string | undefined {
  if (node?.entry?.kind !== 'hardlink') return undefined;
  return cleanEntryPath(node.entry.target ?? '').path;
}

/** Most problems that are told. */
const PROBLEMS = 100;

/** Problems without repetitions, fatal ones first where they are too many. */
function firstOfEach(problems: readonly ScanProblem[]): ScanProblem[] {
  const all = [...new Map(problems.map((problem) => [problem.message, problem])).values()];
  if (all.length <= PROBLEMS) return all;
  return all.toSorted((a, b) => Number(b.fatal) - Number(a.fatal)).slice(0, PROBLEMS);
}
