/**
 * The stock gcloud with PKIX attestors: keys of openssl, payloads of gcloud, signatures of openssl
 * over their very bytes; `--validate` and reviews take them, and ours are no different.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, runAssay } from '../support/assay-command.ts';
import { type AssayServer, startAssay } from '../support/assay-server.ts';
import { type Gcloud, openGcloud } from '../support/gcloud.ts';
import { realProgram } from '../support/real.ts';

const gcloudProgram = realProgram('gcloud');
const openssl = realProgram('openssl');
const IMAGE = `registry.example/shop/app@sha256:${'ab'.repeat(32)}`;

const PATIENCE = { timeout: 240_000 };
const PSS = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:digest'];
const rsa = (bits: number) => ['-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${bits}`];
const CASES = [
  ['ecdsa-p384-sha384', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'], ['-sha384']],
  ['rsa-pss-3072-sha256', rsa(3072), ['-sha256', ...PSS]],
  ['rsa-sign-pkcs1-4096-sha512', rsa(4096), ['-sha512']],
] as const;

describe.skipIf(!gcloudProgram || !openssl)(
  'gcloud and PKIX (needs gcloud, openssl)',
  PATIENCE,
  () => {
    let server: AssayServer;
    let gcloud: Gcloud;
    let folder = '';

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'assay-pkix-'));
      server = await startAssay();
      const { http, tokenFile } = server;
      gcloud = openGcloud(gcloudProgram ?? '', {
        http,
        tokenFile,
        project: 'default',
        cwd: folder,
      });
    });
    afterAll(async () => {
      gcloud?.close();
      await server?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const ssl = (...args: readonly string[]): Buffer =>
      execFileSync(openssl ?? '', args, { cwd: folder, stdio: 'pipe' });
    async function done(ended: Promise<Ended>): Promise<string> {
      const { code, stdout, stderr } = await ended;
      expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
      return stdout;
    }
    const binauthz = (...args: readonly string[]) =>
      done(gcloud.run('container', 'binauthz', ...args));
    const assay = (...args: readonly string[]) =>
      runAssay([...args, '--server', server.http, '--token-file', server.tokenFile]);

    it.each(CASES)(
      '%s: gcloud attests what openssl signed, and we verify it',
      async (name, how, by) => {
        ssl('genpkey', ...how, '-out', 'key.pem');
        ssl('pkey', '-in', 'key.pem', '-pubout', '-out', 'key.pub.pem');
        const note = { attestation: { hint: { humanReadableName: name } } };
        await server.call(`/v1/projects/default/notes?noteId=${name}`, { body: note });
        const authority = '--attestation-authority-note';
        const whose = [`${authority}=${name}`, `${authority}-project=default`];
        await binauthz('attestors', 'create', name, ...whose);
        const key = ['--pkix-public-key-file=key.pub.pem', `--pkix-public-key-algorithm=${name}`];
        const add = ['attestors', 'public-keys', 'add', `--attestor=${name}`, ...key];
        const id = (await binauthz(...add, '--format=value(id)')).trim();
        const payload = await binauthz('create-signature-payload', `--artifact-url=${IMAGE}`);
        writeFileSync(join(folder, 'payload'), payload);
        ssl('dgst', ...by, '-sign', 'key.pem', '-out', 'signature', 'payload');
        const attestor = `projects/default/attestors/${name}`;
        const create = [`--artifact-url=${IMAGE}`, `--attestor=${attestor}`, '--validate'];
        const what = [
          '--signature-file=signature',
          '--payload-file=payload',
          `--public-key-id=${id}`,
        ];
        await binauthz('attestations', 'create', ...create, ...what);
        expect((await assay('attest', 'verify', IMAGE, '--attestor', attestor)).code).toBe(0);
        const algorithm = ['--algorithm', name.toUpperCase().replaceAll('-', '_')];
        const byKey = ['attest', 'verify', IMAGE, '--key', join(folder, 'key.pub.pem')];
        expect((await assay(...byKey, ...algorithm)).code).toBe(0);
        const dry = await assay('attest', 'sign', IMAGE, '--dry-run');
        expect(dry.stdout).toBe(readFileSync(join(folder, 'payload'), 'utf8'));
      },
    );
  },
);
