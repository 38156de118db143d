/**
 * Admission: one request in, one recorded answer out. Facts that have not changed are not read
 * again; every answer is durable before it is given.
 */
import type { Caller } from '../domain/caller.ts';
import type { Evaluation } from '../domain/decision.ts';
import { AssayError } from '../domain/error.ts';
import { type Json, canonicalJson } from '../domain/json.ts';
import { SECOND } from '../domain/time.ts';
import type { AdmissionRequest, Evidence, Verdict } from '../domain/verdict.ts';
import { evaluate, wantedEvidence } from '../policy/evaluate.ts';
import { formatDenial } from '../policy/format-denial.ts';
import { type Refusal, refuseRequest } from '../policy/refuse-request.ts';
import { clusterExists } from '../store/cluster-rows.ts';
import { listCurrentPolicies } from '../store/policy-rows.ts';
import { projectExists } from '../store/project-rows.ts';
import { contentDigest } from './content-digest.ts';
import type { Deps } from './deps.ts';
import { gatherEvidence } from './gather-evidence.ts';
import type { StandingVerdict } from './verdict-cache.ts';

/** A verdict over existing facts is evaluated anew after this long at the latest. */
const LONGEST_STANDING = 60 * SECOND;

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
  authoriseAdmission(input.caller, input.request.project);
  const { request } = input;
  const revision = deps.store.revision();
  const key = keyOf(request);
  const known = deps.verdicts.find(key, { revision, now: deps.now() });
  const standing = known ?? (await judge(deps, request));
  if (known === undefined) deps.verdicts.keep(key, revision, standing);
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

function authoriseAdmission(caller: Caller, project: string): void {
  const mayAsk = caller.role === 'agent' || caller.role === 'admin';
  if (mayAsk && (caller.project === undefined || caller.project === project)) return;
  throw new AssayError(
    'permission-denied',
    `${caller.name} may not ask for admissions of project ${project}; it needs an agent's token of it`,
  );
}

/** Everything of the request that an evaluation reads. */
function keyOf(request: AdmissionRequest): string {
  const { project, cluster, namespace, annotations, images } = request;
  return JSON.stringify([project, cluster, namespace, annotations, images]);
}

async function judge(deps: Deps, request: AdmissionRequest): Promise<StandingVerdict> {
  const refusal = await unknownPlace(deps, request);
  if (refusal !== undefined) {
    const evidence = { attestations: [], tags: [] };
    return stand(deps, { request, evidence, verdict: refuseRequest(request, refusal) });
  }
  const documents = await listCurrentPolicies(deps.store, request.project);
  const gathered = await gatherEvidence(deps, wantedEvidence(request, documents));
  const verdict = evaluate(request, documents, gathered.evidence);
  const standing = stand(deps, { request, evidence: gathered.evidence, verdict });
  return { ...standing, validUntil: Math.min(standing.validUntil, gathered.validUntil) };
}

async function unknownPlace(deps: Deps, request: AdmissionRequest): Promise<Refusal | undefined> {
  if (!(await projectExists(deps.store, request.project))) {
    return {
      sentence: `Denied: project ${request.project} does not exist`,
      found: `a webhook path for project ${request.project}`,
      wanted: 'a project of this server',
      fix: `assay project create ${request.project}, or correct the webhook's address`,
    };
  }
  const { cluster } = request;
  if (cluster === undefined || (await clusterExists(deps.store, request.project, cluster))) {
    return undefined;
  }
  return {
    sentence: `Denied: cluster ${cluster} is not known to project ${request.project}`,
    found: `a webhook path for cluster ${cluster}`,
    wanted: `a cluster of project ${request.project}`,
    fix: `assay project add-cluster ${request.project} ${cluster}, or correct the address`,
  };
}

function stand(
  deps: Deps,
  parts: { request: AdmissionRequest; evidence: Evidence; verdict: Verdict },
): StandingVerdict {
  const evaluation: Evaluation = { schemaVersion: 1, engineVersion: deps.engineVersion, ...parts };
  const evaluationJson = canonicalJson(evaluation as unknown as Json);
  return {
    evaluationId: contentDigest(evaluationJson),
    evaluationJson,
    verdict: parts.verdict,
    validUntil: deps.now() + LONGEST_STANDING,
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
    project: request.project,
    ...(request.cluster === undefined ? {} : { cluster: request.cluster }),
    evaluationId: standing.evaluationId,
    evaluationJson: () => standing.evaluationJson,
    outcome: verdict.outcome,
    allowed: verdict.allowed,
    count: 1,
  });
  const annotations = { decision: id, outcome: verdict.outcome, policies: verdict.policies.join(',') };
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
