/** The content sets that Red Hat's builds leave in an image: which repositories it was made of. */
import { isJsonObject, type Json } from '../../domain/json.ts';
import { readJsonObject } from './json-file.ts';

const MOST = 200;

/**
 * Reads `content_sets` of a manifest in `root/buildinfo/content_manifests`, or of
 * `usr/share/buildinfo/content-sets.json`; none where there is no list of them.
 */
export function readContentSets(bytes: Uint8Array): readonly string[] {
  const read = readJsonObject(bytes);
  if (!('value' in read) || !Object.hasOwn(read.value, 'content_sets')) return [];
  const sets = read.value['content_sets'];
  const names = Array.isArray(sets) ? sets : isJsonObject(sets) ? Object.values(sets).flat() : [];
  return names.filter(isName).slice(0, MOST);
}

function isName(value: Json | undefined): value is string {
  return typeof value === 'string' && /^[\w.-]{1,200}$/.test(value);
}
