/** Certificates, requests and keys: read, verified, and given in the forms that Go prints. */
import { BuiltinFailure } from '../model/builtin.ts';
import type { Builtin, BuiltinContext, OperandType } from '../model/builtin.ts';
import { RegoSet, isArrayValue, sortedPairs } from '../model/value.ts';
import type { ObjectValue, Value } from '../model/value.ts';
import { isWhole } from '../model/number.ts';
import { decodeBase64 } from './base64-text.ts';
import { readElements } from './der-reader.ts';
import { membersOf } from './operands.ts';
import {
  certificateValue,
  extendedValue,
  readCertificate,
  requestValue,
} from './x509-certificate.ts';
import type { Certificate } from './x509-certificate.ts';
import { keyPairValue } from './x509-key-pair.ts';
import { pemBlocks, privateJwk, privateKeys, privateValue } from './x509-keys.ts';
import { SERVER_USAGE, verifyChain } from './x509-verify.ts';
import type { VerifyOptions } from './x509-verify.ts';

const TEXT: readonly OperandType[] = ['string'];
/** Most certificates that are read of one text: the web's own bundle has some 150. */
const MAX_CERTIFICATES = 1000;
const [STEPS_PER_CERTIFICATE, BYTES_PER_CERTIFICATE] = [1000, 8192];
const NOT_VERIFIED: Value = [false, []];

/** The builtins of `crypto.x509.`, and `crypto.parse_private_keys`. */
export const x509Builtins: readonly Builtin[] = [
  {
    name: 'crypto.x509.parse_certificates',
    args: TEXT,
    result: 'array',
    call: ([text], context) => certificates(text as string, context).map(extendedValue),
  },
  {
    name: 'crypto.x509.parse_and_verify_certificates',
    args: TEXT,
    result: 'array',
    isNondeterministic: true,
    call: ([text], context) => {
      const chain = verified(text as string, defaultOptions(context), context);
      return chain ? [true, chain.map(extendedValue)] : NOT_VERIFIED;
    },
  },
  {
    name: 'crypto.x509.parse_and_verify_certificates_with_options',
    args: ['string', 'object'],
    result: 'array',
    isNondeterministic: true,
    call: ([text, options], context) => {
      const wanted = verifyOptions(options as ObjectValue, context);
      const chain = verified(text as string, wanted, context);
      return chain ? [true, chain.map(certificateValue)] : NOT_VERIFIED;
    },
  },
  {
    name: 'crypto.x509.parse_certificate_request',
    args: TEXT,
    result: 'object',
    call: ([text]) => requestValue(requestBytes(text as string)),
  },
  {
    name: 'crypto.x509.parse_keypair',
    args: ['string', 'string'],
    result: 'object',
    call: ([certificate, key], context) => {
      context.charge(STEPS_PER_CERTIFICATE);
      return keyPairValue(certificate as string, key as string, context);
    },
  },
  {
    name: 'crypto.x509.parse_rsa_private_key',
    args: TEXT,
    result: ['object', 'null'],
    call: ([text], context) => firstJwk(text as string, context),
  },
  {
    name: 'crypto.parse_private_keys',
    args: TEXT,
    result: ['array', 'null'],
    call: ([text], context) =>
      text === '' ? null : privateKeys(text as string, context).map(privateValue),
  },
];

/** Certificates in PEM, in PEM in base64, or in DER in base64. */
function certificates(text: string, context: BuiltinContext): Certificate[] {
  const ders = certificateBytes(text);
  if (ders.length > MAX_CERTIFICATES) {
    throw new BuiltinFailure(`${ders.length} certificates, at most ${MAX_CERTIFICATES} are read`);
  }
  context.charge(ders.length * STEPS_PER_CERTIFICATE + text.length);
  context.allocate(ders.length * BYTES_PER_CERTIFICATE + text.length * 8);
  return ders.map(readCertificate);
}

function certificateBytes(text: string): Buffer[] {
  const plain = text.startsWith('-----BEGIN') ? text : decodeBase64(text).toString('latin1');
  if (!plain.startsWith('-----BEGIN')) return split(Buffer.from(plain, 'latin1'));
  const blocks = pemBlocks(plain);
  const wrong = blocks.find(({ type }) => type !== 'CERTIFICATE');
  if (!wrong) return split(Buffer.concat(blocks.map(({ der }) => der)));
  throw new BuiltinFailure(`PEM block type is '${wrong.type}', expected CERTIFICATE`);
}

