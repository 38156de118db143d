/**
 * Reads the VEX part of CycloneDX 1.4 to 1.6 in JSON (ECMA-424): `vulnerabilities[].analysis`, with
 * what it affects resolved through the document's own components.
 */
import type { Micros } from '../../domain/time.ts';
import type {
  VexDocument,
  VexJustification,
  VexProduct,
  VexStatement,
  VexStatus,
} from '../../domain/vex-document.ts';
import { readBom, resolveReference, type VexBom } from './cyclonedx-components.ts';
import { fieldError, member, readList, readOptionalTime, readText } from './osv-field.ts';
import type { Field } from './osv-field.ts';
import {
  checkStatementCount,
  makeStatement,
  readOptionalText,
  readVulnerabilityId,
  readWord,
  requireProducts,
  startReading,
  VEX_LIMITS,
  type VexReading,
} from './vex-reading.ts';
import type { ProductReading } from './vex-product.ts';

const VERSIONS: readonly unknown[] = ['1.4', '1.5', '1.6'];

const STATES = {
  resolved: 'fixed',
  resolved_with_pedigree: 'fixed',
  exploitable: 'affected',
  in_triage: 'under_investigation',
  false_positive: 'not_affected',
  not_affected: 'not_affected',
} as const satisfies Record<string, VexStatus>;
const STATE_NAMES = Object.keys(STATES) as (keyof typeof STATES)[];

/** Those that mean the same as one of the five; the others are kept as words. */
const JUSTIFICATIONS: Readonly<Record<string, VexJustification | undefined>> = {
  code_not_present: 'vulnerable_code_not_present',
  code_not_reachable: 'vulnerable_code_not_in_execute_path',
  requires_configuration: undefined,
  requires_dependency: undefined,
  requires_environment: undefined,
  protected_by_compiler: 'inline_mitigations_already_exist',
  protected_at_runtime: 'inline_mitigations_already_exist',
  protected_at_perimeter: undefined,
  protected_by_mitigating_control: undefined,
};

interface Reading {
  readonly bom: VexBom;
  readonly account: VexReading;
  readonly time: Micros | undefined;
}

/** Tells whether a value means to be a CycloneDX document. */
export function isCycloneDx(bomFormat: unknown): boolean {
  return bomFormat === 'CycloneDX';
}

/** Reads a document; refuses, as `invalid-advisory` with its path, a field that is wrong. */
export function parseCycloneDxVex(json: unknown): VexDocument {
  const root: Field = { path: '', value: json };
  const specVersion = member(root, 'specVersion');
  if (!VERSIONS.includes(specVersion.value)) throw fieldError(specVersion, '1.4, 1.5 or 1.6');
  const list = member(root, 'vulnerabilities');
  checkStatementCount(list);
  const metadata = member(root, 'metadata');
  const time = readOptionalTime(member(metadata, 'timestamp'));
  const reading = { bom: readBom(root), account: startReading(), time };
  const statements = readList(list, VEX_LIMITS.statements).flatMap((field) =>
    readVulnerability(field, reading),
  );
  if (statements.length === 0) throw fieldError(list, 'a list with at least one analysis');
  return {
    format: 'CycloneDX',
    id: reading.bom.serial,
    author: readAuthor(metadata),
    version: readVersion(member(root, 'version')),
    time: time ?? Math.max(...statements.map((one) => one.time)),
    statements,
    remarks: reading.account.remarks(),
  };
}

function readAuthor(metadata: Field): string {
  const { authors, manufacturer, manufacture, supplier } = {
    authors: readList(member(metadata, 'authors'), VEX_LIMITS.aliases)[0],
    manufacturer: member(metadata, 'manufacturer'),
    manufacture: member(metadata, 'manufacture'),
    supplier: member(metadata, 'supplier'),
  };
  const named = [authors, manufacturer, manufacture, supplier].flatMap((one) =>
    one === undefined ? [] : (readOptionalText(member(one, 'name'), VEX_LIMITS.id) ?? []),
  );
  return named[0] ?? '';
}

function readVersion(field: Field): string {
  const version = field.value ?? 1;
  if (typeof version === 'number' && Number.isSafeInteger(version) && version > 0) {
    return String(version);
  }
  throw fieldError(field, 'a whole number from 1 on');
}

/** A vulnerability without an analysis is a finding of somebody's scanner, and states nothing. */
function readVulnerability(field: Field, reading: Reading): readonly VexStatement[] {
  const analysis = member(field, 'analysis');
  if (analysis.value === undefined || analysis.value === null) return [];
  const vulnerability = readVulnerabilityId(member(field, 'id'));
  const state = readWord(member(analysis, 'state'), STATE_NAMES);
  const affects = member(field, 'affects');
  requireProducts(affects, vulnerability);
  const word = readJustification(member(analysis, 'justification'));
  const detail = readOptionalText(member(analysis, 'detail'), VEX_LIMITS.text);
  const justification = word === undefined ? undefined : JUSTIFICATIONS[word];
  const reasons = [state === 'false_positive' ? state : [], word ?? [], detail ?? []].flat();
  return [
    makeStatement(field, {
      vulnerability,
      aliases: readList(member(field, 'references'), VEX_LIMITS.aliases).map((one) =>
        readVulnerabilityId(member(one, 'id')),
      ),
      products: readList(affects, VEX_LIMITS.products).flatMap((one) => readAffects(one, reading)),
      status: STATES[state],
      justification,
      impact: reasons.length === 0 ? undefined : reasons.join(': '),
      action: readOptionalText(member(field, 'recommendation'), VEX_LIMITS.text),
      time: readStatementTime(field, reading),
    }),
  ];
}

function readJustification(field: Field): string | undefined {
  const word = readOptionalText(field, VEX_LIMITS.id);
  return word === undefined ? undefined : readWord(field, Object.keys(JUSTIFICATIONS));
}

function readStatementTime(field: Field, { time }: Reading): Micros {
  const analysis = member(field, 'analysis');
  const own =
    readOptionalTime(member(analysis, 'lastUpdated')) ??
    readOptionalTime(member(analysis, 'firstIssued')) ??
    time ??
    readOptionalTime(member(field, 'updated'));
  if (own !== undefined) return own;
  throw fieldError(member(analysis, 'lastUpdated'), 'a time here or in metadata.timestamp');
}

function readAffects(field: Field, { bom, account }: Reading): readonly VexProduct[] {
  const ref = readText(member(field, 'ref'), 2048);
  const product = resolveReference(bom, ref);
  const versions = readList(member(field, 'versions'), VEX_LIMITS.products);
  if (versions.length === 0) return account.take(ref, product);
  return versions.flatMap((one) => account.take(ref, ofVersion(product, one)));
}

/** Ranges are not guessed at: whether a range holds a version is a question of its ecosystem. */
function ofVersion(product: ProductReading, field: Field): ProductReading {
  if (typeof product === 'string') return product;
  const version = readOptionalText(member(field, 'version'), VEX_LIMITS.text);
  if (version === undefined) return 'has a range of versions; ranges are not read: name each one';
  const status = member(field, 'status').value ?? 'affected';
  if (status === 'unknown') return `is of unknown status in version ${version}`;
  const { component } = product;
  if (component === undefined) return 'is an image with versions; name its digest';
  if (component.version !== undefined && component.version !== version) {
    return `has the version ${component.version} in its purl, and is told of ${version}`;
  }
  return { ...product, component: { ...component, version } };
}
