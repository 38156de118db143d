/**
 * Where v1beta1's fields of notes and occurrences are in v1, which is what is kept: filters may
 * name either. Paths are as v1 spells them; a longer one comes before a shorter one.
 */

/** v1beta1's path and v1's. */
export type BetaPath = readonly [beta: string, v1: string];

/** Paths of occurrences. */
export const BETA_OCCURRENCE_PATHS: readonly BetaPath[] = [
  ['derivedImage.derivedImage', 'image'],
  ['installation.installation', 'package'],
  ['deployment.deployment', 'deployment'],
  ['discovered.discovered', 'discovery'],
  ['attestation.attestation.pgpSignedAttestation.pgpKeyId', 'attestation.signatures.publicKeyId'],
  ['attestation.attestation.genericSignedAttestation', 'attestation'],
  ['vulnerability.cvssV3', 'vulnerability.cvssv3'],
  ...locationPaths('vulnerability.packageIssue'),
  [
    'vulnerability.packageIssue.affectedLocation.cpeUri',
    'vulnerability.packageIssue.affectedCpeUri',
  ],
  [
    'vulnerability.packageIssue.affectedLocation.package',
    'vulnerability.packageIssue.affectedPackage',
  ],
  [
    'vulnerability.packageIssue.affectedLocation.version',
    'vulnerability.packageIssue.affectedVersion',
  ],
];

/** Paths of notes. */
export const BETA_NOTE_PATHS: readonly BetaPath[] = [
  ['baseImage', 'image'],
  ['deployable', 'deployment'],
  ['attestationAuthority', 'attestation'],
  ...locationPaths('vulnerability.details'),
  ['vulnerability.details.cpeUri', 'vulnerability.details.affectedCpeUri'],
  ['vulnerability.details.package', 'vulnerability.details.affectedPackage'],
  ['vulnerability.details.minAffectedVersion', 'vulnerability.details.affectedVersionStart'],
  ['vulnerability.details.maxAffectedVersion', 'vulnerability.details.affectedVersionEnd'],
];

/** A path in v1's terms, each part in camelCase; one that is v1's already stays as it is. */
export function pathFromBeta(
  path: readonly string[],
  table: readonly BetaPath[],
): readonly string[] {
  const plain = path.map(camelCase);
  for (const [beta, v1] of table) {
    const parts = beta.split('.');
    if (parts.every((part, index) => plain[index] === part)) {
      return [...v1.split('.'), ...path.slice(parts.length)];
    }
  }
  return path;
}

function camelCase(part: string): string {
  return part.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function locationPaths(list: string): BetaPath[] {
  return [
    [`${list}.fixedLocation.cpeUri`, `${list}.fixedCpeUri`],
    [`${list}.fixedLocation.package`, `${list}.fixedPackage`],
    [`${list}.fixedLocation.version`, `${list}.fixedVersion`],
  ];
}
