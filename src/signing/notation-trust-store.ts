/**
 * Certificates that Notation trusts, by the name of their store (trust-store-trust-policy.md,
 * "Trust Store"): files in PEM or DER, each certificate an authority or self-signed.
 */
import type { TrustStoreKind, TrustStoreName } from './notation-policy.ts';
import { refuse } from './refusal.ts';
import {
  isIssuedBy,
  readSigningCertificate,
  type SigningCertificate,
} from './signing-certificate.ts';

/** Certificates by `KIND:NAME` of their store. */
export type NotationTrustStores = ReadonlyMap<string, readonly SigningCertificate[]>;

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g;
const MAX_IN_FILE = 1000;

/** Reads a file of certificates; refuses private keys, none, and what nobody could be issued by. */
export function readTrustStoreFile(bytes: Uint8Array, file: string): readonly SigningCertificate[] {
  const text = Buffer.from(bytes).toString('latin1');
  if (text.includes('PRIVATE KEY')) {
    refuse('private-key', `${file} has a private key; a trust store has certificates only`);
  }
  const ders = text.includes('-----BEGIN') ? pemBlocks(text) : [bytes];
  if (ders.length === 0 || ders.length > MAX_IN_FILE) {
    refuse('bad-structure', `${file} has ${ders.length} certificates; wanted 1 to ${MAX_IN_FILE}`);
  }
  return ders.map((der, index) => readTrusted(der, `certificate ${index + 1} of ${file}`));
}

/** The certificates of the stores of one kind among those that a policy names. */
export function trustedCertificates(
  stores: NotationTrustStores,
  names: readonly TrustStoreName[],
  kind: TrustStoreKind,
): readonly SigningCertificate[] {
  const wanted = names.filter((one) => one.kind === kind);
  return wanted.flatMap(({ name }) => stores.get(`${kind}:${name}`) ?? []);
}

function pemBlocks(text: string): readonly Uint8Array[] {
  return [...text.matchAll(PEM_BLOCK)].map(([, block = '']) => Buffer.from(block, 'base64'));
}

function readTrusted(der: Uint8Array, what: string): SigningCertificate {
  const certificate = readSigningCertificate(der, what);
  const isAuthority = certificate.basicConstraints?.isAuthority === true;
  if (isAuthority || isIssuedBy(certificate, certificate)) return certificate;
  return refuse(
    'bad-structure',
    `${what}, "${certificate.subject}", is neither an authority nor self-signed; put its root here`,
  );
}
