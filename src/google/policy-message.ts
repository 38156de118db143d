/** Binary Authorization's project policy on Google's wire, the same in every version. */
import type { AssayError } from '../domain/error.ts';
import type { JsonObject } from '../domain/json.ts';
import { checkNamePattern } from '../domain/name-pattern.ts';
import type { AdmissionRule, BinauthzPolicy, PolicyDocument } from '../domain/policy-document.ts';
import { parseAttestorName, parseClusterKey, parseProjectId } from '../domain/resource-name.ts';
import { formatTime } from '../domain/time.ts';
import { withoutAbsent } from './beta-note.ts';
import { BINAUTHZ_TABLES } from './binauthz-table.ts';
import { fieldError, type FieldPath, readAt, readMessage, show } from './read-message.ts';

/** A policy as a client sends it. */
export interface PolicyBody {
  readonly policy: BinauthzPolicy;
  /** The etag that the client has read; an update of another state is refused. */
  readonly etag?: string;
}

/** Rule maps that Google knows and this release does not evaluate. */
const UNEVALUATED_RULES = [
  'kubernetesNamespaceAdmissionRules',
  'kubernetesServiceAccountAdmissionRules',
  'istioServiceIdentityAdmissionRules',
] as const;

/** What one policy may hold; Google's own limits are lower where it has any. */
const MAX_PATTERNS = 1000;
const MAX_CLUSTER_RULES = 1000;
const MAX_ATTESTORS = 100;
const MAX_DESCRIPTION = 4096;

const POLICY_NAME = /^projects\/([^/]*)\/policy$/;

/**
 * Reads a policy. `name` (of a request's path) takes the place of the body's; without it the
 * body's must be `projects/P/policy`, and a body without one is project `default`'s. Refuses with
 * `invalid-policy`: unknown fields, missing or unknown modes, attestors missing or superfluous for
 * a rule's mode, malformed attestor names, cluster keys and name patterns, more of them than the
 * caps above, and rules by namespace, service account or mesh identity, which this release does not
 * evaluate.
 */
export function policyFromJson(json: unknown, name?: string): PolicyBody {
  const table = BINAUTHZ_TABLES.v1;
  const message = readMessage(json, {
    table,
    type: 'Policy',
    root: 'policy',
    code: 'invalid-policy',
  });
  for (const field of UNEVALUATED_RULES) {
    if (message[field] === undefined) continue;
    throw wrong(['policy', field], 'are not evaluated by this release; leave them out');
  }
  const { description, globalPolicyEvaluationMode, etag } = message;
  const length = typeof description === 'string' ? description.length : 0;
  refuseMore(['policy', 'description'], length, `${MAX_DESCRIPTION} characters`);
  const optional = withoutAbsent({ description, globalPolicyEvaluationMode });
  const policy: BinauthzPolicy = {
    name: name ?? readName(message),
    ...(optional as Partial<BinauthzPolicy>),
    admissionWhitelistPatterns: readPatterns(message),
    defaultAdmissionRule: readRule(message['defaultAdmissionRule'] as JsonObject, [
      'policy',
      'defaultAdmissionRule',
    ]),
    clusterAdmissionRules: readClusterRules(message),
  };
  return { policy, ...(etag !== undefined && { etag: etag as string }) };
}

/** Prints a kept policy: what gcloud exports, edits and imports again. */
export function policyToJson(document: PolicyDocument): JsonObject {
  const { etag, createTime, parsed } = document;
  return { ...policyBodyToJson(parsed), etag, updateTime: formatTime(createTime) };
}

/** Prints what a policy says, without the etag and time of a kept revision. */
export function policyBodyToJson(policy: BinauthzPolicy): JsonObject {
  const rules = Object.entries(policy.clusterAdmissionRules);
  const patterns = policy.admissionWhitelistPatterns.map((namePattern) => ({ namePattern }));
  return withoutAbsent({
    name: policy.name,
    description: policy.description,
    globalPolicyEvaluationMode: policy.globalPolicyEvaluationMode,
    admissionWhitelistPatterns: patterns.length > 0 ? patterns : undefined,
    defaultAdmissionRule: ruleToJson(policy.defaultAdmissionRule),
    clusterAdmissionRules:
      rules.length > 0
        ? Object.fromEntries(rules.map(([key, rule]) => [key, ruleToJson(rule)]))
        : undefined,
  });
}

