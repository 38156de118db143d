/**
 * The files of a policy of Rego as `opa eval -d` takes them: every `.rego` file is a module, every
 * JSON or YAML file a base document below the folders that it lies in. `PREFIX:PATH` puts the
 * documents below `data.PREFIX`.
 */
import { parse } from 'yaml';
import { AssayError } from '../domain/error.ts';
import { jsonText, parseJsonValue, valueFromJson } from '../rego/json-text.ts';
import type { RegoSources } from '../rego/rego-job.ts';
import type { RegoVersion } from '../rego/syntax.ts';
import { isObjectValue, plainObject, sortedPairs, valueAt } from '../rego/value.ts';
import type { ObjectValue, Value } from '../rego/value.ts';
import { type FolderFile, readFolderFiles } from '../remote/read-folder-files.ts';

const MODULE = '.rego';
const DATA = ['.json', '.yaml', '.yml'];
const PREFIXED = /^([a-zA-Z_][\w.]*):(.+)$/;

/** Reads the sources of some paths; refuses documents that say two things at one place. */
export async function loadRego(
  paths: readonly string[],
  version: RegoVersion,
): Promise<RegoSources> {
  const modules: { file: string; text: string }[] = [];
  let data: ObjectValue = {};
  for (const given of paths) {
    const [, prefix, path = given] = PREFIXED.exec(given) ?? [];
    for (const file of await readFolderFiles(path, [MODULE, ...DATA])) {
      if (file.path.endsWith(MODULE)) modules.push({ file: file.path, text: file.text });
      else data = mergeData(data, placed(file, prefix), file.path);
    }
  }
  return { modules, version, data: jsonText(data) };
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
    const why = (cause as Error).message.split('\n')[0];
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
