/** Which rule of a Binary Authorization policy applies to a cluster: its own, else the default. */
import type { AdmissionRule, BinauthzPolicy } from '../domain/policy-document.ts';

/** The applicable rule, and its name as denial sentences say it. */
export interface ChosenRule {
  readonly rule: AdmissionRule;
  /** `default admission rule` or `cluster admission rule for LOCATION.CLUSTER`. */
  readonly title: string;
}

/** Chooses the cluster's own rule, else the default rule; never both (AdmissionRule in the API). */
export function chooseRule(policy: BinauthzPolicy, cluster: string | undefined): ChosenRule {
  const own = cluster !== undefined && Object.hasOwn(policy.clusterAdmissionRules, cluster);
  const rule = own ? policy.clusterAdmissionRules[cluster] : undefined;
  return rule
    ? { rule, title: `cluster admission rule for ${cluster}` }
    : { rule: policy.defaultAdmissionRule, title: 'default admission rule' };
}
