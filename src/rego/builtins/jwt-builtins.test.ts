import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
} from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { TEST_NANOS, regoAnswer, regoValue } from '../../../test/support/call-builtin.ts';

const NOW = Number(TEST_NANOS / 1_000_000_000n);
const SECRET = { kty: 'oct', k: 'AQAB' };

function ec(namedCurve: string): KeyObject {
  return generateKeyPairSync('ec', { namedCurve }).privateKey;
}

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const KEYS: Readonly<Record<string, KeyObject>> = {
  ...Object.fromEntries(
    ['RS', 'PS'].flatMap((kind) => [256, 384, 512].map((size) => [`${kind}${size}`, RSA])),
  ),
  ES256: ec('P-256'),
  ES384: ec('P-384'),
  ES512: ec('P-521'),
  EdDSA: generateKeyPairSync('ed25519').privateKey,
};

function jwk(key: KeyObject, more: object = {}): JsonWebKey {
  return { ...key.export({ format: 'jwk' }), ...more };
}

function publicJwk(alg: string, more: object = {}): JsonWebKey {
  return jwk(createPublicKey(KEYS[alg] as KeyObject), more);
}

function set(...keys: JsonWebKey[]): string {
  return JSON.stringify({ keys });
}

function encoded(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString(
    'base64url',
  );
}

/** A token that is signed with HS256 and the secret `s`. */
function token(header: object, payload: unknown): string {
  const signed = `${encoded({ alg: 'HS256', ...header })}.${encoded(payload)}`;
  return `${signed}.${createHmac('sha256', 's').update(signed).digest('base64url')}`;
}

function verified(text: string, constraints: object): string {
  return regoAnswer('io.jwt.decode_verify(input.t, input.c)', { t: text, c: constraints } as never);
}

describe.each(Object.keys(KEYS))('%s', (alg) => {
  const input = {
    key: jwk(KEYS[alg] as KeyObject),
    jwk: JSON.stringify(publicJwk(alg)),
    pem: createPublicKey(KEYS[alg] as KeyObject).export({ type: 'spki', format: 'pem' }) as string,
  };
  const made = `io.jwt.encode_sign({"alg": "${alg}"}, {"a": 1}, input.key)`;
  const verify = `io.jwt.verify_${alg.toLowerCase()}`;

  test('verifies what it signed, by JWK and by PEM, and nothing that was changed', () => {
    expect(regoValue(`${verify}(${made}, input.jwk)`, input as never)).toBe(true);
    expect(regoValue(`${verify}(${made}, input.pem)`, input as never)).toBe(true);
    expect(
      regoValue(
        `${verify}(concat("", ["e30", substring(${made}, indexof(${made}, "."), -1)]), input.jwk)`,
        input as never,
      ),
    ).toBe(false);
    expect(regoAnswer(`io.jwt.decode_verify(${made}, {"cert": input.pem})`, input as never)).toBe(
      `[true, {"alg": "${alg}"}, {"a": 1}]`,
    );
  });

  test('is not verified by the key of another', () => {
    const other = alg === 'ES256' ? 'ES384' : 'ES256';
    expect(
      regoValue(`${verify}(${made}, input.other)`, {
        ...input,
        other: JSON.stringify(publicJwk(other)),
      } as never),
    ).toBe(false);
  });
});

describe('decode', () => {
  const nested = token({ cty: 'JWT' }, token({}, { a: 1 }));
  const rows: readonly (readonly [what: string, text: string, wanted: string])[] = [
    [
      'gives header, claims and signature',
      `${encoded({ alg: 'x' })}.${encoded({ a: 1 })}._-8`,
      '[{"alg": "x"}, {"a": 1}, "ffef"]',
    ],
    ['opens a token in a token', nested.replace(/[^.]*$/, '%'), '[{"alg": "HS256"}, {"a": 1}, "'],
    [
      'opens a token in quotes',
      token({ cty: 'JWT' }, `"'${token({}, { a: 1 })}'"`),
      '[{"alg": "HS256"}, {"a": 1}, "',
    ],
    [
      'opens only what is named JWT exactly',
      token({ cty: 'jwt' }, { a: 1 }),
      '[{"alg": "HS256", "cty": "jwt"}, {"a": 1}, "',
    ],
    ['refuses what has no period', 'x', 'encoded JWT had no period separators'],
    ['refuses a million periods', '.'.repeat(1_000_000), 'found 1000001'],
    ['refuses a header that is no JSON', 'eA.e30.', 'bad JWT header: invalid JSON: '],
    [
      'refuses a header that is a list',
      `${encoded([])}.e30.`,
      'bad JWT header: decoded JSON type was not an Object',
    ],
    ['refuses an encrypted token', `${encoded({ enc: 'x' })}.e30.`, 'JWT is a JWE object'],
    [
      'refuses a payload in another encoding',
      'e30.%%%%.',
      'JWT payload had invalid encoding: illegal base64 data at input byte 0',
    ],
    [
      'refuses claims that are a list',
      `e30.${encoded([])}.`,
      'decoded JSON type was not an Object',
    ],
    [
      'refuses a signature in another encoding',
      'e30.e30.%%%%',
      'JWT signature had invalid encoding',
    ],
    ['takes the last of equal claims', `e30.${encoded('{"a":1,"a":2}')}.`, '[{}, {"a": 2}, ""]'],
  ];

  test.each(rows)('%s', (_, text, wanted) => {
    expect(regoAnswer('io.jwt.decode(input)', text)).toContain(wanted);
  });

  test('refuses tokens in tokens in tokens, thirty times', () => {
    let text = token({}, {});
    for (let depth = 0; depth < 30; depth += 1) text = token({ cty: 'JWT' }, text);
    expect(regoAnswer('io.jwt.decode(input)', text)).toContain('JWT is nested deeper than 16');
  });
});

