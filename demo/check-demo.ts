/** What was expected against what came: every difference is named. */
import { PLANTED } from './choose-database.ts';
import type { DemoVerdict, ReviewCase } from './review-cases.ts';

/** What came of one question. */
export interface ReviewOutcome {
  readonly verdict: DemoVerdict;
  /** The whole reason that the cluster was given. */
  readonly reason: string;
  readonly auditAnnotations: Readonly<Record<string, string>>;
  readonly decisionId: string;
  /** Why in one line: the denial's sentence, or what was found. */
  readonly why: string;
  /** What `assay decisions show ID` printed. */
  readonly explanation: string;
}

/** The fields of `assay scan --output json` that the demo looks at. */
export interface ScanOutcome {
  readonly status: string;
  readonly problems: readonly { readonly message: string; readonly fatal?: boolean }[];
  readonly packages: readonly unknown[];
  readonly findings: readonly {
    readonly id: string;
    readonly package: {
      readonly name: string;
      readonly source: { readonly name: string; readonly version: string };
    };
    readonly fixedVersion: string | null;
  }[];
}

/** What is wrong with the answer to a question; nothing when all is as expected. */
export function checkReview(wanted: ReviewCase, outcome: ReviewOutcome): readonly string[] {
  const { verdict, reason, auditAnnotations, decisionId, explanation } = outcome;
  const first = reason.split('\n', 1)[0] ?? '';
  const faults = [
    ...differ('verdict', verdict, wanted.verdict),
    ...(startsRight(first, wanted.firstLine) ? [] : differ('reason', first, wanted.firstLine)),
    ...missing('the reason', reason, wanted.names),
    ...missing('assay decisions show', explanation, [decisionId, ...wanted.explains]),
    ...(decisionId === '' ? ['the answer names no decision'] : []),
    ...breakGlassFaults(wanted, auditAnnotations),
  ];
  return faults.map((fault) => `${wanted.title} (${wanted.image}): ${fault}`);
}

/** A first line that ends in `: ` is the beginning of one; any other is the whole. */
function startsRight(first: string, wanted: string): boolean {
  return wanted.endsWith(': ') ? first.startsWith(wanted) : first === wanted;
}

function breakGlassFaults(
  wanted: ReviewCase,
  auditAnnotations: Readonly<Record<string, string>>,
): readonly string[] {
  const asked = Object.keys(wanted.annotations).length > 0;
  return differ(
    'audit annotation break-glass',
    auditAnnotations['break-glass'] ?? 'none',
    asked ? 'true' : 'none',
  );
}

/** What is wrong with the two scans: the planted finding is in the second and not in the first. */
export function checkScans(clean: ScanOutcome, planted: ScanOutcome): readonly string[] {
  const found = planted.findings.find(isPlanted);
  return [
    ...scanFaults('first image', clean),
    ...scanFaults('second image', planted),
    ...(clean.findings.some(isPlanted) ? [`first image: has the finding ${PLANTED.id}`] : []),
    ...(found === undefined
      ? [`second image: the planted finding ${PLANTED.id} is not there`]
      : differ(
          'planted finding, fixed version',
          found.fixedVersion ?? 'none',
          PLANTED.fixedVersion,
        )),
  ];
}

function isPlanted(finding: ScanOutcome['findings'][number]): boolean {
  const { name, version } = finding.package.source;
  return finding.id === PLANTED.id && name === PLANTED.source && version === PLANTED.version;
}

function scanFaults(name: string, scan: ScanOutcome): readonly string[] {
  const problems = scan.problems.map((one) => one.message).join('; ');
  return [
    ...(scan.status === 'COMPLETE' ? [] : [`${name}: scan is ${scan.status}: ${problems}`]),
    ...(scan.packages.length > 0 ? [] : [`${name}: no package was found`]),
  ];
}

function differ(what: string, found: string, wanted: string): readonly string[] {
  if (found === wanted) return [];
  return [`${what} is ${JSON.stringify(found)}; wanted ${JSON.stringify(wanted)}`];
}

function missing(where: string, text: string, wanted: readonly string[]): readonly string[] {
  return wanted
    .filter((one) => !text.includes(one))
    .map((one) => `${where} does not say ${JSON.stringify(one)}`);
}
