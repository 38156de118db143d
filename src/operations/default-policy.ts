/** The policy that a project starts with. */
import type { BinauthzPolicy } from '../domain/policy-document.ts';

/** Google's first policy: ALWAYS_ALLOW, enforced (gcloud contract, 3.1). */
export function defaultPolicy(project: string): {
  readonly parsed: BinauthzPolicy;
  readonly source: string;
} {
  const parsed: BinauthzPolicy = {
    name: `projects/${project}/policy`,
    globalPolicyEvaluationMode: 'ENABLE',
    admissionWhitelistPatterns: [],
    defaultAdmissionRule: {
      evaluationMode: 'ALWAYS_ALLOW',
      enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
      requireAttestationsBy: [],
    },
    clusterAdmissionRules: {},
  };
  return { parsed, source: '' };
}
