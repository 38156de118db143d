/**
 * Archives of Python: a wheel that waits to be installed, whose file name tells all, and a PEX,
 * which runs as it is and lists the wheels in it.
 */
import { baseName } from '../../image/entry-path.ts';
import { objectField, readJsonObject } from './json-file.ts';
import { declaredPackages, unreadLockFile, type LockEntry } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { newPackageList, unreadPackages } from './package-list.ts';
import { readZipDirectory } from './zip-directory.ts';

/** `NAME-VERSION(-BUILD)-PYTHON-ABI-PLATFORM.whl` (the wheels' "File name convention"). */
const WHEEL =
  /^([A-Za-z0-9][\w.]{0,255})-(\d[\w.!+]{0,127})(?:-\d\w{0,63})?(?:-[\w.]{1,255}){3}\.whl$/;

/** The package that a wheel's name is of. */
export function readWheelName(_bytes: Uint8Array, path: string): PackageDatabase {
  const entry = wheelEntry(baseName(path));
  if (entry === undefined) return unreadLockFile(path, 'its name is none of a wheel');
  return declaredPackages(path, [entry]);
}

function wheelEntry(file: string): LockEntry | undefined {
  const [, name, version] = WHEEL.exec(file) ?? [];
  return name === undefined || version === undefined ? undefined : { name, version };
}

const PEX_INFO = 'PEX-INFO';
const PEX_INFO_BYTES = 8 * 1024 * 1024;

/** Reads the `distributions` of a PEX file's `PEX-INFO`. */
export function readPex(bytes: Uint8Array, path: string): PackageDatabase {
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const directory = readZipDirectory(zip);
  if ('reason' in directory) return unreadPackages(path, 'installed', directory.reason);
  const item = directory.items.find(({ name }) => name === PEX_INFO);
  if (item === undefined || item.size > PEX_INFO_BYTES) {
    return unreadPackages(path, 'installed', `it has no ${PEX_INFO} that can be read`);
  }
  const content = item.read();
  const read = 'reason' in content ? content : readJsonObject(content.bytes);
  if ('reason' in read) return unreadPackages(path, 'installed', read.reason);
  const list = newPackageList(path, 'installed');
  for (const file of Object.keys(objectField(read.value, 'distributions') ?? {})) {
    const entry = wheelEntry(file);
    if (entry === undefined || 'unclear' in entry)
      list.note('lists a distribution that is no wheel');
    else list.add(entry.name, entry.version);
  }
  return list.database();
}
