/**
 * Admission: one request in, one recorded answer out. Facts that have not changed are not read
 * again; every answer is durable before it is given.
 */
import { type Caller, authorise } from '../domain/caller.ts';
import type { Evaluation } from '../domain/decision.ts';
import { type Json, canonicalJson } from '../domain/json.ts';
import { parseClusterKey } from '../domain/resource-name.ts';
import { SECOND } from '../domain/time.ts';
import type { AdmissionRequest, Evidence, Verdict } from '../domain/verdict.ts';
import { evaluate, type JudgingDocument, wantedEvidence } from '../policy/evaluate.ts';
import { formatDenial } from '../policy/format-denial.ts';
import { type Refusal, refuseRequest } from '../policy/refuse-request.ts';
import { findCluster } from '../store/cluster-rows.ts';
import { findPolicy } from '../store/policy-rows.ts';
import { findProject } from '../store/project-rows.ts';
import { askFirstSights } from './ask-first-sights.ts';
import { contentDigest } from './content-digest.ts';
import { denialData } from './denial-event.ts';
import type { Deps } from './deps.ts';
import { gatherEvidence } from './gather-evidence.ts';
import { policyOf, regoPolicyOf, SYSTEM_POLICY_ID, trustPolicyOf } from './new-policy.ts';
import type { StandingVerdict } from './verdict-cache.ts';

/**
 * A verdict is evaluated anew after this long at the latest. Changed facts end it at once, and what
 * expires ends it to the second: this only bounds how wrong a mistake in either could be.
 */
const LONGEST_STANDING = 600 * SECOND;

/** The answer to an admission request. */
export interface Admission {
  readonly allowed: boolean;
  /** Why, for the person whose deploy it was; empty where allowed without remark. */
  readonly reason: string;
  /** For the API server's audit log: keys without blanks. */
  readonly auditAnnotations: Readonly<Record<string, string>>;
  readonly decisionId: string;
}

/** Judges a request by the project's policies and records the decision. */
export async function admitImages(
  deps: Deps,
  input: { readonly caller: Caller; readonly request: AdmissionRequest },
): Promise<Admission> {
  authorise(input.caller, 'assay.admissions.create', input.request.project);
  const { request } = input;
  const revision = deps.store.revision();
  const key = keyOf(request);
  const known = deps.verdicts.find(key, { revision, now: deps.now() });
  const standing = known ?? (await judge(deps, request));
  if (known === undefined) {
    deps.verdicts.keep(key, revision, standing);
    // Not waited for: the request has a deadline, and its verdict does not rest on it.
    void askFirstSights(deps, request);
  }
  return answer(deps, request, standing);
}

/** Records and answers a request that cannot be judged at all: it is denied, with the reason. */
export function refuseAdmission(
  deps: Deps,
  input: { readonly request: AdmissionRequest; readonly refusal: Refusal },
): Promise<Admission> {
  const verdict = refuseRequest(input.request, input.refusal);
  const evidence = { attestations: [], tags: [] };
  return answer(deps, input.request, stand(deps, { request: input.request, evidence, verdict }));
}

/** Everything of the request that an evaluation reads. */
function keyOf(request: AdmissionRequest): string {
  const { project, cluster, namespace, serviceAccount, trustDomain, annotations, images } = request;
  const place = [project, cluster, namespace, serviceAccount, trustDomain];
  return JSON.stringify([place, annotations, images]);
}

async function judge(deps: Deps, request: AdmissionRequest): Promise<StandingVerdict> {
  const refusal = await unknownPlace(deps, request);
  if (refusal !== undefined) {
    const evidence = { attestations: [], tags: [] };
    return stand(deps, { request, evidence, verdict: refuseRequest(request, refusal) });
  }
  const documents = await findDocuments(deps, request.project);
  const gathered = await gatherEvidence(deps, request.project, wantedEvidence(request, documents));
  const verdict = evaluate(request, documents, gathered.evidence);
  const standing = stand(deps, { request, evidence: gathered.evidence, verdict });
  return { ...standing, validUntil: Math.min(standing.validUntil, gathered.validUntil) };
}

/** The project's policies, and the system's where the one of Binary Authorization asks for it. */
async function findDocuments(deps: Deps, project: string): Promise<readonly JudgingDocument[]> {
  const policy = await findPolicy(deps.store, policyOf(project));
  const trust = await findPolicy(deps.store, trustPolicyOf(project));
  const rego = await findPolicy(deps.store, regoPolicyOf(project));
  const enabled = policy?.parsed.globalPolicyEvaluationMode === 'ENABLE';
  const system = enabled ? await findPolicy(deps.store, SYSTEM_POLICY_ID) : undefined;
  return [policy, system, trust, rego].filter((one) => one !== undefined);
}

async function unknownPlace(deps: Deps, request: AdmissionRequest): Promise<Refusal | undefined> {
  if ((await findProject(deps.store, request.project)) === undefined) {
    return {
      sentence: `Denied: project ${request.project} does not exist`,
      found: `a webhook path for project ${request.project}`,
      wanted: 'a project of this server',
      fix: `assay project create ${request.project}, or correct the webhook's address`,
    };
  }
  const { cluster } = request;
  if (cluster === undefined || (await isKnown(deps, request.project, cluster))) return undefined;
  return {
    sentence: `Denied: cluster ${cluster} is not known to project ${request.project}`,
    found: `a webhook path for cluster ${cluster}`,
    wanted: `a cluster of project ${request.project}`,
    fix: `assay project add-cluster ${request.project} ${cluster}, or correct the address`,
  };
}

async function isKnown(deps: Deps, project: string, key: string): Promise<boolean> {
  const { location, cluster: name } = parseClusterKey(key);
  return (await findCluster(deps.store, { project, location, name })) !== undefined;
}

function stand(
  deps: Deps,
  parts: { request: AdmissionRequest; evidence: Evidence; verdict: Verdict },
): StandingVerdict {
  const now = deps.now();
  const evaluation: Evaluation = { schemaVersion: 1, engineVersion: deps.engineVersion, ...parts };
  const evaluationJson = canonicalJson(evaluation as unknown as Json);
  return {
    evaluationId: contentDigest(evaluationJson),
    evaluationJson,
    verdict: parts.verdict,
    evaluateTime: now,
    validUntil: now + LONGEST_STANDING,
  };
}

async function answer(
  deps: Deps,
  request: AdmissionRequest,
  standing: StandingVerdict,
): Promise<Admission> {
  const { verdict } = standing;
  const id = deps.newId();
  await deps.store.appendDecision({
    id,
    time: deps.now(),
    evaluateTime: standing.evaluateTime,
    project: request.project,
    ...(request.cluster === undefined ? {} : { cluster: request.cluster }),
    evaluationId: standing.evaluationId,
    evaluationJson: () => standing.evaluationJson,
    denial: () => denialData(request, verdict),
    outcome: verdict.outcome,
    allowed: verdict.allowed,
    count: 1,
  });
  const annotations = {
    decision: id,
    outcome: verdict.outcome,
    policies: verdict.policies.join(','),
  };
  return {
    allowed: verdict.allowed,
    reason: verdict.outcome === 'allow' ? '' : formatDenial(verdict, id),
    auditAnnotations: {
      ...annotations,
      ...(verdict.breakGlass ? { 'break-glass': 'true' } : {}),
      ...(verdict.dryRun ? { 'dry-run': 'true' } : {}),
    },
    decisionId: id,
  };
}
