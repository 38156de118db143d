/**
 * The certificates in testdata/x509 were made by OpenSSL, valid from 2020 to 2120 unless their name
 * says otherwise: root > inter > leaf, client, plain, critical, sha1, expired and below > deep;
 * root > constrained > cleaf; root > edc, rsac; leaf (no authority) > fromleaf.
 */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { regoAnswer, regoValue } from '../../../test/support/call-builtin.ts';
import type { Value } from '../model/value.ts';

function pem(...names: string[]): string {
  const folder = new URL('testdata/x509/', import.meta.url);
  return names.map((name) => readFileSync(new URL(`${name}.pem`, folder), 'utf8')).join('');
}

function der(name: string): string {
  return pem(name).replaceAll(/-----[A-Z ]+-----|\n/g, '');
}

type Fields = Readonly<Record<string, Value>>;

function parsed(text: string): Fields {
  const [first] = regoValue('crypto.x509.parse_certificates(input)', text) as readonly Fields[];
  return first ?? {};
}

describe('parse_certificates', () => {
  const leaf = parsed(pem('leaf'));

  test('has every field of Go, and the URIs as texts', () => {
    expect(Object.keys(leaf).toSorted()).toEqual(
      'AuthorityKeyId BasicConstraintsValid CRLDistributionPoints DNSNames EmailAddresses ExcludedDNSDomains ExcludedEmailAddresses ExcludedIPRanges ExcludedURIDomains ExtKeyUsage Extensions ExtraExtensions IPAddresses InhibitAnyPolicy InhibitAnyPolicyZero InhibitPolicyMapping InhibitPolicyMappingZero IsCA Issuer IssuingCertificateURL KeyUsage MaxPathLen MaxPathLenZero NotAfter NotBefore OCSPServer PermittedDNSDomains PermittedDNSDomainsCritical PermittedEmailAddresses PermittedIPRanges PermittedURIDomains Policies PolicyIdentifiers PolicyMappings PublicKey PublicKeyAlgorithm Raw RawIssuer RawSubject RawSubjectPublicKeyInfo RawTBSCertificate RequireExplicitPolicy RequireExplicitPolicyZero SerialNumber Signature SignatureAlgorithm Subject SubjectKeyId URIStrings URIs UnhandledCriticalExtensions UnknownExtKeyUsage Version'.split(
        ' ',
      ),
    );
  });

  const rows: readonly (readonly [field: string, wanted: unknown])[] = [
    ['Version', 3],
    ['SignatureAlgorithm', 10],
    ['PublicKeyAlgorithm', 3],
    ['NotBefore', '2020-01-01T00:00:00Z'],
    ['NotAfter', '2120-01-01T00:00:00Z'],
    ['KeyUsage', 5],
    ['ExtKeyUsage', [1]],
    ['UnknownExtKeyUsage', null],
    ['BasicConstraintsValid', true],
    ['IsCA', false],
    ['MaxPathLen', -1],
    ['MaxPathLenZero', false],
    ['ExtraExtensions', null],
    ['UnhandledCriticalExtensions', null],
    ['OCSPServer', ['http://ocsp.example.com']],
    ['IssuingCertificateURL', ['http://ca.example.com/ca.crt']],
    ['CRLDistributionPoints', ['http://crl.example.com/a.crl']],
    ['PolicyIdentifiers', [[1, 2, 3, 4]]],
    ['Policies', ['1.2.3.4']],
    ['DNSNames', ['example.com', '*.example.org']],
    ['EmailAddresses', ['a@example.com']],
    ['IPAddresses', ['192.0.2.1', '2001:db8::1']],
    ['URIStrings', ['spiffe://example.com/opa?x=1', 'urn:a:b']],
    ['PermittedDNSDomains', null],
  ];

  test.each(rows)('%s of a leaf is %j', (field, wanted) => {
    expect(leaf[field]).toEqual(wanted);
  });

  test('names and addresses have the fields of their structs', () => {
    expect(leaf['Subject']).toMatchObject({
      CommonName: 'example.com',
      Country: ['US'],
      Organization: ['Example'],
      OrganizationalUnit: ['One', 'Two'],
      Province: ['CA'],
      Locality: ['X'],
      StreetAddress: null,
      PostalCode: null,
      SerialNumber: '7',
      ExtraNames: null,
    });
    expect(leaf['URIs']).toEqual([
      {
        Scheme: 'spiffe',
        Opaque: '',
        User: null,
        Host: 'example.com',
        Path: '/opa',
        RawPath: '',
        OmitHost: false,
        ForceQuery: false,
        RawQuery: 'x=1',
        Fragment: '',
        RawFragment: '',
      },
      {
        Scheme: 'urn',
        Opaque: 'a:b',
        User: null,
        Host: '',
        Path: '',
        RawPath: '',
        OmitHost: false,
        ForceQuery: false,
        RawQuery: '',
        Fragment: '',
        RawFragment: '',
      },
    ]);
    expect(Object.keys(leaf['PublicKey'] as Fields)).toEqual(['Curve', 'X', 'Y']);
  });

  test('keys of each type have the form of their structs', () => {
    const jwk = createPublicKey(pem('rsac')).export({ format: 'jwk' });
    const modulus = BigInt(`0x${Buffer.from(jwk.n ?? '', 'base64url').toString('hex')}`);
    expect(parsed(pem('rsac'))['PublicKey']).toEqual({ N: modulus, E: 65537 });
    const raw = createPublicKey(pem('edc')).export({ format: 'jwk' }).x ?? '';
    expect(parsed(pem('edc'))['PublicKey']).toBe(Buffer.from(raw, 'base64url').toString('base64'));
  });

  test('an authority, its constraints, and usages that have no number', () => {
    expect(parsed(pem('inter'))).toMatchObject({
      IsCA: true,
      KeyUsage: 32,
      MaxPathLen: 0,
      MaxPathLenZero: true,
    });
    expect(parsed(pem('client'))).toMatchObject({
      ExtKeyUsage: [2],
      UnknownExtKeyUsage: [[1, 3, 6, 1, 4, 1, 99999, 1]],
    });
    expect(parsed(pem('critical'))['UnhandledCriticalExtensions']).toEqual([
      [1, 3, 6, 1, 4, 1, 99999, 2],
    ]);
    expect(parsed(pem('constrained'))).toMatchObject({
      PermittedDNSDomainsCritical: true,
      PermittedDNSDomains: ['.example.com'],
      ExcludedIPRanges: [{ IP: '10.0.0.0', Mask: '/wAAAA==' }],
    });
  });

  test('PEM, PEM in base64 and DER in base64 are the same', () => {
    const wanted = parsed(pem('leaf'));
    expect(parsed(der('leaf'))).toEqual(wanted);
    expect(parsed(Buffer.from(pem('leaf')).toString('base64'))).toEqual(wanted);
    expect(regoAnswer('count(crypto.x509.parse_certificates(input))', pem('root', 'inter'))).toBe(
      '2',
    );
  });

  const refused: readonly (readonly [attack: string, text: string, problem: string])[] = [
    ['what is no base64', '%', 'illegal base64 data'],
    [
      'a block of another type',
      pem('request'),
      "PEM block type is 'CERTIFICATE REQUEST', expected CERTIFICATE",
    ],
    ['a length behind the end', 'MIT/////', 'x509: malformed certificate'],
    [
      'a length of 126 octets',
      Buffer.from([0x30, 0xfe, 1, 1]).toString('base64'),
      'x509: malformed certificate',
    ],
    [
      'an indefinite length',
      Buffer.from([0x30, 0x80, 0, 0]).toString('base64'),
      'x509: malformed certificate',
    ],
    [
      'a million empty sequences',
      Buffer.alloc(2_000_000, '0\0').toString('base64'),
      'x509: malformed certificate',
    ],
    [
      'twenty thousand certificates',
      '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n'.repeat(9_000),
      'at most 1000 are read',
    ],
    ['a certificate that was cut off', der('leaf').slice(0, 400), 'x509: malformed certificate'],
  ];

  test.each(refused)('%s is refused', (_, text, problem) => {
    expect(regoAnswer('crypto.x509.parse_certificates(input)', text)).toContain(problem);
    expect(regoAnswer('crypto.x509.parse_and_verify_certificates(input)', text)).toBe(
      '[false, []]',
    );
  });
});

