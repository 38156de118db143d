/**
 * Go's `go.mod` (Go modules reference): the modules that a main module asks for, after its own
 * replacements. The versions are the least that minimal version selection may choose.
 */
import type { PackageDatabase } from './package-database.ts';
import { newPackageList, type PackageList } from './package-list.ts';
import { decodeLossy, textLines } from './text-lines.ts';

interface Replacement {
  readonly name: string;
  /** Undefined: whatever version is required. */
  readonly from: string | undefined;
  readonly to: Required;
}

interface Required {
  readonly name: string;
  /** Undefined where a replacement is a folder. */
  readonly version: string | undefined;
}

interface GoMod {
  readonly list: PackageList;
  readonly required: Required[];
  readonly replacements: Replacement[];
  readonly excluded: Set<string>;
  go: string | undefined;
  toolchain: string | undefined;
}

/**
 * Reads what is required, indirect modules too. The `toolchain` line, or else the `go` line, says
 * which standard library is declared: it is the package `stdlib`, as in OSV. A module that is
 * replaced by a folder has no published version, which is told.
 */
export function readGoMod(bytes: Uint8Array, path: string): PackageDatabase {
  const file = parseGoMod(decodeLossy(bytes).text, newPackageList(path, 'declared'));
  const { list, required, excluded } = file;
  for (const item of required) {
    if (!excluded.has(`${item.name}@${item.version}`)) addReplaced(file, item);
  }
  const release = releaseOf(file);
  if (release !== undefined) list.add('stdlib', release);
  return list.database();
}

function releaseOf({ toolchain, go }: GoMod): string | undefined {
  const named = toolchain?.startsWith('go') ? toolchain.slice(2) : undefined;
  return (named ?? go)?.split('-')[0];
}

function addReplaced({ list, replacements }: GoMod, item: Required): void {
  const same = replacements.filter(({ name }) => name === item.name);
  const found =
    same.find(({ from }) => from === item.version) ?? same.find(({ from }) => from === undefined);
  const { name, version } = found?.to ?? item;
  if (found !== undefined && version === undefined) {
    return list.remark(`replaces ${JSON.stringify(item.name)} by a folder, which has no version`);
  }
  list.add(name, version === undefined ? version : withoutV(version));
}

/** A Go version as OSV has it, without its leading `v`. */
export function withoutV(version: string): string {
  return /^v\d/.test(version) ? version.slice(1) : version;
}

const BLOCK = /^([a-z]+)\s*\($/;

function parseGoMod(text: string, list: PackageList): GoMod {
  const file: GoMod = {
    list,
    required: [],
    replacements: [],
    excluded: new Set(),
    go: undefined,
    toolchain: undefined,
  };
  let block: string | undefined;
  for (const { text: raw } of textLines(text)) {
    const line = withoutComment(raw);
    if (line === '') continue;
    const opened = block === undefined ? BLOCK.exec(line)?.[1] : undefined;
    if (opened !== undefined) block = opened;
    else if (line === ')') block = undefined;
    else takeLine(file, block === undefined ? line : `${block} ${line}`);
  }
  return file;
}

function withoutComment(raw: string): string {
  const line = raw.slice(0, 4096);
  const comment = line.indexOf('//');
  // A URL in a path is impossible: paths have no scheme.
  return (comment === -1 ? line : line.slice(0, comment)).trim();
}

const DIRECTIVES: Readonly<Record<string, (file: GoMod, words: readonly string[]) => void>> = {
  require: (file, [name, version]) => {
    if (name !== undefined) file.required.push({ name, version });
  },
  exclude: ({ excluded }, [name, version]) => excluded.add(`${name}@${version}`),
  replace: (file, words) => {
    const arrow = words.indexOf('=>');
    const [name, from] = words.slice(0, arrow);
    const [to, version] = words.slice(arrow + 1);
    if (arrow < 1 || name === undefined || to === undefined) {
      return file.list.note('has a replace line that is none');
    }
    file.replacements.push({ name, from, to: { name: to, version } });
  },
  go: (file, [version]) => {
    file.go = version;
  },
  toolchain: (file, [version]) => {
    file.toolchain = version;
  },
};

const UNREAD: ReadonlySet<string> = new Set(['module', 'retract', 'tool', 'godebug', 'ignore']);

function takeLine(file: GoMod, line: string): void {
  const [directive = '', ...words] = line.split(/\s+/).map(unquote);
  const take = Object.hasOwn(DIRECTIVES, directive) ? DIRECTIVES[directive] : undefined;
  if (take !== undefined) take(file, words);
  else if (!UNREAD.has(directive)) {
    file.list.note(`has a line that is no directive (${JSON.stringify(line.slice(0, 60))})`);
  }
}

function unquote(word: string): string {
  return /^(["`]).*\1$/.test(word) ? word.slice(1, -1) : word;
}
