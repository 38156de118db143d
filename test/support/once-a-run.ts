/** What one test process makes for the whole run, while the others that need it wait for its word. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const MOST_MS = 50_000;
const LOOK_MS = 20;

type Word<T> = { readonly made: T } | { readonly failed: string };

/**
 * What `make` made in a folder of this run, where that is JSON: made by the first that asks. Where it
 * failed, all that ask fail with it.
 */
export async function onceARun<T>(folder: string, make: () => Promise<T>): Promise<T> {
  const file = join(folder, 'ready.json');
  if (isFirst(folder)) tell(file, await wordOf(make));
  for (let waited = 0; !existsSync(file); waited += LOOK_MS) {
    if (waited > MOST_MS) throw new Error(`nothing was made in ${folder} in ${MOST_MS / 1000} s`);
    await sleep(LOOK_MS);
  }
  const word = JSON.parse(readFileSync(file, 'utf8')) as Word<T>;
  if ('failed' in word) throw new Error(word.failed);
  return word.made;
}

async function wordOf<T>(make: () => Promise<T>): Promise<Word<T>> {
  try {
    return { made: await make() };
  } catch (error) {
    return { failed: (error as Error).stack ?? String(error) };
  }
}

/** Nobody may read half a word, and a word may have a password. */
function tell(file: string, word: Word<unknown>): void {
  writeFileSync(`${file}.new`, JSON.stringify(word), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function isFirst(folder: string): boolean {
  try {
    mkdirSync(join(folder, 'starting'));
    return true;
  } catch {
    return false;
  }
}
