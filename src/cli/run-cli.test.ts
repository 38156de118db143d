/** What a command prints of an error whose words are not all ours. */
import { expect, it } from 'vitest';
import { AssayError } from '../domain/error.ts';
import type { CliContext } from './command.ts';
import { runCli } from './run-cli.ts';

it('an error from a hostile server moves no cursor and turns no line round', async () => {
  const printed: string[] = [];
  const message = 'denied\u001b[2K\u001b]0;owned\u0007\u202e\nfix: nothing';
  const context = {
    version: '0.0.0',
    env: {},
    stdout: { write: () => undefined, isTerminal: false, columns: 80 },
    stderr: { write: (text: string) => printed.push(text), isTerminal: false },
    openOperations: () => Promise.reject(new AssayError('unavailable', message)),
  } as unknown as CliContext;
  expect(await runCli(['project', 'list'], context)).toBe(1);
  expect(printed.join('')).toBe(
    'assay: denied\\u{1b}[2K\\u{1b}]0;owned\\u{7}\\u{202e}\nfix: nothing\n',
  );
});
