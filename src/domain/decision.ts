/** A kept decision: enough to explain it step by step and to replay it. */
import type { Micros } from './time.ts';
import type { AdmissionRequest, Evidence, Verdict } from './verdict.ts';

/** What was evaluated, kept once per content; its id is the digest of its canonical JSON. */
export interface Evaluation {
  readonly schemaVersion: 1;
  readonly engineVersion: string;
  readonly request: AdmissionRequest;
  readonly evidence: Evidence;
  readonly verdict: Verdict;
}

/** One answer that was given. */
export interface Decision {
  /** UUIDv7. */
  readonly id: string;
  readonly time: Micros;
  /** When its evaluation was made, where that was earlier: a verdict stands while its facts do. */
  readonly evaluateTime?: Micros;
  readonly project: string;
  /** Digest of the {@link Evaluation}. */
  readonly evaluationId: string;
  /** How many identical questions this row answers. */
  readonly count: number;
}
