/**
 * What the content sets of a Red Hat image say of the advisories that count for it. Those of a
 * release's own repositories (also as UBI) have its advisories; streams that are supported longer
 * (EUS and the like) and other products have advisories of their own, which are not read.
 */
import type { ScanProblem, SystemRelease } from '../domain/software-package.ts';

/** What the repositories of a release itself are called in the names of their content sets. */
const PARTS: readonly string[] = [
  'baseos',
  'appstream',
  'supplementary',
  'highavailability',
  'resilientstorage',
  'codeready-builder',
  'rt',
  'nfv',
  'sap',
  'server',
  'client',
  'workstation',
  'computenode',
];
const OWN: readonly RegExp[] = [
  new RegExp(`^(?:rhel|ubi)-\\d+-(?:for-\\w+-)?(?:${PARTS.join('|')})-`),
  /^codeready-builder-for-(?:rhel|ubi)-\d+-/,
];
/** Streams of a release that are supported longer than it. */
const EXTENDED = /-(?:eus|aus|tus|e4s|els|elp)-|__\d+_DOT_\d+/;
const NAMED = 3;

/** What is to be said of the repositories that an image was made of. */
export function redHatProblems({ name, version, contentSets }: SystemRelease): ScanProblem[] {
  const major = version.split('.', 1)[0] ?? '';
  if (contentSets === undefined) {
    const message =
      'the image names no content sets (root/buildinfo), so the advisories of the repositories ' +
      `of Red Hat Enterprise Linux ${major} count (cpe:/o:redhat:enterprise_linux:${major})`;
    return [{ code: 'content-sets-unknown', message, fatal: false }];
  }
  const extended = contentSets.filter((set) => EXTENDED.test(set));
  const other = contentSets.filter((set) => !EXTENDED.test(set) && !isOwn(set));
  return [
    ...foreign(extended, `streams of ${name} that are supported longer`),
    ...foreign(other, 'other products'),
  ];
}

function isOwn(set: string): boolean {
  return OWN.some((own) => own.test(set));
}

function foreign(sets: readonly string[], of: string): ScanProblem[] {
  if (sets.length === 0) return [];
  const named = sets.slice(0, NAMED).join(', ');
  const more = sets.length > NAMED ? ` and ${sets.length - NAMED} more` : '';
  const message =
    `the image is made of content sets of ${of} (${named}${more}), ` +
    'whose advisories are not read';
  return [{ code: 'advisories-partial', message, fatal: true }];
}
