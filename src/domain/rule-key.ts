/**
 * The keys of a policy's maps of rules, as Binary Authorization's reference spells them: which
 * namespace, service account or mesh identity a rule is for. Cluster keys: resource-name.ts.
 */
import { AssayError } from './error.ts';

/** A service account as admission rules key it. */
export interface ServiceAccountKey {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** A mesh identity as admission rules key it. */
export interface ServiceIdentityKey extends ServiceAccountKey {
  readonly trustDomain: string;
}

/** A DNS label, as names of namespaces are (RFC 1123). */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** A DNS subdomain, as names of service accounts are. */
const SUBDOMAIN = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;
/** A SPIFFE trust domain (SPIFFE-ID, section 2.1). */
const TRUST_DOMAIN = /^[a-z0-9._-]{1,255}$/;
const IDENTITY = /^(?:spiffe:\/\/)?([^/]*)\/ns\/([^/]*)\/sa\/([^/]*)$/;

/**
 * Reads a key of `kubernetesNamespaceAdmissionRules`. Google's reference says `[a-z.-]+`, which
 * leaves out digits and takes dots that no namespace has; what Kubernetes takes is taken here.
 */
export function parseNamespaceKey(text: string): string {
  if (LABEL.test(text)) return text;
  throw wrong('namespace', text, 'a name of at most 63 a-z, 0-9 and inner hyphens, e.g. shop-prod');
}

/** Reads a key of `kubernetesServiceAccountAdmissionRules`, `namespace:serviceaccount`. */
export function parseServiceAccountKey(text: string): ServiceAccountKey {
  const [namespace = '', serviceAccount = '', ...more] = text.split(':');
  if (more.length === 0 && LABEL.test(namespace) && SUBDOMAIN.test(serviceAccount)) {
    return { namespace, serviceAccount };
  }
  throw wrong('service account', text, 'NAMESPACE:SERVICEACCOUNT, e.g. shop-prod:default');
}

/**
 * Reads a key of `istioServiceIdentityAdmissionRules`,
 * `[spiffe://]DOMAIN/ns/NAMESPACE/sa/SERVICEACCOUNT`.
 */
export function parseServiceIdentityKey(text: string): ServiceIdentityKey {
  const [, trustDomain = '', namespace = '', serviceAccount = ''] = IDENTITY.exec(text) ?? [];
  if (isTrustDomain(trustDomain) && LABEL.test(namespace) && SUBDOMAIN.test(serviceAccount)) {
    return { trustDomain, namespace, serviceAccount };
  }
  const wanted = 'spiffe://DOMAIN/ns/NAMESPACE/sa/SERVICEACCOUNT, with or without spiffe://';
  throw wrong('service identity', text, wanted);
}

/** Tells whether a text may be a mesh's trust domain. */
export function isTrustDomain(text: string): boolean {
  return TRUST_DOMAIN.test(text);
}

function wrong(what: string, text: string, wanted: string): AssayError {
  const shown = JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
  return new AssayError('invalid-name', `${what} ${shown} is not ${wanted}`);
}
