/**
 * What VEX statements make of a finding: pure. A statement counts where its product is the image or
 * package of the finding and its vulnerability the finding's; of one author's the one that is
 * closest to the finding, then the latest; and where authors differ, "affected" stands.
 */
import type { Digest } from '../../domain/digest.ts';
import { isAssayError } from '../../domain/error.ts';
import type { Finding } from '../../domain/scan-result.ts';
import {
  clearsFinding,
  compareVexVersions,
  type NamedImage,
  type NamedPackage,
  type VexAssessment,
  type VexProduct,
  type VexStatement,
} from '../../domain/vex-document.ts';
import { parsePackageUrl } from '../parse-package-url.ts';

/** A statement of a configured author. */
export interface AuthoredStatement extends VexStatement {
  /** The configured author's name, never the one in the document. */
  readonly author: string;
  readonly document: string;
  readonly version: string;
}

/** What is known of the image of a finding. */
export interface VexImage {
  /** Its own digest and that of the index that lists it. */
  readonly digests: ReadonlySet<Digest>;
  /** `registry/path`; absent: it lies in a file. */
  readonly repository?: string;
}

/** The part of a finding that statements are compared with. */
export type VexSubject = Pick<Finding, 'advisoryId' | 'aliases'> & {
  readonly package: Pick<Finding['package'], 'purl' | 'source'>;
};

/** How close a statement is to a finding: the higher, the closer. */
interface Applying {
  readonly statement: AuthoredStatement;
  readonly scope: number;
}

/** Statements by each of their ids. */
export type StatementIndex = ReadonlyMap<string, readonly AuthoredStatement[]>;

/** Sorts statements by their ids, so that each finding meets only those on it. */
export function indexStatements(statements: readonly AuthoredStatement[]): StatementIndex {
  const index = new Map<string, AuthoredStatement[]>();
  for (const statement of statements) {
    for (const id of statementIds(statement)) {
      const list = index.get(id);
      if (list === undefined) index.set(id, [statement]);
      else list.push(statement);
    }
  }
  return index;
}

/** The assessment that stands for a finding; undefined where no statement is about it. */
export function assessFinding(
  finding: VexSubject,
  image: VexImage,
  statements: StatementIndex,
): VexAssessment | undefined {
  const applying = applyingTo(finding, image, statements);
  const cves = cvesOf(finding);
  if (applying.length === 0 || cves.length <= 1) return standing(applying);
  return assessSeveral(finding, applying, cves);
}

/**
 * An advisory of several CVEs is cleared where the statement is on the advisory itself, or each of
 * the CVEs is cleared; a statement on one of them leaves the others.
 */
function assessSeveral(
  finding: VexSubject,
  applying: readonly Applying[],
  cves: readonly string[],
): VexAssessment | undefined {
  const each = cves.map((cve) =>
    standing(applying.filter(({ statement }) => statementIds(statement).includes(cve))),
  );
  const open = each.find((one) => one !== undefined && !clearsFinding(one));
  if (open !== undefined) return open;
  const advisory = upper(finding.advisoryId);
  const whole = applying.filter(({ statement }) => upper(statement.vulnerability) === advisory);
  return standing(whole) ?? (each.every((one) => one !== undefined) ? each[0] : undefined);
}

/** The ids by which statements on a finding are looked up, in upper case. */
export function vulnerabilityIds({
  advisoryId,
  aliases,
}: Pick<Finding, 'advisoryId' | 'aliases'>): readonly string[] {
  return [...new Set([advisoryId, ...aliases].map(upper))];
}

/** The ids of a statement, in upper case. */
export function statementIds({
  vulnerability,
  aliases,
}: Pick<VexStatement, 'vulnerability' | 'aliases'>): readonly string[] {
  return [...new Set([vulnerability, ...aliases].map(upper))];
}

/** ASCII only, as ids are. */
function upper(text: string): string {
  return text.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase());
}

function cvesOf(finding: VexSubject): readonly string[] {
  return vulnerabilityIds(finding).filter((id) => /^CVE-\d{4}-\d{4,}$/.test(id));
}

