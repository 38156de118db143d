/** The page of the policy file: its table of patterns says what the patterns do. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseImageReference } from '../src/domain/image-reference.ts';
import { matchesNamePattern } from '../src/domain/name-pattern.ts';
import { messageFields } from '../src/google/message-table.ts';
import { BINAUTHZ_TABLES } from '../src/google/binauthz-table.ts';
import { BUILT_IN_SYSTEM_POLICY } from '../src/policy/system-policy.ts';

const page = readFileSync(new URL('../docs/reference/policy-yaml.md', import.meta.url), 'utf8');
const DIGEST = `sha256:${'a'.repeat(64)}`;

/** The rows of the table whose first column has a title, as the code in each cell. */
function tableOf(title: string): readonly (readonly (readonly string[])[])[] {
  const [, rows = ''] = page.split(new RegExp(`^\\| ${title} \\|.*\\n\\| ---.*\\n`, 'm'));
  const lines = rows.slice(0, rows.indexOf('\n\n')).split('\n');
  return lines.map((line) => line.split('|').slice(1, -1).map(codeIn));
}

function codeIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

describe('docs/reference/policy-yaml.md', () => {
  it('says of each pattern what it takes and what it does not', () => {
    const rows = tableOf('Pattern');
    expect(rows.length).toBeGreaterThan(3);
    const takes = (pattern: string, image: string): boolean =>
      matchesNamePattern(pattern, parseImageReference(image.replace('sha256:…', DIGEST)));
    for (const [[pattern = ''] = [], taken = [], left = []] of rows) {
      expect([pattern, taken.filter((image) => !takes(pattern, image))]).toEqual([pattern, []]);
      expect([pattern, left.filter((image) => takes(pattern, image))]).toEqual([pattern, []]);
    }
  });

  it.each(['Policy', 'AdmissionRule'])('has every field of %s', (type) => {
    const fields = [...(messageFields(BINAUTHZ_TABLES.v1, type)?.values() ?? [])];
    const said = tableOf('Field').concat(rowsAfter('## Rules'));
    const names = said.map(([[name = ''] = []]) => name);
    expect(names).toEqual(expect.arrayContaining(fields.map(({ name }) => name)));
  });

  it('names each image of the built-in system policy', () => {
    for (const pattern of BUILT_IN_SYSTEM_POLICY.admissionWhitelistPatterns) {
      const image = pattern.replace(/^[^/]+\//, '').replace(/[:@]\*$/, '');
      expect(page).toContain(`\`${image}\``);
    }
  });
});

/** The rows of the first table after a heading. */
function rowsAfter(heading: string): readonly (readonly (readonly string[])[])[] {
  const [, rest = ''] = page.split(`\n${heading}\n`);
  const lines = rest.slice(0, rest.indexOf('\n## ')).split('\n');
  const rows = lines.filter((line) => line.startsWith('| `'));
  return rows.map((line) => line.split('|').slice(1, -1).map(codeIn));
}
