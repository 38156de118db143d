/**
 * A policy document from a file. A policy in Rego may name the folder of its modules and data, and
 * a folder or a `.rego` file may stand for the document itself: both become one whole text.
 */
import { basename, dirname, relative, resolve } from 'node:path';
import { stat } from 'node:fs/promises';
import { stringify } from 'yaml';
import { AssayError, isAssayError } from '../domain/error.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { parseYamlDocuments, type YamlDocument } from '../google/policy-yaml.ts';
import { REGO_KIND } from '../policy/read-rego-policy.ts';
import { readTextFile } from '../remote/read-text-file.ts';
import { loadRego } from './load-rego.ts';
import { ownKindOf } from './own-documents.ts';

const MAX_DOCUMENT = 4 * 1024 * 1024;

/** The text of a document, with what it names in it. */
export async function readDocumentFile(path: string): Promise<string> {
  if (path.endsWith('.rego') || (await isFolder(path))) {
    return wholeText({ kind: REGO_KIND, schemaVersion: 1, folder: path }, '.');
  }
  const text = await readTextFile(path, MAX_DOCUMENT);
  const document = firstDocument(text);
  const value = document?.value as Json | undefined;
  const isNamed = document && ownKindOf(document) === REGO_KIND && isJsonObject(value);
  return isNamed && value['folder'] !== undefined ? wholeText(value, dirname(path)) : text;
}

/** What is no YAML is for its reader to refuse, who knows what the text was to be. */
function firstDocument(text: string): YamlDocument | undefined {
  try {
    return parseYamlDocuments(text, 'invalid-policy')[0];
  } catch (error) {
    if (isAssayError(error)) return undefined;
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function wholeText({ folder, ...rest }: JsonObject, base: string): Promise<string> {
  if (typeof folder !== 'string') {
    throw new AssayError('invalid-policy', 'folder is no text; wanted the path of a folder');
  }
  const version = rest['regoVersion'] === 'v0' ? 'v0' : 'v1';
  const root = resolve(base, folder);
  const { modules, data = '{}' } = await loadRego({ paths: [root], version });
  const named = modules.map(({ file, text }) => [relative(root, file) || basename(file), text]);
  const whole = {
    ...rest,
    modules: Object.fromEntries(named) as Json,
    data: JSON.parse(data) as Json,
  };
  return stringify(whole, { blockQuote: 'literal', lineWidth: 0 });
}
