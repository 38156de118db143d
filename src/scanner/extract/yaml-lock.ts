/** Lock files in YAML: Dart's, CocoaPods', Stack's and Crystal's. */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { objectField, textField } from './json-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { newPackageList, unreadPackages, type PackageList } from './package-list.ts';
import { readYamlMapping } from './yaml-file.ts';

type Fill = (list: PackageList, file: JsonObject) => string | undefined;

/** Dart's `pubspec.lock`; what the SDK brings along has no versions of its own. */
export function readPubspecLock(bytes: Uint8Array, path: string): PackageDatabase {
  return readYaml(bytes, path, (list, file) => {
    const packages = objectField(file, 'packages');
    for (const [name, item] of Object.entries(packages ?? {})) {
      if (!isJsonObject(item)) list.note(`has ${JSON.stringify(name)}, which is no mapping`);
      else if (item['source'] !== 'sdk') list.add(name, textField(item, 'version'));
    }
    return packages === undefined && file['packages'] !== null ? 'it has no "packages"' : undefined;
  });
}

/** CocoaPods' `Podfile.lock`: `PODS` has `Name (1.0)`, or that with what it depends on. */
export function readPodfileLock(bytes: Uint8Array, path: string): PackageDatabase {
  return readYaml(bytes, path, (list, file) => {
    const pods = file['PODS'];
    if (!Array.isArray(pods)) return 'it has no list "PODS"';
    for (const pod of pods as readonly Json[]) {
      const text = isJsonObject(pod) ? Object.keys(pod)[0] : pod;
      addPod(list, typeof text === 'string' ? text : '');
    }
    return undefined;
  });
}

function addPod(list: PackageList, text: string): void {
  const [, name, version] = /^([^\s(]{1,512}) \(([^()]{1,256})\)$/.exec(text) ?? [];
  if (name === undefined) list.note(`has a pod that is no "name (version)"`);
  else list.add(name, version);
}

/** Haskell's `stack.yaml.lock`: packages beside the snapshot, as they were completed. */
export function readStackLock(bytes: Uint8Array, path: string): PackageDatabase {
  return readYaml(bytes, path, (list, file) => {
    const packages = file['packages'];
    if (!Array.isArray(packages)) return 'it has no list "packages"';
    for (const item of packages as readonly Json[]) {
      addStack(list, isJsonObject(item) ? objectField(item, 'completed') : undefined);
    }
    return undefined;
  });
}

/** Haskell's `stack.yaml`: `extra-deps` that are `NAME-VERSION`, also with a hash behind. */
export function readStackProject(bytes: Uint8Array, path: string): PackageDatabase {
  return readYaml(bytes, path, (list, file) => {
    const extra = file['extra-deps'];
    for (const item of Array.isArray(extra) ? (extra as readonly Json[]) : []) {
      const named = typeof item === 'string' ? STACK_PACKAGE.exec(item) : null;
      if (named !== null) list.add(named[1], named[2]);
      else list.remark('asks for a folder, an archive or a checkout, which has no version');
    }
    return undefined;
  });
}

const STACK_PACKAGE = /^([A-Za-z0-9][A-Za-z0-9-]{0,255})-(\d[\d.]{0,63})(?:@.{0,256})?$/;

function addStack(list: PackageList, completed: JsonObject | undefined): void {
  if (completed === undefined) return list.note('has a package that was not completed');
  const hackage = textField(completed, 'hackage');
  if (hackage === undefined) {
    return list.add(textField(completed, 'name'), textField(completed, 'version'));
  }
  const plain = hackage.split('@')[0] ?? '';
  const dash = plain.lastIndexOf('-');
  list.add(plain.slice(0, Math.max(dash, 0)), plain.slice(dash + 1));
}

/** Crystal's `shard.lock`; a checkout has `+git.commit.…` behind its version, or `HEAD`. */
export function readShardLock(bytes: Uint8Array, path: string): PackageDatabase {
  return readYaml(bytes, path, (list, file) => {
    for (const [name, item] of Object.entries(objectField(file, 'shards') ?? {})) {
      const written = isJsonObject(item) ? textField(item, 'version') : undefined;
      const version = written?.replace(/\+git\.commit\..*$/, '');
      if (version !== undefined && /^\d/.test(version)) list.add(name, version);
      else list.remark(`has ${JSON.stringify(name.slice(0, 200))} without an exact version`);
    }
    return file['shards'] === undefined ? 'it has no "shards"' : undefined;
  });
}

function readYaml(bytes: Uint8Array, path: string, fill: Fill): PackageDatabase {
  const read = readYamlMapping(bytes);
  if ('reason' in read) return unreadPackages(path, 'declared', read.reason);
  const list = newPackageList(path, 'declared');
  const reason = fill(list, read.value);
  return reason === undefined ? list.database() : unreadPackages(path, 'declared', reason);
}
