/**
 * The system policy that Assay brings: the images without which no cluster starts. A project's
 * policy that has globalPolicyEvaluationMode ENABLE lets them in before its own rules are asked.
 * An operator puts another in its place.
 */
import type { BinauthzPolicy } from '../domain/policy-document.ts';

/** Kubernetes' own registries: today's, and the one that it froze in 2023. */
const REGISTRIES = ['registry.k8s.io', 'k8s.gcr.io'];

/**
 * What `kubeadm config images list` names: the control plane, the node's proxy, the name server and
 * the sandbox of every pod. Add-ons, such as metrics-server or a network plug-in, are a choice of
 * the cluster's owner and belong into the policies of projects.
 */
const IMAGES = [
  'coredns',
  'coredns/coredns',
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-proxy',
  'kube-scheduler',
  'pause',
];

/** Any tag and any digest, of exactly these names. */
const PATTERNS = REGISTRIES.flatMap((registry) =>
  IMAGES.flatMap((image) => [`${registry}/${image}:*`, `${registry}/${image}@*`]),
);

/** The built-in system policy. Its default rule is there for form: it is never asked. */
export const BUILT_IN_SYSTEM_POLICY: BinauthzPolicy = {
  name: 'locations/global/policy',
  description: 'The images that every Kubernetes cluster needs, from the registries of Kubernetes',
  admissionWhitelistPatterns: PATTERNS,
  defaultAdmissionRule: {
    evaluationMode: 'ALWAYS_DENY',
    enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
    requireAttestationsBy: [],
  },
  clusterAdmissionRules: {},
};
