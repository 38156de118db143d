/**
 * The webhook's judgement without a server: request, policy, attestors and attestations from files.
 * Evidence that the policy wants and no file gives leaves the verdict undecided.
 */
import type { Attestor } from '../domain/attestor.ts';
import { parseDigest } from '../domain/digest.ts';
import { AssayError, isAssayError } from '../domain/error.ts';
import {
  type ImageReference,
  formatImageReference,
  withDefaultTag,
} from '../domain/image-reference.ts';
import type { Occurrence } from '../domain/note.ts';
import type { BinauthzPolicy, PolicyDocument } from '../domain/policy-document.ts';
import { parseClusterKey } from '../domain/resource-name.ts';
import { resourceKey } from '../domain/resource-url.ts';
import { isTrustDomain, parseNamespaceKey } from '../domain/rule-key.ts';
import type { Micros } from '../domain/time.ts';
import type {
  AdmissionRequest,
  AttestationEvidence,
  Evidence,
  Verdict,
} from '../domain/verdict.ts';
import { readAttestationFile, readAttestorFile } from '../google/google-file.ts';
import {
  parsePolicyYaml,
  parseSystemPolicyYaml,
  parseYamlDocuments,
} from '../google/policy-yaml.ts';
import { readWorkloads } from '../kubernetes/workload-images.ts';
import { type WantedEvidence, evaluate, wantedEvidence } from '../policy/evaluate.ts';
import { BUILT_IN_SYSTEM_POLICY } from '../policy/system-policy.ts';
import { readTextFile } from '../remote/read-text-file.ts';
import { toCheck, verifyAttestation } from '../signing/verify-attestation.ts';
import type { PolicyId } from '../store/policy-rows.ts';
import { checkAttestorKeys } from './check-attestor-keys.ts';
import { policyOf, SYSTEM_POLICY_ID } from './new-policy.ts';

/** Largest file that is read, in bytes. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** Paths of the files, and the place that is asked for. */
export interface OfflineInput {
  readonly file: string;
  readonly policy: string;
  readonly project: string;
  readonly attestors?: string;
  readonly attestations?: string;
  readonly cluster?: string;
  /** Of objects that name none. */
  readonly namespace?: string;
  readonly trustDomain?: string;
  /** Path of a file in place of the built-in system policy. */
  readonly systemPolicy?: string;
}

interface Facts {
  readonly attestors: readonly Attestor[] | undefined;
  readonly attestations: readonly Occurrence[] | undefined;
  readonly now: Micros;
}

/** Judges every object of a file: ImageReview, Pod, workload or List; one verdict each. */
export async function admitOffline(
  effects: { readonly now: () => Micros },
  input: OfflineInput,
): Promise<readonly Verdict[]> {
  checkPlace(input);
  const policy = await readFileAs(input.policy, (text) =>
    documentOf(policyOf(input.project), parsePolicyYaml(text).policy, text),
  );
  const documents = [policy, await readSystemPolicy(input)];
  const now = effects.now();
  const facts: Facts = {
    attestors: await readIfGiven(input.attestors, (text) => readAttestors(text, now)),
    attestations: await readIfGiven(input.attestations, readAttestationFile),
    now,
  };
  const requests = await readFileAs(input.file, (text) => toRequests(text, input));
  const verdicts: Verdict[] = [];
  for (const request of requests) {
    const evidence = await gather(facts, wantedEvidence(request, documents));
    verdicts.push(evaluate(request, documents, evidence));
  }
  return verdicts;
}

async function readIfGiven<T>(
  path: string | undefined,
  read: (text: string) => T | Promise<T>,
): Promise<T | undefined> {
  return path === undefined ? undefined : readFileAs(path, read);
}

/** Reads a file; what is wrong with its text names the file. */
async function readFileAs<T>(path: string, read: (text: string) => T | Promise<T>): Promise<T> {
  const text = await readTextFile(path, MAX_FILE_BYTES);
  try {
    return await read(text);
  } catch (cause) {
    if (!isAssayError(cause)) throw cause;
    throw new AssayError(cause.code, `${path}: ${cause.message}`, { cause });
  }
}

