/**
 * A scan for programs: the JSON of `assay scan --output json`, schemaVersion 1, described by
 * docs/reference/schemas/scan.schema.json. Fields are added, never renamed.
 */
import { fixStateOf } from './fix-state-words.ts';
import { type CvssScore, cvssOf } from '../domain/cvss.ts';
import type { BaseImage, ImageLayer } from '../domain/image-layer.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type {
  Finding,
  ScannedPackage,
  ScannedSystem,
  ScanResult,
  ScanAnalysis,
} from '../domain/scan-result.ts';
import { formatTime } from '../domain/time.ts';
import type { VexAssessment } from '../domain/vex-document.ts';

/** Which form is wanted. */
export interface ScanJsonOptions {
  /** The scan was of an index: an array, also where it has one platform only. */
  readonly index?: boolean;
}

/** Prints {@link scanToJson} as text that ends in a newline. */
export function formatScanJson(
  results: readonly ScanResult[],
  options: ScanJsonOptions = {},
): string {
  return `${JSON.stringify(scanToJson(results, options), null, 2)}\n`;
}

/** One scan as an object; the platforms of an index, or more than one scan, as an array. */
export function scanToJson(results: readonly ScanResult[], options: ScanJsonOptions = {}): Json {
  const list = results.map(scanResultToJson);
  const [only] = list;
  return only !== undefined && list.length === 1 && options.index !== true ? only : list;
}

/** What is not known is null: no system, no layer, no fixed version. */
function scanResultToJson(result: ScanResult): JsonObject {
  const { image, system } = result;
  return {
    schemaVersion: 1,
    image: { reference: image.reference, digest: image.digest, platform: image.platform },
    status: result.status,
    problems: result.problems.map(({ code, message, fatal, origin = null }) => ({
      code,
      message,
      fatal,
      origin,
    })),
    advisories: result.advisories.map(({ ecosystem, source, updated, records, complete }) => ({
      ecosystem,
      source,
      updated: updated === 0 ? null : formatTime(updated),
      records,
      complete,
    })),
    feeds: (result.feeds ?? []).map(({ name, source, updated, records }) => ({
      name,
      source,
      updated: formatTime(updated),
      records,
    })),
    base: result.base ? baseToJson(result.base) : null,
    layers: (result.layers ?? []).map(layerToJson),
    system: system ? systemToJson(system) : null,
    packages: result.packages.map(packageToJson),
    findings: result.findings.map(findingToJson),
    hiddenFindings: result.hiddenFindings ?? 0,
    summary: { ...result.summary },
    declaredSummary: { ...result.declaredSummary },
    layersRead: result.layersRead,
    analysis: result.analysis ? analysisToJson(result.analysis) : null,
  };
}

function analysisToJson(analysis: ScanAnalysis): JsonObject {
  const { packagesRead, extractorVersion, matchedAt, advisories } = analysis;
  const { revision, published } = advisories;
  return {
    packagesRead: formatTime(packagesRead),
    extractorVersion,
    matchedAt: formatTime(matchedAt),
    advisories: { revision, published: published === undefined ? null : formatTime(published) },
  };
}

function systemToJson(system: ScannedSystem): JsonObject {
  const { id, name, version, contentSets = [], endOfLife } = system;
  return {
    id,
    name,
    version,
    contentSets,
    endOfLife: endOfLife ? { ...endOfLife, extended: endOfLife.extended ?? null } : null,
  };
}

function packageToJson(pkg: ScannedPackage): JsonObject {
  return {
    name: pkg.name,
    version: pkg.version,
    type: pkg.type,
    purl: pkg.purl,
    ecosystem: pkg.ecosystem ?? null,
    architecture: pkg.architecture ?? null,
    source: { name: pkg.source.name, version: pkg.source.version },
    layer: pkg.layer ?? null,
    path: pkg.path,
    origin: pkg.origin,
    ownedBy: pkg.ownedBy ?? null,
  };
}

function findingToJson(finding: Finding): JsonObject {
  const { name, version, purl, source, layer, path, origin } = finding.package;
  return {
    id: finding.advisoryId,
    aliases: finding.aliases,
    summary: finding.summary,
    package: {
      name,
      version,
      purl,
      source: { name: source.name, version: source.version },
      layer: layer ?? null,
      path,
      origin,
    },
    ...saidToJson(finding),
    severity: finding.severity,
    severitySource: finding.severitySource,
    cvssScore: finding.cvssScore ?? null,
    cvss: cvssToJson(cvssOf(finding)),
    firstMatched: finding.firstMatched === undefined ? null : formatTime(finding.firstMatched),
    layer: finding.layer ? layerToJson(finding.layer) : null,
    epss: finding.epss ? { ...finding.epss } : null,
    vex: finding.vex ? vexToJson(finding.vex) : null,
    kev: finding.kev ? { ...finding.kev, dueDate: finding.kev.dueDate ?? null } : null,
    references: finding.references,
  };
}

function vexToJson(vex: VexAssessment): JsonObject {
  const { status, justification = null, impact = null, action = null, author, document } = vex;
  const time = formatTime(vex.time);
  return { status, justification, impact, action, author, document, time };
}

function saidToJson(finding: Finding): JsonObject {
  return {
    fixedVersion: finding.fixedVersion ?? null,
    fixState: fixStateOf(finding),
    disputed: finding.disputed ?? false,
    records: finding.records ?? [finding.advisoryId],
  };
}

function cvssToJson(cvss: CvssScore | undefined): Json {
  if (cvss === undefined) return null;
  return { score: cvss.score, version: cvss.version ?? null, vector: cvss.vector ?? null };
}

function baseToJson({ name, digest, grade, layers }: BaseImage): JsonObject {
  return { name: name ?? null, digest: digest ?? null, grade, layers: layers ?? null };
}

function layerToJson(layer: ImageLayer): JsonObject {
  const { digest, diffId, index, instruction, origin, grade } = layer;
  return {
    digest,
    diffId: diffId ?? null,
    index: index ?? null,
    instruction: instruction ?? null,
    origin,
    grade,
  };
}
