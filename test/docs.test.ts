/** The pages tell the truth: their code runs, their links lead somewhere, their tables are ours. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ERROR_CODES } from '../src/domain/error.ts';
import { readPage } from './support/markdown.ts';
import type { CodeBlock } from './support/markdown.ts';
import { realProgram } from './support/real.ts';
import { listCommands, matchesOutput, runCommands } from './support/shell-page.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const shell = { project: root, node: process.execPath };
const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root }).toSorted();

/** Pages that need real programs take long, so `npm run test:full` alone runs those. */
const runsAll = process.env.ASSAY_TEST_FULL === '1';

/** README's two set-up commands, which .ci/run runs from an empty clone. */
const SET_UP = /^npm ci && npm (run demo|test)$/;
const SHELL = ['sh', 'console'];
const DATA = ['json', 'yaml'];

describe('the pages', () => {
  it('are there', () => {
    const wanted = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md', 'SECURITY.md'];
    expect(pages).toEqual(expect.arrayContaining([...wanted, 'docs/reference/errors.md']));
  });

  it.each(pages)('%s: every link leads somewhere', (path) => {
    expect(brokenLinks(path)).toEqual([]);
  });

  it.each(pages)('%s: every code block says what it is, and data parse', (path) => {
    expect(read(path).blocks.flatMap(blockFault)).toEqual([]);
  });

  for (const path of pages.filter(isRunNow)) {
    const { needs } = read(path);
    const missing = needs.filter((name) => realProgram(name) === undefined);
    const suffix = needs.length === 0 ? '' : ` (needs ${needs.join(', ')})`;
    it.skipIf(missing.length > 0)(
      `${path}: its shell blocks run${suffix}`,
      { timeout: 120_000 },
      async () => {
        expect(await runCommands(commandsOf(path), shell)).toEqual([]);
      },
    );
  }

  it('README starts with the two set-up commands and nothing else sets up', () => {
    const lines = read('README.md').blocks.flatMap(({ text }) => text.split('\n'));
    const setUp = lines.filter((line) => SET_UP.test(line));
    expect(setUp).toEqual(['npm ci && npm run demo', 'npm ci && npm test']);
  });
});

describe('docs/reference/errors.md', () => {
  it('is the table of the error codes', () => {
    const rows = readFileSync(join(root, 'docs/reference/errors.md'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    const wanted = Object.entries(ERROR_CODES).map(
      ([code, { status, http, exit, meaning }]) =>
        `| \`${code}\` | ${status} | ${http} | ${exit} | ${meaning} |`,
    );
    expect(rows).toEqual(wanted);
  });
});

describe('the reader of the pages catches', () => {
  it('a block that fails, a wrong output and a failure that is not shown', async () => {
    const text = ['```sh', 'true', 'false', 'true', '```'].join('\n');
    const [fault] = await runCommands(listCommands(readPage(text).blocks), shell);
    expect(fault).toMatch(/^line 1: true: ended with 1/);
    const wrong = ['```console', '$ echo one', 'two', '$ false', '```'].join('\n');
    const faults = await runCommands(listCommands(readPage(wrong).blocks), shell);
    expect(faults.join('\n')).toMatch(/line 2: echo one: printed\none\n[^]*line 4: false: ended/);
  });

  it('nothing in a page that tells the truth', async () => {
    const text = [
      '```sh',
      'cat > a.txt <<EOF',
      'one',
      'EOF',
      '```',
      '```console',
      '$ cat \\',
      '>   a.txt',
      'o…e',
      '$ false',
      '$ echo $?',
      '1',
      '$ printf "1\\n2\\n3\\n"',
      '…',
      '3',
      '```',
    ].join('\n');
    expect(await runCommands(listCommands(readPage(text).blocks), shell)).toEqual([]);
  });

  it.each([
    ['one\n', 'one', true],
    ['one two\n', 'one …', true],
    ['one\ntwo\n', 'one', false],
    ['one\ntwo\nthree\n', 'one\n…\nthree', true],
    ['a+b (c)\n', 'a+b (c)', true],
    ['aab c\n', 'a+b (c)', false],
  ])('output %j shown as %j: %s', (printed, expected, matches) => {
    expect(matchesOutput(printed, expected)).toBe(matches);
  });

  it.each([
    ['```json\n{,}\n```', 'is no JSON'],
    ['```yaml\na: [\n```', 'is no YAML'],
    ['```\ntext\n```', 'says not what it is'],
    ['```bash\ntrue\n```', 'says not what it is'],
    ['```js\nconst = 1;\n```', 'is no JavaScript'],
  ])('a bad block %j', (text, fault) => {
    expect(readPage(text).blocks.flatMap(blockFault).join()).toContain(fault);
  });

  it('the programs that a page needs', () => {
    expect(readPage('<!-- needs: curl, gpg -->\n\n# A').needs).toEqual(['curl', 'gpg']);
    expect(readPage('# A').needs).toEqual([]);
  });

  it('links outside of code, and the anchors of headings', () => {
    const page = readPage('# One `two` three\n[a](b.md#c) `[x](y)`\n```text\n[no](no)\n```');
    expect(page.links).toEqual([{ target: 'b.md#c', line: 2 }]);
    expect(page.anchors).toEqual(['one-two-three']);
  });
});

function read(path: string) {
  return readPage(readFileSync(join(root, path), 'utf8'));
}

function isRunNow(path: string): boolean {
  return commandsOf(path).length > 0 && (runsAll || read(path).needs.length === 0);
}

function commandsOf(path: string) {
  const isSetUp = ({ text }: CodeBlock) =>
    path === 'README.md' && text.split('\n').every((line) => SET_UP.test(line));
  return listCommands(read(path).blocks.filter((block) => !isSetUp(block)));
}

function blockFault({ info, text, line }: CodeBlock): readonly string[] {
  if (![...SHELL, ...DATA, 'js', 'text'].includes(info)) {
    return [`line ${line}: says not what it is: sh, console, json, yaml, js or text`];
  }
  if (info === 'js' && parseSync('block.mjs', text).errors.length > 0) {
    return [`line ${line}: is no JavaScript`];
  }
  if (info === 'json' && !isJson(text)) return [`line ${line}: is no JSON`];
  if (info !== 'yaml') return [];
  const isYaml = parseAllDocuments(text).every(({ errors }) => errors.length === 0);
  return isYaml ? [] : [`line ${line}: is no YAML`];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function brokenLinks(path: string): readonly string[] {
  return read(path).links.flatMap(({ target, line }) => {
    if (/^(https:\/\/|mailto:)/.test(target)) return [];
    const [file = '', anchor] = target.split('#');
    const found = file === '' ? path : join(dirname(path), file);
    const isThere = existsSync(join(root, found));
    const isAnchor = anchor === undefined || (isThere && read(found).anchors.includes(anchor));
    return isThere && isAnchor ? [] : [`${path}:${line}: ${target}`];
  });
}
