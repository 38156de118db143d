/**
 * What of sigstore is trusted: certificate authorities, logs and timestamp authorities, each with
 * the time that it counts for, as sigstore's `trusted_root.json` lists them. It is always handed
 * in; nothing here goes online, and no root is believed because an artifact names it.
 */
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toTrustMaterial, type TrustMaterial } from '@sigstore/verify';
import { isJsonObject } from '../domain/json.ts';
import type { Micros } from '../domain/time.ts';
import { errorText, refuse } from './refusal.ts';
import { parseStrictJson, type StrictJsonLimits } from './strict-json.ts';

/** A trust root, read once and used for any number of verifications. */
export interface SigstoreRoot {
  readonly material: Omit<TrustMaterial, 'publicKey'>;
  /** How many of each it lists, for people. */
  readonly lists: string;
}

/** The kinds that a root lists, but of which none counts at a time: it is too old, or too new. */
export function staleKinds({ material }: SigstoreRoot, now: Micros): readonly string[] {
  const at = now / 1000;
  const kinds = {
    'certificate authority': material.certificateAuthorities,
    log: material.tlogs,
    'certificate log': material.ctlogs,
    'timestamp authority': material.timestampAuthorities,
  };
  return Object.entries(kinds).flatMap(([name, all]) => {
    const current = all.filter(
      ({ validFor: { start, end } }) => start.getTime() <= at && at < end.getTime(),
    );
    return all.length > 0 && current.length === 0 ? [name] : [];
  });
}

const LIMITS: StrictJsonLimits = { bytes: 1024 * 1024, depth: 16, containers: 10_000 };
const MEDIA_TYPE =
  /^application\/vnd\.dev\.sigstore\.trustedroot(\.v0\.[12]\+json|\+json;version=0\.[12])$/;
const MAX_EACH = 100;

/**
 * Reads a `trusted_root.json` (sigstore protobuf-specs, TrustedRoot 0.1 and 0.2). Refuses one that
 * lists nothing, more than 100 of a kind, or a key or certificate that cannot be read.
 */
export function parseSigstoreRoot(bytes: Uint8Array): SigstoreRoot {
  const json = parseStrictJson(bytes, LIMITS);
  const type = isJsonObject(json) ? json['mediaType'] : undefined;
  if (typeof type !== 'string' || !MEDIA_TYPE.test(type)) {
    const found = JSON.stringify(type ?? 'none').slice(0, 80);
    return refuse('trust-root', `the trust root is of type ${found}; wanted a trusted_root.json`);
  }
  try {
    return rootOf(TrustedRoot.fromJSON(json));
  } catch (error) {
    return refuse('trust-root', `the trust root cannot be read: ${errorText(error)}`);
  }
}

function rootOf(parsed: TrustedRoot): SigstoreRoot {
  const material = toTrustMaterial(parsed);
  const counts = {
    'certificate authorities': material.certificateAuthorities.length,
    logs: material.tlogs.length,
    'certificate logs': material.ctlogs.length,
    'timestamp authorities': material.timestampAuthorities.length,
  };
  const sizes = Object.values(counts);
  if (sizes.every((size) => size === 0)) refuse('trust-root', 'the trust root lists nothing');
  if (sizes.some((size) => size > MAX_EACH)) {
    refuse('trust-root', `the trust root lists more than ${MAX_EACH} of a kind`);
  }
  const lists = Object.entries(counts).map(([name, size]) => `${size} ${name}`);
  return { material, lists: lists.join(', ') };
}
