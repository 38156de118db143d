/**
 * Notation's trust policies (Notary Project, trust-store-trust-policy.md, version 1.0): which
 * repositories are verified how strictly, against which roots and identities. Read strictly: a key
 * that is not known might have been meant to demand something.
 */
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import {
  type DistinguishedName,
  isSubsetName,
  parseDistinguishedName,
} from './distinguished-name.ts';
import { type NotationActions, readLevel } from './notation-level.ts';
import { checkKeys, readTexts, textOf } from './policy-fields.ts';
import { refuse } from './refusal.ts';
import { parseStrictJson } from './strict-json.ts';

/** Kinds of trust stores: roots of signers, of signing authorities and of timestamps. */
export type TrustStoreKind = 'ca' | 'signingAuthority' | 'tsa';

/** A named collection of trusted certificates, `KIND:NAME`. */
export interface TrustStoreName {
  readonly kind: TrustStoreKind;
  readonly name: string;
}

/** One statement: how images of some repositories are verified. */
export interface NotationPolicy {
  readonly name: string;
  /** Repositories by their full name; `*` alone: every other one. */
  readonly scopes: readonly string[];
  readonly level: 'strict' | 'permissive' | 'audit' | 'skip';
  readonly actions: NotationActions;
  /** `afterCertExpiry`: a timestamp is asked for only where the certificates have expired. */
  readonly verifyTimestamp: 'always' | 'afterCertExpiry';
  readonly trustStores: readonly TrustStoreName[];
  /** Names of which a signer's must have all attributes; `*`: anybody of the trust stores. */
  readonly identities: readonly DistinguishedName[] | '*';
}

const VERSION = '1.0';
const MAX_BYTES = 1024 * 1024;
const LIMITS = { bytes: MAX_BYTES, depth: 8, containers: 20_000 };
const MAX_STATEMENTS = 1000;
const STORE_KINDS: ReadonlySet<string> = new Set(['ca', 'signingAuthority', 'tsa']);
const STORE_NAME = /^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,128}$/;
const SUBJECT = 'x509.subject';
const DOMAIN = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const MAX_SCOPE = 512;

/** Reads a `trustpolicy.json`; refuses what breaks any rule of the specification, by name. */
export function parseNotationPolicies(bytes: Uint8Array): readonly NotationPolicy[] {
  const document = parseStrictJson(bytes, LIMITS);
  if (!isJsonObject(document)) return bad('the trust policy is no JSON object');
  checkKeys(document, ['version', 'trustPolicies'], 'the trust policy');
  const { version, trustPolicies } = document;
  if (version !== VERSION) {
    bad(`the trust policy has the version ${JSON.stringify(version ?? null)}; wanted "${VERSION}"`);
  }
  if (!Array.isArray(trustPolicies) || trustPolicies.length === 0) {
    return bad('the trust policy has no trustPolicies; wanted at least one statement');
  }
  if (trustPolicies.length > MAX_STATEMENTS) bad(`more than ${MAX_STATEMENTS} trustPolicies`);
  const policies = trustPolicies.map(readStatement);
  checkOnce(
    policies.map(({ name }) => name),
    'the name',
  );
  checkOnce(
    policies.flatMap(({ scopes }) => scopes),
    'the registry scope',
  );
  return policies;
}

/** The statement of a repository: the one that names it, else the one of every other. */
export function findNotationPolicy(
  policies: readonly NotationPolicy[],
  repository: string,
): NotationPolicy | undefined {
  const of = (scope: string): NotationPolicy | undefined =>
    policies.find(({ scopes }) => scopes.includes(scope));
  return of(repository) ?? of('*');
}

const STATEMENT_KEYS = [
  'name',
  'registryScopes',
  'signatureVerification',
  'trustStores',
  'trustedIdentities',
];

