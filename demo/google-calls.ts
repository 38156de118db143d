/**
 * The calls of the tutorial against the server: note, attestor with its key, attestation, policy.
 * Paths and bodies are those of curl and gcloud.
 */
import type { Digest } from '../src/domain/digest.ts';
import type { DemoKey } from './sign-image.ts';

/** A server's API and the token for it. */
export interface DemoApi {
  readonly http: string;
  readonly token: string;
}

/** The project of the demo. */
export const PROJECT = 'demo';
/** The attestor whose signature the policy requires. */
export const ATTESTOR = `projects/${PROJECT}/attestors/demo-attestor`;
/** The one pattern that the policy lets in without a signature. */
export const WHITELIST_PATTERN = 'k8s.gcr.io/*';

const NOTE = `projects/${PROJECT}/notes/demo-attestor-note`;
const TIMEOUT_MS = 20_000;

/** The note in the spelling of 2018, then the attestor, then its key, as gcloud adds it. */
export async function createAttestorWithKey(api: DemoApi, key: DemoKey): Promise<void> {
  const hint = { human_readable_name: 'Attestor Note' };
  await call(api, 'POST', {
    path: `/v1beta1/projects/${PROJECT}/notes/?noteId=${NOTE.split('/').at(-1)}`,
    body: { name: NOTE, attestation_authority: { hint } },
  });
  const created = await call(api, 'POST', {
    path: `/v1/projects/${PROJECT}/attestors?attestorId=${ATTESTOR.split('/').at(-1)}`,
    body: { name: ATTESTOR, userOwnedGrafeasNote: { noteReference: NOTE } },
  });
  const publicKeys = [{ asciiArmoredPgpPublicKey: key.publicKey }];
  const changed = (await call(api, 'PUT', {
    path: `/v1/${ATTESTOR}`,
    body: { ...created, userOwnedGrafeasNote: { noteReference: NOTE, publicKeys } },
  })) as { userOwnedGrafeasNote?: { publicKeys?: readonly { id?: string }[] } };
  const id = changed.userOwnedGrafeasNote?.publicKeys?.[0]?.id;
  if (id !== key.fingerprint) {
    throw new Error(`the attestor's key has the id ${id}; wanted ${key.fingerprint}`);
  }
}

/** Signs an image's payload and stores the signature as an occurrence. */
export async function createAttestation(
  api: DemoApi,
  key: DemoKey,
  image: { readonly name: string; readonly digest: Digest },
): Promise<void> {
  const { payload, signature } = await key.sign(image);
  await call(api, 'POST', {
    path: `/v1/projects/${PROJECT}/occurrences`,
    body: {
      kind: 'ATTESTATION',
      noteName: NOTE,
      resourceUri: `${image.name}@${image.digest}`,
      attestation: {
        serializedPayload: Buffer.from(payload).toString('base64'),
        signatures: [
          {
            publicKeyId: key.fingerprint,
            signature: Buffer.from(signature).toString('base64'),
          },
        ],
      },
    },
  });
}

/** Requires the attestor's signature of everything but the whitelisted. */
export async function setPolicy(api: DemoApi): Promise<void> {
  await call(api, 'PUT', {
    path: `/v1/projects/${PROJECT}/policy`,
    body: {
      name: `projects/${PROJECT}/policy`,
      admissionWhitelistPatterns: [{ namePattern: WHITELIST_PATTERN }],
      defaultAdmissionRule: {
        evaluationMode: 'REQUIRE_ATTESTATION',
        enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
        requireAttestationsBy: [ATTESTOR],
      },
    },
  });
}

/** The image of a kept decision: what was found of it, and the sentence of its denial. */
export async function readDecision(
  api: DemoApi,
  id: string,
): Promise<{ readonly found: string; readonly sentence: string }> {
  const answer = (await call(api, 'GET', { path: `/api/v1/decisions/${id}` })) as {
    result: { evaluation: { verdict: { images: { found: string; sentence: string }[] } } };
  };
  const image = answer.result.evaluation.verdict.images[0];
  return { found: image?.found ?? '', sentence: image?.sentence ?? '' };
}

async function call(
  { http, token }: DemoApi,
  method: string,
  { path, body }: { readonly path: string; readonly body?: unknown },
): Promise<object> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${http}${path}`, {
    method,
    headers,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  return JSON.parse(text) as object;
}
