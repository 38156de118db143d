/** Replacing a project's policy document of a kind that is our own, by its text. */
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { authoritiesOf, type ImageTrustPolicy } from '../domain/image-trust-policy.ts';
import { parseYamlDocuments } from '../google/policy-yaml.ts';
import { TRUST_KIND } from '../policy/read-trust-policy.ts';
import { putPolicy } from '../store/policy-rows.ts';
import { audit } from './audit.ts';
import { authoriseOn } from './authorise-on.ts';
import { policyEvent } from './change-events.ts';
import { ensureProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { emit } from './emit.ts';
import { type ShownPolicy, showPolicy } from './get-policy-document.ts';
import { newPolicy, trustPolicyOf } from './new-policy.ts';
import { checkAuthorities } from './prepare-trust.ts';
import { isTrustDocument, readTrustDocument } from './read-trust-document.ts';
import { refuseUnknownAttestors } from './set-policy.ts';

/** The new document's text, YAML or JSON, and the etag of the state that it was made from. */
export interface SetPolicyDocumentInput {
  readonly caller: Caller;
  readonly project: string;
  readonly source: string;
  readonly etag?: string;
}

/**
 * Keeps a policy of trust. Throws `invalid-policy` for what is no such document, keys and roots
 * that cannot be read and attestors that do not exist, and `aborted` for a stale etag.
 */
export async function setPolicyDocument(
  deps: Deps,
  input: SetPolicyDocumentInput,
): Promise<ShownPolicy> {
  const { caller, project, source, etag } = input;
  const resource = `projects/${project}/policy`;
  await authoriseOn(deps, caller, { permission: 'binaryauthorization.policy.update', resource });
  const parsed = parseSource(source);
  const authorities = authoritiesOf(parsed);
  await checkAuthorities(authorities, deps.now());
  const attestors = new Set(
    authorities.flatMap((one) => (one.kind === 'attestor' ? [one.attestor] : [])),
  );
  for (const name of attestors) {
    const permission = 'binaryauthorization.attestors.verifyImageAttested';
    await authoriseOn(deps, caller, { permission, resource: name });
  }
  await ensureProject(deps, caller, project);
  return deps.store.write(async (tx) => {
    await refuseUnknownAttestors(tx, attestors);
    const change = newPolicy({ id: trustPolicyOf(project), parsed, source, time: deps.now() });
    const document = await putPolicy(tx, change, etag);
    const name = `projects/${project}/policies/${TRUST_KIND}`;
    await audit(deps, tx, { caller, project, action: 'set-policy-document', resource: name });
    await emit(deps, tx, [policyEvent(project, { name, revision: document.revision })]);
    return showPolicy(document);
  });
}

function parseSource(source: string): ImageTrustPolicy {
  const [document, second] = parseYamlDocuments(source, 'invalid-policy');
  if (document !== undefined && second === undefined && isTrustDocument(document)) {
    return readTrustDocument(document);
  }
  const wanted = `one document with "kind: ${TRUST_KIND}"`;
  const message = `the text is no policy document that can be set here; wanted ${wanted}`;
  throw new AssayError('invalid-policy', message);
}
