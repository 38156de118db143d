/**
 * Vendors' own data, form by form: what their documents come to for a package. No vendor's file is
 * at hand: the samples in testdata are made to the published formats, and what is expected of them
 * is what the vendor's documentation says that their fields mean.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Advisory } from '../../domain/advisory.ts';
import type { SoftwarePackage } from '../../domain/software-package.ts';
import { matchPackage } from '../match/match-package.ts';
import { recogniseForm } from './advisory-forms.ts';
import { readAmazonUpdates } from './amazon-updateinfo.ts';
import { readDebianTracker } from './debian-tracker.ts';
import { readOracleOval } from './oracle-oval.ts';
import { readRedHatCsaf } from './redhat-csaf.ts';

const READERS: Readonly<Record<string, (bytes: Uint8Array) => Iterable<Advisory>>> = {
  'debian-tracker': readDebianTracker,
  'redhat-csaf': (bytes) => [readRedHatCsaf(JSON.parse(new TextDecoder().decode(bytes)))],
  'oracle-oval': readOracleOval,
  'amazon-updateinfo': readAmazonUpdates,
};

interface Row {
  readonly fact: string;
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
  readonly binary?: string;
  readonly module?: string;
  /** Id, fix state, fixed version and severity (with `disputed`) of each finding. */
  readonly found: readonly (readonly string[])[];
}

const ROOT = join(import.meta.dirname, 'testdata');

function packageOf({ name, version, ecosystem, module, binary = name }: Row): SoftwarePackage {
  return {
    name: binary,
    version,
    type: 'any',
    ecosystem,
    ...(module !== undefined && { module }),
    purl: '',
    source: { name, version },
    origin: 'installed',
    path: '',
  };
}

describe.each(Object.keys(READERS))('%s', (form) => {
  describe.each(readdirSync(join(ROOT, form)))('%s', (name) => {
    const folder = join(ROOT, form, name);
    const file = readdirSync(folder).find((one) => one.startsWith('input.')) ?? '';
    const bytes = readFileSync(join(folder, file));
    const advisories = [...(READERS[form]?.(bytes) ?? [])];
    const rows = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Row[];

    it('is recognised', () => {
      const head = bytes.toString('latin1', 0, 16 * 1024);
      expect(recogniseForm({ name: file, head })).toBe(form);
    });

    it.each(rows.map((row) => [row.fact, row] as const))('%s', (_, row) => {
      const { matches, problems } = matchPackage(packageOf(row), advisories);
      const found = matches.map((match) => [
        match.advisoryId,
        match.fixState,
        match.fixedVersion ?? '',
        match.severity + (match.disputed ? ' disputed' : ''),
      ]);
      expect({ found, problems }).toEqual({ found: row.found, problems: [] });
    });
  });
});
