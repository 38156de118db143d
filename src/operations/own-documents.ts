/** The kinds of policy documents that are our own, and how each is read from its text. */
import { AssayError, isAssayError } from '../domain/error.ts';
import type { ImageTrustPolicy } from '../domain/image-trust-policy.ts';
import { isJsonObject, type Json } from '../domain/json.ts';
import type { RegoPolicy } from '../domain/rego-policy.ts';
import { located, parseYamlDocuments, type YamlDocument } from '../google/policy-yaml.ts';
import { REGO_KIND, readRegoPolicy } from '../policy/read-rego-policy.ts';
import { readTrustPolicy, TRUST_KIND } from '../policy/read-trust-policy.ts';

/** What a document says, with its kind. */
export type OwnDocument =
  | { readonly kind: 'ImageTrustPolicy'; readonly parsed: ImageTrustPolicy }
  | { readonly kind: 'RegoPolicy'; readonly parsed: RegoPolicy };

type Reader = (value: unknown) => RegoPolicy;

const KINDS: Readonly<Record<string, (value: unknown, rego: Reader) => OwnDocument>> = {
  [TRUST_KIND]: (value) => ({ kind: TRUST_KIND, parsed: readTrustPolicy(value) }),
  [REGO_KIND]: (value, rego) => ({ kind: REGO_KIND, parsed: rego(value) }),
};

/** The kind of our own that a document says it is of. */
export function ownKindOf({ value }: YamlDocument): string | undefined {
  const kind = isJsonObject(value as Json) ? (value as { kind?: unknown }).kind : undefined;
  return typeof kind === 'string' && Object.hasOwn(KINDS, kind) ? kind : undefined;
}

/**
 * Reads a text that is one document of our own; errors name the line of what is wrong. Modules in
 * Rego are compiled, unless they are read by a reader that leaves that to another process.
 */
export function readOwnDocument(text: string, rego: Reader = readRegoPolicy): OwnDocument {
  const [document, second] = parseYamlDocuments(text, 'invalid-policy');
  const read = document && KINDS[ownKindOf(document) ?? ''];
  if (!read) {
    const wanted = `one document with "kind: ${Object.keys(KINDS).join('" or "kind: ')}"`;
    const message = `the text is no policy document that can be set here; wanted ${wanted}`;
    throw new AssayError('invalid-policy', message);
  }
  if (second !== undefined) {
    const message = `${second.locate([])}: a second document begins; a policy is one document`;
    throw new AssayError('invalid-policy', message);
  }
  return readAt(document, (value) => read(value, rego));
}

/** What is wrong with a field names its line; what is wrong with modules has places of its own. */
function readAt(document: YamlDocument, read: (value: unknown) => OwnDocument): OwnDocument {
  try {
    return read(document.value);
  } catch (error) {
    if (isAssayError(error) && !Array.isArray(error.details['path'])) throw error;
    return located(document, () => {
      throw error;
    });
  }
}
