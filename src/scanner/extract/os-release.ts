/**
 * Which system an image says it is: os-release(5), and the releases of Alpine's repositories file.
 */
import { decodeLossy, textLines } from './text-lines.ts';

/** The fields of os-release that are used; each is empty where it is missing. */
export interface OsRelease {
  readonly id: string;
  readonly versionId: string;
  readonly prettyName: string;
}

/** Reads os-release: `NAME=value` with shell quotes; the last of equal names wins as in a shell. */
export function readOsRelease(bytes: Uint8Array): OsRelease {
  const fields = new Map<string, string>();
  for (const { text } of textLines(decodeLossy(bytes).text)) {
    const match = /^\s*([A-Z][A-Z0-9_]*)=(.*)$/.exec(text);
    if (match?.[1] !== undefined) fields.set(match[1], unquote((match[2] ?? '').trim()));
  }
  return {
    id: (fields.get('ID') ?? '').toLowerCase().slice(0, 64),
    versionId: (fields.get('VERSION_ID') ?? '').slice(0, 64),
    prettyName: (fields.get('PRETTY_NAME') ?? fields.get('NAME') ?? '').slice(0, 256),
  };
}

/** The releases that the lines of `etc/apk/repositories` name, e.g. `v3.18`, `edge`. */
export function readApkRepositories(bytes: Uint8Array): readonly string[] {
  const releases = new Set<string>();
  for (const { text } of textLines(decodeLossy(bytes).text)) {
    const match = /^\s*(?:@\S+\s+)?(?!#)\S*\/(v\d{1,3}\.\d{1,3}|edge|latest-stable)\/\S+\s*$/.exec(
      text,
    );
    if (match?.[1] !== undefined && releases.size < 20) releases.add(match[1]);
  }
  return [...releases];
}

function unquote(value: string): string {
  const quoted = /^(["'])(.*)\1$/s.exec(value);
  if (quoted === null) return value;
  const inner = quoted[2] ?? '';
  return quoted[1] === '"' ? inner.replace(/\\(["\\$`])/g, '$1') : inner;
}
