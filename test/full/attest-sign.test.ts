/**
 * Signing and verifying by the command line as a person and a pipeline do, with keys of stock
 * openssl and gpg; what is signed here verifies with those, and what those sign verifies here.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign as signBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, runAssay } from '../support/assay-command.ts';
import { type AssayServer, startAssay, valueAt } from '../support/assay-server.ts';
import { type GnupgHome, openGnupgHome } from '../support/gnupg.ts';
import { realProgram } from '../support/real.ts';

const openssl = realProgram('openssl');
const gpg = realProgram('gpg');
const folder = mkdtempSync(join(tmpdir(), 'assay-sign-'));
const file = (name: string): string => join(folder, name);
const at = (digit: string): string => `registry.example/shop/app@sha256:${digit.repeat(64)}`;

let server: AssayServer;
let home: GnupgHome;

beforeAll(async () => {
  server = await startAssay({ args: ['--project', 'shop'] });
  if (gpg !== undefined) home = openGnupgHome(gpg);
});
afterAll(async () => {
  home?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function assay(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const where = ['--server', server.http, '--token-file', server.tokenFile, '--project', 'shop'];
  return runAssay([...args, ...where], { env });
}

async function must(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const ended = await assay(args, env);
  expect([args.join(' '), ended.code, ended.code === 0 ? '' : ended.stderr]).toEqual([
    args.join(' '),
    0,
    '',
  ]);
  return ended;
}

function ssl(...args: readonly string[]): string {
  return execFileSync(openssl ?? '', args, { cwd: folder, stdio: 'pipe' }).toString('utf8');
}

/** Makes `NAME.pem` and `NAME.pub.pem`. */
function makeKey(name: string, ...how: readonly string[]): void {
  ssl('genpkey', '-out', `${name}.pem`, ...how);
  ssl('pkey', '-in', `${name}.pem`, '-pubout', '-out', `${name}.pub.pem`);
}

const P256 = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];
const RSA = ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'];

/** The payload and the first signature of an occurrence. */
async function written(occurrence: string): Promise<{ payload: Buffer; signature: Buffer }> {
  const { json } = await server.call(`/v1/${occurrence.trim()}`);
  const payload = Buffer.from(String(valueAt(json, 'attestation.serializedPayload')), 'base64');
  const signature = String(valueAt(json, 'attestation.signatures.0.signature'));
  return { payload, signature: Buffer.from(signature, 'base64') };
}

async function verify(image: string, ...whom: readonly string[]): Promise<[number, unknown]> {
  const { code, stdout } = await assay(['attest', 'verify', image, ...whom, '-o', 'json']);
  return [code, JSON.parse(stdout)];
}

/** A statement that an image was built, in an envelope. */
function envelopeOf(image: string, signer: KeyObject): object {
  const [name, digest = ''] = image.split('@sha256:');
  const type = 'application/vnd.in-toto+json';
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name, digest: { sha256: digest } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {},
  };
  const bytes = Buffer.from(JSON.stringify(statement));
  const signed = `DSSEv1 ${type.length} ${type} ${bytes.length} ${bytes.toString()}`;
  const sig = signBytes('sha256', Buffer.from(signed), signer).toString('base64');
  return { payloadType: type, payload: bytes.toString('base64'), signatures: [{ sig }] };
}

