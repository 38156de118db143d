/** Key files of cosign: one that cosign 3 made for this test, and what is no such file. */
import { createPrivateKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isCosignKeyText, openCosignKey } from './cosign-key.ts';

/** Of `COSIGN_PASSWORD=secret cosign generate-key-pair`; it signs nothing. */
const BODY =
  'eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjo2NTUzNiwiciI6' +
  'OCwicCI6MX0sInNhbHQiOiJJRXUxMldMdWpQTHZWaU1pUkx5NzAraG00amdNeENq' +
  'VU1OU290THdJRUFzPSJ9LCJjaXBoZXIiOnsibmFtZSI6Im5hY2wvc2VjcmV0Ym94' +
  'Iiwibm9uY2UiOiIrNVpEL3lHQkE4d2xBTS92UHBXSDQ2akw0YkhPUmg1VSJ9LCJj' +
  'aXBoZXJ0ZXh0Ijoibkp2WStBOXFTNWxzN1pWV1BaazBtUjNrb0NsVkpkNXZJYUQw' +
  'NFd5Wm1tL3hCam9iYlZiaTVzdTVXSlBtd1J4MnN2WFd4eUREZVNXR3BoS3Fra2dq' +
  'RUR1NFNiU1FCU2E5Vmh0TENHQUlXSnFKK2t2OSs3Z2VQZDl5MnVGeEw5L25hUmNQ' +
  'Q1NEUXQxR25ZZmhjMHJJeWNJUW1qc09WaEdCQ00rSkIzL2NXeVpQTnFtQktuVmMv' +
  'V1FEd3luZFBzb204dXlPMURhcWVHbzhVRnc9PSJ9';

const pem = (body: string, label = 'SIGSTORE'): string =>
  [
    `-----BEGIN ENCRYPTED ${label} PRIVATE KEY-----`,
    body,
    `-----END ENCRYPTED ${label} PRIVATE KEY-----`,
  ].join('\n');

type Fields = Record<string, Record<string, unknown>>;

/** The file with one thing changed. */
function changed(change: (json: Fields) => void): string {
  const json = JSON.parse(Buffer.from(BODY, 'base64').toString()) as Fields;
  change(json);
  return pem(Buffer.from(JSON.stringify(json)).toString('base64'));
}

describe('a key file of cosign', () => {
  it.each(['SIGSTORE', 'COSIGN'])('opens by its password (%s)', (label) => {
    const text = pem(BODY, label);
    expect(isCosignKeyText(text)).toBe(true);
    const key = createPrivateKey(openCosignKey(text, 'secret'));
    expect(key.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  });

  it.each([
    ['another password', pem(BODY), 'Secret', /does not unlock/],
    ['no password', pem(BODY), '', /does not unlock/],
    ['two blocks', `${pem(BODY)}\n${pem(BODY)}`, 'secret', /no single PEM block/],
    ['no JSON', pem('AAAA'), 'secret', /./],
    [
      'a costly scrypt',
      changed(({ kdf }) => void ((kdf ?? {})['params'] = { N: 2 ** 24, r: 8, p: 1 })),
      'secret',
      /more than N=131072/,
    ],
    [
      'an odd scrypt',
      changed(({ kdf }) => void ((kdf ?? {})['params'] = { N: 65_535, r: 8, p: 1 })),
      'secret',
      /more than N=131072/,
    ],
    [
      'another kdf',
      changed(({ kdf }) => void ((kdf ?? {})['name'] = 'argon2')),
      'secret',
      /not that of scrypt/,
    ],
    [
      'a short nonce',
      changed(({ cipher }) => void ((cipher ?? {})['nonce'] = 'AAAA')),
      'secret',
      /nonce/,
    ],
    ['no ciphertext', changed((json) => void delete json['ciphertext']), 'secret', /not that of/],
  ])('does not with %s', (_title, text, password, why) => {
    expect(() => openCosignKey(text, password)).toThrow(why);
  });

  it('is told from others', () => {
    expect(isCosignKeyText('-----BEGIN ENCRYPTED PRIVATE KEY-----')).toBe(false);
  });
});
