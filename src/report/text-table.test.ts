import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { terminalText, wrapText } from '../domain/terminal-text.ts';
import { formatTextTable } from './text-table.ts';

describe('formatTextTable', () => {
  it('makes columns as wide as needed and leaves no blanks at the end', () => {
    const rows = [
      ['one', 'first'],
      ['three', ''],
    ];
    expect(formatTextTable({ columns: ['NAME', 'WHAT'], rows })).toBe(
      'NAME   WHAT\none    first\nthree\n',
    );
  });

  it('goes on in the next line where the width is short, and cuts nothing off', () => {
    const rows = [['a-name-that-is-long', 'text of some words']];
    expect(formatTextTable({ columns: ['A', 'B'], rows, width: 24 })).toBe(
      'A            B\na-name-that  text of\n-is-long     some words\n',
    );
  });

  it('never narrows a column that is wanted whole: ids are copied', () => {
    const rows = [['a-name-that-is-long', '0123456789abcdef']];
    const table = { columns: ['A', 'ID'], rows, whole: ['ID'], width: 28 };
    expect(formatTextTable(table)).toBe(
      'A           ID\na-name-tha  0123456789abcdef\nt-is-long\n',
    );
  });

  it('fills missing cells', () => {
    expect(formatTextTable({ columns: ['A', 'B'], rows: [['x']] })).toBe('A  B\nx\n');
  });

  it('prints the heading of an empty table', () => {
    expect(formatTextTable({ columns: ['A', 'B'], rows: [] })).toBe('A  B\n');
  });

  it('colours a cell only when asked, and not its padding', () => {
    const table = { columns: ['A', 'B'], rows: [[{ text: 'x', style: '31' }, 'y']] };
    expect(formatTextTable(table)).toBe('A  B\nx  y\n');
    expect(formatTextTable({ ...table, color: true })).toBe('A  B\n\u001b[31mx\u001b[0m  y\n');
  });

  it('keeps every line within the width and every character of a cell', () => {
    const cell = fc.string({ maxLength: 60 });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 }), (rows) => {
        const text = formatTextTable({ columns: ['A', 'B', 'C'], rows, width: 40 });
        for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(40);
        const wanted = rows.flat().join('').replaceAll(' ', '').length;
        expect(text.replaceAll(/\s/g, '').length).toBe(wanted + 3);
      }),
    );
  });
});

describe('terminalText', () => {
  it.each([
    ['an escape sequence', '\u001b[2Jgone', String.raw`\u{1b}[2Jgone`],
    ['a carriage return', 'evil\rgood', String.raw`evil\u{d}good`],
    ['a line break', 'a\nb', String.raw`a\u{a}b`],
    ['a one-byte escape', '\u009b2J', String.raw`\u{9b}2J`],
    ['a text turned round', '\u202egpj', String.raw`\u{202e}gpj`],
    ['a blank of no width', 'a\u200bb', String.raw`a\u{200b}b`],
    ['a line separator', 'a\u2028b', String.raw`a\u{2028}b`],
    ['half of a character', '\ud800', String.raw`\u{d800}`],
  ])('shows %s instead of obeying it', (_attack, text, shown) => {
    expect(terminalText(text)).toBe(shown);
  });

  it('keeps letters of all languages', () => {
    expect(terminalText('Größe Ж 漢字 é')).toBe('Größe Ж 漢字 é');
  });
});

describe('wrapText', () => {
  it.each([
    ['short', 10, ['short']],
    ['one two three', 8, ['one two', 'three']],
    ['abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['', 4, ['']],
  ])('%j at %d', (text, width, lines) => {
    expect(wrapText(text, width)).toEqual(lines);
  });
});