describe.skipIf(!openssl)('assay attest sign by PKIX (needs openssl)', { timeout: 120_000 }, () => {
  it.each([
    ['p256', P256, [], ['dgst', '-sha256']],
    ['rsa', RSA, [], ['dgst', '-sha256']],
    [
      'pss',
      RSA,
      ['--algorithm', 'RSA_PSS_2048_SHA256'],
      ['dgst', '-sha256', '-sigopt', 'rsa_padding_mode:pss'],
    ],
    ['ed', ['-algorithm', 'ED25519'], [], ['pkeyutl', '-rawin']],
  ] as const)('%s: openssl and we verify what was signed', async (name, how, more, check) => {
    makeKey(name, ...how);
    await must(['attestor', 'create', name, '--key', file(`${name}.pub.pem`), ...more]);
    const image = at('1');
    const signing = ['attest', 'sign', image, '--attestor', name, '--key', file(`${name}.pem`)];
    const { stdout } = await must(signing);
    const { payload, signature } = await written(stdout);
    const dry = await must(['attest', 'sign', image, '--dry-run']);
    expect(payload.toString()).toBe(dry.stdout);
    writeFileSync(file('payload'), payload);
    writeFileSync(file('signature'), signature);
    const raw = check[0] === 'pkeyutl';
    const by = raw
      ? [
          '-verify',
          '-pubin',
          '-inkey',
          `${name}.pub.pem`,
          '-sigfile',
          'signature',
          '-in',
          'payload',
        ]
      : ['-verify', `${name}.pub.pem`, '-signature', 'signature', 'payload'];
    expect(ssl(...check, ...by)).toMatch(/Verified OK|Verified Successfully/);
    const [code, found] = await verify(image, '--attestor', name);
    expect([code, valueAt(found, 'proofs.0.grade')]).toEqual([0, 'verified']);
  });

  it('verifies what openssl signed, tells what is wrong, and what is nowhere', async () => {
    makeKey('own', ...P256);
    makeKey('stranger', ...P256);
    await must(['attestor', 'create', 'own', '--key', file('own.pub.pem')]);
    const image = at('2');
    const dry = await must(['attest', 'sign', image, '--dry-run']);
    writeFileSync(file('text'), dry.stdout);
    ssl('dgst', '-sha256', '-sign', 'own.pem', '-out', 'made', 'text');
    const shown = await must(['attestor', 'show', 'own', '-o', 'json']);
    const publicKeyId = valueAt(JSON.parse(shown.stdout), 'keys.0.id');
    const attest = async (resource: string): Promise<void> => {
      const body = {
        resourceUri: `https://${resource}`,
        noteName: 'projects/shop/notes/own',
        attestation: {
          serializedPayload: Buffer.from(dry.stdout).toString('base64'),
          signatures: [{ signature: readFileSync(file('made')).toString('base64'), publicKeyId }],
        },
      };
      const made = await server.call('/v1/projects/shop/occurrences', { body });
      expect(made.status).toBe(200);
    };
    expect((await verify(image, '--attestor', 'own'))[0]).toBe(2);
    await attest(image);
    await attest(at('3'));
    expect((await verify(image, '--attestor', 'own'))[0]).toBe(0);
    expect((await verify(image, '--key', file('own.pub.pem')))[0]).toBe(0);
    expect((await verify(image, '--key', file('stranger.pub.pem')))[0]).toBe(2);
    const [code, other] = await verify(at('3'), '--attestor', 'own');
    expect([code, valueAt(other, 'refusals.0.step')]).toEqual([2, 'payload-digest']);
  });

  it('signs with an encrypted key, its passphrase from a file', async () => {
    makeKey('locked', ...P256);
    writeFileSync(file('passphrase'), 'correct horse\n');
    const lock = ['pkcs8', '-topk8', '-in', 'locked.pem', '-out', 'locked.enc.pem'];
    ssl(...lock, '-passout', 'file:passphrase');
    await must(['attestor', 'create', 'locked', '--key', file('locked.pub.pem')]);
    const sign = [
      'attest',
      'sign',
      at('4'),
      '--attestor',
      'locked',
      '--key',
      file('locked.enc.pem'),
    ];
    expect((await assay(sign)).stderr).toMatch(/passphrase/);
    await must([...sign, '--passphrase-file', file('passphrase')]);
  });

  it('takes the key from a variable, echoes nothing of it, and refuses what it should', async () => {
    makeKey('env', ...P256);
    await must(['attestor', 'create', 'env', '--key', file('env.pub.pem')]);
    const secret = readFileSync(file('env.pem')).toString('base64');
    const sign = ['attest', 'sign', at('5'), '--attestor', 'env'];
    const made = await must([...sign, '--key-env', 'CI_KEY'], { CI_KEY: secret });
    expect(made.stdout + made.stderr).not.toContain(secret.slice(60, 100));
    const broken = await assay([...sign, '--key-env', 'CI_KEY'], { CI_KEY: `${secret}*` });
    expect(broken.code).toBe(1);
    expect(broken.stderr).toMatch(/CI_KEY is not base64/);
    expect(broken.stderr).not.toContain(secret.slice(60, 100));
    expect((await assay([...sign, '--key-env', 'CI_KEY'])).stderr).toMatch(/CI_KEY is not set/);
    expect((await assay(sign)).stderr).toMatch(/give one of --key/);
    makeKey('other', ...P256);
    const foreign = await assay([...sign, '--key', file('other.pem')]);
    expect(foreign.stderr).toMatch(/none of the 1 keys of projects\/shop\/attestors\/env/);
    const sent = await assay(['attestor', 'add-key', 'env', '--key', file('env.pem')]);
    expect(sent.stderr).toMatch(/private key; give its public half/);
  });

  it('wants k of n different keys, and one key never counts twice', async () => {
    for (const name of ['a', 'b', 'c']) makeKey(name, ...P256);
    const keys = ['a', 'b', 'c'].flatMap((name) => ['--key', file(`${name}.pub.pem`)]);
    await must(['attestor', 'create', 'release', ...keys, '--threshold', '2']);
    const sign = ['attest', 'sign', at('6'), '--attestor', 'release', '--key'];
    await must([...sign, file('a.pem')]);
    await must([...sign, file('a.pem')]);
    const [code, found] = await verify(at('6'), '--attestor', 'release');
    expect([code, valueAt(found, 'found')]).toEqual([2, expect.stringContaining('1 of 2')]);
    await must([...sign, file('c.pem')]);
    expect((await verify(at('6'), '--attestor', 'release'))[0]).toBe(0);
    const more = await assay(['attestor', 'set-threshold', 'release', '4']);
    expect(more.stderr).toMatch(/needs as many different keys; there are 3/);
  });

  it('rotates without signing anew, and revokes from a time on', async () => {
    for (const name of ['old', 'new']) makeKey(name, ...P256);
    await must(['attestor', 'create', 'ci', '--key', file('old.pub.pem')]);
    const sign = ['attest', 'sign', at('7'), '--attestor', 'ci', '--key'];
    await must([...sign, file('old.pem')]);
    await must(['attestor', 'add-key', 'ci', '--key', file('new.pub.pem')]);
    const shown = await must(['attestor', 'show', 'ci', '-o', 'json']);
    const old = String(valueAt(JSON.parse(shown.stdout), 'keys.0.id'));
    await must(['attestor', 'retire-key', 'ci', old]);
    expect((await verify(at('7'), '--attestor', 'ci'))[0]).toBe(0);
    expect((await assay([...sign, file('old.pem')])).stderr).toMatch(
      /retired from .* signs nothing/,
    );
    await must(['attestor', 'revoke-key', 'ci', old]);
    expect((await verify(at('7'), '--attestor', 'ci'))[0]).toBe(0);
    await must(['attestor', 'revoke-key', 'ci', old, '--from', '2020-01-01T00:00:00Z']);
    const [code, found] = await verify(at('7'), '--attestor', 'ci');
    expect([code, valueAt(found, 'refusals.0.step')]).toEqual([2, 'key-revoked']);
    const later = await assay(['attestor', 'revoke-key', 'ci', old]);
    expect(later.stderr).toMatch(/can only be moved back in time/);
    await must(['attestor', 'remove-key', 'ci', old]);
    const again = await assay(['attestor', 'add-key', 'ci', '--key', file('old.pub.pem')]);
    expect(again.stderr).toMatch(/revoked key is not added again/);
    await must([...sign, file('new.pem')]);
    expect((await verify(at('7'), '--attestor', 'ci'))[0]).toBe(0);
    await must(['attestor', 'delete', 'ci']);
    expect((await verify(at('7'), '--attestor', 'ci'))[0]).toBe(2);
  });

  it('verifies tokens and envelopes that others made', async () => {
    makeKey('token', ...P256);
    const signer = createPrivateKey(readFileSync(file('token.pem')));
    await must(['attestor', 'create', 'token', '--key', file('token.pub.pem')]);
    const claims = {
      sub: `container:digest:sha256:${'9'.repeat(64)}`,
      aud: '//binaryauthorization.googleapis.com',
      ...JSON.parse((await must(['attest', 'sign', at('9'), '--dry-run'])).stdout),
    };
    const compactJwt = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(signer);
    const noteName = 'projects/shop/notes/token';
    const token = {
      resourceUri: `https://${at('9')}`,
      noteName,
      attestation: { jwts: [{ compactJwt }] },
    };
    expect((await server.call('/v1/projects/shop/occurrences', { body: token })).status).toBe(200);
    const [code, found] = await verify(at('9'), '--attestor', 'token');
    expect([code, valueAt(found, 'proofs.0.kind')]).toEqual([0, 'jwt']);

    const note = { dsseAttestation: { hint: { humanReadableName: 'built' } } };
    await server.call('/v1/projects/shop/notes?noteId=built', { body: note });
    const whose = ['--note', 'projects/shop/notes/built', '--key', file('token.pub.pem')];
    await must(['attestor', 'create', 'built', ...whose]);
    const dsseAttestation = { envelope: envelopeOf(at('9'), signer) };
    const body = { ...token, noteName: 'projects/shop/notes/built', attestation: undefined };
    const made = await server.call('/v1/projects/shop/occurrences', {
      body: { ...body, dsseAttestation },
    });
    expect(made.status).toBe(200);
    const [exit, answer] = await verify(at('9'), '--attestor', 'built');
    expect([exit, valueAt(answer, 'proofs.0.kind')]).toEqual([0, 'dsse']);
  });

  it('takes keys from a JWK set', async () => {
    makeKey('jwk', ...P256);
    const jwk = createPublicKey(readFileSync(file('jwk.pub.pem'))).export({ format: 'jwk' });
    writeFileSync(file('set.json'), JSON.stringify({ keys: [{ ...jwk, kid: 'one', use: 'sig' }] }));
    await must(['attestor', 'create', 'jwk', '--jwks', file('set.json')]);
    await must(['attest', 'sign', at('8'), '--attestor', 'jwk', '--key', file('jwk.pem')]);
    expect((await verify(at('8'), '--attestor', 'jwk'))[0]).toBe(0);
  });
});

