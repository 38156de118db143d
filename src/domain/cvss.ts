/** A CVSS score as it is shown: never without saying of which version of CVSS it is. */

/** A base score, 0 to 10, with its vector where one was given. */
export interface CvssScore {
  readonly score: number;
  /** `2.0`, `3.0`, `3.1` or `4.0`; absent where no vector says it. */
  readonly version?: string;
  readonly vector?: string;
}

/** The score of what keeps score and vector apart; undefined where there is no score. */
export function cvssOf(scored: {
  readonly cvssScore?: number;
  readonly cvssVector?: string;
}): CvssScore | undefined {
  const { cvssScore: score, cvssVector: vector } = scored;
  if (score === undefined) return undefined;
  return vector === undefined ? { score } : { score, version: cvssVersion(vector), vector };
}

/** The version that a vector says it is of; those of CVSS 2 have no prefix. */
export function cvssVersion(vector: string): string {
  return /^CVSS:(\d\.\d)\//.exec(vector)?.[1] ?? '2.0';
}