function split(bytes: Buffer): Buffer[] {
  return readElements(bytes).map(({ whole }) => whole);
}

/** The first certificate is the root, the last the leaf; the chain comes back leaf first. */
function verified(
  text: string,
  options: VerifyOptions,
  context: BuiltinContext,
): readonly Certificate[] | undefined {
  try {
    return verifyChain(certificates(text, context), options, context);
  } catch (error) {
    if (error instanceof BuiltinFailure) return undefined;
    throw error;
  }
}

function defaultOptions({ nowNanos }: BuiltinContext): VerifyOptions {
  return { dnsName: '', time: nowNanos, usages: [SERVER_USAGE] };
}

type ReadOption = (value: Value) => Partial<VerifyOptions>;

const OPTIONS: ReadonlyMap<string, ReadOption> = new Map<string, ReadOption>([
  [
    'DNSName',
    (value) => {
      if (typeof value !== 'string') throw new BuiltinFailure("'DNSName' should be a string");
      return { dnsName: value.replaceAll(/^"+|"+$/g, '') };
    },
  ],
  ['CurrentTime', (value) => ({ time: wholeOption('CurrentTime', value, 'int64 number') })],
  [
    'MaxConstraintComparisons',
    (value) => {
      wholeOption('MaxConstraintComparisons', value, 'number');
      return {};
    },
  ],
  ['KeyUsages', (value) => ({ usages: usagesOf(value) })],
]);

function verifyOptions(options: ObjectValue, context: BuiltinContext): VerifyOptions {
  let read = defaultOptions(context);
  for (const [key, value] of sortedPairs(options)) {
    if (typeof key !== 'string') continue;
    const option = OPTIONS.get(key);
    if (!option) throw new BuiltinFailure('invalid key option');
    read = { ...read, ...option(value) };
  }
  return read;
}

const INT64 = 2n ** 63n;

function wholeOption(name: string, value: Value, wanted: string): bigint {
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    throw new BuiltinFailure(`'${name}' should be a number`);
  }
  const whole = isWhole(value) ? BigInt(value) : undefined;
  if (whole !== undefined && -INT64 <= whole && whole < INT64) return whole;
  throw new BuiltinFailure(`'${name}' should be a valid ${wanted}`);
}

/** Go's names of extended usages, in the order in which it counts them. */
const USAGES: readonly string[] = [
  'Any',
  'ServerAuth',
  'ClientAuth',
  'CodeSigning',
  'EmailProtection',
  'IPSECEndSystem',
  'IPSECTunnel',
  'IPSECUser',
  'TimeStamping',
  'OCSPSigning',
  'MicrosoftServerGatedCrypto',
  'NetscapeServerGatedCrypto',
  'MicrosoftCommercialCodeSigning',
  'MicrosoftKernelCodeSigning',
];

function usagesOf(value: Value): readonly number[] {
  if (!isArrayValue(value) && !(value instanceof RegoSet)) {
    throw new BuiltinFailure("'KeyUsages' should be an Array or Set");
  }
  const names = membersOf(value)
    .filter((name) => typeof name === 'string')
    .map((name) => name.replaceAll(/^"+|"+$/g, ''));
  const numbers = names.map((name) => USAGES.findIndex((usage) => name === `KeyUsage${usage}`));
  const invalid = names.filter((_, index) => numbers[index] === -1);
  if (invalid.length > 0) {
    throw new BuiltinFailure(`invalid entries for 'KeyUsages' found: [${invalid.join(' ')}]`);
  }
  return numbers.length === 0 ? [SERVER_USAGE] : numbers;
}

const REQUEST = 'CERTIFICATE REQUEST';

function requestBytes(text: string): Buffer {
  const isPem = text.startsWith(`-----BEGIN ${REQUEST}-----`);
  const bytes = isPem ? Buffer.from(text) : decodeBase64(text);
  const [block] = pemBlocks(bytes.toString('latin1'));
  if (!block) return bytes;
  if (block.type === REQUEST) return block.der;
  throw new BuiltinFailure('invalid PEM-encoded certificate signing request');
}

/** The first private key as a JWK; null where there is none. */
function firstJwk(text: string, context: BuiltinContext): Value {
  if (text === '') throw new BuiltinFailure('input PEM data was empty');
  const plain = text.startsWith('-----BEGIN') ? text : decodeBase64(text).toString('latin1');
  const [key] = privateKeys(plain, context);
  return key ? privateJwk(key) : null;
}
