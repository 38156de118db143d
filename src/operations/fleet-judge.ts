/** The status of images without one look at each: those that were read alike are judged once. */
import type { AdvisorySource } from '../domain/advisory.ts';
import { INSTALLED_ONLY } from '../domain/scan-gate.ts';
import { leavesUndecided, type ScanProblem, type ScanStatus } from '../domain/software-package.ts';
import type { Micros } from '../domain/time.ts';
import { systemOfSet } from '../store/fleet-rows.ts';
import { judgeScan } from './assemble-scan-result.ts';
import { type FleetPackages, UNDECIDED } from './fleet-packages.ts';
import type { PackageSums } from './fleet-sums.ts';

/** How an image stands. */
export interface Judged {
  readonly status: ScanStatus;
  /** Something leaves a pass in doubt. */
  readonly doubtful: boolean;
}

/** Judges an image by how it was read, its set's body and what its packages come to. */
export type FleetJudge = (
  read: ScanStatus,
  setBody: string,
  sums: Pick<PackageSums, 'traits' | 'places'>,
) => Judged;

/** What it is judged with. */
export interface JudgedWith {
  readonly packages: FleetPackages;
  readonly sources: readonly AdvisorySource[];
  readonly now: Micros;
}

const NOT_COMPARED: ScanProblem = {
  code: 'version-not-comparable',
  message: 'a package cannot be compared with an advisory',
  fatal: true,
};

/** Makes a judge that knows what it judged before. */
export function createFleetJudge(by: JudgedWith): FleetJudge {
  const judged = new Map<string, Judged>();
  let last: (Alike & { readonly answer: Judged }) | undefined;
  return (read, setBody, { traits, places }) => {
    const undecided = (traits & UNDECIDED) !== 0;
    const one = places.length === 1 ? places[0] : undefined;
    // Nearly always that of the image before.
    if (
      last?.read === read &&
      last.place === one &&
      one !== undefined &&
      last.undecided === undecided &&
      last.setBody === setBody
    ) {
      return last.answer;
    }
    const key = `${read} ${undecided ? 1 : 0} ${places.join()} ${setBody}`;
    const ecosystems = places.map((place) => by.packages.ecosystems[place] ?? '');
    const answer = judged.get(key) ?? judge({ read, setBody, undecided, ecosystems }, by);
    judged.set(key, answer);
    last = { read, setBody, undecided, place: one, answer };
    return answer;
  };
}

interface Alike {
  readonly read: ScanStatus;
  readonly setBody: string;
  readonly undecided: boolean;
  /** That of the only ecosystem; undefined: there are none or several. */
  readonly place: number | undefined;
}

interface ReadAlike {
  readonly read: ScanStatus;
  readonly setBody: string;
  readonly undecided: boolean;
  readonly ecosystems: readonly string[];
}

function judge(
  { read, setBody, undecided, ecosystems }: ReadAlike,
  { sources, now }: JudgedWith,
): Judged {
  const system = systemOfSet(setBody);
  const result = judgeScan({
    read: { status: read, problems: [], ...(system !== undefined && { system }) },
    ecosystems: { installed: ecosystems, declared: [] },
    matched: { problems: undecided ? [NOT_COMPARED] : [], sources },
    now,
    maxAdvisoryAge: Number.MAX_SAFE_INTEGER,
  });
  const doubtful = result.problems.some((one) => leavesUndecided(one, INSTALLED_ONLY));
  return { status: result.status, doubtful };
}
