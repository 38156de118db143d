/**
 * What Python projects ask for in their own words: `setup.py`, `setup.cfg`, `pyproject.toml`. Most
 * ask for ranges, which is what they are for, so that only what is held to one version is told.
 */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { objectField, textField } from './json-file.ts';
import { declaredPackages, unreadLockFile, type LockEntry } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { readRequirement } from './pip-requirements.ts';
import { decodeLossy, textLines } from './text-lines.ts';
import { readToml } from './toml-file.ts';

/** A literal of Python on one line, and what in one is a requirement of one version. */
const LITERAL = /"([^"\n]{1,600})"|'([^'\n]{1,600})'/g;
const PIN = /^\s{0,64}[A-Za-z0-9][\w.-]{0,127}\s{0,16}(?:\[[^\]]{0,256}\])?\s{0,16}={2,3}/;

/** Reads `setup.py`, which is not run: the literals in it that look like pins. */
export function readSetupPy(bytes: Uint8Array, path: string): PackageDatabase {
  const plain = decodeLossy(bytes).text.replace(/^[ \t]{0,256}#.*$/gm, '');
  const literals = [...plain.matchAll(LITERAL)].map(([, double, single]) => double ?? single ?? '');
  return pinned(
    path,
    literals.filter((text) => PIN.test(text)),
  );
}

/** Options of `setup.cfg` that hold requirements, behind their section; all of extras do. */
const OPTION =
  /^(?:options (?:install|setup|tests)_requires?|options\.extras_require [\w.-]{1,128})$/;

/** Reads `setup.cfg`: requirements stand behind the option, or indented below it. */
export function readSetupCfg(bytes: Uint8Array, path: string): PackageDatabase {
  const lines: string[] = [];
  let section = '';
  let isWanted = false;
  for (const { text } of textLines(decodeLossy(bytes).text)) {
    const isMore = /^(?:\s|$)/.test(text);
    const [, key = '', value = ''] = /^([\w.-]{1,128})\s{0,64}[=:](.*)$/.exec(text) ?? [];
    if (!isMore) {
      section = /^\[([^\]]{1,256})\]/.exec(text)?.[1] ?? section;
      isWanted = OPTION.test(`${section} ${key}`);
    }
    if (isWanted) lines.push(isMore ? text : value);
  }
  return pinned(path, lines);
}

/** Reads `pyproject.toml`: the lists of PEP 621 and PEP 735, of builds, and Poetry's tables. */
export function readPyproject(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readToml(bytes);
  if ('reason' in read) return unreadLockFile(path, read.reason);
  const project = objectField(read.value, 'project') ?? {};
  const lists = [
    project['dependencies'],
    ...Object.values(objectField(project, 'optional-dependencies') ?? {}),
    ...Object.values(objectField(read.value, 'dependency-groups') ?? {}),
    objectField(read.value, 'build-system')?.['requires'],
  ];
  return pinned(path, [...lists.flatMap(textsOf), ...poetryPins(read.value)]);
}

function textsOf(list: Json | undefined): readonly string[] {
  if (!Array.isArray(list)) return [];
  return (list as readonly Json[]).filter((item) => typeof item === 'string');
}

/** Poetry's own tables: there a version that stands alone, and one behind `==`, is exact. */
function poetryPins(file: JsonObject): readonly string[] {
  const poetry = objectField(objectField(file, 'tool') ?? {}, 'poetry') ?? {};
  const groups = Object.values(objectField(poetry, 'group') ?? {}).filter(isJsonObject);
  const tables = [
    objectField(poetry, 'dependencies'),
    objectField(poetry, 'dev-dependencies'),
    ...groups.map((group) => objectField(group, 'dependencies')),
  ];
  return tables.flatMap((table) =>
    Object.entries(table ?? {}).flatMap(([name, item]) => poetryPin(name, item ?? null)),
  );
}

function poetryPin(name: string, item: Json): readonly string[] {
  const written = isJsonObject(item) ? textField(item, 'version') : item;
  const version = typeof written === 'string' ? written.replace(/^={2,3}\s*/, '').trim() : '';
  return name !== 'python' && /^\d[\w.!+-]*$/.test(version) ? [`${name}==${version}`] : [];
}

function pinned(path: string, requirements: readonly string[]): PackageDatabase {
  const entries = requirements
    .map((text) => text.trim())
    .filter((text) => text !== '' && text.length <= 1024 && !text.startsWith('#'))
    .flatMap((text): readonly LockEntry[] => readRequirement(text));
  return declaredPackages(
    path,
    entries.filter((entry) => 'version' in entry),
  );
}