describe('verify with secrets', () => {
  test('looks at nothing but the signature', () => {
    const signed = '%.%';
    const signature = createHmac('sha256', 's').update(signed).digest('base64url');
    expect(regoValue('io.jwt.verify_hs256(input, "s")', `${signed}.${signature}`)).toBe(true);
  });

  test('takes a secret of any bytes', () => {
    const made = 'io.jwt.encode_sign({"alg": "HS512"}, {}, {"kty": "oct", "k": "_w"})';
    expect(regoValue(`io.jwt.verify_hs512(${made}, hex.decode("ff"))`)).toBe(true);
  });
});

describe('which key of a set', () => {
  const made = regoValue(
    'io.jwt.encode_sign({"alg": "ES256", "kid": "k"}, {}, input)',
    jwk(KEYS['ES256'] as KeyObject) as never,
  ) as string;
  const other = (more: object): JsonWebKey => jwk(createPublicKey(ec('P-256')), more);
  const rows: readonly (readonly [what: string, keys: string, wanted: boolean])[] = [
    ['the one of its name', set(other({}), publicJwk('ES256', { kid: 'k' })), true],
    [
      'the one of its name, and no other beside it',
      set(other({ kid: 'k' }), publicJwk('ES256')),
      false,
    ],
    [
      'the one of its name, whatever it says of its algorithm',
      set(publicJwk('ES256', { kid: 'k', alg: 'ES384' })),
      true,
    ],
    [
      'any, where none has its name',
      set(other({ kid: 'x' }), publicJwk('ES256', { kid: 'y' })),
      true,
    ],
    ['none of another algorithm', set(publicJwk('ES256', { alg: 'ES384' })), false],
    ['none whose algorithm is not known', set(publicJwk('ES256', { alg: 'ECDH-ES' })), false],
    ['none of an empty set', set(), false],
    [
      'any beside secrets and keys of other types',
      set(SECRET, publicJwk('RS256'), publicJwk('ES256')),
      true,
    ],
  ];

  test.each(rows)('%s', (_, keys, wanted) => {
    expect(regoValue('io.jwt.verify_es256(input.t, input.k)', { t: made, k: keys })).toBe(wanted);
  });

  test.each([
    '{}',
    '[]',
    '{"keys": 1}',
    '{"kty": "RSA"}',
    'x',
    '{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}',
  ])('%s is refused as a set', (keys) => {
    expect(regoAnswer('io.jwt.verify_es256("e30.e30.", input)', keys)).toContain(
      'failed to parse a JWK key (set)',
    );
  });

  test('a private key in PEM is refused, and text behind a certificate', () => {
    const pem = RSA.export({ type: 'pkcs8', format: 'pem' }) as string;
    expect(regoAnswer('io.jwt.verify_rs256("e30.e30.", input)', pem)).toContain(
      'failed to extract a Key from the PEM certificate',
    );
    expect(regoAnswer('io.jwt.verify_rs256("e30.e30.", input)', `${pem}x`)).toContain(
      'extra data after a PEM certificate block',
    );
  });
});

