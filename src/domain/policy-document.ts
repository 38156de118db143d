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

/** Rules by the part of a cluster that each is for. */
export type SpecificRules = Readonly<Record<string, AdmissionRule>>;

/** The maps of rules that stand over the default rule; at most one of them has any rule. */
export const RULE_MAPS = [
  'clusterAdmissionRules',
  'kubernetesNamespaceAdmissionRules',
  'kubernetesServiceAccountAdmissionRules',
  'istioServiceIdentityAdmissionRules',
] as const;

/** A map of rules. */
export type RuleMap = (typeof RULE_MAPS)[number];

/** A policy of Binary Authorization: a project's own, or the system's. */
export interface BinauthzPolicy {
  /** `projects/P/policy`, or `locations/L/policy` for the system's. */
  readonly name: string;
  readonly description?: string;
  readonly globalPolicyEvaluationMode?: 'ENABLE' | 'DISABLE';
  /** Name patterns; `*` stops at `/`, `**` crosses it, trailing only. */
  readonly admissionWhitelistPatterns: readonly string[];
  readonly defaultAdmissionRule: AdmissionRule;
  /** Keyed `location.clusterId`. */
  readonly clusterAdmissionRules: SpecificRules;
  /** Keyed by namespace. */
  readonly kubernetesNamespaceAdmissionRules?: SpecificRules;
  /** Keyed `namespace:serviceaccount`. */
  readonly kubernetesServiceAccountAdmissionRules?: SpecificRules;
  /** Keyed `spiffe://domain/ns/namespace/sa/serviceaccount`, the scheme being optional. */
  readonly istioServiceIdentityAdmissionRules?: SpecificRules;
}

/** Every rule of a policy. */
export function rulesOf(policy: BinauthzPolicy): readonly AdmissionRule[] {
  return [
    policy.defaultAdmissionRule,
    ...RULE_MAPS.flatMap((map) => Object.values(policy[map] ?? {})),
  ];
}

/** A kept revision of a policy document. */
export interface PolicyRevision<Kind extends string, Parsed> {
  /** Empty for the system's policy, which belongs to no project. */
  readonly project: string;
  readonly kind: Kind;
  /** Name within kind and project: `policy` for a project's one, `global` for the system's. */
  readonly name: string;
  /** Counts from 1 within (project, kind, name). */
  readonly revision: number;
  /** The text as received. */
  readonly source: string;
  readonly parsed: Parsed;
  readonly createTime: Micros;
  /** Opaque bytes in base64. */
  readonly etag: string;
}

/** A kept revision of a policy of Binary Authorization. */
export type PolicyDocument = PolicyRevision<'BinauthzPolicy' | 'SystemPolicy', BinauthzPolicy>;
