/** Reading a project's policy documents of every kind, as they were set. */
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { formatTime } from '../domain/time.ts';
import { findPolicy, type KeptPolicy, type PolicyKind } from '../store/policy-rows.ts';
import { authoriseOn } from './authorise-on.ts';
import { requireProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { policyOf, regoPolicyOf, trustPolicyOf } from './new-policy.ts';

/** A policy document for people. */
export interface ShownPolicy {
  readonly kind: PolicyKind;
  readonly revision: number;
  readonly createTime: string;
  readonly etag: string;
  /** The text as it was set. */
  readonly source: string;
}

/** Makes a kept document what people are shown. */
export function showPolicy(document: KeptPolicy<PolicyKind>): ShownPolicy {
  const { kind, revision, etag, source } = document;
  return { kind, revision, createTime: formatTime(document.createTime), etag, source };
}

/** The current document of each kind that the project has. */
export async function listPolicyDocuments(
  deps: Deps,
  { caller, project }: { readonly caller: Caller; readonly project: string },
): Promise<readonly ShownPolicy[]> {
  const resource = `projects/${project}/policy`;
  await authoriseOn(deps, caller, { permission: 'binaryauthorization.policy.get', resource });
  await requireProject(deps, project);
  const binauthz = await findPolicy(deps.store, policyOf(project));
  const trust = await findPolicy(deps.store, trustPolicyOf(project));
  const rego = await findPolicy(deps.store, regoPolicyOf(project));
  return [binauthz, trust, rego].filter((one) => one !== undefined).map(showPolicy);
}

/** The current document of a kind; throws `not-found` where the project has none. */
export async function getPolicyDocument(
  deps: Deps,
  input: { readonly caller: Caller; readonly project: string; readonly kind: string },
): Promise<ShownPolicy> {
  const { project, kind } = input;
  const all = await listPolicyDocuments(deps, input);
  const found = all.find((one) => one.kind === kind);
  if (found !== undefined) return found;
  const kinds = all.map((one) => one.kind).join(', ') || 'none';
  const shown = JSON.stringify(kind.slice(0, 80));
  throw new AssayError('not-found', `project ${project} has no ${shown}; it has: ${kinds}`);
}
