/** The orders of dpkg and rpm, asked of the programs themselves: one process for many pairs. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Two versions without blanks. */
export type Pair = readonly [a: string, b: string];

/** What `rpm.vercmp` of this rpm says of each pair; its Lua reads them from a file. */
export function rpmOrders(rpm: string, pairs: readonly Pair[]): readonly number[] {
  const folder = mkdtempSync(join(tmpdir(), 'assay-rpm-'));
  try {
    const file = join(folder, 'pairs');
    writeFileSync(file, toLines(pairs));
    const loop = [
      `for line in io.lines('${file}') do`,
      "local at = string.find(line, ' ', 1, true)",
      "print(rpm.vercmp(string.sub(line, 1, at - 1), string.sub(line, at + 1)) .. ' ')",
      'end',
    ].join(' ');
    return toNumbers(execFileSync(rpm, ['--eval', `%{lua:${loop}}`], { encoding: 'utf8' }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What `dpkg --compare-versions` says of each pair. */
export function dpkgOrders(pairs: readonly Pair[]): readonly number[] {
  const script =
    'while read -r a b; do if dpkg --compare-versions "$a" lt "$b"; then echo -1; ' +
    'elif dpkg --compare-versions "$a" eq "$b"; then echo 0; else echo 1; fi; done';
  const input = toLines(pairs);
  return toNumbers(execFileSync('sh', ['-c', script], { input, encoding: 'utf8' }));
}

function toLines(pairs: readonly Pair[]): string {
  return pairs.map((pair) => `${pair.join(' ')}\n`).join('');
}

function toNumbers(answers: string): readonly number[] {
  return answers.trim().split(/\s+/).map(Number);
}
