/**
 * A scan as SARIF 2.1.0 (OASIS), which code hosts and editors show: a run per platform, a rule per
 * advisory, a result per package. A scan that is not COMPLETE is a run that did not succeed.
 */
import { fixStateOf, fixText } from './fix-state-words.ts';
import type { JsonObject } from '../domain/json.ts';
import { type Finding, isSuppressed, type ScanResult } from '../domain/scan-result.ts';
import type { Severity } from '../domain/severity.ts';
import { orderFindings } from './order-findings.ts';

/** How SARIF and its readers rate a severity; an unknown one counts as the worst. */
const RATINGS: Readonly<Record<Severity, { readonly level: string; readonly score: number }>> = {
  SEVERITY_UNSPECIFIED: { level: 'error', score: 9.5 },
  CRITICAL: { level: 'error', score: 9.5 },
  HIGH: { level: 'error', score: 8 },
  MEDIUM: { level: 'warning', score: 5.5 },
  LOW: { level: 'note', score: 2 },
  MINIMAL: { level: 'note', score: 0.1 },
};

/** Prints one scan, or the platforms of an index as one run each; ends in a newline. */
export function formatScanSarif(results: ScanResult | readonly ScanResult[]): string {
  const list: readonly ScanResult[] = Array.isArray(results) ? results : [results];
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: list.map(toRun),
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function toRun(result: ScanResult): JsonObject {
  const findings = orderFindings(result.findings);
  const rules = [...new Map(findings.map((finding) => [finding.advisoryId, finding])).values()];
  const indexes = new Map(rules.map((finding, index) => [finding.advisoryId, index]));
  return {
    tool: { driver: { name: 'assay', rules: rules.map(toRule) } },
    automationDetails: { id: `assay/${result.image.reference}/${result.image.platform}/` },
    invocations: [
      {
        executionSuccessful: result.status === 'COMPLETE',
        toolExecutionNotifications: result.problems.map((problem) => ({
          level: problem.fatal ? 'error' : 'warning',
          descriptor: { id: problem.code },
          message: { text: problem.message },
        })),
      },
    ],
    results: findings.map((finding) =>
      toResult(result, finding, indexes.get(finding.advisoryId) ?? -1),
    ),
    properties: { ...result.image, status: result.status },
  };
}

function toRule(finding: Finding): JsonObject {
  const help = finding.references.find((url) => /^https?:/i.test(url) && URL.canParse(url));
  const score = finding.cvssScore ?? RATINGS[finding.severity].score;
  return {
    id: finding.advisoryId,
    shortDescription: { text: finding.summary === '' ? finding.advisoryId : finding.summary },
    help: { text: helpText(finding) },
    ...(help === undefined ? {} : { helpUri: new URL(help).href }),
    properties: {
      'security-severity': score.toFixed(1),
      aliases: finding.aliases,
      tags: ['security', 'vulnerability', ...(finding.kev === undefined ? [] : ['exploited'])],
    },
  };
}

/** What code hosts show beside a finding: its ids and links. */
function helpText({ advisoryId, aliases, references }: Finding): string {
  return [[advisoryId, ...aliases].join(', '), ...references].join('\n');
}

function toResult(result: ScanResult, finding: Finding, ruleIndex: number): JsonObject {
  const { package: pkg } = finding;
  return {
    ruleId: finding.advisoryId,
    ruleIndex,
    level: RATINGS[finding.severity].level,
    message: { text: messageText(finding) },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: encodePath(pkg.path) } },
        logicalLocations: [
          {
            name: pkg.name,
            fullyQualifiedName: `${result.image.reference}@${result.image.digest}:${pkg.purl}`,
            kind: 'package',
          },
        ],
      },
    ],
    ...suppressionsOf(finding),
    partialFingerprints: { 'assayFinding/v1': fingerprint(result, finding) },
    properties: { ...knownOf(finding), ...placeOf(finding) },
  };
}

function messageText({ advisoryId, package: pkg, ...finding }: Finding): string {
  const { fixedVersion, kev } = finding;
  const fix = fixedVersion === undefined ? fixText(finding) : `fixed in ${fixedVersion}`;
  const exploited = kev === undefined ? '' : '; it is known to be exploited';
  return `${pkg.name} ${pkg.version} is affected by ${advisoryId}: ${fix}${exploited}`;
}

function knownOf(finding: Finding): JsonObject {
  return {
    severity: finding.severity,
    severitySource: finding.severitySource,
    fixedVersion: finding.fixedVersion ?? null,
    fixState: fixStateOf(finding),
    disputed: finding.disputed ?? false,
    cvssVector: finding.cvssVector ?? null,
    epss: finding.epss?.score ?? null,
    kev: finding.kev !== undefined,
  };
}

function placeOf({ package: { purl, origin, layer: digest }, layer }: Finding): JsonObject {
  return {
    purl,
    origin,
    layer: digest ?? null,
    diffId: layer?.diffId ?? null,
    instruction: layer?.instruction ?? null,
    layerOrigin: layer?.origin ?? 'unknown',
  };
}

/** A suppressed result stays in the file, and readers leave it out of what is open. */
function suppressionsOf({ vex }: Finding): JsonObject {
  if (vex === undefined || !isSuppressed({ vex })) return {};
  const reasons = [vex.status, vex.justification, vex.impact].filter((one) => one !== undefined);
  const justification = `${reasons.join(': ')} (VEX ${vex.document} of ${vex.author})`;
  return { suppressions: [{ kind: 'external', status: 'accepted', justification }] };
}

/** The same finding in a rebuilt image keeps its fingerprint: neither digest nor versions in it. */
function fingerprint(result: ScanResult, finding: Finding): string {
  const { type, name, path } = finding.package;
  return JSON.stringify([result.image.platform, finding.advisoryId, type, name, path]);
}

/** A path inside the image as a relative URI reference; lone surrogates are replaced first. */
function encodePath(path: string): string {
  return path.toWellFormed().split('/').map(encodeURIComponent).join('/');
}