describe('attacks on verification', () => {
  const pem = createPublicKey(RSA).export({ type: 'spki', format: 'pem' }) as string;

  test('alg none is verified by nothing', () => {
    const none = `${encoded({ alg: 'none' })}.${encoded({})}.`;
    expect(verified(none, { cert: pem })).toBe('[false, {}, {}]');
    expect(verified(none, { secret: 's' })).toBe('[false, {}, {}]');
    expect(
      regoAnswer('io.jwt.encode_sign({"alg": "none"}, {}, {"kty": "oct", "k": "AA"})'),
    ).toContain('unknown JWS algorithm: none');
  });

  test('a public key is no secret of HS256', () => {
    const signed = `${encoded({ alg: 'HS256' })}.${encoded({})}`;
    const forged = `${signed}.${createHmac('sha256', pem).update(signed).digest('base64url')}`;
    expect(verified(forged, { cert: pem })).toBe('[false, {}, {}]');
    expect(verified(forged, { cert: JSON.stringify(publicJwk('RS256')) })).toBe('[false, {}, {}]');
    expect(verified(token({}, {}), { cert: set({ kty: 'oct', k: encoded('s') }) })).toBe(
      '[true, {"alg": "HS256"}, {}]',
    );
  });

  test('ES256 with a key of P-384 is not verified, although its signature is right', () => {
    const signed = `${encoded({ alg: 'ES256' })}.${encoded({})}`;
    const signature = sign('sha256', Buffer.from(signed), {
      key: KEYS['ES384'] as KeyObject,
      dsaEncoding: 'ieee-p1363',
    });
    const forged = `${signed}.${signature.toString('base64url')}`;
    expect(
      regoValue('io.jwt.verify_es256(input.t, input.k)', {
        t: forged,
        k: JSON.stringify(publicJwk('ES384')),
      }),
    ).toBe(false);
    expect(verified(forged, { cert: JSON.stringify(publicJwk('ES384')) })).toBe('[false, {}, {}]');
  });

  test('a signature of all zeros is none', () => {
    const text = `${encoded({ alg: 'ES256' })}.${encoded({})}.${Buffer.alloc(64).toString('base64url')}`;
    expect(verified(text, { cert: JSON.stringify(publicJwk('ES256')) })).toBe('[false, {}, {}]');
  });

  test('a set of a hundred thousand keys, and a key of half a million bits, end at the limit', () => {
    const many = set(
      ...Array.from({ length: 100_000 }, () => ({ kty: 'RSA', n: '_w', e: 'AQAB' })),
    );
    expect(regoAnswer('io.jwt.verify_rs256("e30.e30.", input)', many)).toMatch(/^eval_limit_error/);
    const long = JSON.stringify({
      kty: 'RSA',
      n: Buffer.alloc(65_536, 255).toString('base64url'),
      e: 'AQAB',
    });
    expect(regoAnswer('io.jwt.verify_rs256("e30.e30.AAAA", input)', long)).toMatch(
      /^eval_limit_error/,
    );
  });
});

