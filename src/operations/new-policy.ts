/** Revisions of policy documents, ready to be kept. */
import type { Micros } from '../domain/time.ts';
import type { NewPolicy, PolicyId, PolicyKind } from '../store/policy-rows.ts';
import { contentEtag } from './content-digest.ts';

/** Under which a project's one Binary Authorization policy is kept. */
export function policyOf(project: string): PolicyId<'BinauthzPolicy'> {
  return { project, kind: 'BinauthzPolicy', name: 'policy' };
}

/** Under which a project's one policy of trust is kept. */
export function trustPolicyOf(project: string): PolicyId<'ImageTrustPolicy'> {
  return { project, kind: 'ImageTrustPolicy', name: 'trust' };
}

/** Under which a project's one policy in Rego is kept. */
export function regoPolicyOf(project: string): PolicyId<'RegoPolicy'> {
  return { project, kind: 'RegoPolicy', name: 'rego' };
}

/** Under which the system's policy is kept: it belongs to no project. */
export const SYSTEM_POLICY_ID: PolicyId<'SystemPolicy'> = {
  project: '',
  kind: 'SystemPolicy',
  name: 'global',
};

/** What a revision says, its text as received, and when it came. */
export interface PolicyText<Kind extends PolicyKind> {
  readonly id: PolicyId<Kind>;
  readonly parsed: NewPolicy<Kind>['parsed'];
  readonly source: string;
  readonly time: Micros;
}

/** Makes a revision with an etag of its own: setting the same policy again makes another one. */
export function newPolicy<Kind extends PolicyKind>({
  id,
  parsed,
  source,
  time,
}: PolicyText<Kind>): NewPolicy<Kind> {
  const etag = contentEtag({ parsed, time });
  return { ...id, source, parsed, createTime: time, etag };
}
