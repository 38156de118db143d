/**
 * Trust flows one way. A proof over an index covers exactly the manifests that its bytes list; a
 * proof over one of those covers neither the index nor its siblings, and nothing is proven by a
 * config digest. So a child's proof is made here from the index's bytes, or not at all.
 */
import { createHash } from 'node:crypto';
import { type Digest, digestAlgorithm, isDigest } from '../domain/digest.ts';
import { isJsonObject, type Json } from '../domain/json.ts';
import { type Proof, type Refusal, refusalOf } from './proof.ts';
import { refuse } from './refusal.ts';
import { parseStrictJson } from './strict-json.ts';

const LIMITS = { bytes: 4 * 1024 * 1024, depth: 16, containers: 20_000 };

/** The proof of a child, from a proof over an index and the index's own bytes. */
export function proofOfChild(proof: Proof, indexBytes: Uint8Array, child: Digest): Proof | Refusal {
  try {
    requireBytes(proof, indexBytes);
    if (!listedManifests(indexBytes).includes(child)) {
      refuse('index-child', `the proven index ${proof.subject} does not list ${child}`);
    }
    const line = `the index ${proof.subject} that was proven lists it`;
    return { ...proof, subject: child, checked: [...proof.checked, line] };
  } catch (error) {
    return refusalOf(proof.kind, error, 'index-child');
  }
}

/** The digests that an index lists; empty for what is a manifest, which has layers and a config. */
export function listedManifests(bytes: Uint8Array): readonly Json[] {
  const json = parseStrictJson(bytes, LIMITS);
  const { manifests, layers, config } = isJsonObject(json) ? json : {};
  if (!Array.isArray(manifests) || layers !== undefined || config !== undefined) return [];
  return manifests.map((one: Json) => (isJsonObject(one) ? (one['digest'] ?? null) : null));
}

/** Tells of digests whether they are of these bytes; hashes once for each algorithm. */
export function digestMatcher(bytes: Uint8Array): (digest: Json | undefined) => digest is Digest {
  const known = new Map<string, string>();
  return (digest): digest is Digest => {
    if (typeof digest !== 'string' || !isDigest(digest)) return false;
    const algorithm = digestAlgorithm(digest);
    const found = known.get(algorithm) ?? digestBy(algorithm, bytes);
    known.set(algorithm, found);
    return found === digest;
  };
}

function digestBy(algorithm: string, bytes: Uint8Array): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

function requireBytes({ subject }: Proof, bytes: Uint8Array): void {
  const found = digestBy(digestAlgorithm(subject), bytes);
  if (found === subject) return;
  refuse('index-child', `these bytes are ${found}; the proof is of ${subject}`);
}
