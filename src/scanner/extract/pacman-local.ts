/** What pacman (Arch Linux and its kin) keeps of each package: `local/NAME-VERSION/desc`. */
import { unreadInstalled } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { decodeLossy, textLines } from './text-lines.ts';

const NAME = /^[A-Za-z0-9@_+][A-Za-z0-9@._+-]{0,255}$/;
/** `EPOCH:VERSION-RELEASE`. */
const VERSION = /^(?:\d{1,10}:)?[^\s:/-]{1,200}-[0-9.]{1,20}$/;

/** Reads `desc`: a line `%FIELD%`, its values a line each, a blank line. */
export function readPacmanDesc(bytes: Uint8Array, path: string): PackageDatabase {
  const fields = readFields(decodeLossy(bytes).text);
  const name = fields.get('NAME') ?? '';
  const version = fields.get('VERSION') ?? '';
  if (!NAME.test(name)) return unreadInstalled(path, 'it has no valid %NAME%');
  if (!VERSION.test(version)) return unreadInstalled(path, 'it has no valid %VERSION%');
  const base = fields.get('BASE') ?? '';
  const source = NAME.test(base) ? base : name;
  const architecture = (fields.get('ARCH') ?? '').slice(0, 64);
  const item = { name, version, architecture, source, sourceVersion: version };
  return { packages: [item], problems: [] };
}

/** The first value of each field. */
function readFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let field: string | undefined;
  for (const { text: line } of textLines(text)) {
    const named = /^%([A-Z0-9]{1,32})%$/.exec(line.trimEnd())?.[1];
    if (named === undefined && field !== undefined && line.trim() !== '') {
      fields.set(field, line.trim());
    }
    field = named !== undefined && !fields.has(named) ? named : undefined;
  }
  return fields;
}