/** An element of DER around others. */
function der1(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(content.length);
  return Buffer.concat([Buffer.from([tag, 0x84]), size, content]);
}

/** A certificate with one subject attribute, unsigned. */
function forged(serial: Buffer, arc: Buffer): string {
  const key = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' });
  const algorithm = der1(0x30, der1(6, Buffer.from([0x2b, 0x65, 0x70])));
  const name = der1(0x30, der1(0x31, der1(0x30, der1(6, arc), der1(12, Buffer.from('x')))));
  const time = der1(0x30, ...[1, 2].map(() => der1(0x17, Buffer.from('200101000000Z'))));
  const body = der1(0x30, der1(2, serial), algorithm, name, time, name, key);
  return der1(0x30, body, algorithm, der1(3, Buffer.alloc(65))).toString('base64');
}

const ARC = Buffer.from([0x55, 0x04, 0x03]);

test('a certificate that is made by hand is read', () => {
  expect(parsed(forged(Buffer.from([7]), ARC))).toMatchObject({ SerialNumber: 7, Version: 1 });
});

const FORGED: readonly (readonly [attack: string, serial: Buffer, arc: Buffer])[] = [
  ['a serial number of ten million digits', Buffer.alloc(4_000_000, 0x11), ARC],
  [
    'an identifier with a number of a thousand bits',
    Buffer.from([7]),
    Buffer.concat([Buffer.alloc(200, 0xff), Buffer.from([1])]),
  ],
];

