/** Replacing a project's policy document of a kind that is our own, by its text. */
import type { Caller } from '../domain/caller.ts';
import { authoritiesOf } from '../domain/image-trust-policy.ts';
import { readRegoDocument } from '../policy/read-rego-policy.ts';
import { putPolicy } from '../store/policy-rows.ts';
import { audit } from './audit.ts';
import { authoriseOn } from './authorise-on.ts';
import { policyEvent } from './change-events.ts';
import { checkRegoPolicy } from './check-rego-policy.ts';
import { ensureProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { emit } from './emit.ts';
import { type ShownPolicy, showPolicy } from './get-policy-document.ts';
import { newPolicy, regoPolicyOf, trustPolicyOf } from './new-policy.ts';
import { type OwnDocument, readOwnDocument } from './own-documents.ts';
import { checkAuthorities } from './prepare-trust.ts';
import { refuseUnknownAttestors } from './set-policy.ts';

/** The new document's text, YAML or JSON, and the etag of the state that it was made from. */
export interface SetPolicyDocumentInput {
  readonly caller: Caller;
  readonly project: string;
  readonly source: string;
  readonly etag?: string;
}

/**
 * Keeps a policy of trust or one in Rego. Throws `invalid-policy` for what is no such document,
 * keys and roots that cannot be read, attestors that do not exist and modules that do not compile,
 * and `aborted` for a stale etag.
 */
export async function setPolicyDocument(
  deps: Deps,
  input: SetPolicyDocumentInput,
): Promise<ShownPolicy> {
  const { caller, project, source, etag } = input;
  const resource = `projects/${project}/policy`;
  await authoriseOn(deps, caller, { permission: 'binaryauthorization.policy.update', resource });
  const document = readOwnDocument(source, readRegoDocument);
  const attestors = await checkDocument(deps, input, document);
  await ensureProject(deps, caller, project);
  return deps.store.write(async (tx) => {
    await refuseUnknownAttestors(tx, attestors);
    const text = { source, time: deps.now() };
    const kept = await (document.kind === 'RegoPolicy'
      ? putPolicy(
          tx,
          newPolicy({ id: regoPolicyOf(project), parsed: document.parsed, ...text }),
          etag,
        )
      : putPolicy(
          tx,
          newPolicy({ id: trustPolicyOf(project), parsed: document.parsed, ...text }),
          etag,
        ));
    const name = `projects/${project}/policies/${document.kind}`;
    await audit(deps, tx, { caller, project, action: 'set-policy-document', resource: name });
    await emit(deps, tx, [policyEvent(project, { name, revision: kept.revision })]);
    return showPolicy(kept);
  });
}

/** What a policy of trust names must be readable and the caller's to use; gives its attestors. */
async function checkDocument(
  deps: Deps,
  { caller, project }: SetPolicyDocumentInput,
  document: OwnDocument,
): Promise<ReadonlySet<string>> {
  if (document.kind === 'RegoPolicy') {
    await checkRegoPolicy(deps, document.parsed, project);
    return new Set();
  }
  const authorities = authoritiesOf(document.parsed);
  await checkAuthorities(authorities, deps.now());
  const attestors = authorities.flatMap((one) => (one.kind === 'attestor' ? [one.attestor] : []));
  for (const name of new Set(attestors)) {
    const permission = 'binaryauthorization.attestors.verifyImageAttested';
    await authoriseOn(deps, caller, { permission, resource: name });
  }
  return new Set(attestors);
}
