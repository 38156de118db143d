/** The reference pages say what the tables are that they are made of. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { formatApiReference } from '../scripts/api-reference.ts';
import { formatCommandReference } from '../scripts/command-reference.ts';
import { formatFeedsReference } from '../scripts/feeds-reference.ts';
import { formatRegoReference } from '../scripts/rego-reference.ts';
import { formatRolesReference } from '../scripts/roles-reference.ts';
import { formatScannedFilesReference } from '../scripts/scanned-files-reference.ts';
import { COMMANDS } from '../src/cli/commands.ts';

function page(name: string): string {
  return readFileSync(new URL(`../docs/reference/${name}.md`, import.meta.url), 'utf8');
}

it('command-line.md is the table of commands (node scripts/command-reference.ts)', () => {
  expect(page('command-line')).toBe(formatCommandReference(COMMANDS));
});

it('api.md is the tables of methods and operations (node scripts/api-reference.ts)', () => {
  expect(page('api')).toBe(formatApiReference());
});

it('roles.md is the table of roles (node scripts/roles-reference.ts)', () => {
  expect(page('roles')).toBe(formatRolesReference());
});

it('scanned-files.md is the tables of the scanner (node scripts/scanned-files-reference.ts)', () => {
  expect(page('scanned-files')).toBe(formatScannedFilesReference());
});

it('sources-and-metrics.md is the tables of both (node scripts/feeds-reference.ts)', () => {
  expect(page('sources-and-metrics')).toBe(formatFeedsReference());
});

it('rego.md is the tables of builtins, flags and limits (node scripts/rego-reference.ts)', () => {
  expect(page('rego')).toBe(formatRegoReference());
});