function readStatement(json: Json, index: number): NotationPolicy {
  if (!isJsonObject(json)) return bad(`trustPolicies[${index}] is no object`);
  const name = textOf(json['name']);
  if (name === undefined || name === '') return bad(`trustPolicies[${index}] has no name`);
  const what = `the trust policy ${JSON.stringify(name.slice(0, 80))}`;
  checkKeys(json, STATEMENT_KEYS, what);
  const level = readLevel(json['signatureVerification'], what);
  const scopes = readScopes(json['registryScopes'], what);
  if (level.level === 'skip') return { name, scopes, ...level, ...nothingTrusted(json, scopes) };
  return {
    name,
    scopes,
    ...level,
    trustStores: filled(json['trustStores'], `trustStores of ${what}`).map((text) =>
      readStore(text, what),
    ),
    identities: readIdentities(filled(json['trustedIdentities'], `trustedIdentities of ${what}`)),
  };
}

function nothingTrusted(
  json: JsonObject,
  scopes: readonly string[],
): Pick<NotationPolicy, 'trustStores' | 'identities'> {
  const name = JSON.stringify(json['name']);
  const trusted = ['trustStores', 'trustedIdentities'].flatMap((key) => readTexts(json[key], key));
  if (trusted.length > 0) {
    bad(`the trust policy ${name} skips verification; remove its trust stores and identities`);
  }
  if (scopes.includes('*')) {
    bad(`the trust policy ${name} skips verification of "*"; name the repositories`);
  }
  return { trustStores: [], identities: [] };
}

function readScopes(json: Json | undefined, what: string): readonly string[] {
  const scopes = filled(json, `registryScopes of ${what}`);
  if (scopes.length > 1 && scopes.includes('*')) {
    bad(`registryScopes of ${what} have "*" beside others; "*" stands alone`);
  }
  const odd = scopes.find((scope) => scope !== '*' && !isRepository(scope));
  if (odd === undefined) return scopes;
  const shown = JSON.stringify(odd.slice(0, 80));
  return bad(
    `registryScopes of ${what} have ${shown}; wanted a full repository without scheme, tag or ` +
      'wildcard, such as registry.example/team/app',
  );
}

function isRepository(scope: string): boolean {
  const [domain = '', ...path] = scope.split('/');
  const isNamed = path.length > 0 && path.every((component) => COMPONENT.test(component));
  return scope.length <= MAX_SCOPE && DOMAIN.test(domain) && !domain.includes('..') && isNamed;
}

function readStore(text: string, what: string): TrustStoreName {
  const colon = text.indexOf(':');
  const kind = text.slice(0, Math.max(colon, 0));
  const name = text.slice(colon + 1);
  if (STORE_KINDS.has(kind) && STORE_NAME.test(name)) return { kind: kind as TrustStoreKind, name };
  const shown = JSON.stringify(text.slice(0, 80));
  return bad(
    `trustStores of ${what} have ${shown}; wanted ca:NAME, signingAuthority:NAME or tsa:NAME, ` +
      'NAME of letters, digits, dots, dashes and underscores',
  );
}

function readIdentities(texts: readonly string[]): NotationPolicy['identities'] {
  if (texts.includes('*')) {
    if (texts.length === 1) return '*';
    return bad('trustedIdentities have "*" beside others; "*" stands alone');
  }
  const names = texts.map(readIdentity);
  names.forEach((one, index) => {
    const other = names.findIndex((name, at) => at !== index && isSubsetName(one, name));
    if (other === -1) return;
    const [wide, narrow] = [texts[index], texts[other]].map((text) => JSON.stringify(text));
    bad(`trustedIdentities overlap: ${wide} takes all that ${narrow} takes`);
  });
  return names;
}

function readIdentity(text: string): DistinguishedName {
  const colon = text.indexOf(':');
  if (text.slice(0, Math.max(colon, 0)) === SUBJECT) {
    return parseDistinguishedName(text.slice(colon + 1));
  }
  const shown = JSON.stringify(text.slice(0, 80));
  return bad(`trustedIdentities have ${shown}; wanted "${SUBJECT}: C=…, ST=…, O=…" or "*"`);
}

function filled(json: Json | undefined, what: string): readonly string[] {
  const texts = readTexts(json, what);
  return texts.length > 0 ? texts : bad(`${what} are empty; wanted at least one`);
}

function checkOnce(texts: readonly string[], what: string): void {
  const twice = texts.find((text, index) => texts.indexOf(text) !== index);
  if (twice !== undefined) bad(`${what} ${JSON.stringify(twice.slice(0, 80))} stands twice`);
}

function bad(reason: string): never {
  return refuse('bad-structure', reason);
}
