/**
 * OPA's own conformance data, each row run as OPA runs it. Families are left out by name only, each
 * with its reason; a table says of each family how many rows passed, failed and were left out.
 */
import { describe, expect, it } from 'vitest';
import { judgeCase, readRegoCases, type RegoCase } from './support/rego-cases.ts';

/** Families that are not run, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  graphql: 'graphql builtins are refused by name',
  invalidkeyerror: 'http.send needs the network and is refused by name',
  netlookupipaddr: 'net.lookup_ip_addr needs the network and is refused by name',
};

const cases = readRegoCases();
const families = Map.groupBy(cases, (one) => one.family);

describe.skipIf(cases.length === 0)('rego-cases.json (needs ASSAY_TEST_DATA)', () => {
  const judged = [...families].map(([family, rows]) => judgeFamily(family, rows));

  it('has a table', () => {
    process.stdout.write(`${table(judged)}\n`);
    expect(judged.length).toBeGreaterThan(0);
  });

  it.each(judged.filter(({ family }) => !Object.hasOwn(LEFT_OUT, family)))(
    '$family',
    ({ failures }) => {
      expect(failures).toEqual([]);
    },
  );
});

interface Judged {
  readonly family: string;
  readonly rows: number;
  readonly leftOut: number;
  readonly failures: readonly string[];
}

function judgeFamily(family: string, rows: readonly RegoCase[]): Judged {
  if (Object.hasOwn(LEFT_OUT, family)) {
    return { family, rows: rows.length, leftOut: rows.length, failures: [] };
  }
  const failures = rows.flatMap((one) => {
    const problem = judgeCase(one);
    return problem === undefined ? [] : [`${one.note}: ${problem}`];
  });
  return { family, rows: rows.length, leftOut: 0, failures };
}

function table(judged: readonly Judged[]): string {
  const all: Judged = {
    family: 'all',
    rows: sum(judged, ({ rows }) => rows),
    leftOut: sum(judged, ({ leftOut }) => leftOut),
    failures: judged.flatMap(({ failures }) => failures),
  };
  const lines = [...judged.toSorted((a, b) => (a.family < b.family ? -1 : 1)), all].map(lineOf);
  return [lineText(['family', 'passed', 'failed', 'left out']), ...lines].join('\n');
}

function lineOf({ family, rows, leftOut, failures }: Judged): string {
  const passed = rows - leftOut - failures.length;
  return lineText([family, String(passed), String(failures.length), String(leftOut)]);
}

function lineText([family = '', ...numbers]: readonly string[]): string {
  return `${family.padEnd(38)}${numbers.map((each) => each.padStart(9)).join('')}`;
}

function sum(judged: readonly Judged[], of: (one: Judged) => number): number {
  return judged.reduce((total, one) => total + of(one), 0);
}
