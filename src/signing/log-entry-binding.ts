/**
 * A log entry is evidence of the signature that it is of, and of no other. That an entry is in the
 * log says nothing by itself (CVE-2026-22703: any valid entry was enough): its body must name this
 * signature and these bytes, which the library compares, and this key, which is compared here.
 */
import { createPublicKey, X509Certificate } from 'node:crypto';
import type { TransparencyLogEntry } from '@sigstore/bundle';
import { isJsonObject, type Json } from '../domain/json.ts';
import { errorText, refuse } from './refusal.ts';
import { parseStrictJson, type StrictJsonLimits } from './strict-json.ts';

const LIMITS: StrictJsonLimits = { bytes: 1024 * 1024, depth: 32, containers: 10_000 };

/** Where bodies name the key, by kind and version of Rekor's entries; numbers index arrays. */
const KEY_PATHS: Readonly<Record<string, readonly (string | number)[]>> = {
  'hashedrekord/0.0.1': ['spec', 'signature', 'publicKey', 'content'],
  'dsse/0.0.1': ['spec', 'signatures', 0, 'verifier'],
  'intoto/0.0.2': ['spec', 'content', 'envelope', 'signatures', 0, 'publicKey'],
  'hashedrekord/0.0.2': ['spec', 'hashedRekordV002', 'signature', 'verifier'],
  'dsse/0.0.2': ['spec', 'dsseV002', 'signatures', 0, 'verifier'],
};

/** The kind and version that a body says of itself; refuses what is no body. */
export function logEntryKind(body: Uint8Array): {
  readonly kind: string;
  readonly version: string;
} {
  const json = parseStrictJson(body, LIMITS);
  const { kind, apiVersion: version } = isJsonObject(json) ? json : {};
  if (typeof kind === 'string' && typeof version === 'string') return { kind, version };
  return refuse('log-body', 'the log entry has no kind and version');
}

/** Refuses (`unsupported`) an entry of a kind that is not read, such as `intoto` 0.0.1. */
export function requireKnownKind({ canonicalizedBody }: TransparencyLogEntry): void {
  keyPathOf(canonicalizedBody);
}

/** Refuses an entry whose body is of another key (SPKI, DER) or another certificate (DER). */
export function requireEntryOf(
  entry: TransparencyLogEntry,
  signer: { readonly spki: Uint8Array; readonly certificate?: Uint8Array | undefined },
): void {
  const path = keyPathOf(entry.canonicalizedBody);
  const found = readVerifier(valueAt(parseStrictJson(entry.canonicalizedBody, LIMITS), path));
  if (!sameBytes(found.spki, signer.spki)) {
    refuse('log-body', 'the log entry is of another key than the signature');
  }
  if (found.certificate === undefined || signer.certificate === undefined) return;
  if (sameBytes(found.certificate, signer.certificate)) return;
  refuse('log-body', 'the log entry is of another certificate than the signature');
}

function keyPathOf(body: Uint8Array): readonly (string | number)[] {
  const { kind, version } = logEntryKind(body);
  const name = `${kind}/${version}`;
  const path = Object.hasOwn(KEY_PATHS, name) ? KEY_PATHS[name] : undefined;
  if (path !== undefined) return path;
  const found = JSON.stringify(name.slice(0, 60));
  return refuse('unsupported', `a log entry of kind ${found} is not read`);
}

function valueAt(json: Json, path: readonly (string | number)[]): Json | undefined {
  let at: Json | undefined = json;
  for (const step of path) at = stepInto(at, step);
  return at;
}

function stepInto(at: Json | undefined, step: string | number): Json | undefined {
  if (typeof step === 'number') return Array.isArray(at) ? (at[step] as Json) : undefined;
  return isJsonObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
}

interface Verifier {
  readonly spki: Uint8Array;
  readonly certificate?: Uint8Array;
}

/** Rekor 1 has PEM in base64, Rekor 2 an object with DER in base64. */
function readVerifier(value: Json | undefined): Verifier {
  try {
    if (typeof value === 'string') return readPem(Buffer.from(value, 'base64').toString('latin1'));
    const { x509Certificate, publicKey } = isJsonObject(value) ? value : {};
    if (isJsonObject(x509Certificate)) return readCertificate(rawBytes(x509Certificate));
    if (isJsonObject(publicKey)) return { spki: rawBytes(publicKey) };
  } catch (error) {
    return refuse('log-body', `the key of the log entry cannot be read: ${errorText(error)}`);
  }
  return refuse('log-body', 'the log entry names no key');
}

function rawBytes({ rawBytes: text }: { readonly [key: string]: Json | undefined }): Buffer {
  return typeof text === 'string' ? Buffer.from(text, 'base64') : Buffer.alloc(0);
}

function readPem(text: string): Verifier {
  if (text.includes('BEGIN CERTIFICATE')) return readCertificate(text);
  return { spki: createPublicKey(text).export({ type: 'spki', format: 'der' }) };
}

function readCertificate(text: string | Buffer): Verifier {
  const certificate = new X509Certificate(text);
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return { spki, certificate: certificate.raw };
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}
