/**
 * `npm run build`: the sources compiled, then put into few files together with the SQL builder
 * and the readers of YAML and TOML. A command starts in half the time when it reads a
 * few dozen files instead of four hundred. All other packages stay packages (ADR 6).
 */
import { execFileSync } from 'node:child_process';
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

const ROOT = resolve(import.meta.dirname, '..');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const BUNDLED = /^(?:commander|kysely|smol-toml|yaml)(?:\/|$)/;
const BANNER =
  '/* Assay, Apache-2.0; contains commander and kysely (MIT), yaml (ISC), smol-toml ' +
  '(BSD-3-Clause). */';
/**
 * What many commands share of the lowest folders lies in one file each, else it would be one file
 * for each set of commands. No folder above these, whose parts import heavy libraries.
 */
const SHARED = [
  { name: 'domain', test: /\/domain\//, minShareCount: 4 },
  { name: 'store', test: /\/store\//, minShareCount: 6 },
];

/** Builds into a folder, which is emptied first; `check` says whether types are held too. */
export async function build(out: string, check: boolean): Promise<void> {
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const compiled = mkdtempSync(join(ROOT, '.cache', 'compiled-'));
  try {
    const args = ['-p', 'tsconfig.build.json', '--outDir', compiled];
    execFileSync(process.execPath, [TSC, ...args, ...(check ? [] : ['--noCheck'])], {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    rmSync(out, { recursive: true, force: true });
    await bundle(compiled, out);
  } finally {
    rmSync(compiled, { recursive: true, force: true });
  }
}

async function bundle(compiled: string, out: string): Promise<void> {
  // Each thread and process is a file of its own, which is started by its name.
  const entries = ['main.js', ...globSync('**/*-{thread,process}.js', { cwd: compiled })];
  const input = Object.fromEntries(
    entries.map((file) => [basename(file, '.js'), join(compiled, file)]),
  );
  const made = await rolldown({ input, platform: 'node', external: isPackage, logLevel: 'warn' });
  // The files lie side by side: they are started by their paths.
  const files = { format: 'esm', chunkFileNames: '[name]-[hash].js' } as const;
  const codeSplitting = { groups: SHARED };
  await made.write({ dir: out, ...files, banner: BANNER, codeSplitting });
  await made.close();
  for (const name of readdirSync(out)) toAscii(join(out, name));
}

/**
 * One ellipsis makes V8 keep the whole file with two bytes a character, and read it again each time
 * with twice the work. The escapes mean the same in texts, expressions and comments.
 */
function toAscii(file: string): void {
  const escaped = (unit: string): string =>
    `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/[^\0-\x7f]/g, escaped));
}

/** Packages and Node's own modules; paths are ours. */
function isPackage(id: string): boolean {
  return /^[@a-z]/i.test(id) && !BUNDLED.test(id);
}

if (process.argv[1] === import.meta.filename) await build(join(ROOT, 'dist'), true);
