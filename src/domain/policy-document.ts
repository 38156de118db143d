/** Policy documents: what they say, and the kept revisions of them. */
import type { Micros } from './time.ts';

/** How a rule judges. */
export type EvaluationMode = 'ALWAYS_ALLOW' | 'ALWAYS_DENY' | 'REQUIRE_ATTESTATION';

/** Whether a rule's denial blocks or is only recorded. */
export type EnforcementMode = 'ENFORCED_BLOCK_AND_AUDIT_LOG' | 'DRYRUN_AUDIT_LOG_ONLY';

/** A rule of a Binary Authorization policy. Attestors are ANDed. */
export interface AdmissionRule {
  readonly evaluationMode: EvaluationMode;
  readonly enforcementMode: EnforcementMode;
  /** `projects/P/attestors/A`; non-empty exactly with REQUIRE_ATTESTATION. */
  readonly requireAttestationsBy: readonly string[];
}

/** Binary Authorization's project policy, as far as it is evaluated. */
export interface BinauthzPolicy {
  readonly name: string;
  readonly description?: string;
  readonly globalPolicyEvaluationMode?: 'ENABLE' | 'DISABLE';
  /** Name patterns; `*` stops at `/`, `**` crosses it, trailing only. */
  readonly admissionWhitelistPatterns: readonly string[];
  readonly defaultAdmissionRule: AdmissionRule;
  /** Keyed `location.clusterId`. */
  readonly clusterAdmissionRules: Readonly<Record<string, AdmissionRule>>;
}

/** A kept revision of a policy document of a project. */
export interface PolicyDocument {
  readonly project: string;
  readonly kind: 'BinauthzPolicy';
  /** Name within kind and project, `policy` for the one Binary Authorization policy. */
  readonly name: string;
  /** Counts from 1 within (project, kind, name). */
  readonly revision: number;
  /** The text as received. */
  readonly source: string;
  readonly parsed: BinauthzPolicy;
  readonly createTime: Micros;
  /** Opaque bytes in base64. */
  readonly etag: string;
}
