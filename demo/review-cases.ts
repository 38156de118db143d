/** The seven questions of the demo, each with the answer that it must get. */
import type { Digest } from '../src/domain/digest.ts';
import { ATTESTOR, WHITELIST_PATTERN } from './google-calls.ts';

/** The answer of the cluster's question. */
export type DemoVerdict = 'ALLOWED' | 'DENIED';

/** A question and what its answer must be. */
export interface ReviewCase {
  /** What is special about the image. */
  readonly title: string;
  readonly image: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly verdict: DemoVerdict;
  /** What the reason begins with; empty where there is none to give. */
  readonly firstLine: string;
  /** What the rest of the reason names. */
  readonly names: readonly string[];
  /** What `assay decisions show` must say of it. */
  readonly explains: readonly string[];
}

/** The images that the questions are about. */
export interface CaseImages {
  /** Registry and path, e.g. `127.0.0.1:5000/demo/sample-k8s-app`. */
  readonly name: string;
  readonly signedTag: string;
  readonly signed: Digest;
  readonly unsigned: Digest;
}

const NOT_SIGNED =
  `Denied by attestor ${ATTESTOR}: No attestations found that were valid and signed by a key ` +
  'trusted by the attestor';
const NO_DIGEST =
  `Denied by attestor ${ATTESTOR}: Expected digest with sha256 scheme, but got tag or malformed ` +
  'digest';
const BREAK_GLASS = { 'alpha.image-policy.k8s.io/break-glass': 'true' };

/** The questions over one signed and one unsigned image of a repository. */
export function reviewCases({ name, signedTag, signed, unsigned }: CaseImages): ReviewCase[] {
  const byDigest = `${name}@${signed}`;
  const host = WHITELIST_PATTERN.split('/')[0] ?? '';
  return [
    allowed('signed, by digest', byDigest, ['attestor', 'verifies']),
    denied('unsigned, by digest', `${name}@${unsigned}`, { firstLine: NOT_SIGNED }),
    denied('signed, by tag', `${name}:${signedTag}`, { firstLine: NO_DIGEST, names: [byDigest] }),
    allowed('whitelisted', `${host}/pause:3.9`, [`whitelist pattern ${WHITELIST_PATTERN}`]),
    {
      ...denied('break-glass', `${name}@${unsigned}`, { firstLine: NOT_SIGNED }),
      annotations: BREAK_GLASS,
      verdict: 'ALLOWED',
      explains: ['ALLOWED (break-glass; deny)', NOT_SIGNED],
    },
    denied('look-alike of the whitelist', `${host}.evil.example/pause@${signed}`, {
      firstLine: NOT_SIGNED,
    }),
    denied('malformed', `https://${name}:${signed.slice('sha256:'.length)}`, {
      firstLine: 'Denied: the image reference does not parse: ',
      names: [`did you mean ${byDigest}?`],
    }),
  ];
}

function allowed(title: string, image: string, explains: readonly string[]): ReviewCase {
  const verdict = 'ALLOWED';
  const all = [verdict, image, ...explains];
  return { title, image, annotations: {}, verdict, firstLine: '', names: [], explains: all };
}

function denied(
  title: string,
  image: string,
  wanted: { readonly firstLine: string; readonly names?: readonly string[] },
): ReviewCase {
  const { firstLine, names = [] } = wanted;
  const verdict = 'DENIED';
  const explains = [verdict, image, firstLine, ...names];
  return { title, image, annotations: {}, verdict, firstLine, names, explains };
}
