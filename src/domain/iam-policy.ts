/**
 * IAM policies of single resources: which members hold which roles on it. A policy adds to what
 * callers hold on the project, it never takes away; conditions are not known here.
 */
import type { Caller } from './caller.ts';
import { AssayError } from './error.ts';
import { isMember, parseMember } from './member.ts';
import {
  parseAttestorName,
  parseNoteName,
  parseOccurrenceName,
  parseProjectId,
} from './resource-name.ts';
import { type Permission, type RoleName, parseRole, roleHolds } from './role.ts';

/** Members of one role. */
export interface IamBinding {
  readonly role: RoleName;
  readonly members: readonly string[];
}

/** A policy as it is kept. */
export interface IamPolicy {
  readonly bindings: readonly IamBinding[];
  /** Opaque bytes in base64. */
  readonly etag: string;
}

/** Kinds of resources that have an IAM policy, with the service that their permissions are of. */
export const IAM_KINDS = {
  note: 'containeranalysis.notes',
  occurrence: 'containeranalysis.occurrences',
  attestor: 'binaryauthorization.attestors',
  policy: 'binaryauthorization.policy',
} as const;

/** A resource that has an IAM policy. */
export interface IamResource {
  readonly project: string;
  readonly kind: keyof typeof IAM_KINDS;
  /** Empty for a project's Binary Authorization policy. */
  readonly id: string;
  /** As Google prints it, e.g. `projects/P/notes/N`; without a location. */
  readonly name: string;
}

/** Members over all bindings of one policy; Google's own limit. */
export const MAX_MEMBERS = 1500;

/** Reads the name of a resource with an IAM policy; refuses with `invalid-name`. */
export function parseIamResource(name: string): IamResource {
  const collection = /^projects\/[^/]+(?:\/locations\/[^/]+)?\/([^/]+)(?:\/|$)/.exec(name)?.[1];
  const read = Object.hasOwn(READERS, collection ?? '') ? READERS[collection ?? ''] : undefined;
  if (read !== undefined) return read(name);
  throw new AssayError(
    'invalid-name',
    `${JSON.stringify(name.slice(0, 200))} has no IAM policy; name projects/P/policy, ` +
      'projects/P/attestors/A, projects/P/notes/N or projects/P/occurrences/O',
  );
}

const READERS: Readonly<Record<string, (name: string) => IamResource>> = {
  notes: (name) => {
    const { project, note: id } = parseNoteName(name);
    return { project, kind: 'note', id, name: `projects/${project}/notes/${id}` };
  },
  occurrences: (name) => {
    const { project, occurrence: id } = parseOccurrenceName(name);
    return { project, kind: 'occurrence', id, name: `projects/${project}/occurrences/${id}` };
  },
  attestors: (name) => {
    const { project, attestor: id } = parseAttestorName(name);
    return { project, kind: 'attestor', id, name };
  },
  policy: (name) => {
    const project = parseProjectId(/^projects\/([^/]+)\/policy$/.exec(name)?.[1] ?? '');
    return { project, kind: 'policy', id: '', name };
  },
};

/**
 * Checks bindings: roles are Google's and known, members well-formed and named once, no role twice,
 * at most {@link MAX_MEMBERS} members.
 */
export function parseBindings(
  given: readonly { readonly role: string; readonly members: readonly string[] }[],
): readonly IamBinding[] {
  const count = given.reduce((sum, { members }) => sum + members.length, 0);
  if (count > MAX_MEMBERS) throw refuse(`${count} members; at most ${MAX_MEMBERS} are kept`);
  const bindings = given.map(({ role, members }) => parseBinding(role, members));
  const twice = firstTwice(bindings.map(({ role }) => role));
  if (twice === undefined) return bindings;
  throw refuse(`role ${twice} has two bindings; put its members into one`);
}

/** Tells whether a policy gives a caller a permission. */
export function policyGrants(
  { bindings }: Pick<IamPolicy, 'bindings'>,
  caller: Caller,
  permission: Permission,
): boolean {
  return bindings.some(
    ({ role, members }) =>
      roleHolds(role, permission) && members.some((member) => isMember(member, caller)),
  );
}

function parseBinding(roleName: string, given: readonly string[]): IamBinding {
  if (!roleName.startsWith('roles/')) {
    const found = JSON.stringify(roleName.slice(0, 200));
    throw refuse(`role ${found} is not a name like roles/containeranalysis.notes.attacher`);
  }
  const role = parseRole(roleName);
  if (given.length === 0) throw refuse(`role ${role} has no member; leave its binding out`);
  const members = given.map(parseMember);
  const twice = firstTwice(members);
  if (twice === undefined) return { role, members };
  throw refuse(`member ${twice} stands twice in the binding of ${role}; name it once`);
}

function firstTwice(texts: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return texts.find((text) => seen.size === seen.add(text).size);
}

function refuse(message: string): AssayError {
  return new AssayError('invalid-argument', message);
}
