/** Binary Authorization's project policy on Google's wire, the same in every version. */
import type { AssayError } from '../domain/error.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { checkNamePattern } from '../domain/name-pattern.ts';
import {
  type AdmissionRule,
  type BinauthzPolicy,
  type PolicyDocument,
  RULE_MAPS,
  type RuleMap,
  type SpecificRules,
} from '../domain/policy-document.ts';
import { parseAttestorName, parseClusterKey, parseProjectId } from '../domain/resource-name.ts';
import {
  parseNamespaceKey,
  parseServiceAccountKey,
  parseServiceIdentityKey,
} from '../domain/rule-key.ts';
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

/** What one policy may hold; Google's own limits are lower where it has any. */
const MAX_PATTERNS = 1000;
const MAX_RULES = 1000;
const MAX_ATTESTORS = 100;
const MAX_DESCRIPTION = 4096;

const SYSTEM_RULE = {
  evaluationMode: 'ALWAYS_DENY',
  enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
};
const NO_SYSTEM_RULES = 'a system policy has patterns only, its rules are never asked';

const POLICY_NAME = /^projects\/([^/]*)\/policy$/;

/**
 * Reads a policy. `name` (of a request's path) takes the place of the body's; without it the
 * body's must be `projects/P/policy`, and a body without one is project `default`'s. Refuses with
 * `invalid-policy`: unknown fields, missing or unknown modes, attestors missing or superfluous for
 * a rule's mode, malformed attestor names, keys of rules and name patterns, more of them than the
 * caps above, and rules in more than one of the four maps.
 */
export function policyFromJson(json: unknown, name?: string): PolicyBody {
  const table = BINAUTHZ_TABLES.v1;
  const message = readMessage(json, {
    table,
    type: 'Policy',
    root: 'policy',
    code: 'invalid-policy',
  });
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
    clusterAdmissionRules: {},
    ...readRuleMap(message),
  };
  return { policy, ...(etag !== undefined && { etag: etag as string }) };
}

/**
 * Reads a system policy: patterns that exempt images, in the shape of a policy. Its default rule is
 * never asked and may be left out; a rule that seems to ask for more is refused.
 */
export function systemPolicyFromJson(json: unknown): BinauthzPolicy {
  const whole = isJsonObject(json) ? { defaultAdmissionRule: SYSTEM_RULE, ...json } : json;
  const { policy } = policyFromJson(whole, 'locations/global/policy');
  const map = RULE_MAPS.find((one) => Object.keys(policy[one] ?? {}).length > 0);
  if (map !== undefined) throw wrong(['policy', map], `${NO_SYSTEM_RULES}; leave it out`);
  const mode = policy.defaultAdmissionRule.evaluationMode;
  if (mode !== 'REQUIRE_ATTESTATION') return policy;
  const path = ['policy', 'defaultAdmissionRule', 'evaluationMode'];
  throw wrong(path, `is ${mode}: ${NO_SYSTEM_RULES}; leave the rule out, or ALWAYS_DENY`);
}

/** Prints a kept policy: what gcloud exports, edits and imports again. */
export function policyToJson(document: PolicyDocument): JsonObject {
  const { etag, createTime, parsed } = document;
  return { ...policyBodyToJson(parsed), etag, updateTime: formatTime(createTime) };
}

/** Prints what a policy says, without the etag and time of a kept revision. */
export function policyBodyToJson(policy: BinauthzPolicy): JsonObject {
  const maps = RULE_MAPS.map((map) => [map, rulesToJson(policy[map] ?? {})] as const);
  const patterns = policy.admissionWhitelistPatterns.map((namePattern) => ({ namePattern }));
  return withoutAbsent({
    name: policy.name,
    description: policy.description,
    globalPolicyEvaluationMode: policy.globalPolicyEvaluationMode,
    admissionWhitelistPatterns: patterns.length > 0 ? patterns : undefined,
    defaultAdmissionRule: ruleToJson(policy.defaultAdmissionRule),
    ...Object.fromEntries(maps),
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

/** How a key of each map is read, for its refusal; equal results are one key in two spellings. */
const KEYS: Readonly<Record<RuleMap, (text: string) => unknown>> = {
  clusterAdmissionRules: parseClusterKey,
  kubernetesNamespaceAdmissionRules: parseNamespaceKey,
  kubernetesServiceAccountAdmissionRules: parseServiceAccountKey,
  istioServiceIdentityAdmissionRules: parseServiceIdentityKey,
};

/** The one map that has rules; "a valid policy has only one non-empty" (Policy in the API). */
function readRuleMap(message: JsonObject): Partial<Record<RuleMap, SpecificRules>> {
  const [map, other] = RULE_MAPS.filter((field) => message[field] !== undefined);
  if (map === undefined) return {};
  if (other !== undefined) {
    const advice = 'a policy has rules in one map only: write them as rules of one kind';
    throw wrong(['policy', other], `stands beside ${map}; ${advice}`);
  }
  return { [map]: readRules(message, map) };
}

function readRules(message: JsonObject, map: RuleMap): SpecificRules {
  const rules = Object.entries(message[map] as JsonObject);
  const field = ['policy', map];
  refuseMore(field, rules.length, `${MAX_RULES} rules`);
  const spellings = new Map<string, string>();
  const read = rules.map(([key, rule]) => {
    const path = [...field, key];
    const meant = JSON.stringify(readAt(path, () => KEYS[map](key), 'invalid-policy'));
    const same = spellings.get(meant);
    if (same !== undefined) throw wrong(path, `means the same as ${show(same)}; keep one rule`);
    spellings.set(meant, key);
    return [key, readRule(rule as JsonObject, path)] as const;
  });
  return Object.fromEntries(read);
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

function rulesToJson(rules: SpecificRules): JsonObject | undefined {
  const entries = Object.entries(rules).map(([key, rule]) => [key, ruleToJson(rule)] as const);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
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
