/**
 * The files of a policy of Rego as `opa eval -d` takes them: every `.rego` file is a module, every
 * JSON or YAML file a base document below the folders that it lies in. `PREFIX:PATH` puts the
 * documents below `data.PREFIX`.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { AssayError } from '../domain/error.ts';
import { jsonText, parseJsonValue, valueFromJson } from '../rego/model/json-text.ts';
import type { RegoSources } from '../rego/rego-job.ts';
import type { RegoVersion } from '../rego/syntax/syntax.ts';
import { isObjectValue, plainObject, sortedPairs, valueAt } from '../rego/model/value.ts';
import type { ObjectValue, Value } from '../rego/model/value.ts';
import { type FolderFile, readFolderFiles } from '../remote/read-folder-files.ts';

const MODULE = '.rego';
const DATA = ['.json', '.yaml', '.yml'];
const BUNDLE_DATA = /(?:^|\/)data\.(?:json|ya?ml)$/;
const PREFIXED = /^([a-zA-Z_][\w.]*):(.+)$/;

/** Which files are read, and how. */
export interface RegoFiles {
  readonly paths: readonly string[];
  /** Folders that are read as bundles: of data only `data.json` and `data.yaml`. */
  readonly bundles?: readonly string[];
  /** Names of files and folders that are passed over, with `*` in them. */
  readonly ignore?: readonly string[];
  readonly version: RegoVersion;
}

/** Reads the sources of some paths; refuses documents that say two things at one place. */
export async function loadRego({
  paths,
  bundles = [],
  ignore = [],
  version,
}: RegoFiles): Promise<RegoSources> {
  const given = await Promise.all([
    ...paths.map((path) => readGiven(path)),
    ...bundles.map((path) => readBundle(path)),
  ]);
  const wanted = given
    .flat()
    .filter(({ file }) => !file.inside.split('/').some((name) => isIgnored(name, ignore)));
  const modules: { file: string; text: string }[] = [];
  let data: ObjectValue = {};
  for (const { file, prefix } of wanted) {
    if (file.path.endsWith(MODULE)) modules.push({ file: file.path, text: file.text });
    else data = mergeData(data, placed(file, prefix), file.path);
  }
  return { modules, version, data: jsonText(data) };
}

interface GivenFile {
  readonly file: FolderFile;
  readonly prefix?: string | undefined;
}

async function readGiven(given: string): Promise<readonly GivenFile[]> {
  const [, prefix, path = given] = PREFIXED.exec(given) ?? [];
  const files = await readFolderFiles(path, [MODULE, ...DATA]);
  const [only] = files;
  if (only?.path === path && ![MODULE, ...DATA].some((ending) => path.endsWith(ending))) {
    const wanted = `wanted a folder or a file that ends in ${[MODULE, ...DATA].join(', ')}`;
    throw new AssayError('invalid-argument', `${path} is neither module nor data; ${wanted}`);
  }
  return files.map((file) => ({ file, prefix }));
}

/** A bundle as a folder; what is packed or signed is refused, for nothing here verifies it. */
async function readBundle(path: string): Promise<readonly GivenFile[]> {
  const isSigned = await stat(join(path, '.signatures.json')).then(
    () => true,
    () => false,
  );
  const problem = isSigned
    ? 'is a signed bundle, and signatures of bundles are not verified here; read it with --data'
    : 'is a bundle in one file; unpack it (tar -xzf) and name the folder';
  if (isSigned || /\.t?gz$/.test(path)) {
    throw new AssayError('invalid-argument', `${path} ${problem}`);
  }
  const files = await readFolderFiles(path, [MODULE, ...DATA]);
  return files
    .filter((file) => file.path.endsWith(MODULE) || BUNDLE_DATA.test(file.inside))
    .map((file) => ({ file }));
}

function isIgnored(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matchesWildcards(pattern, name));
}

/** `*` is any text; each part between is taken where it first stands. */
function matchesWildcards(pattern: string, name: string): boolean {
  const [first = '', ...parts] = pattern.split('*');
  const last = parts.pop();
  if (last === undefined) return pattern === name;
  let from = name.startsWith(first) ? first.length : -1;
  for (const part of parts) {
    const found = from < 0 ? -1 : name.indexOf(part, from);
    from = found < 0 ? -1 : found + part.length;
  }
  return from >= 0 && name.length - last.length >= from && name.endsWith(last);
}

/** A document below the folders of its file. */
function placed(file: FolderFile, prefix: string | undefined): Value {
  const folders = file.inside.split('/').slice(0, -1);
  const path = [...(prefix?.split('.') ?? []), ...folders];
  return path.reduceRight<Value>((value, name) => plainObject([[name, value]]), readData(file));
}

/** The value of a JSON or YAML file. */
export function readData({ path, text }: Pick<FolderFile, 'path' | 'text'>): Value {
  try {
    return path.endsWith('.json')
      ? parseJsonValue(text)
      : valueFromJson(parse(text, { maxAliasCount: 100 }));
  } catch (cause) {
    const [said = ''] = (cause as Error).message.split('\n');
    const why = said.includes('multiple documents')
      ? 'it holds several documents; make a file of each'
      : said;
    throw new AssayError('invalid-argument', `${path} cannot be read: ${why}`, { cause });
  }
}

function mergeData(data: ObjectValue, added: Value, path: string): ObjectValue {
  const problem = `${path}: merge error: a document stands there already; keep one of them`;
  if (!isObjectValue(added)) {
    const wanted = 'is no object; put it into a folder, or give it a name in an object';
    throw new AssayError('invalid-argument', `${path} ${wanted}`);
  }
  const pairs = sortedPairs(added).map(([key, value]): [string, Value] => {
    const old = valueAt(data, key);
    if (old === undefined) return [key as string, value];
    if (!isObjectValue(old) || !isObjectValue(value))
      throw new AssayError('invalid-argument', problem);
    return [key as string, mergeData(old, value, path)];
  });
  return plainObject([...(sortedPairs(data) as [string, Value][]), ...pairs]);
}
