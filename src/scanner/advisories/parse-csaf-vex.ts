/**
 * Reads CSAF 2.0 documents of the VEX profile (OASIS CSAF 2.0, section 4.5). What they say of a
 * vulnerability is told by lists of product ids; each product gets its reasons by the same ids.
 */
import { AssayError } from '../../domain/error.ts';
import type { Micros } from '../../domain/time.ts';
import {
  VEX_JUSTIFICATIONS,
  type VexDocument,
  type VexJustification,
  type VexStatement,
  type VexStatus,
} from '../../domain/vex-document.ts';
import { readProductTree, type ProductTree, requireProduct } from './csaf-product-tree.ts';
import { fieldError, member, readList, readText, readTime } from './osv-field.ts';
import type { Field } from './osv-field.ts';
import {
  checkStatementCount,
  makeStatement,
  readDocumentId,
  readVulnerabilityId,
  readWord,
  startReading,
  VEX_LIMITS,
  type VexReading,
} from './vex-reading.ts';

const STATUS_LISTS: Readonly<Record<string, VexStatus>> = {
  known_not_affected: 'not_affected',
  fixed: 'fixed',
  first_fixed: 'fixed',
  known_affected: 'affected',
  first_affected: 'affected',
  last_affected: 'affected',
  under_investigation: 'under_investigation',
};

interface Reading {
  readonly tree: ProductTree;
  readonly account: VexReading;
  readonly time: Micros;
}

/** Tells whether a value means to be a CSAF document. */
export function isCsaf(document: unknown): boolean {
  return member({ path: '', value: document }, 'csaf_version').value !== undefined;
}

/** Reads a document; refuses, as `invalid-advisory` with its path, a field that is wrong. */
export function parseCsafVex(json: unknown): VexDocument {
  const root: Field = { path: '', value: json };
  const document = member(root, 'document');
  const tracking = member(document, 'tracking');
  checkHead(document);
  const time = readTime(member(tracking, 'current_release_date'));
  const list = member(root, 'vulnerabilities');
  checkStatementCount(list);
  const reading = { tree: readProductTree(member(root, 'product_tree')), account: startReading() };
  const statements = readList(list, VEX_LIMITS.statements).flatMap((field) =>
    readVulnerability(field, { ...reading, time }),
  );
  if (statements.length === 0) throw fieldError(list, 'a list with at least one vulnerability');
  return {
    format: 'CSAF',
    id: readDocumentId(member(tracking, 'id')),
    author: readText(member(member(document, 'publisher'), 'name'), VEX_LIMITS.id),
    version: readVersion(member(tracking, 'version')),
    time,
    statements,
    remarks: reading.account.remarks(),
  };
}

/** Another profile has no duty to give reasons, and a draft is not yet anybody's word. */
function checkHead(document: Field): void {
  const version = member(document, 'csaf_version');
  if (version.value !== '2.0') throw fieldError(version, '2.0, the version that is read');
  const category = member(document, 'category');
  if (category.value !== 'csaf_vex') throw fieldError(category, 'csaf_vex, the VEX profile');
  readWord(member(member(document, 'tracking'), 'status'), ['final', 'interim']);
}

/** A whole number, or three with dots between; what follows a hyphen is of drafts only. */
function readVersion(field: Field): string {
  const text = readText(field, 64);
  if (/^(?:0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8})){0,2}$/.test(text)) return text;
  throw fieldError(field, 'a version such as 3 or 1.2.0');
}

function readVulnerability(field: Field, reading: Reading): readonly VexStatement[] {
  const ids = readIds(field);
  const [vulnerability, ...aliases] = ids;
  if (vulnerability === undefined) throw fieldError(member(field, 'cve'), 'a CVE, or ids');
  const status = readStatuses(member(field, 'product_status'), reading.tree);
  if (status.size === 0) {
    throw new AssayError(
      'invalid-advisory',
      `field ${field.path}.product_status: the statement on ${vulnerability} names no product; ` +
        'name at least one',
    );
  }
  const reasons = readReasons(field, reading.tree);
  const groups = Map.groupBy(status, ([id, said]) => JSON.stringify([said, reasons(id)]));
  return [...groups.values()].map((group) => {
    const [first, said] = group[0] ?? ['', 'affected'];
    return makeStatement(field, {
      vulnerability,
      aliases,
      products: group.flatMap(([id]) =>
        reading.account.take(id, requireProduct(reading.tree, id, field)),
      ),
      status: said,
      ...reasons(first),
      time: reading.time,
    });
  });
}

function readIds(field: Field): readonly string[] {
  const cve = member(field, 'cve');
  const others = readList(member(field, 'ids'), VEX_LIMITS.aliases);
  return [
    ...(cve.value === undefined ? [] : [readVulnerabilityId(cve)]),
    ...others.map((one) => readVulnerabilityId(member(one, 'text'))),
  ];
}

/** The status of each product; two of one product contradict each other (section 6.1.6). */
function readStatuses(field: Field, tree: ProductTree): ReadonlyMap<string, VexStatus> {
  const found = new Map<string, VexStatus>();
  for (const [name, status] of Object.entries(STATUS_LISTS)) {
    for (const one of readList(member(field, name), VEX_LIMITS.products)) {
      const id = readText(one, VEX_LIMITS.id);
      requireProduct(tree, id, one);
      if ((found.get(id) ?? status) !== status) {
        throw fieldError(one, `one status of ${JSON.stringify(id)}, which has another one above,`);
      }
      found.set(id, status);
    }
  }
  return found;
}

interface Reasons {
  readonly justification?: VexJustification;
  readonly impact?: string;
  readonly action?: string;
}

function readReasons(field: Field, tree: ProductTree): (id: string) => Reasons {
  const flags = byProduct(member(field, 'flags'), tree, (one) =>
    readWord(member(one, 'label'), VEX_JUSTIFICATIONS),
  );
  const impacts = byProduct(member(field, 'threats'), tree, (one) =>
    member(one, 'category').value === 'impact' ? readDetails(one) : undefined,
  );
  const actions = byProduct(member(field, 'remediations'), tree, readDetails);
  return (id) => {
    const [justification, impact, action] = [flags.get(id), impacts.get(id), actions.get(id)];
    return {
      ...(justification === undefined ? {} : { justification }),
      ...(impact === undefined ? {} : { impact }),
      ...(action === undefined ? {} : { action }),
    };
  };
}

function readDetails(field: Field): string {
  return readText(member(field, 'details'), VEX_LIMITS.text);
}

/** What a list says of products, the first for each. */
function byProduct<T>(
  list: Field,
  tree: ProductTree,
  read: (field: Field) => T | undefined,
): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const one of readList(list, VEX_LIMITS.products)) {
    const value = read(one);
    if (value === undefined) continue;
    for (const id of productsOf(one, tree)) if (!found.has(id)) found.set(id, value);
  }
  return found;
}

function productsOf(field: Field, { groups }: ProductTree): readonly string[] {
  const ids = readList(member(field, 'product_ids'), VEX_LIMITS.products).map((one) =>
    readText(one, VEX_LIMITS.id),
  );
  const grouped = readList(member(field, 'group_ids'), VEX_LIMITS.products).flatMap(
    (one) => groups.get(readText(one, VEX_LIMITS.id)) ?? [],
  );
  return [...ids, ...grouped];
}
