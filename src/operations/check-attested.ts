/**
 * Would a review let this image in, as far as one attestor is concerned? It is asked as a review
 * is: by a policy that requires that attestor and nothing else, over the same evidence.
 */
import { type Caller, authorise, isAllowed } from '../domain/caller.ts';
import {
  formatImageReference,
  type ImageReference,
  parseImageReference,
  refuseDigestLikeTag,
} from '../domain/image-reference.ts';
import type { BinauthzPolicy, PolicyDocument } from '../domain/policy-document.ts';
import { parseAttestorName } from '../domain/resource-name.ts';
import type { AdmissionRequest, ImageVerdict } from '../domain/verdict.ts';
import { evaluate, wantedEvidence } from '../policy/evaluate.ts';
import type { Deps } from './deps.ts';
import { gatherEvidence } from './gather-evidence.ts';
import { policyOf } from './new-policy.ts';

/** What is asked. */
export interface CheckAttestedInput {
  readonly caller: Caller;
  /** A tag is looked up at its registry, which takes the right to scan. */
  readonly image: string;
  /** `projects/P/attestors/A`. */
  readonly attestor: string;
}

/** What a review would say now. */
export interface AttestedAnswer extends Pick<ImageVerdict, 'outcome' | 'found' | 'wanted' | 'fix'> {
  /** The image by digest. */
  readonly image: string;
}

/** Checks an image now. Refuses a reference that does not parse; throws where a tag is unknown. */
export async function checkAttested(
  deps: Deps,
  input: CheckAttestedInput,
): Promise<AttestedAnswer> {
  const { project } = parseAttestorName(input.attestor);
  authorise(input.caller, 'binaryauthorization.attestors.verifyImageAttested', project);
  const reference = await findDigest(deps, input.caller, {
    project,
    reference: parseImageReference(input.image),
  });
  const image = formatImageReference(reference);
  const documents = [requiring(input.attestor, project)];
  const request: AdmissionRequest = {
    source: 'offline',
    project,
    annotations: {},
    images: [{ image, field: 'image' }],
  };
  const gathered = await gatherEvidence(deps, project, wantedEvidence(request, documents));
  const [verdict] = evaluate(request, documents, gathered.evidence).images;
  if (verdict === undefined) throw new TypeError('a request for one image has no verdict of it');
  const { outcome, found, wanted, fix } = verdict;
  return { image, outcome, found, wanted, fix };
}

/** The reference by its digest alone: the tag may move while somebody waits. */
export async function findDigest(
  deps: Deps,
  caller: Caller,
  asked: { readonly project: string; readonly reference: ImageReference },
): Promise<ImageReference> {
  const { project, reference } = asked;
  refuseDigestLikeTag(reference);
  const { tag: _tag, ...untagged } = reference;
  if (reference.digest !== undefined) return untagged;
  authorise(caller, 'assay.images.scan', project);
  // The network is the server's, not a project's.
  const anywhere = isAllowed(caller, 'assay.images.scanInner', undefined);
  if (!anywhere) await deps.guardRegistry?.(reference);
  return { ...untagged, digest: await deps.resolveTag(reference) };
}

function requiring(attestor: string, project: string): PolicyDocument {
  const parsed: BinauthzPolicy = {
    name: `projects/${project}/policy`,
    admissionWhitelistPatterns: [],
    defaultAdmissionRule: {
      evaluationMode: 'REQUIRE_ATTESTATION',
      enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
      requireAttestationsBy: [attestor],
    },
    clusterAdmissionRules: {},
  };
  return { ...policyOf(project), revision: 0, source: '', parsed, createTime: 0, etag: '' };
}