function applyingTo(
  finding: VexSubject,
  image: VexImage,
  statements: StatementIndex,
): readonly Applying[] {
  const about = new Set(vulnerabilityIds(finding).flatMap((id) => statements.get(id) ?? []));
  if (about.size === 0) return [];
  const named = namesOf(finding);
  return [...about].flatMap((statement) => {
    const scope = statement.products.reduce(
      (most, product) => Math.max(most, scopeOf(product, image, named)),
      0,
    );
    return scope === 0 ? [] : [{ statement, scope }];
  });
}

/** The statement that stands: of each author the closest and latest, of these the worst. */
function standing(applying: readonly Applying[]): VexAssessment | undefined {
  const byAuthor = Map.groupBy(applying, ({ statement }) => statement.author);
  const latest = [...byAuthor.values()].flatMap((some) => some.toSorted(closestFirst).slice(0, 1));
  const [first] = latest.toSorted(
    (a, b) => RANKS[a.statement.status] - RANKS[b.statement.status] || closestFirst(a, b),
  );
  return first && toAssessment(first.statement);
}

/** Where authors differ, the higher of these does not count. */
const RANKS: Readonly<Record<VexStatement['status'], number>> = {
  affected: 0,
  fixed: 1,
  not_affected: 1,
  under_investigation: 2,
};

function closestFirst(a: Applying, b: Applying): number {
  return (
    b.scope - a.scope ||
    b.statement.time - a.statement.time ||
    compareVexVersions(b.statement.version, a.statement.version) ||
    RANKS[a.statement.status] - RANKS[b.statement.status]
  );
}

function toAssessment(statement: AuthoredStatement): VexAssessment {
  const { status, justification, impact, action, author, document, time } = statement;
  return {
    status,
    ...(justification === undefined ? {} : { justification }),
    ...(impact === undefined ? {} : { impact }),
    ...(action === undefined ? {} : { action }),
    author,
    document,
    time,
  };
}

/** The purls that a finding's package has: its own, and its source's, which says `arch=source`. */
function namesOf({ package: { purl, source } }: VexSubject): readonly NamedPackage[] {
  const binary = readOwn(purl);
  if (binary === undefined) return [];
  const arch = Object.hasOwn(SOURCE_ARCH, binary.type) ? SOURCE_ARCH[binary.type] : undefined;
  if (arch === undefined) return [binary];
  const qualifiers = { ...binary.qualifiers, arch };
  // An rpm's epoch is a qualifier.
  const version = binary.type === 'rpm' ? source.version.replace(/^\d+:/, '') : source.version;
  return [binary, { ...binary, name: source.name, version, qualifiers }];
}

const SOURCE_ARCH: Readonly<Record<string, string>> = { deb: 'source', rpm: 'src' };

/** A package may be called anything; one that cannot be read back is named by no statement. */
function readOwn(purl: string): NamedPackage | undefined {
  try {
    return parsePackageUrl(purl);
  } catch (error) {
    if (isAssayError(error)) return undefined;
    throw error;
  }
}

/** 0: not about it. An image's digest is closer than its repository, a version than any. */
function scopeOf(product: VexProduct, image: VexImage, named: readonly NamedPackage[]): number {
  const ofImage = product.image === undefined ? 0 : imageScope(product.image, image);
  const { component } = product;
  if (component === undefined || (product.image !== undefined && ofImage === 0)) return ofImage;
  if (!named.some((found) => fitsPackage(component, found))) return 0;
  return ofImage + (component.version === undefined ? 1 : 2);
}

function imageScope({ digest, repository }: NamedImage, image: VexImage): number {
  if (digest !== undefined) return image.digests.has(digest) ? 20 : 0;
  return repository !== undefined && repository === image.repository ? 10 : 0;
}

function isSource({ type, qualifiers }: NamedPackage): boolean {
  return Object.hasOwn(SOURCE_ARCH, type) && qualifiers['arch'] === SOURCE_ARCH[type];
}

function fitsPackage(wanted: NamedPackage, found: NamedPackage): boolean {
  return (
    isSource(wanted) === isSource(found) &&
    wanted.type === found.type &&
    wanted.namespace === found.namespace &&
    wanted.name === found.name &&
    (wanted.version === undefined || wanted.version === found.version) &&
    Object.entries(wanted.qualifiers).every(([key, value]) => found.qualifiers[key] === value)
  );
}