describe('constraints of decode_verify', () => {
  const good = '[true, {"alg": "HS256"}, ';
  const bad = '[false, {}, {}]';
  const rows: readonly (readonly [
    what: string,
    claims: object,
    constraints: object,
    wanted: string,
  ])[] = [
    ['alg as wanted', {}, { alg: 'HS256' }, good],
    ['another alg', {}, { alg: 'HS384' }, bad],
    ['iss as wanted', { iss: 'x' }, { iss: 'x' }, good],
    ['another iss', { iss: 'y' }, { iss: 'x' }, bad],
    ['no iss', {}, { iss: 'x' }, bad],
    ['iss that is a number', { iss: 1 }, { iss: '1' }, bad],
    ['an empty iss asks for nothing', { iss: 'x' }, { iss: '' }, good],
    ['aud as wanted', { aud: 'x' }, { aud: 'x' }, good],
    ['one of several aud', { aud: ['y', 'x'] }, { aud: 'x' }, good],
    ['aud of numbers', { aud: [1] }, { aud: 'x' }, bad],
    ['aud that nobody asked for', { aud: 'x' }, {}, bad],
    ['no aud', {}, { aud: 'x' }, bad],
    ['exp that has come', { exp: NOW }, {}, bad],
    ['exp in a second', { exp: NOW + 1 }, {}, good],
    ['exp at the time that is given', { exp: 10 }, { time: 10e9 }, bad],
    ['exp behind the time that is given', { exp: 10.5 }, { time: 10e9 }, good],
    ['exp that no double holds', { exp: 1e300 }, {}, good],
    ['nbf now', { nbf: NOW }, {}, good],
    ['nbf in a second', { nbf: NOW + 1 }, {}, bad],
    ['exp that is a text', { exp: '1' }, {}, 'exp value must be a number'],
    ['nbf that is a text', { nbf: '1' }, {}, 'nbf value must be a number'],
    ['a time that is a text', {}, { time: '1' }, 'token time constraint: must be a number'],
    ['a time that is null', {}, { time: null }, 'token time constraint: must be a number'],
    ['a time before 1970', {}, { time: -1 }, 'token time constraint: must not be negative'],
    ['an alg that is a number', {}, { alg: 1 }, 'alg constraint: must be a string'],
    ['a constraint that is not known', {}, { foo: 1 }, 'unknown token validation constraint: foo'],
  ];

  test.each(rows)('%s', (_, claims, constraints, wanted) => {
    expect(verified(token({}, claims), { secret: 's', ...constraints })).toContain(wanted);
  });

  test('a time beyond all doubles is refused', () => {
    const call = 'io.jwt.decode_verify(input, {"secret": "s", "time": 1e400})';
    expect(regoAnswer(call, token({}, {}))).toContain('token time constraint');
  });

  test('exactly one of cert and secret', () => {
    expect(verified(token({}, {}), {})).toContain('no key constraint');
    expect(verified(token({}, {}), { secret: '' })).toContain('no key constraint');
    expect(verified(token({}, {}), { secret: 's', cert: set() })).toContain(
      'duplicate key constraints',
    );
    expect(verified(token({}, {}), { cert: set() })).toBe(bad);
  });

  test('extensions that must be understood', () => {
    expect(verified(token({ crit: ['x'], x: 1 }, {}), { secret: 's' })).toBe(bad);
    expect(verified(token({ crit: ['b64'], b64: false }, {}), { secret: 's' })).toBe(bad);
    expect(verified(token({ crit: ['alg'] }, {}), { secret: 's' })).toContain('[true, ');
    expect(verified(token({ crit: [] }, {}), { secret: 's' })).toContain(
      'crit: must be a nonempty list',
    );
    expect(verified(token({ crit: 'x' }, {}), { secret: 's' })).toContain('crit: must be a list');
    expect(verified(token({ kid: 1 }, {}), { secret: 's' })).toContain('kid: must be a string');
  });

  test('a token in a token is verified with both signatures', () => {
    const inner = token({}, { a: 1 });
    expect(verified(token({ cty: 'jwt' }, inner), { secret: 's' })).toBe(
      '[true, {"alg": "HS256"}, {"a": 1}]',
    );
    expect(verified(token({ cty: 'JWT' }, inner.replace(/.$/, '')), { secret: 's' })).toMatch(
      /false|illegal/,
    );
  });
});

describe('signing', () => {
  const rows: readonly (readonly [expression: string, wanted: string])[] = [
    ['io.jwt.encode_sign_raw("{}", "{}", `{"kty": "oct", "k": "AQAB"}`)', `header "alg" not found`],
    [
      'io.jwt.encode_sign_raw("", "{}", `{"kty": "oct", "k": "AQAB"}`)',
      'cannot parse empty string',
    ],
    ['io.jwt.encode_sign_raw("{}", "{}", "x")', 'failed to parse a JWK key (set)'],
    ['io.jwt.encode_sign_raw("{}", "{}", `{"keys": []}`)', 'no keys found in JWK set'],
    [
      'io.jwt.encode_sign({"alg": "RS256"}, {}, {"kty": "oct", "k": "AQAB"})',
      'failed to parse a JWK',
    ],
    ['io.jwt.encode_sign({"alg": "HS256"}, {}, {"kty": "oct", "k": ""})', 'holds no secret'],
    [
      'io.jwt.encode_sign_raw(`{"alg": "HS256"}`, "x", `{"kty": "oct", "k": "AQAB"}`)',
      'type is JWT but payload is not JSON',
    ],
  ];

  test.each(rows)('%s fails', (expression, wanted) => {
    expect(regoAnswer(expression)).toContain(wanted);
  });

  test('the first key of a set signs, and any text where the type is another', () => {
    const keys = set(SECRET, { kty: 'oct', k: 'AAAA' });
    const call = 'io.jwt.encode_sign_raw(`{"alg": "HS256", "typ": "text/plain"}`, "x", input)';
    expect(regoValue(`io.jwt.verify_hs256(${call}, "\\u0001\\u0000\\u0001")`, keys)).toBe(true);
  });

  test('a key of another curve signs nothing', () => {
    const key = jwk(createPrivateKey({ key: jwk(KEYS['ES384'] as KeyObject), format: 'jwk' }));
    expect(regoAnswer('io.jwt.encode_sign({"alg": "ES256"}, {}, input)', key as never)).toContain(
      'ES256 wants a key of type prime256v1',
    );
  });
});
