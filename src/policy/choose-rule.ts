/**
 * Which rule of a Binary Authorization policy applies to a request: the one for its part of the
 * cluster, else the default. Where the request does not say what a rule hangs on, no rule is
 * chosen: taking the default would be a guess.
 */
import type {
  AdmissionRule,
  BinauthzPolicy,
  RuleMap,
  SpecificRules,
} from '../domain/policy-document.ts';
import { parseServiceIdentityKey } from '../domain/rule-key.ts';
import type { AdmissionRequest } from '../domain/verdict.ts';

/** The applicable rule, and its name as denial sentences say it. */
export interface ChosenRule {
  readonly rule: AdmissionRule;
  /** `default admission rule` or `cluster admission rule for LOCATION.CLUSTER`. */
  readonly title: string;
}

/** No rule can be chosen: one of the candidates may apply, and the request does not tell. */
export interface OpenChoice {
  readonly rule?: undefined;
  /** Of the first rule that may apply. */
  readonly title: string;
  /** What the request does not say, e.g. `service account`. */
  readonly missing: string;
  /** The rules that may apply, the default among them. */
  readonly candidates: readonly AdmissionRule[];
}

/** The place that a request comes from. */
export type RequestPlace = Pick<
  AdmissionRequest,
  'cluster' | 'namespace' | 'serviceAccount' | 'trustDomain'
>;

interface Scope {
  readonly map: RuleMap;
  readonly title: string;
  /** The keys that apply, or may: `missing` says what must be known to tell. */
  readonly find: (place: RequestPlace, rules: SpecificRules) => FoundKeys;
}

interface FoundKeys {
  readonly keys: readonly string[];
  readonly missing?: string;
}

/** The narrowest first. A policy has rules in one map at most; an older one could have more. */
const SCOPES: readonly Scope[] = [
  {
    map: 'istioServiceIdentityAdmissionRules',
    title: 'istio service identity admission rule',
    find: findIdentities,
  },
  {
    map: 'kubernetesServiceAccountAdmissionRules',
    title: 'kubernetes service account admission rule',
    find: findServiceAccounts,
  },
  {
    map: 'kubernetesNamespaceAdmissionRules',
    title: 'kubernetes namespace admission rule',
    find: ({ namespace }, rules) =>
      namespace === undefined
        ? { keys: Object.keys(rules), missing: 'namespace' }
        : exactly(rules, namespace),
  },
  {
    map: 'clusterAdmissionRules',
    title: 'cluster admission rule',
    // A webhook path without a cluster is the project's own: its rule is the default one.
    find: ({ cluster }, rules) => (cluster === undefined ? { keys: [] } : exactly(rules, cluster)),
  },
];

/** Chooses the rule of a request; never two (AdmissionRule in the API). */
export function chooseRule(policy: BinauthzPolicy, place: RequestPlace): ChosenRule | OpenChoice {
  for (const { map, title, find } of SCOPES) {
    const rules = policy[map] ?? {};
    const { keys, missing } = find(place, rules);
    const found = keys.flatMap((key) => rules[key] ?? []);
    const [rule] = found;
    if (rule === undefined) continue;
    const named = `${title} for ${keys[0]}`;
    if (missing === undefined) return { rule, title: named };
    return { title: named, missing, candidates: [...found, policy.defaultAdmissionRule] };
  }
  return { rule: policy.defaultAdmissionRule, title: 'default admission rule' };
}

function exactly(rules: SpecificRules, key: string): FoundKeys {
  return { keys: Object.hasOwn(rules, key) ? [key] : [] };
}

function findServiceAccounts(place: RequestPlace, rules: SpecificRules): FoundKeys {
  const { namespace, serviceAccount } = place;
  if (namespace !== undefined && serviceAccount !== undefined) {
    return exactly(rules, `${namespace}:${serviceAccount}`);
  }
  const keys = Object.keys(rules).filter((key) => {
    const [ns, name] = key.split(':');
    return agrees(namespace, ns) && agrees(serviceAccount, name);
  });
  return { keys, missing: namespace === undefined ? 'namespace' : 'service account' };
}

/** Two spellings of one identity cannot both be keys of a policy. */
function findIdentities(place: RequestPlace, rules: SpecificRules): FoundKeys {
  const keys = Object.keys(rules).filter((key) => {
    const wanted = parseServiceIdentityKey(key);
    return (
      agrees(place.namespace, wanted.namespace) &&
      agrees(place.serviceAccount, wanted.serviceAccount) &&
      agrees(place.trustDomain, wanted.trustDomain)
    );
  });
  const missing = missingOf(place);
  return missing === undefined ? { keys } : { keys, missing };
}

function missingOf(place: RequestPlace): string | undefined {
  if (place.namespace === undefined) return 'namespace';
  if (place.serviceAccount === undefined) return 'service account';
  return place.trustDomain === undefined ? "mesh's trust domain" : undefined;
}

/** What is not known may be anything. */
function agrees(known: string | undefined, wanted: string | undefined): boolean {
  return known === undefined || known === wanted;
}
