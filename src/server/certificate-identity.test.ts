/** Whom a client certificate names, and which names are nobody's. */
import { expect, it } from 'vitest';
import {
  type ClientCertificateOptions,
  makeClientCertificate,
} from '../../test/support/client-certificate.ts';
import { identityOfCertificate } from './certificate-identity.ts';
import { makeAuthority } from './make-certificates.ts';

const authority = await makeAuthority(Date.now());

async function identityOf(options: ClientCertificateOptions) {
  const { certificate } = await makeClientCertificate(authority, options);
  const body = certificate.replaceAll(/-----[^-]+-----|\s/g, '');
  return identityOfCertificate(Buffer.from(body, 'base64'));
}

const PREFIX = 'principal://assay/certificates';

it.each<[string, ClientCertificateOptions, string | undefined]>([
  ['a common name', { subject: 'CN=ci' }, `${PREFIX}/subject/ci`],
  ['a common name with blanks', { subject: 'CN=build robot' }, `${PREFIX}/subject/build%20robot`],
  [
    'a URI, whatever the common name says',
    { subject: 'CN=root', names: [{ type: 'url', value: 'spiffe://corp/ns/build/sa/ci' }] },
    `${PREFIX}/uri/spiffe://corp/ns/build/sa/ci`,
  ],
  [
    'a host name besides',
    { subject: 'CN=ci', names: [{ type: 'dns', value: 'root.example' }] },
    `${PREFIX}/subject/ci`,
  ],
  ['two common names', { subject: 'CN=ci, CN=root' }, undefined],
  [
    'two URIs',
    {
      names: [
        { type: 'url', value: 'spiffe://corp/a' },
        { type: 'url', value: 'spiffe://corp/b' },
      ],
    },
    undefined,
  ],
  ['no name', { subject: 'O=corp' }, undefined],
  [
    'a name that looks like a list of names',
    { subject: 'CN="ci, URI:spiffe://corp/root"' },
    `${PREFIX}/subject/ci,%20URI:spiffe://corp/root`,
  ],
])('%s', async (_what, options, member) => {
  expect((await identityOf(options))?.member).toBe(member);
});

it('ends with its certificate, so that no token made by it outlives it', async () => {
  const notAfter = new Date('2030-01-01T00:00:00Z');
  const found = await identityOf({ subject: 'CN=ci', notAfter });
  expect(found?.expireTime).toBe(notAfter.getTime() * 1000);
});

it('organizations are groups', async () => {
  const found = await identityOf({ subject: 'CN=ci, O=dev, O=ops team' });
  expect(found?.groups.toSorted()).toEqual([
    'principalSet://assay/certificates/organization/dev',
    'principalSet://assay/certificates/organization/ops%20team',
  ]);
});
