/**
 * Red Hat's CSAF VEX documents (https://access.redhat.com/security/data/csaf/v2/vex/), one a CVE:
 * for each package of each release whether it is fixed, affected, not affected or not known, and
 * why there is no fix. Only releases of Red Hat Enterprise Linux itself are read.
 */
import type { Advisory, AffectedPackage, FixState } from '../../domain/advisory.ts';
import type { Severity } from '../../domain/severity.ts';
import {
  fieldError,
  member,
  readList,
  readObject,
  readOptionalTime,
  readText,
  readTime,
  type Field,
} from './osv-field.ts';
import { severityOfWord, wordSeverity } from './read-severity.ts';
import { readRedHatProducts, type FindProduct, type RedHatPackage } from './redhat-products.ts';
import { scoreCsafVectors } from './csaf-score.ts';

const SOURCE = 'redhat-csaf';
const MOST = 500_000;

/**
 * Reads one document. Refuses, with the field, what is no `csaf_vex` of one vulnerability or has a
 * field of a wrong type; products that are no package of a release are passed over.
 */
export function readRedHatCsaf(json: unknown): Advisory {
  const root: Field = { path: '', value: json };
  const document = member(root, 'document');
  readObject(document);
  const category = member(document, 'category');
  if (category.value !== 'csaf_vex') throw fieldError(category, '"csaf_vex"');
  const vulnerabilities = readList(member(root, 'vulnerabilities'), 100);
  const [vulnerability] = vulnerabilities;
  if (vulnerability === undefined || vulnerabilities.length > 1) {
    throw fieldError(member(root, 'vulnerabilities'), 'a list of one vulnerability');
  }
  return readVulnerability(
    document,
    vulnerability,
    readRedHatProducts(member(root, 'product_tree')),
  );
}

function readVulnerability(
  document: Field,
  vulnerability: Field,
  findProduct: FindProduct,
): Advisory {
  const cve = readText(member(vulnerability, 'cve'), 64);
  const tracking = member(document, 'tracking');
  const published = readOptionalTime(member(tracking, 'initial_release_date'));
  const word = member(member(document, 'aggregate_severity'), 'text').value;
  const title = readObject(vulnerability)['title'];
  const known = { products: productsOf(vulnerability), findProduct };
  return {
    id: `REDHAT-${cve}`,
    source: SOURCE,
    aliases: [cve],
    summary: typeof title === 'string' ? title.slice(0, 1024) : '',
    ...(published !== undefined && { published }),
    modified: readTime(member(tracking, 'current_release_date')),
    ...wordSeverity(word, `${SOURCE}:aggregate_severity`),
    ...scoreCsafVectors(member(vulnerability, 'scores')),
    ...(isDisputed(vulnerability) && { disputed: true as const }),
    references: [`https://access.redhat.com/security/cve/${cve}`],
    affected: readStatuses(member(vulnerability, 'product_status'), known),
  };
}

function isDisputed(vulnerability: Field): boolean {
  const notes = readList(member(vulnerability, 'notes'), 1000);
  return notes.some(({ value }) => /\bdisputed\b/i.test(JSON.stringify(value) ?? ''));
}

/** What is said of single products beside their status, by product id. */
interface Said {
  readonly erratum: ReadonlyMap<string, string>;
  readonly state: ReadonlyMap<string, FixState>;
  readonly severity: ReadonlyMap<string, Severity>;
}

function productsOf(vulnerability: Field): Said {
  const said = {
    erratum: new Map<string, string>(),
    state: new Map<string, FixState>(),
    severity: new Map<string, Severity>(),
  };
  for (const field of readList(member(vulnerability, 'remediations'), MOST)) {
    const category = textOf(field, 'category');
    const erratum = /\/(RH[SBE]A-\d{4}:\d+)$/.exec(textOf(field, 'url'))?.[1];
    if (category === 'vendor_fix') sayOf(field, said.erratum, erratum);
    else sayOf(field, said.state, stateOf(category, textOf(field, 'details')));
  }
  for (const field of readList(member(vulnerability, 'threats'), MOST)) {
    if (textOf(field, 'category') !== 'impact') continue;
    sayOf(field, said.severity, severityOfWord(textOf(field, 'details')));
  }
  return said;
}

