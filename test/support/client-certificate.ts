/** Certificates of clients, as an API server shows one: made in memory by an authority. */
import { webcrypto } from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { CertificatePair } from '../../src/server/make-certificates.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 24 * 3600 * 1000;

/** What differs between clients' certificates. */
export interface ClientCertificateOptions {
  /** Defaults to a day from now. */
  readonly notAfter?: Date;
  /** Defaults to a day ago. */
  readonly notBefore?: Date;
  /** Defaults to `CN=api-server`. */
  readonly subject?: string;
  /** Its subject alternative names. */
  readonly names?: readonly x509.JsonGeneralName[];
}

/** Makes a certificate for TLS clients, signed by an authority. */
export async function makeClientCertificate(
  authority: CertificatePair,
  options: ClientCertificateOptions = {},
): Promise<CertificatePair> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const signingKey = await webcrypto.subtle.importKey(
    'pkcs8',
    x509.PemConverter.decodeFirst(authority.key),
    ALGORITHM,
    false,
    ['sign'],
  );
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '01',
    subject: options.subject ?? 'CN=api-server',
    issuer: new x509.X509Certificate(authority.certificate).subject,
    notBefore: options.notBefore ?? new Date(Date.now() - DAY_MS),
    notAfter: options.notAfter ?? new Date(Date.now() + DAY_MS),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
      ...(options.names === undefined
        ? []
        : [new x509.SubjectAlternativeNameExtension([...options.names])]),
    ],
  });
  const der = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificate: certificate.toString('pem'),
    key: x509.PemConverter.encode(der, 'PRIVATE KEY'),
  };
}
