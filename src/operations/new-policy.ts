/** A revision of a project's Binary Authorization policy, ready to be kept. */
import type { BinauthzPolicy } from '../domain/policy-document.ts';
import type { Micros } from '../domain/time.ts';
import type { NewPolicy, PolicyId } from '../store/policy-rows.ts';
import { contentEtag } from './content-digest.ts';

/** Under which a project's one Binary Authorization policy is kept. */
export function policyOf(project: string): PolicyId {
  return { project, kind: 'BinauthzPolicy', name: 'policy' };
}

/** Under which the system's policy is kept: it belongs to no project. */
export const SYSTEM_POLICY_ID: PolicyId = { project: '', kind: 'SystemPolicy', name: 'global' };

/** What a revision says, its text as received, and when it came. */
export interface PolicyText {
  readonly id: PolicyId;
  readonly parsed: BinauthzPolicy;
  readonly source: string;
  readonly time: Micros;
}

/** Makes a revision with an etag of its own: setting the same policy again makes another one. */
export function newPolicy({ id, parsed, source, time }: PolicyText): NewPolicy {
  const etag = contentEtag({ parsed, time });
  return { ...id, source, parsed, createTime: time, etag };
}