test.each(FORGED)('%s is refused', (_, serial, arc) => {
  const call = 'crypto.x509.parse_certificates(input)';
  expect(regoAnswer(call, forged(serial, arc))).toMatch(/malformed certificate|^eval_limit_error/);
});

describe('parse_and_verify_certificates', () => {
  const rows: readonly (readonly [
    what: string,
    names: string[],
    options: string,
    wanted: string,
  ])[] = [
    ['a chain', ['root', 'inter', 'leaf'], '{}', 'true'],
    ['a chain with others between', ['root', 'constrained', 'edc', 'inter', 'leaf'], '{}', 'true'],
    ['a leaf of the root', ['root', 'edc'], '{}', 'true'],
    ['the root as its own leaf', ['root', 'root'], '{}', 'true'],
    ['one certificate', ['root'], '{}', 'false'],
    ['a gap in the chain', ['root', 'leaf'], '{}', 'false'],
    ['a root that is another', ['inter', 'root', 'edc'], '{}', 'false'],
    ['an expired leaf', ['root', 'inter', 'expired'], '{}', 'false'],
    [
      'an expired leaf in its time',
      ['root', 'inter', 'expired'],
      '{"CurrentTime": 1300000000000000000}',
      'false',
    ],
    [
      'a time before the chain',
      ['root', 'inter', 'leaf'],
      '{"CurrentTime": 1300000000000000000}',
      'false',
    ],
    ['a signature over SHA-1', ['root', 'inter', 'sha1'], '{}', 'false'],
    ['a critical extension that nobody knows', ['root', 'inter', 'critical'], '{}', 'false'],
    [
      'a path that is longer than its authority allows',
      ['root', 'inter', 'below', 'deep'],
      '{}',
      'false',
    ],
    ['a leaf that certifies', ['root', 'inter', 'leaf', 'fromleaf'], '{}', 'false'],
    ['an authority with constraints of names', ['root', 'constrained', 'cleaf'], '{}', 'false'],
    ["a client's certificate for a server", ['root', 'inter', 'client'], '{}', 'false'],
    [
      "a client's certificate for a client",
      ['root', 'inter', 'client'],
      '{"KeyUsages": ["KeyUsageClientAuth"]}',
      'true',
    ],
    [
      "a client's certificate for anything",
      ['root', 'inter', 'client'],
      '{"KeyUsages": {"KeyUsageAny"}}',
      'true',
    ],
    ['one that says nothing of its usage', ['root', 'inter', 'plain'], '{}', 'true'],
    ['the name of a host', ['root', 'inter', 'leaf'], '{"DNSName": "example.com"}', 'true'],
    [
      'the name of a host below a wildcard',
      ['root', 'inter', 'leaf'],
      '{"DNSName": "a.example.org"}',
      'true',
    ],
    [
      'a name two below a wildcard',
      ['root', 'inter', 'leaf'],
      '{"DNSName": "a.b.example.org"}',
      'false',
    ],
    ['an address', ['root', 'inter', 'leaf'], '{"DNSName": "[2001:db8::1]"}', 'true'],
    ['another name', ['root', 'inter', 'leaf'], '{"DNSName": "example.net"}', 'false'],
    [
      'a name that stands in the common name only',
      ['root', 'inter', 'client'],
      '{"DNSName": "client", "KeyUsages": ["KeyUsageAny"]}',
      'false',
    ],
  ];

  test.each(rows)('%s', (_, names, options, wanted) => {
    const text = pem(...names);
    const call = `crypto.x509.parse_and_verify_certificates_with_options(input, ${options})`;
    expect(regoAnswer(`${call}[0]`, text)).toBe(wanted);
  });

  test.each(rows.filter(([, , options]) => options === '{}'))(
    '%s, without options',
    (_, names, __, wanted) => {
      const call = 'crypto.x509.parse_and_verify_certificates(input)[0]';
      expect(regoAnswer(call, pem(...names))).toBe(wanted);
    },
  );

  test('the chain comes back leaf first, with URIs as texts only without options', () => {
    const names = '[c.Subject.CommonName | some c in x[1]]';
    const text = pem('root', 'inter', 'leaf');
    const answer = `[${names} | x := crypto.x509.parse_and_verify_certificates(input)][0]`;
    expect(regoAnswer(answer, text)).toBe('["example.com", "Intermediate", "Root"]');
    const call = 'crypto.x509.parse_and_verify_certificates_with_options(input, {})';
    expect(regoAnswer(`object.get(${call}[1][0], "URIStrings", "none")`, text)).toBe('"none"');
  });

  const wrong: readonly (readonly [options: string, problem: string])[] = [
    ['{"Foo": 1}', 'invalid key option'],
    ['{"DNSName": 1}', "'DNSName' should be a string"],
    ['{"CurrentTime": "x"}', "'CurrentTime' should be a number"],
    ['{"CurrentTime": 1.5}', "'CurrentTime' should be a valid int64 number"],
    ['{"CurrentTime": 10000000000000000000000}', "'CurrentTime' should be a valid int64 number"],
    ['{"KeyUsages": "x"}', "'KeyUsages' should be an Array or Set"],
    ['{"KeyUsages": ["x"]}', "invalid entries for 'KeyUsages' found: [x]"],
    ['{"MaxConstraintComparisons": "x"}', "'MaxConstraintComparisons' should be a number"],
  ];

  test.each(wrong)('options %s are refused: %s', (options, problem) => {
    const call = `crypto.x509.parse_and_verify_certificates_with_options(input, ${options})`;
    expect(regoAnswer(call, pem('root', 'inter', 'leaf'))).toContain(problem);
  });
});

