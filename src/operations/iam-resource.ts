/** Resources with an IAM policy: whether they are there, and which permission a verb needs. */
import { AssayError } from '../domain/error.ts';
import { IAM_KINDS, type IamResource } from '../domain/iam-policy.ts';
import type { Permission } from '../domain/role.ts';
import { SCANNER_PROJECT } from '../google/scanned-name.ts';
import { findAttestor } from '../store/attestor-rows.ts';
import { findNote } from '../store/note-rows.ts';
import { findOccurrence } from '../store/occurrence-rows.ts';
import { findProject } from '../store/project-rows.ts';
import type { Reader } from '../store/store-contract.ts';

/** The etag of a policy that was never set; Google's own. */
export const UNSET_ETAG = 'ACAB';

const FINDERS: Readonly<
  Record<IamResource['kind'], (reader: Reader, of: IamResource) => Promise<object | undefined>>
> = {
  note: (reader, { name }) => findNote(reader, name),
  occurrence: (reader, { name }) => findOccurrence(reader, name),
  attestor: (reader, { name }) => findAttestor(reader, name),
  policy: (reader, { project }) => findProject(reader, project),
};

/** Tells whether the resource is there and can have a policy: what scans find cannot. */
export async function hasIamResource(reader: Reader, of: IamResource): Promise<boolean> {
  if (of.project === SCANNER_PROJECT) return false;
  return (await FINDERS[of.kind](reader, of)) !== undefined;
}

/** Throws `not-found` unless the resource is there and can have a policy. */
export async function requireIamResource(reader: Reader, of: IamResource): Promise<void> {
  if (await hasIamResource(reader, of)) return;
  throw new AssayError(
    'not-found',
    `${of.name} does not exist, or follows from a scan; only what clients made has an IAM policy`,
  );
}

/** The permission that reading or setting a resource's IAM policy needs. */
export function iamPermission(
  { kind }: IamResource,
  verb: 'getIamPolicy' | 'setIamPolicy',
): Permission {
  return `${IAM_KINDS[kind]}.${verb}`;
}
