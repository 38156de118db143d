/**
 * The private key file of `cosign generate-key-pair`: a key in PKCS8 under a password, by scrypt
 * and NaCl's secretbox (XSalsa20-Poly1305), as JSON in a PEM block. Only that one form is read.
 */
import { createPrivateKey, scryptSync } from 'node:crypto';
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import { decodeBase64 } from '../domain/base64.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { refuse } from './refusal.ts';
import { parseStrictJson } from './strict-json.ts';

const BLOCK =
  /^\s*-----BEGIN (ENCRYPTED (?:SIGSTORE|COSIGN) PRIVATE KEY)-----([\w+/=\s]+)-----END \1-----\s*$/;
/** What scrypt may take: twice what cosign asks for. */
const MOST = { N: 131_072, r: 8, p: 1 };
const MOST_MEMORY = 256 * 1024 * 1024;
const KEY_LENGTH = 32;
const NONCE_LENGTH = 24;

/** Tells cosign's encrypted key by its PEM label. */
export function isCosignKeyText(text: string): boolean {
  return /-----BEGIN ENCRYPTED (?:SIGSTORE|COSIGN) PRIVATE KEY-----/.test(text);
}

/** The key in PEM, without its password; refuses a wrong password and any other form. */
export function openCosignKey(text: string, password: string): string {
  const body = BLOCK.exec(text)?.[2];
  if (body === undefined) return unreadable('it is no single PEM block');
  const json = parseStrictJson(decodeBase64(body.replaceAll(/\s+/g, '')));
  const { kdf, cipher, ciphertext } = isJsonObject(json) ? json : {};
  const key = deriveKey(member(kdf, 'scrypt'), password);
  const nonce = bytesOf(member(cipher, 'nacl/secretbox')['nonce']);
  if (nonce.length !== NONCE_LENGTH) return unreadable('its nonce has another length');
  return toPem(unseal({ key, nonce, sealed: bytesOf(ciphertext) }));
}

interface Sealed {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly sealed: Uint8Array;
}

function unseal({ key, nonce, sealed }: Sealed): Uint8Array {
  try {
    return xsalsa20poly1305(key, nonce).decrypt(sealed);
  } catch {
    return refuse('bad-key', 'the password does not unlock the cosign key');
  }
}

function toPem(der: Uint8Array): string {
  try {
    const key = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
    return String(key.export({ type: 'pkcs8', format: 'pem' }));
  } catch {
    return unreadable('it holds no key in PKCS8');
  }
}

function deriveKey(kdf: JsonObject, password: string): Uint8Array {
  const { params, salt } = kdf;
  const { N, r, p } = isJsonObject(params) ? params : {};
  const asked = { N: numberOf(N), r: numberOf(r), p: numberOf(p) };
  if (asked.N > MOST.N || asked.r > MOST.r || asked.p > MOST.p || !isPowerOfTwo(asked.N)) {
    return unreadable('its scrypt asks for more than N=131072, r=8, p=1, or for what is none');
  }
  return scryptSync(password, bytesOf(salt), KEY_LENGTH, { ...asked, maxmem: MOST_MEMORY });
}

function isPowerOfTwo(value: number): boolean {
  return value > 1 && (value & (value - 1)) === 0;
}

function numberOf(value: Json | undefined): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : unknown();
}

function bytesOf(value: Json | undefined): Uint8Array {
  return typeof value === 'string' ? decodeBase64(value) : unknown();
}

function member(value: Json | undefined, name: string): JsonObject {
  return isJsonObject(value) && value['name'] === name ? value : unknown();
}

function unknown(): never {
  return unreadable('its JSON is not that of scrypt and nacl/secretbox');
}

function unreadable(why: string): never {
  return refuse('bad-key', `the cosign key cannot be read: ${why}; make one with cosign 2 or 3`);
}
