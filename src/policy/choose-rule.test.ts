/** Which rule applies where, as a table: a policy has its rules in one of four maps. */
import { describe, expect, it } from 'vitest';
import type { AdmissionRule, BinauthzPolicy, RuleMap } from '../domain/policy-document.ts';
import { chooseRule, type RequestPlace } from './choose-rule.ts';

const enforcementMode = 'ENFORCED_BLOCK_AND_AUDIT_LOG';
const DENY: AdmissionRule = {
  evaluationMode: 'ALWAYS_DENY',
  enforcementMode,
  requireAttestationsBy: [],
};
const ALLOW: AdmissionRule = { ...DENY, evaluationMode: 'ALWAYS_ALLOW' };

function policy(map: RuleMap, keys: readonly string[]): BinauthzPolicy {
  return {
    name: 'projects/p/policy',
    admissionWhitelistPatterns: [],
    defaultAdmissionRule: DENY,
    clusterAdmissionRules: {},
    [map]: Object.fromEntries(keys.map((key) => [key, ALLOW])),
  };
}

const CLUSTERS = policy('clusterAdmissionRules', ['z.c']);
const NAMESPACES = policy('kubernetesNamespaceAdmissionRules', ['n', 'm']);
const ACCOUNTS = policy('kubernetesServiceAccountAdmissionRules', ['n:s', 'm:default']);
const IDENTITIES = policy('istioServiceIdentityAdmissionRules', [
  'spiffe://d.example/ns/n/sa/s',
  'e.example/ns/n/sa/s',
]);
const BY_DEFAULT = 'default admission rule';

describe('chooseRule', () => {
  it.each<[string, BinauthzPolicy, RequestPlace, string]>([
    ['the cluster’s rule', CLUSTERS, { cluster: 'z.c' }, 'cluster admission rule for z.c'],
    ['another cluster', CLUSTERS, { cluster: 'z.d' }, BY_DEFAULT],
    ['no cluster', CLUSTERS, {}, BY_DEFAULT],
    [
      'the namespace’s rule',
      NAMESPACES,
      { namespace: 'm', cluster: 'z.c' },
      'kubernetes namespace admission rule for m',
    ],
    ['another namespace', NAMESPACES, { namespace: 'k' }, BY_DEFAULT],
    ['a property of objects as namespace', NAMESPACES, { namespace: 'constructor' }, BY_DEFAULT],
    [
      'the service account’s rule',
      ACCOUNTS,
      { namespace: 'n', serviceAccount: 's' },
      'kubernetes service account admission rule for n:s',
    ],
    ['another account', ACCOUNTS, { namespace: 'n', serviceAccount: 'default' }, BY_DEFAULT],
    ['a namespace that no account’s rule is of', ACCOUNTS, { namespace: 'k' }, BY_DEFAULT],
    ['an account of no rule, namespace unknown', ACCOUNTS, { serviceAccount: 'x' }, BY_DEFAULT],
    [
      'the identity’s rule',
      IDENTITIES,
      { namespace: 'n', serviceAccount: 's', trustDomain: 'd.example' },
      'istio service identity admission rule for spiffe://d.example/ns/n/sa/s',
    ],
    [
      'an identity written without its scheme',
      IDENTITIES,
      { namespace: 'n', serviceAccount: 's', trustDomain: 'e.example' },
      'istio service identity admission rule for e.example/ns/n/sa/s',
    ],
    [
      'the identity of another domain',
      IDENTITIES,
      { namespace: 'n', serviceAccount: 's', trustDomain: 'example' },
      BY_DEFAULT,
    ],
    ['a namespace that no identity is of', IDENTITIES, { namespace: 'k' }, BY_DEFAULT],
  ])('%s', (_name, of, place, title) => {
    const rule = title === BY_DEFAULT ? DENY : ALLOW;
    expect(chooseRule(of, place)).toEqual({ rule, title });
  });

  it.each<[string, BinauthzPolicy, RequestPlace, string, number]>([
    ['no namespace', NAMESPACES, {}, 'namespace', 3],
    ['no service account', ACCOUNTS, { namespace: 'n' }, 'service account', 2],
    ['an account without namespace', ACCOUNTS, { serviceAccount: 's' }, 'namespace', 2],
    ['no account of a mesh', IDENTITIES, { namespace: 'n' }, 'service account', 3],
    [
      'no trust domain',
      IDENTITIES,
      { namespace: 'n', serviceAccount: 's' },
      "mesh's trust domain",
      3,
    ],
  ])('%s leaves the choice open', (_name, of, place, missing, candidates) => {
    const chosen = chooseRule(of, place);
    expect(chosen).toMatchObject({ missing });
    expect(chosen.rule).toBeUndefined();
    expect('candidates' in chosen && chosen.candidates.length).toBe(candidates);
  });
});
