/**
 * The webhook's judgement without a server: request, policies, attestors and attestations from
 * files, signatures from the registries where a policy of trust asks for them. Evidence that is
 * wanted and that nobody gives leaves the verdict undecided.
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
import type { JsonObject } from '../domain/json.ts';
import { parseClusterKey } from '../domain/resource-name.ts';
import { resourceKey } from '../domain/resource-url.ts';
import { isTrustDomain, parseNamespaceKey } from '../domain/rule-key.ts';
import type { Micros } from '../domain/time.ts';
import type { AttestationEvidence, Evidence, Verdict } from '../domain/verdict.ts';
import { readAttestationFile, readAttestorFile } from '../google/google-file.ts';
import { parseYamlDocuments, type YamlDocument } from '../google/policy-yaml.ts';
import { objectName } from '../kubernetes/admission-input.ts';
import { readWorkloads } from '../kubernetes/workload-images.ts';
import { type WantedEvidence, evaluate, wantedEvidence } from '../policy/evaluate.ts';
import { type RegistryOptions, readRegistryAccess } from '../remote/read-registry-access.ts';
import { toCheck, verifyAttestation } from '../signing/verify-attestation.ts';
import { checkAttestorKeys } from './check-attestor-keys.ts';
import { type AskedObject, openOfflineRego, type OfflineRegoEffects } from './ask-rego-offline.ts';
import { gatherTrust } from './gather-trust.ts';
import { readFileAs, readPolicyFiles } from './read-policy-files.ts';

/** Nobody's deploy waits for a command, in milliseconds. */
const REGISTRY_MS = 30_000;

/** The clock, who tells facts of images, and the variables that name proxies. */
export interface OfflineEffects extends OfflineRegoEffects {
  readonly env: NodeJS.ProcessEnv;
}

/** Paths of the files, and the place that is asked for. */
export interface OfflineInput {
  readonly file: string;
  readonly policies: readonly string[];
  readonly project: string;
  readonly attestors?: string;
  readonly attestations?: string;
  readonly cluster?: string;
  /** Of objects that name none. */
  readonly namespace?: string;
  readonly trustDomain?: string;
  /** Path of a file in place of the built-in system policy. */
  readonly systemPolicy?: string;
  /** How registries are reached, where a policy of trust asks them. */
  readonly registries?: RegistryOptions;
}

interface Facts {
  readonly attestors: readonly Attestor[] | undefined;
  readonly attestations: readonly Occurrence[] | undefined;
  readonly now: Micros;
}

/** The verdict over one object of a file. */
export interface OfflineVerdict {
  /** e.g. `Deployment shop/web`. */
  readonly object: string;
  readonly verdict: Verdict;
}

/** Judges every object of a file: ImageReview, Pod, workload or List; one verdict each. */
export async function admitOffline(
  effects: OfflineEffects,
  input: OfflineInput,
): Promise<readonly OfflineVerdict[]> {
  checkPlace(input);
  const now = effects.now();
  const documents = await readPolicyFiles(input, now);
  const facts: Facts = {
    attestors: await readIfGiven(input.attestors, (text) => readAttestors(text, now)),
    attestations: await readIfGiven(input.attestations, readAttestationFile),
    now,
  };
  const requests = await readFileAs(input.file, (text) => toRequests(text, input));
  const rego = openOfflineRego(effects);
  const verdicts: OfflineVerdict[] = [];
  try {
    for (const asked of requests) {
      const wanted = wantedEvidence(asked.request, documents);
      const trust = await askRegistries(effects, input, wanted);
      const said = wanted.rego && (await rego.ask(wanted.rego.documents, asked));
      const evidence = {
        ...(await gather(facts, wanted)),
        ...(trust && { trust }),
        ...(said && { rego: said }),
      };
      const verdict = evaluate(asked.request, documents, evidence);
      verdicts.push({ object: objectName(asked.object), verdict });
    }
  } finally {
    await rego.close();
  }
  return verdicts;
}

/** Signatures lie in registries: they are asked as the server would, without what it remembers. */
async function askRegistries(
  { now, env }: OfflineEffects,
  { project, registries = {} }: OfflineInput,
  { trust }: WantedEvidence,
): Promise<Evidence['trust']> {
  if (trust === undefined) return undefined;
  const { openTrust } = await import('./open-trust.ts');
  const { checkTrust, close } = openTrust(now, readRegistryAccess(registries, env));
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  try {
    const search = { project, wanted: trust, deadlineMs: REGISTRY_MS };
    return await gatherTrust({ checkTrust, log, now }, search, () => undefined);
  } finally {
    await close();
  }
}

async function readIfGiven<T>(
  path: string | undefined,
  read: (text: string) => T | Promise<T>,
): Promise<T | undefined> {
  return path === undefined ? undefined : readFileAs(path, read);
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

function toRequests(text: string, input: OfflineInput): readonly AskedObject[] {
  const documents = parseYamlDocuments(text, 'invalid-argument');
  const objects = documents.flatMap((document) =>
    workloadsOf(document).map((read, index) => ({
      read,
      object: objectAt(document.value, index),
    })),
  );
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
  return objects.map(({ read, object }) => ({
    request: { source: 'offline', ...place, ...read },
    object,
  }));
}

/** What is wrong with a document names its line, for a file may have many. */
function workloadsOf(document: YamlDocument): ReturnType<typeof readWorkloads> {
  try {
    return readWorkloads(document.value);
  } catch (cause) {
    if (!isAssayError(cause)) throw cause;
    throw new AssayError(cause.code, `${document.locate([])}: ${cause.message}`, { cause });
  }
}

/** The object itself, or one of a List. */
function objectAt(value: unknown, index: number): JsonObject {
  const whole = value as JsonObject;
  const { items } = whole;
  return whole['kind'] === 'List' && Array.isArray(items) ? (items[index] as JsonObject) : whole;
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