/** What a new project has until somebody sets a policy: everything is allowed. */
export function defaultPolicy(project: string): BinauthzPolicy {
  return {
    name: `projects/${project}/policy`,
    globalPolicyEvaluationMode: 'ENABLE',
    admissionWhitelistPatterns: [],
    defaultAdmissionRule: {
      evaluationMode: 'ALWAYS_ALLOW',
      enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
      requireAttestationsBy: [],
    },
    clusterAdmissionRules: {},
  };
}

function readName(message: JsonObject): string {
  const name = (message['name'] ?? 'projects/default/policy') as string;
  const path = ['policy', 'name'];
  const project = POLICY_NAME.exec(name)?.[1];
  if (project === undefined) throw wrong(path, `is ${show(name)}; want projects/PROJECT/policy`);
  readAt(path, () => parseProjectId(project), 'invalid-policy');
  return name;
}

function readPatterns(message: JsonObject): readonly string[] {
  const patterns = (message['admissionWhitelistPatterns'] ?? []) as readonly JsonObject[];
  const field = ['policy', 'admissionWhitelistPatterns'];
  refuseMore(field, patterns.length, `${MAX_PATTERNS} patterns`);
  return patterns.map(({ namePattern }, index) => {
    const path = [...field, index, 'namePattern'];
    readAt(path, () => checkNamePattern(namePattern as string), 'invalid-policy');
    return namePattern as string;
  });
}

function readClusterRules(message: JsonObject): Readonly<Record<string, AdmissionRule>> {
  const rules = Object.entries((message['clusterAdmissionRules'] ?? {}) as JsonObject);
  const field = ['policy', 'clusterAdmissionRules'];
  refuseMore(field, rules.length, `${MAX_CLUSTER_RULES} rules`);
  return Object.fromEntries(
    rules.map(([key, rule]) => {
      const path = [...field, key];
      readAt(path, () => parseClusterKey(key), 'invalid-policy');
      return [key, readRule(rule as JsonObject, path)];
    }),
  );
}

/** Checks what a rule's mode asks for; its fields were read by the table. */
function readRule(rule: JsonObject, path: FieldPath): AdmissionRule {
  const given = rule as unknown as Omit<AdmissionRule, 'requireAttestationsBy'>;
  const requireAttestationsBy = (rule['requireAttestationsBy'] ?? []) as readonly string[];
  const listPath = [...path, 'requireAttestationsBy'];
  refuseMore(listPath, requireAttestationsBy.length, `${MAX_ATTESTORS} attestors`);
  const required = given.evaluationMode === 'REQUIRE_ATTESTATION';
  if (required && requireAttestationsBy.length === 0) {
    throw wrong(listPath, 'is missing: REQUIRE_ATTESTATION needs at least one attestor');
  }
  if (!required && requireAttestationsBy.length > 0) {
    throw wrong(listPath, `must be empty: ${given.evaluationMode} asks no attestor`);
  }
  for (const [index, name] of requireAttestationsBy.entries()) {
    readAt([...listPath, index], () => parseAttestorName(name), 'invalid-policy');
  }
  return { ...given, requireAttestationsBy };
}

function ruleToJson(rule: AdmissionRule): JsonObject {
  const { evaluationMode, enforcementMode, requireAttestationsBy } = rule;
  const attestors = requireAttestationsBy.length > 0 && { requireAttestationsBy };
  return { evaluationMode, enforcementMode, ...attestors };
}

/** `cap` begins with the number. */
function refuseMore(path: FieldPath, found: number, cap: string): void {
  if (found > Number.parseInt(cap, 10))
    throw wrong(path, `holds ${found}; at most ${cap} are kept`);
}

function wrong(path: FieldPath, problem: string): AssayError {
  return fieldError(path, problem, 'invalid-policy');
}