describe('requests and keys', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const ed = generateKeyPairSync('ed25519').privateKey;
  const text = (key: typeof rsa, type: 'pkcs1' | 'pkcs8' | 'sec1'): string =>
    key.export({ type: type as 'pkcs8', format: 'pem' }) as string;

  test('a request has the fields of Go', () => {
    const request = regoValue(
      'crypto.x509.parse_certificate_request(input)',
      pem('request'),
    ) as Fields;
    expect(request).toMatchObject({
      Version: 0,
      DNSNames: ['example.com'],
      IPAddresses: ['192.0.2.1'],
      EmailAddresses: null,
      URIs: null,
      PublicKeyAlgorithm: 3,
      ExtraExtensions: null,
      Extensions: [{ Id: [2, 5, 29, 17] }, { Id: [2, 5, 29, 19], Critical: true }],
      Attributes: [{ Type: [1, 2, 840, 113549, 1, 9, 14] }],
    });
    expect(regoAnswer('crypto.x509.parse_certificate_request(input)', pem('leaf'))).toContain(
      'illegal base64',
    );
    expect(
      regoAnswer(
        'crypto.x509.parse_certificate_request(input)',
        Buffer.from(pem('leaf')).toString('base64'),
      ),
    ).toContain('invalid PEM-encoded certificate signing request');
  });

  test('private keys have the form of their structs', () => {
    const all =
      text(rsa, 'pkcs1') + text(ec, 'sec1') + text(ed, 'pkcs8') + pem('leaf') + text(rsa, 'pkcs8');
    const keys = regoValue('crypto.parse_private_keys(input)', all) as readonly (Fields | string)[];
    expect(keys.map((key) => (typeof key === 'string' ? key.length : Object.keys(key)))).toEqual([
      ['N', 'E', 'D', 'Primes', 'Precomputed'],
      ['Curve', 'X', 'Y', 'D'],
      88,
      ['N', 'E', 'D', 'Primes', 'Precomputed'],
    ]);
    expect(
      regoValue('crypto.parse_private_keys(input)', Buffer.from(all).toString('base64')),
    ).toEqual(keys);
    expect(regoAnswer('crypto.parse_private_keys("")')).toBe('null');
    expect(regoAnswer('crypto.parse_private_keys("nope")')).toBe('[]');
    const broken = '-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n';
    expect(regoAnswer('crypto.parse_private_keys(input)', broken)).toContain(
      'failed to parse private key',
    );
  });

  test('the first private key is given as a JWK', () => {
    const call = 'crypto.x509.parse_rsa_private_key(input)';
    expect(regoValue(call, text(rsa, 'pkcs1'))).toEqual(rsa.export({ format: 'jwk' }));
    expect(regoValue(call, text(ec, 'sec1'))).toEqual(ec.export({ format: 'jwk' }));
    expect(regoAnswer(call, text(ed, 'pkcs8'))).toContain('invalid key type ed25519');
    expect(regoAnswer(call, pem('leaf'))).toBe('null');
    expect(regoAnswer(call, '')).toContain('input PEM data was empty');
  });

  test('a certificate with its key', () => {
    const call = 'crypto.x509.parse_keypair(input[0], input[1])';
    const pair = regoValue(call, [pem('leaf', 'inter'), pem('leaf-key')]) as Fields;
    expect(pair['Certificate']).toEqual([der('leaf'), der('inter')]);
    expect(Object.keys(pair)).toEqual([
      'Certificate',
      'PrivateKey',
      'SupportedSignatureAlgorithms',
      'OCSPStaple',
      'SignedCertificateTimestamps',
      'Leaf',
    ]);
    expect(regoAnswer(call, [pem('leaf'), text(ec, 'pkcs8')])).toContain(
      'tls: private key does not match public key',
    );
    expect(regoAnswer(call, [pem('leaf-key'), pem('leaf-key')])).toContain(
      'tls: failed to find any PEM data in certificate input',
    );
  });

  test('blocks that begin two hundred thousand times and never end are no blocks', () => {
    const begins = '-----BEGIN PRIVATE KEY-----A'.repeat(200_000);
    expect(regoAnswer('crypto.parse_private_keys(input)', begins)).toBe('[]');
  });
});

test('the modulus of a key of 2,048 bits, which no double holds, is printed as JSON', () => {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const text = key.export({ type: 'pkcs1', format: 'pem' }) as string;
  const modulus = BigInt(
    `0x${Buffer.from(key.export({ format: 'jwk' }).n ?? '', 'base64url').toString('hex')}`,
  );
  expect(regoValue('json.marshal(crypto.parse_private_keys(input)[0].N)', text)).toBe(
    String(modulus),
  );
});
