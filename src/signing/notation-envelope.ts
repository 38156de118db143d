/**
 * Notation's JWS envelope (Notary Project, signature-envelope-jws.md): flattened JSON with one
 * signature, whose protected header says by which rules it was made. Everything is read before
 * anything is believed; what is not known and critical refuses the whole.
 */
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { type Micros, parseTime } from '../domain/time.ts';
import { checkKeys, readTexts, textOf } from './policy-fields.ts';
import { refuse } from './refusal.ts';
import { parseStrictJson } from './strict-json.ts';

/** Media type of the envelope. */
export const JWS_ENVELOPE = 'application/jose+json';
/** Media type of the other kind of envelope, which is not read. */
export const COSE_ENVELOPE = 'application/cose';

/** By which rules a signature was made. */
export type SigningScheme = 'notary.x509' | 'notary.x509.signingAuthority';

/** What the protected header says. */
export interface NotationHeader {
  /** `alg`, one of the six. */
  readonly algorithm: string;
  readonly scheme: SigningScheme;
  /** When the signer, or the signing authority, says that it signed. */
  readonly signingTime: Micros;
  readonly expiry?: Micros;
}

/** An envelope, read and not yet verified. */
export interface NotationEnvelope {
  readonly header: NotationHeader;
  /** The bytes that are signed. */
  readonly signed: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** Certificates in DER, the signer's first. */
  readonly chain: readonly Uint8Array[];
  /** A RFC 3161 token over the signature. */
  readonly timestamp?: Uint8Array;
}

const MAX_BYTES = 1024 * 1024;
const ENVELOPE_LIMITS = { bytes: MAX_BYTES, depth: 8, containers: 1000 };
const PAYLOAD_TYPE = 'application/vnd.cncf.notary.payload.v1+json';
const ALGORITHMS: ReadonlySet<string> = new Set([
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
]);

const PREFIX = 'io.cncf.notary.';
const SCHEME = `${PREFIX}signingScheme`;
const SIGNING_TIME = `${PREFIX}signingTime`;
const AUTHENTIC_TIME = `${PREFIX}authenticSigningTime`;
const EXPIRY = `${PREFIX}expiry`;
const PLUGIN = `${PREFIX}verificationPlugin`;
const TIMESTAMP = `${PREFIX}timestampSignature`;
const KNOWN_HEADERS = new Set(['alg', 'cty', 'crit', SCHEME, SIGNING_TIME, AUTHENTIC_TIME, EXPIRY]);
/** Headers of JWS itself, which `crit` may not list (RFC 7515, section 4.1.11). */
const REGISTERED: ReadonlySet<string> = new Set(
  'alg cty crit jku jwk kid x5u x5c x5t x5t#S256 typ b64'.split(' '),
);
/** Which time a scheme has, and which it may not have. */
const TIMES: Readonly<Record<SigningScheme, { readonly own: string; readonly other: string }>> = {
  'notary.x509': { own: SIGNING_TIME, other: AUTHENTIC_TIME },
  'notary.x509.signingAuthority': { own: AUTHENTIC_TIME, other: SIGNING_TIME },
};

/** Reads an envelope; refuses COSE by name, and anything that is not exactly as specified. */
export function readNotationEnvelope(mediaType: string, bytes: Uint8Array): NotationEnvelope {
  if (mediaType === COSE_ENVELOPE) {
    refuse(
      'unsupported',
      'the signature is a COSE envelope; only JWS (notation’s default) is read',
    );
  }
  if (mediaType !== JWS_ENVELOPE) {
    const shown = JSON.stringify(mediaType.slice(0, 80));
    refuse('unsupported', `the signature is of the media type ${shown}; wanted ${JWS_ENVELOPE}`);
  }
  const json = parseStrictJson(bytes, ENVELOPE_LIMITS);
  if (!isJsonObject(json)) return refuse('envelope', 'the envelope is no JSON object');
  checkKeys(json, ['payload', 'protected', 'header', 'signature'], 'the envelope');
  const protectedText = required(json, 'protected');
  const payloadText = required(json, 'payload');
  const header = isJsonObject(json['header']) ? json['header'] : {};
  const timestamp = header[TIMESTAMP];
  return {
    header: readProtected(base64(protectedText, 'base64url', 'protected')),
    signed: Buffer.from(`${protectedText}.${payloadText}`, 'ascii'),
    payload: base64(payloadText, 'base64url', 'payload'),
    signature: base64(required(json, 'signature'), 'base64url', 'signature'),
    chain: readTexts(header['x5c'], 'x5c').map((text) => base64(text, 'base64', 'x5c')),
    ...(timestamp !== undefined && {
      timestamp: base64(textOf(timestamp) ?? '', 'base64', TIMESTAMP),
    }),
  };
}

