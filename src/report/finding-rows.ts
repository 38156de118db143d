/** How one finding reads: the words for what is known of it, shared by its page and the reports. */
import { cvesOf } from '../domain/cve.ts';
import { cvssOf } from '../domain/cvss.ts';
import type { ImageLayer } from '../domain/image-layer.ts';
import type { Finding, ScanResult } from '../domain/scan-result.ts';
import { formatTime } from '../domain/time.ts';
import { fixText } from './fix-state-words.ts';

/** A line: what it is about, and what is known; nothing: not known. */
export type FindingRow = readonly [label: string, text: string | undefined];

/** Everything that is known of a finding, in the order of its page. */
export function findingRows(finding: Finding, result: ScanResult): readonly FindingRow[] {
  const { package: pkg, layer } = finding;
  return [
    ['Severity', `${severityText(finding)} (${finding.severitySource})`],
    ['CVSS', cvssText(finding)],
    ['KEV', kevText(finding, result)],
    ['EPSS', epssLine(finding, result)],
    ['VEX', vexText(finding)],
    ['Package', pkg.purl],
    ['Installed', pkg.version],
    ['Source', pkg.source.version === pkg.version ? undefined : sourceText(finding)],
    ['Fixed', fixText(finding)],
    ['Origin', pkg.origin === 'declared' ? 'only declared by a lock file' : 'installed'],
    ['Path', pkg.path],
    ['Layer', layer && layerText(layer, result)],
    ['Diff id', layer?.diffId],
    ['Made by', layer?.instruction],
    ['Belongs', layer && belongsText(layer, result)],
    ['Matched', matchedText(finding)],
    ['Also', finding.aliases.join(', ') || undefined],
    ['About', finding.summary || undefined],
    ...finding.references.map((url, index): FindingRow => [index === 0 ? 'Links' : '', url]),
  ];
}

/** Who says what of it, and why. */
function vexText({ vex }: Finding): string | undefined {
  if (vex === undefined) return undefined;
  const reasons = [vex.justification, vex.impact, vex.action].filter((one) => one !== undefined);
  const said = [vex.status, ...reasons].join(': ');
  return `${said} (${vex.author}, ${formatTime(vex.time).slice(0, 10)}, ${vex.document})`;
}

function matchedText({ firstMatched }: Finding): string | undefined {
  if (firstMatched === undefined) return undefined;
  return `first on ${formatTime(firstMatched).slice(0, 10)}`;
}

function severityText({ severity }: Finding): string {
  return severity === 'SEVERITY_UNSPECIFIED' ? 'UNKNOWN' : severity;
}

function cvssText(finding: Finding): string | undefined {
  const cvss = cvssOf(finding);
  if (cvss === undefined) return undefined;
  const { score, version, vector } = cvss;
  const of = version === undefined ? 'of an unknown version' : `CVSS ${version}`;
  return `${score.toFixed(1)} (${[of, vector].filter(Boolean).join(', ')})`;
}

/** Not to be in the catalog is known only where there is one. */
function kevText(finding: Finding, { feeds = [] }: ScanResult): string | undefined {
  const { kev, advisoryId, aliases } = finding;
  if (kev === undefined) {
    if (!feeds.some(({ name }) => name === 'kev')) return undefined;
    const named = cvesOf(advisoryId, aliases).length > 0;
    return named
      ? 'not known to be exploited'
      : 'not told: the catalog goes by CVE, and it has none';
  }
  const due = kev.dueDate === undefined ? '' : `, due ${kev.dueDate}`;
  const use = kev.ransomware ? ', used by ransomware' : '';
  return `exploited: ${kev.cve} is in the catalog since ${kev.dateAdded}${due}${use}`;
}

function epssLine({ epss }: Finding, { feeds = [] }: ScanResult): string | undefined {
  if (epss === undefined) {
    return feeds.some(({ name }) => name === 'epss') ? 'no forecast' : undefined;
  }
  const { cve, score, percentile, date } = epss;
  const share = (Math.floor(percentile * 1000) / 10).toFixed(1);
  return `${score} for ${cve}, at or above ${share} % of all, on ${date}`;
}

function sourceText({ package: { source } }: Finding): string {
  return `${source.name} ${source.version}, of which fixes are versions`;
}

function layerText({ digest, index }: ImageLayer, { layers = [] }: ScanResult): string {
  return index === undefined ? digest : `${digest} (${index + 1} of ${layers.length})`;
}

function belongsText({ origin, grade }: ImageLayer, { base }: ScanResult): string | undefined {
  if (origin === 'unknown') return undefined;
  const name = base?.name ?? base?.digest ?? 'another image';
  const where = origin === 'base' ? `to the base image ${name}` : `to what lies above ${name}`;
  return `${where} (${grade})`;
}
