/** A policy of trust in a YAML or JSON text. */
import type { ImageTrustPolicy } from '../domain/image-trust-policy.ts';
import { isJsonObject, type Json } from '../domain/json.ts';
import { located, type YamlDocument } from '../google/policy-yaml.ts';
import { readTrustPolicy, TRUST_KIND } from '../policy/read-trust-policy.ts';

/** Tells whether a document says that it is a policy of trust. */
export function isTrustDocument({ value }: YamlDocument): boolean {
  return isJsonObject(value as Json) && (value as { kind?: unknown }).kind === TRUST_KIND;
}

/** Reads a document of trust; errors name the line of what is wrong. */
export function readTrustDocument(document: YamlDocument): ImageTrustPolicy {
  return located(document, () => readTrustPolicy(document.value));
}