function readProtected(bytes: Uint8Array): NotationHeader {
  const header = parseStrictJson(bytes);
  if (!isJsonObject(header)) return refuse('envelope', 'the protected header is no JSON object');
  const { alg, cty } = header;
  if (typeof alg !== 'string' || !ALGORITHMS.has(alg)) {
    return refuse('algorithm', `alg is ${shown(alg)}; wanted ${[...ALGORITHMS].join(', ')}`);
  }
  if (cty !== PAYLOAD_TYPE) refuse('payload-type', `cty is ${shown(cty)}; wanted ${PAYLOAD_TYPE}`);
  const scheme = readScheme(header[SCHEME]);
  checkCritical(header, scheme);
  return { algorithm: alg, scheme, ...readTimes(header, scheme) };
}

function readScheme(json: Json | undefined): SigningScheme {
  if (typeof json === 'string' && Object.hasOwn(TIMES, json)) return json as SigningScheme;
  const wanted = Object.keys(TIMES).join(' or ');
  return refuse('signing-scheme', `${SCHEME} is ${shown(json)}; wanted ${wanted}`);
}

/** `crit` lists each critical attribute that is there, once, and nothing that is not understood. */
function checkCritical(header: JsonObject, scheme: SigningScheme): void {
  const critical = readTexts(header['crit'], 'crit');
  if (new Set(critical).size < critical.length) {
    refuse('critical-attribute', 'crit lists an attribute twice');
  }
  const plugin = header[PLUGIN];
  if (plugin !== undefined) {
    refuse('verification-plugin', `the signature wants the plugin ${shown(plugin)}; none is run`);
  }
  const registered = critical.find((name) => REGISTERED.has(name));
  if (registered !== undefined) {
    refuse('critical-attribute', `crit lists ${shown(registered)}, which JWS itself defines`);
  }
  const must = [SCHEME, AUTHENTIC_TIME, EXPIRY].filter(
    (name) => name === SCHEME || header[name] !== undefined,
  );
  const odd = critical.find((name) => !must.includes(name));
  if (odd !== undefined) {
    const why = odd in header && KNOWN_HEADERS.has(odd) ? 'is not critical' : 'is not understood';
    const found = Object.hasOwn(header, odd) ? why : 'is not there';
    refuse('critical-attribute', `crit lists ${shown(odd)}, which ${found}`);
  }
  const missing = must.find((name) => !critical.includes(name));
  if (missing === undefined) return;
  refuse('critical-attribute', `crit does not list ${missing} of ${scheme}`);
}

function readTimes(
  header: JsonObject,
  scheme: SigningScheme,
): Pick<NotationHeader, 'signingTime' | 'expiry'> {
  const { own, other } = TIMES[scheme];
  if (header[other] !== undefined) refuse('signing-scheme', `${scheme} may not have ${other}`);
  const signingTime = readTime(header[own], own);
  if (header[EXPIRY] === undefined) return { signingTime };
  const expiry = readTime(header[EXPIRY], EXPIRY);
  if (expiry > signingTime) return { signingTime, expiry };
  return refuse('envelope', `${EXPIRY} is not after ${own}`);
}

function readTime(json: Json | undefined, what: string): Micros {
  if (typeof json !== 'string') {
    return refuse('envelope', `${what} is ${shown(json)}; wanted a RFC 3339 time`);
  }
  try {
    return parseTime(json);
  } catch {
    return refuse('envelope', `${what} is ${shown(json)}; wanted a RFC 3339 time`);
  }
}

function required(json: JsonObject, key: string): string {
  const text = textOf(json[key]);
  if (text !== undefined && text !== '') return text;
  return refuse('envelope', `the envelope has no ${key}; wanted flattened JWS JSON`);
}

/** Base64 of one alphabet that is written in one way only. */
function base64(text: string, alphabet: 'base64' | 'base64url', what: string): Uint8Array {
  const bytes = Buffer.from(text, alphabet);
  if (text !== '' && bytes.toString(alphabet) === text) return bytes;
  return refuse('bad-encoding', `${what} is no ${alphabet} as RFC 7515 writes it`);
}

function shown(json: Json | undefined): string {
  return JSON.stringify(json ?? null).slice(0, 80);
}
