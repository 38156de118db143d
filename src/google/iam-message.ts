/**
 * IAM policies on Google's wire: google.iam.v1's messages to and from the domain's. Source:
 * google/iam/v1/iam_policy.proto, policy.proto and options.proto.
 */
import { type IamBinding, type IamPolicy, parseBindings } from '../domain/iam-policy.ts';
import type { JsonObject } from '../domain/json.ts';
import { DEFINITION } from './definition.ts';
import type { MessageTable } from './message-table.ts';
import { fieldError, readAt, readMessage } from './read-message.ts';

/** What IAM's messages are read by: the resource is the path's; audits, conditions are not kept. */
export const IAM_TABLE: MessageTable = {
  ...DEFINITION,
  package: 'google.iam.v1',
  marks: {
    'google.iam.v1.GetIamPolicyRequest': 'resource.',
    'google.iam.v1.SetIamPolicyRequest': 'resource.',
    'google.iam.v1.TestIamPermissionsRequest': 'resource.',
    'google.iam.v1.Policy': 'auditConfigs~',
    'google.iam.v1.Binding': 'role!, condition~',
  },
};

/** Version of a policy without conditions: every policy here is one. */
const PLAIN_VERSION = 1;
/** Versions that a client may name; 3 is for conditions, and says no more without them. */
const VERSIONS: ReadonlySet<unknown> = new Set([undefined, 1, 3]);
const MASKS = /^(?:bindings|etag|version)(?:,(?:bindings|etag|version))*$/;
const MAX_PERMISSIONS = 100;

/** Bindings, checked, and the etag (base64) that they were made from. */
export interface IamPolicyBody {
  readonly bindings: readonly IamBinding[];
  readonly etag?: string;
}

/** Checks the options of a getIamPolicy: a version that does not exist is refused. */
export function checkGetIamPolicy(request: JsonObject): void {
  const read = readRequest('GetIamPolicyRequest', request);
  const { requestedPolicyVersion: version } = (read['options'] ?? {}) as JsonObject;
  checkVersion(['options', 'requestedPolicyVersion'], version);
}

/** Reads the policy of a setIamPolicy; refuses conditions, audit settings, odd masks. */
export function setIamPolicyFromJson(request: JsonObject): IamPolicyBody {
  const { policy, updateMask } = readRequest('SetIamPolicyRequest', request);
  checkMask(updateMask);
  const { version, bindings = [], etag } = policy as JsonObject;
  checkVersion(['policy', 'version'], version);
  // The table has said that they are so.
  const given = bindings as { role: string; members?: string[] }[];
  const checked = readAt(['policy', 'bindings'], () =>
    parseBindings(given.map(({ role, members = [] }) => ({ role, members }))),
  );
  return { bindings: checked, ...(typeof etag === 'string' && { etag }) };
}

/** Reads the permissions of a testIamPermissions; refuses wildcards and more than a hundred. */
export function testIamPermissionsFromJson(request: JsonObject): readonly string[] {
  const read = readRequest('TestIamPermissionsRequest', request);
  const permissions = read['permissions'] as readonly string[];
  if (permissions.length > MAX_PERMISSIONS) {
    const problem = `has ${permissions.length} entries; at most ${MAX_PERMISSIONS} are read`;
    throw fieldError(['permissions'], problem);
  }
  const wild = permissions.findIndex((permission) => permission.includes('*'));
  if (wild < 0) return permissions;
  throw fieldError(['permissions', wild], 'has a wildcard; name each permission');
}

/** Prints a policy; one without bindings still has its etag. */
export function iamPolicyToJson({ bindings, etag }: IamPolicy): JsonObject {
  const printed = bindings.map(({ role, members }) => ({ role, members: [...members] }));
  return { version: PLAIN_VERSION, etag, ...(printed.length > 0 && { bindings: printed }) };
}

/** Prints the permissions that are held. */
export function heldPermissionsToJson(permissions: readonly string[]): JsonObject {
  return permissions.length === 0 ? {} : { permissions: [...permissions] };
}

function readRequest(type: string, request: JsonObject): JsonObject {
  return readMessage(request, { table: IAM_TABLE, type, root: [] });
}

function checkVersion(path: readonly string[], version: unknown): void {
  if (VERSIONS.has(version)) return;
  throw fieldError(path, `is ${String(version)}; want 1 or 3`);
}

function checkMask(mask: unknown): void {
  if (typeof mask !== 'string') return;
  const text = mask.replaceAll(' ', '');
  if (MASKS.test(text) && text.split(',').includes('bindings')) return;
  throw fieldError(['updateMask'], `is ${JSON.stringify(mask)}; want bindings or bindings,etag`);
}
