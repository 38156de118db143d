/**
 * Who the bearer of a client certificate is. TLS has verified the certificate before: what is read
 * here is only whom it names. A certificate that names several is nobody's.
 */
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { Micros } from '../domain/time.ts';
import type { Identity } from '../domain/token-issuer.ts';

/** Who a certificate names, and until when. */
export interface CertificateIdentity extends Identity {
  readonly expireTime: Micros;
}

const PREFIX = '//assay/certificates';

/** A connection shows the same bytes with each of its requests: they are read once. */
const IDENTITIES = new WeakMap<
  Uint8Array,
  { readonly identity: CertificateIdentity | undefined }
>();

/**
 * The identity of a certificate (DER): its one URI, e.g. a SPIFFE id, as
 * `principal://assay/certificates/uri/URI`, else its one common name as
 * `principal://assay/certificates/subject/NAME`; organizations are groups. It is so until the
 * certificate ends: what its bearer makes does not outlive it. Undefined where it names nobody, or
 * more than one.
 */
export function identityOfCertificate(der: Uint8Array): CertificateIdentity | undefined {
  const known = IDENTITIES.get(der);
  if (known !== undefined) return known.identity;
  const identity = readIdentity(der);
  IDENTITIES.set(der, { identity });
  return identity;
}

function readIdentity(der: Uint8Array): CertificateIdentity | undefined {
  const certificate = new x509.X509Certificate(Uint8Array.from(der));
  const uris = alternativeNames(certificate, 'url');
  const names = certificate.subjectName.getField('CN');
  const [kind, found] = uris.length > 0 ? ['uri', uris] : ['subject', names];
  const [name] = found;
  if (name === undefined || name === '' || found.length > 1) return undefined;
  const organizations = certificate.subjectName.getField('O');
  return {
    member: `principal:${PREFIX}/${kind}/${encodeText(name)}`,
    expireTime: certificate.notAfter.getTime() * 1000,
    groups: organizations.map((one) => `principalSet:${PREFIX}/organization/${encodeText(one)}`),
  };
}

function alternativeNames(certificate: x509.X509Certificate, type: string): readonly string[] {
  const extension = certificate.getExtension(x509.SubjectAlternativeNameExtension);
  const items = extension?.names.items ?? [];
  return items.filter((item) => item.type === type).map(({ value }) => value);
}

/** What may stand in a member: printable ASCII without blanks. */
function encodeText(text: string): string {
  return encodeURI(text.toWellFormed());
}