describe.skipIf(!gpg)('assay attest sign by PGP (needs gpg)', { timeout: 120_000 }, () => {
  it('signs by gpg’s agent and with a secret key; gpg verifies both', async () => {
    home.run(['--quick-generate-key', 'ci@shop.example', 'rsa2048', 'sign', 'never']);
    writeFileSync(file('ci.asc'), home.run(['--armor', '--export', 'ci@shop.example']));
    const secret = home.run(['--armor', '--export-secret-keys', 'ci@shop.example']);
    writeFileSync(file('ci.secret.asc'), secret, { mode: 0o600 });
    await must(['attestor', 'create', 'pgp', '--key', file('ci.asc')]);
    const ways = [
      ['--gpg-agent', 'ci@shop.example'],
      ['--pgp-key', file('ci.secret.asc')],
      ['--key-env', 'BINAUTH_PRIVATE_KEY'],
    ];
    const env = {
      GNUPGHOME: home.folder,
      BINAUTH_PRIVATE_KEY: Buffer.from(secret).toString('base64'),
    };
    for (const [index, way] of ways.entries()) {
      const image = at('abc'[index] ?? '');
      const made = await must(['attest', 'sign', image, '--attestor', 'pgp', ...way], env);
      const { payload, signature } = await written(made.stdout);
      expect(home.run(['--decrypt'], signature.toString())).toBe(payload.toString());
      expect((await verify(image, '--attestor', 'pgp'))[0]).toBe(0);
    }
    const none = await assay(
      ['attest', 'sign', at('d'), '--attestor', 'pgp', '--gpg-agent', 'x@y'],
      env,
    );
    expect([none.code, none.stderr]).toEqual([1, expect.stringMatching(/gpg did not sign/)]);
  });
});

describe('assay attest sign', () => {
  it('refuses what it cannot name', async () => {
    const ended = await assay(['attest', 'sign', 'UPPER', '--attestor', 'a', '--key', 'x']);
    expect(ended.code).toBe(1);
    const missing = await assay(['attest', 'sign', at('1'), '--attestor', 'absent', '--key', 'x']);
    expect([missing.code, missing.stdout]).toEqual([1, '']);
  });
});
