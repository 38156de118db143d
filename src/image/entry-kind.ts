/** What kind of entry a tar header announces. */
import type { LayerEntry } from '../domain/layer-facts.ts';
import { invalid } from './json-document.ts';
import type { TarHeader } from './tar-header.ts';

/** Global headers are no files; types that no container runtime unpacks are damage. */
export function entryKind(type: string): LayerEntry['kind'] | undefined {
  if (type === 'g') return undefined;
  const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  if (kind === undefined)
    throw invalid(`the tar has an entry of the unknown type ${JSON.stringify(type)}`);
  return kind;
}

const KINDS: Readonly<Record<string, LayerEntry['kind']>> = {
  '0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'other',
  '4': 'other',
  '5': 'directory',
  '6': 'other',
  '7': 'file',
  S: 'file',
};

/** An entry's size, or where a link leads. */
export function sizeAndTarget(
  kind: LayerEntry['kind'],
  header: TarHeader,
): { readonly size: number; readonly target?: string } {
  const isLink = kind === 'symlink' || kind === 'hardlink';
  return isLink ? { size: 0, target: header.linkName } : { size: header.size };
}
