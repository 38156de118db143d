/**
 * A policy of trust as people write it, read to its value. What keys and roots are worth is for the
 * verifiers to say; here stands what the document must have.
 */
import type {
  CosignAuthority,
  ImageTrustPolicy,
  NotaryAuthority,
  NotationAuthority,
  TrustAuthority,
  TrustKey,
  TrustMatch,
  TrustRequirement,
  TrustRule,
} from '../domain/image-trust-policy.ts';
import type { JsonObject } from '../domain/json.ts';
import { checkNamePattern } from '../domain/name-pattern.ts';
import { parseAttestorName } from '../domain/resource-name.ts';
import {
  type Field,
  fieldOf,
  readItems,
  readMap,
  readObject,
  readOptionalText,
  readText,
  readTexts,
  readWord,
  refuseField,
} from './document-fields.ts';

/** The kind by which a document says what it is. */
export const TRUST_KIND = 'ImageTrustPolicy';

const MAX_RULES = 200;
const MAX_AUTHORITIES = 200;
const KEYS = ['kind', 'schemaVersion', 'description', 'unmatched', 'rules'];
const RULE_KEYS = ['name', 'images', 'except', 'enforcement', 'require'];

/** Reads a document; refuses with `invalid-policy` and the place whatever is not known. */
export function readTrustPolicy(value: unknown): ImageTrustPolicy {
  const whole: Field = { value, path: ['the policy of trust'] };
  const object = readObject(whole, KEYS);
  const at = (key: string): Field => fieldOf(object, key, whole);
  readWord(at('kind'), [TRUST_KIND]);
  if (object['schemaVersion'] !== 1) refuseField(at('schemaVersion'), 'is not 1');
  const rules = readItems(at('rules')).map(readRule);
  if (rules.length > MAX_RULES) refuseField(at('rules'), `has more than ${MAX_RULES} rules`);
  refuseTwice(rules, at('rules'));
  const authorities = rules.flatMap(({ require }) => require.flatMap(({ anyOf }) => anyOf));
  if (authorities.length > MAX_AUTHORITIES) {
    refuseField(at('rules'), `have more than ${MAX_AUTHORITIES} authorities in all`);
  }
  const description = readOptionalText(at('description'));
  return {
    ...(description === undefined ? {} : { description }),
    unmatched: readWord(at('unmatched'), ['deny', 'pass']),
    rules,
  };
}

function refuseTwice(rules: readonly TrustRule[], field: Field): void {
  const names = rules.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuseField(field, `have the name ${JSON.stringify(twice)} twice`);
}

function readRule(field: Field): TrustRule {
  const object = readObject(field, RULE_KEYS);
  const at = (key: string): Field => fieldOf(object, key, field);
  const images = readPatterns(at('images'));
  if (images.length === 0) refuseField(at('images'), 'has no pattern; wanted at least one');
  if (object['require'] === undefined) {
    refuseField(at('require'), 'is missing; an empty list lets the images pass');
  }
  const except = readPatterns(at('except'));
  return {
    name: readText(at('name')),
    images,
    ...(except.length === 0 ? {} : { except }),
    enforcement: readWord(at('enforcement'), ['enforce', 'dry-run']),
    require: readItems(at('require')).map(readRequirement),
  };
}

function readPatterns(field: Field): readonly string[] {
  return readItems(field).map((item) => {
    const pattern = readText(item);
    checkNamePattern(pattern);
    return pattern;
  });
}

type ReadAuthority = (field: Field) => TrustAuthority;

const AUTHORITIES: Readonly<Record<string, ReadAuthority>> = {
  cosign: readCosign,
  notation: readNotation,
  notary: readNotary,
  attestor: (field) => {
    const attestor = readText(field);
    parseAttestorName(attestor);
    return { kind: 'attestor', attestor };
  },
};

