/**
 * What an image tells of its layers: which instruction made each, and on which image it was built.
 * A history counts only where it fits the layers exactly; a wrong instruction is worse than none.
 */
import { createHash } from 'node:crypto';
import { type Digest, isDigest, parseDigest } from '../domain/digest.ts';
import type { DeclaredBase, LayerOrigins } from '../domain/image-layer.ts';
import type { LayerFacts } from '../domain/layer-facts.ts';
import { terminalText } from '../domain/terminal-text.ts';
import { formatInstruction } from './build-instruction.ts';
import type { ImageConfig } from './image-config.ts';
import type { Manifest } from './manifest.ts';

const BASE_NAME = 'org.opencontainers.image.base.name';
const BASE_DIGEST = 'org.opencontainers.image.base.digest';
/** Longest name of a base that is kept. */
const MAX_NAME = 1024;

/** An image's documents, and the facts of the layers that were read. */
export interface ReadImageParts {
  readonly manifest: Manifest;
  readonly config: ImageConfig;
  /** By digest of the blob. */
  readonly facts: readonly LayerFacts[];
}

/** What is to be kept of an image's layers. */
export function layerOrigins({ manifest, config, facts }: ReadImageParts): LayerOrigins {
  const whole = facts.filter(({ problems }) => problems.every(({ fatal }) => !fatal));
  const diffIds = new Map(whole.map(({ digest, diffId }) => [digest, diffId]));
  const read = manifest.layers.map(({ digest }) => diffIds.get(digest));
  const instructions = instructionsOf(config, read);
  const layers = read.map((diffId, index) => {
    const instruction = instructions[index];
    return {
      ...(diffId !== undefined && { diffId }),
      ...(instruction !== undefined && { instruction }),
    };
  });
  const chainId = chainIds(read.filter((one) => one !== undefined)).at(-1);
  const base = declaredBase({ ...config.labels, ...manifest.annotations });
  const known = !read.includes(undefined) && chainId !== undefined;
  return { layers, ...(known && { chainId }), ...(base !== undefined && { base }) };
}

/**
 * OCI's ChainID of each prefix of the layers (image-spec, config.md): what lies beneath is part of
 * it, so that equal chains are equal file systems.
 */
export function chainIds(diffIds: readonly Digest[]): readonly Digest[] {
  const chain: Digest[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    chain.push(below === undefined ? diffId : hashed(`${below} ${diffId}`));
  }
  return chain;
}

function hashed(text: string): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(text).digest('hex')}`);
}

/** The instruction of each layer; none at all unless config, history and layers agree. */
function instructionsOf(
  { history, diffIds }: ImageConfig,
  read: readonly (Digest | undefined)[],
): readonly (string | undefined)[] {
  const steps = history.filter(({ emptyLayer }) => !emptyLayer);
  if (steps.length !== read.length || diffIds.length !== read.length) return [];
  const agrees = read.every((diffId, index) => diffId === undefined || diffId === diffIds[index]);
  if (!agrees) return [];
  return steps.map(({ createdBy = '' }) => formatInstruction(createdBy));
}

function declaredBase(said: Readonly<Record<string, string>>): DeclaredBase | undefined {
  const name = terminalText((said[BASE_NAME] ?? '').slice(0, MAX_NAME).toWellFormed()).trim();
  const digest = said[BASE_DIGEST] ?? '';
  const known = { ...(name !== '' && { name }), ...(isDigest(digest) && { digest }) };
  return Object.keys(known).length === 0 ? undefined : known;
}
