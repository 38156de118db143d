/** The reference page says what the commands are. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { formatCommandReference } from '../scripts/command-reference.ts';
import { COMMANDS } from '../src/cli/commands.ts';

it('docs/reference/command-line.md is the table of commands (node scripts/command-reference.ts)', () => {
  const page = readFileSync(new URL('../docs/reference/command-line.md', import.meta.url), 'utf8');
  expect(page).toBe(formatCommandReference(COMMANDS));
});