/** Attestors with the ids that the server would give their keys: a file may leave them out. */
async function readAttestors(text: string, now: Micros): Promise<readonly Attestor[]> {
  return Promise.all(
    readAttestorFile(text).map(async (attestor) => {
      const keys = attestor.publicKeys;
      return { ...attestor, publicKeys: await checkAttestorKeys(keys, { kept: keys, now }) };
    }),
  );
}

function checkPlace({ cluster, namespace, trustDomain }: OfflineInput): void {
  if (cluster !== undefined) parseClusterKey(cluster);
  if (namespace !== undefined) parseNamespaceKey(namespace);
  if (trustDomain === undefined || isTrustDomain(trustDomain)) return;
  const wanted = 'give one like cluster.local';
  throw new AssayError('invalid-argument', `--trust-domain is no trust domain; ${wanted}`);
}

async function readSystemPolicy({ systemPolicy }: OfflineInput): Promise<PolicyDocument> {
  if (systemPolicy === undefined) return documentOf(SYSTEM_POLICY_ID, BUILT_IN_SYSTEM_POLICY, '');
  return readFileAs(systemPolicy, (text) =>
    documentOf(SYSTEM_POLICY_ID, parseSystemPolicyYaml(text), text),
  );
}

function documentOf(id: PolicyId, parsed: BinauthzPolicy, source: string): PolicyDocument {
  return { ...id, revision: 0, source, parsed, createTime: 0, etag: '' };
}

function toRequests(text: string, input: OfflineInput): readonly AdmissionRequest[] {
  const documents = parseYamlDocuments(text, 'invalid-argument');
  const objects = documents.flatMap((document) => readWorkloads(document.value));
  if (objects.length === 0) {
    throw new AssayError(
      'invalid-argument',
      'the file holds no object; give a Pod, workload or ImageReview',
    );
  }
  const { project, cluster, namespace, trustDomain } = input;
  const place = {
    project,
    ...(cluster === undefined ? {} : { cluster }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(trustDomain === undefined ? {} : { trustDomain }),
  };
  return objects.map((object) => ({ source: 'offline', ...place, ...object }));
}

async function gather(facts: Facts, wanted: WantedEvidence): Promise<Evidence> {
  const attestations: AttestationEvidence[] = [];
  for (const { attestor, reference } of wanted.attestations) {
    attestations.push(await gatherOne(facts, attestor, reference));
  }
  const how = 'tags are not looked up offline';
  const tags = wanted.tags.map((tag) => ({
    image: formatImageReference(withDefaultTag(tag)),
    how,
  }));
  return { attestations, tags };
}

async function gatherOne(
  facts: Facts,
  name: string,
  reference: ImageReference,
): Promise<AttestationEvidence> {
  const image = { name: reference.name, digest: parseDigest(reference.digest ?? '') };
  const base = { attestor: name, image: `${image.name}@${image.digest}`, checks: [] };
  const attestor = facts.attestors?.find((one) => one.name === name);
  if (attestor === undefined || facts.attestations === undefined)
    return { ...base, state: 'unreadable' };
  if (attestor.publicKeys.length === 0) return { ...base, state: 'no-keys' };
  const { now } = facts;
  const about = facts.attestations.filter((one) => isAbout(one, attestor, base.image));
  const checks = await Promise.all(
    // A file's times are its writer's: nothing here says when an attestation was received.
    about.map(async (occurrence) => {
      const answers = await verifyAttestation({ occurrence, attestor, image, now });
      return answers.map((one) => toCheck(occurrence.name, one));
    }),
  );
  return { ...base, state: 'known', checks: checks.flat() };
}

function isAbout(occurrence: Occurrence, attestor: Attestor, image: string): boolean {
  return (
    occurrence.noteName === attestor.noteReference && resourceKey(occurrence.resourceUri) === image
  );
}