/** Says it of each product that the entry names. */
function sayOf<T>(entry: Field, said: Map<string, T>, value: T | undefined): void {
  if (value === undefined) return;
  for (const id of idsOf(member(entry, 'product_ids'))) said.set(id, value);
}

function textOf(entry: Field, name: string): string {
  const value = readObject(entry)[name];
  return typeof value === 'string' ? value : '';
}

function stateOf(category: string, details: string): FixState | undefined {
  if (category === 'no_fix_planned') {
    return /out of support|end of life/i.test(details) ? 'end-of-life' : 'wont-fix';
  }
  if (category !== 'none_available') return undefined;
  return /defer/i.test(details) ? 'deferred' : 'unfixed';
}

function idsOf(field: Field): readonly string[] {
  return readList(field, MOST).flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
}

interface Known {
  readonly products: Said;
  readonly findProduct: FindProduct;
}

/** What each status says of the versions of a package. */
const STATUSES: Readonly<
  Record<string, (pkg: RedHatPackage) => Pick<AffectedPackage, 'ranges' | 'fixState'> | undefined>
> = {
  fixed: ({ version }) => (version === undefined ? undefined : { ranges: below(version) }),
  known_affected: () => ({ ranges: below(undefined), fixState: 'unfixed' }),
  known_not_affected: () => ({ ranges: below('0') }),
  under_investigation: () => ({ ranges: below(undefined), fixState: 'under-investigation' }),
};

function below(fixed: string | undefined): AffectedPackage['ranges'] {
  const events = [{ introduced: '0' }, ...(fixed === undefined ? [] : [{ fixed }])];
  return [{ type: 'ECOSYSTEM', events }];
}

/**
 * The statements by package. A fix is named once for the source package and once for each binary
 * one: where the source is named, it stands for all.
 */
function readStatuses(field: Field, known: Known): readonly AffectedPackage[] {
  const found = new Map<string, AffectedPackage>();
  const binaries = new Map<string, AffectedPackage>();
  if (field.value === undefined) return [];
  readObject(field);
  for (const [status, statement] of Object.entries(STATUSES)) {
    for (const id of idsOf(member(field, status))) {
      const pkg = known.findProduct(id);
      const said = pkg && statement(pkg);
      if (pkg === undefined || said === undefined) continue;
      const entry = toEntry(pkg, said, { id, products: known.products });
      const kept = status === 'fixed' && !pkg.isSource ? binaries : found;
      kept.set(JSON.stringify([entry.ecosystem, entry.name, entry.module, entry.ranges]), entry);
    }
  }
  const sources = new Set(
    [...found.values()].flatMap(({ erratum, ...one }) => keyOf(one, erratum)),
  );
  const alone = [...binaries.values()].filter(
    (one) => !keyOf(one, one.erratum).some((key) => sources.has(key)),
  );
  return [...found.values(), ...alone];
}

/** A fix is that of a release and erratum. */
function keyOf(
  { ecosystem }: Pick<AffectedPackage, 'ecosystem'>,
  erratum?: string,
): readonly string[] {
  return erratum === undefined ? [] : [`${ecosystem} ${erratum}`];
}

function toEntry(
  { ecosystem, name, module }: RedHatPackage,
  said: Pick<AffectedPackage, 'ranges' | 'fixState'>,
  { id, products }: { readonly id: string; readonly products: Said },
): AffectedPackage {
  const severity = products.severity.get(id);
  const erratum = products.erratum.get(id);
  const fixState =
    said.fixState === 'unfixed' ? (products.state.get(id) ?? 'unfixed') : said.fixState;
  return {
    ecosystem,
    name,
    versions: [],
    ranges: said.ranges,
    ...(fixState !== undefined && { fixState }),
    ...(severity !== undefined && { severity, severitySource: `${SOURCE}:threats impact` }),
    ...(module !== undefined && { module }),
    ...(erratum !== undefined && { erratum }),
  };
}
