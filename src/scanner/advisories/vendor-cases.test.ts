/**
 * Vendors' own data, form by form: what their documents come to for a package. No vendor's file is
 * at hand: the samples in testdata are made to the published formats, and what is expected of them
 * is what the vendor's documentation says that their fields mean.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Advisory } from '../../domain/advisory.ts';
import { isAssayError } from '../../domain/error.ts';
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

/** Reads to the end; what is broken is told as an error of the input. */
function tryRead(form: string, bytes: Uint8Array): number {
  try {
    return [...(READERS[form]?.(bytes) ?? [])].length;
  } catch (error) {
    if (!isAssayError(error) && !(error instanceof SyntaxError) && !isEncoding(error)) throw error;
    return 0;
  }
}

function isEncoding(error: unknown): boolean {
  return error instanceof TypeError && error.message.includes('encoded data');
}

function sampleOf(form: string): { readonly file: string; readonly bytes: Buffer } {
  const [name = ''] = readdirSync(join(ROOT, form));
  const file = readdirSync(join(ROOT, form, name)).find((one) => one.startsWith('input.')) ?? '';
  return { file, bytes: readFileSync(join(ROOT, form, name, file)) };
}

describe.each(Object.keys(READERS))('hostile documents of %s', (form) => {
  const { bytes } = sampleOf(form);

  it('are an error of the input, or something', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (any) => tryRead(form, any) >= 0));
  });

  it('that are damaged samples, too', () => {
    const place = fc.nat(bytes.length);
    fc.assert(
      fc.property(place, place, fc.string({ maxLength: 20 }), (from, to, text) => {
        const parts = [bytes.subarray(0, from), Buffer.from(text), bytes.subarray(to)];
        return tryRead(form, Buffer.concat(parts)) >= 0;
      }),
    );
  });

  it('that end early are refused', () => {
    expect(tryRead(form, bytes.subarray(0, Math.floor(bytes.length / 2)))).toBeLessThanOrEqual(
      tryRead(form, bytes),
    );
  });
});

it('entities of a document type are not known: nothing grows and nothing is fetched', () => {
  const doctype =
    '<!DOCTYPE updates [<!ENTITY a "aaaaaaaaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>';
  const { bytes } = sampleOf('amazon-updateinfo');
  const text = bytes.toString().replace('<updates>', `${doctype}<updates>`);
  const [first] = readAmazonUpdates(Buffer.from(text.replace('a &lt;flaw', '&a;&b;')));
  expect(first?.id).toBe('ALAS2023-2026-500');
  const title = text.replace('<title>Amazon Linux 2023', '<title>&a;&b;');
  expect([...readAmazonUpdates(Buffer.from(title))][0]?.summary).toContain('&a;&b;');
});

it('a record that never ends is refused before memory is', () => {
  const endless = Buffer.concat([Buffer.from('<updates><update>'), Buffer.alloc(40_000_000, 0x61)]);
  expect(() => [...readAmazonUpdates(endless)]).toThrow('does not end');
});

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