function readRequirement(field: Field): TrustRequirement {
  const object = readObject(field, ['anyOf', ...Object.keys(AUTHORITIES)]);
  if (object['anyOf'] === undefined) return { anyOf: [readAuthority(field)] };
  const listed = readObject(field, ['anyOf']);
  const anyOf = readItems(fieldOf(listed, 'anyOf', field)).map(readAuthority);
  return anyOf.length > 0
    ? { anyOf }
    : refuseField(field, 'has an empty anyOf, which nobody meets');
}

function readAuthority(field: Field): TrustAuthority {
  const object = readObject(field, Object.keys(AUTHORITIES));
  const [kind = '', another] = Object.keys(object);
  const read = AUTHORITIES[kind];
  if (read !== undefined && another === undefined) return read(fieldOf(object, kind, field));
  return refuseField(field, `wants one of ${Object.keys(AUTHORITIES).join(', ')}`);
}

const COSIGN_KEYS = ['keys', 'identities', 'trustRoot', 'annotations', 'predicateType'];

function readCosign(field: Field): CosignAuthority {
  const object = readObject(field, COSIGN_KEYS);
  const at = (key: string): Field => fieldOf(object, key, field);
  const keys = readItems(at('keys')).map(readKey);
  const identities = readItems(at('identities')).map(readIdentity);
  if (keys.length + identities.length === 0) refuseField(field, 'names no key and no identity');
  const trustRoot = object['trustRoot'] === undefined ? undefined : readMap(at('trustRoot'));
  if (identities.length > 0 && trustRoot === undefined) {
    refuseField(at('trustRoot'), 'is missing; identities are judged by a trusted_root.json');
  }
  const annotations = readTexts(at('annotations'));
  const predicateType = readOptionalText(at('predicateType'));
  return {
    kind: 'cosign',
    keys,
    identities,
    ...(trustRoot === undefined ? {} : { trustRoot }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(predicateType === undefined ? {} : { predicateType }),
  };
}

function readKey(field: Field): TrustKey {
  if (typeof field.value === 'string') return { text: readText(field) };
  const object = readObject(field, ['key', 'algorithm']);
  const algorithm = readOptionalText(fieldOf(object, 'algorithm', field));
  const text = readText(fieldOf(object, 'key', field));
  return { text, ...(algorithm === undefined ? {} : { algorithm }) };
}

const MATCH_KEYS = ['issuer', 'issuerPattern', 'subject', 'subjectPattern'];

function readIdentity(field: Field): CosignAuthority['identities'][number] {
  const object = readObject(field, MATCH_KEYS);
  return {
    issuer: readMatch(object, 'issuer', field),
    subject: readMatch(object, 'subject', field),
  };
}

function readMatch(object: JsonObject, key: string, field: Field): TrustMatch {
  const exact = readOptionalText(fieldOf(object, key, field));
  const pattern = readOptionalText(fieldOf(object, `${key}Pattern`, field));
  if (exact !== undefined && pattern === undefined) return { exact };
  if (pattern !== undefined && exact === undefined) return { pattern };
  return refuseField(field, `wants either ${key} or ${key}Pattern`);
}

function readNotation(field: Field): NotationAuthority {
  const object = readObject(field, ['policy', 'trustStores']);
  const stores = fieldOf(object, 'trustStores', field);
  const map = stores.value === undefined ? {} : readMap(stores);
  const trustStores = Object.keys(map).map((name) => {
    return [name, readItems(fieldOf(map, name, stores)).map(readText)] as const;
  });
  return {
    kind: 'notation',
    policy: readMap(fieldOf(object, 'policy', field)),
    trustStores: Object.fromEntries(trustStores),
  };
}

function readNotary(field: Field): NotaryAuthority {
  const object = readObject(field, ['server', 'roots', 'signers']);
  const roots = readTexts(fieldOf(object, 'roots', field));
  const signers = readItems(fieldOf(object, 'signers', field)).map((item) => {
    const signer = readObject(item, ['name', 'key']);
    const at = (key: string): Field => fieldOf(signer, key, item);
    return { name: readText(at('name')), key: readText(at('key')) };
  });
  return {
    kind: 'notary',
    server: readText(fieldOf(object, 'server', field)),
    ...(roots === undefined ? {} : { roots }),
    signers,
  };
}
