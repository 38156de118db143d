/** A certificate with its private key, in the form in which Go prints its `tls.Certificate`. */
import { X509Certificate } from 'node:crypto';
import { BuiltinFailure } from '../model/builtin.ts';
import type { BuiltinContext } from '../model/builtin.ts';
import type { Value } from '../model/value.ts';
import { decodeBase64 } from './base64-text.ts';
import { certificateValue, readCertificate } from './x509-certificate.ts';
import { pemBlocks, privateKeyOf, privateValue } from './x509-keys.ts';
import type { PemBlock } from './x509-keys.ts';

const STEPS_PER_KEY = 5000;

/** Reads both, each in PEM or in base64 of PEM or DER; throws where they do not belong together. */
export function keyPairValue(
  certificateText: string,
  keyText: string,
  { charge }: BuiltinContext,
): Value {
  charge(STEPS_PER_KEY);
  const ders = blocksOf(certificateText, 'CERTIFICATE')
    .filter(({ type }) => type === 'CERTIFICATE')
    .map(({ der }) => der);
  const [leaf] = ders;
  if (!leaf) throw noData('certificate');
  const block = blocksOf(keyText, 'PRIVATE KEY').find(
    ({ type }) => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY'),
  );
  if (!block) throw noData('key');
  const certificate = readCertificate(leaf);
  const key = privateKeyOf(block);
  if (!new X509Certificate(leaf).checkPrivateKey(key)) {
    throw new BuiltinFailure('tls: private key does not match public key');
  }
  return {
    Certificate: ders.map((der) => der.toString('base64')),
    PrivateKey: privateValue(key),
    SupportedSignatureAlgorithms: null,
    OCSPStaple: null,
    SignedCertificateTimestamps: null,
    Leaf: certificateValue(certificate),
  };
}

function noData(what: string): BuiltinFailure {
  return new BuiltinFailure(`tls: failed to find any PEM data in ${what} input`);
}

function blocksOf(text: string, type: string): readonly PemBlock[] {
  if (text.startsWith('-----BEGIN ')) return pemBlocks(text);
  const bytes = decodeBase64(text);
  const plain = bytes.toString('latin1');
  return plain.startsWith('-----BEGIN ') ? pemBlocks(plain) : [{ type, der: bytes }];
}
