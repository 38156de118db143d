/**
 * Completes package-lock.json after `npm install`: npm leaves out the optional packages of other
 * platforms that the registry at hand does not offer, and `npm ci` then refuses the file. Those
 * platforms never fetch them here, so a name, a version and the platform are all that is needed.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface LockedPackage {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: readonly string[];
  cpu?: readonly string[];
  libc?: readonly string[];
  optionalDependencies?: Readonly<Record<string, string>>;
}

const PLATFORM =
  /(?:^|[-/])(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|x64|ia32|ppc64|riscv64|s390x)(?:-(.*))?$/;
const LOCK = new URL('../package-lock.json', import.meta.url);

const lock = JSON.parse(readFileSync(LOCK, 'utf8')) as { packages: Record<string, LockedPackage> };
const missing = Object.values(lock.packages).flatMap((owner) =>
  Object.entries(owner.optionalDependencies ?? {})
    .filter(([name]) => lock.packages[`node_modules/${name}`] === undefined)
    .flatMap(([name, version]) => entryOf(name, version, owner)),
);
const [project = ['', {}], ...rest] = Object.entries(lock.packages);
const sorted = [...rest, ...missing].toSorted(([a], [b]) => a.localeCompare(b, 'en'));
lock.packages = Object.fromEntries([project, ...sorted]);
writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${missing.length} packages of other platforms added`);

function entryOf(
  name: string,
  version: string,
  owner: LockedPackage,
): readonly (readonly [string, LockedPackage])[] {
  const [, os, cpu, abi = ''] = PLATFORM.exec(name) ?? [];
  if (os === undefined || cpu === undefined) return [];
  const entry: LockedPackage = {
    version,
    ...(owner.dev === true ? { dev: true } : {}),
    optional: true,
    os: [os],
    cpu: [cpu],
    ...(os === 'linux' && abi !== '' ? { libc: [abi.startsWith('musl') ? 'musl' : 'glibc'] } : {}),
  };
  return [[`node_modules/${name}`, entry]];
}
