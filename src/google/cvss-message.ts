/**
 * CVSS vectors as Grafeas tells them: a message of metrics in a field of its own for each version
 * of CVSS, with the version that score and severity are of.
 */
import type { CvssScore } from '../domain/cvss.ts';
import type { JsonObject } from '../domain/json.ts';

/** One metric: its field, and the enum value of each of its letters. */
type Metric = readonly [field: string, values: Readonly<Record<string, string>>];

const IMPACT = {
  N: 'IMPACT_NONE',
  L: 'IMPACT_LOW',
  H: 'IMPACT_HIGH',
  P: 'IMPACT_PARTIAL',
  C: 'IMPACT_COMPLETE',
} as const;

/** The metrics of all versions; where two share a letter, their values differ. */
const METRICS: Readonly<Record<string, Metric>> = {
  AV: ['attackVector', named('ATTACK_VECTOR', 'NETWORK ADJACENT LOCAL PHYSICAL')],
  AC: ['attackComplexity', named('ATTACK_COMPLEXITY', 'LOW HIGH MEDIUM')],
  Au: ['authentication', named('AUTHENTICATION', 'MULTIPLE SINGLE NONE')],
  PR: ['privilegesRequired', named('PRIVILEGES_REQUIRED', 'NONE LOW HIGH')],
  UI: ['userInteraction', named('USER_INTERACTION', 'NONE REQUIRED PASSIVE ACTIVE')],
  S: ['scope', named('SCOPE', 'UNCHANGED CHANGED')],
  C: ['confidentialityImpact', IMPACT],
  I: ['integrityImpact', IMPACT],
  A: ['availabilityImpact', IMPACT],
  AT: ['attackRequirements', named('ATTACK_REQUIREMENTS', 'NONE PRESENT')],
  VC: ['vulnerableSystemConfidentialityImpact', IMPACT],
  VI: ['vulnerableSystemIntegrityImpact', IMPACT],
  VA: ['vulnerableSystemAvailabilityImpact', IMPACT],
  SC: ['subsequentSystemConfidentialityImpact', IMPACT],
  SI: ['subsequentSystemIntegrityImpact', IMPACT],
  SA: ['subsequentSystemAvailabilityImpact', IMPACT],
};

/** By the first digit of CVSS' version: Grafeas' name of it, and its field. */
const VERSIONS: Readonly<Record<string, readonly [name: string, field: string]>> = {
  '2': ['CVSS_VERSION_2', 'cvssV2'],
  '3': ['CVSS_VERSION_3', 'cvssV3'],
  '4': ['CVSS_VERSION_4', 'cvssV4'],
};

/**
 * `cvssVersion` and the field of that version; nothing where no vector is known. Notes call the
 * field of CVSS 3 `cvssV3`, occurrences `cvssv3`.
 */
export function cvssToGrafeas(
  cvss: CvssScore | undefined,
  fieldOf3: 'cvssV3' | 'cvssv3',
): JsonObject {
  const { score = 0, version = '', vector } = cvss ?? {};
  const [cvssVersion, field] = VERSIONS[version.charAt(0)] ?? [];
  if (vector === undefined || cvssVersion === undefined || field === undefined) return {};
  const message = { baseScore: score, ...metricsOf(vector) };
  return { cvssVersion, [field === 'cvssV3' ? fieldOf3 : field]: message };
}

function metricsOf(vector: string): JsonObject {
  const found = vector.split('/').flatMap((part): [string, string][] => {
    const [name = '', letter = ''] = part.split(':');
    const [field, values] = Object.hasOwn(METRICS, name) ? (METRICS[name] ?? []) : [];
    const value =
      values !== undefined && Object.hasOwn(values, letter) ? values[letter] : undefined;
    return field === undefined || value === undefined ? [] : [[field, value]];
  });
  return Object.fromEntries(found);
}

/** Values by their first letter, as vectors write them. */
function named(prefix: string, words: string): Readonly<Record<string, string>> {
  return Object.fromEntries(words.split(' ').map((word) => [word[0] ?? '', `${prefix}_${word}`]));
}
