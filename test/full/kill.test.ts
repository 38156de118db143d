/**
 * Kill -9 at random moments, then start again: nothing that was acknowledged is lost, and nothing
 * half-written is seen.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { plainEnvironment, runAssay } from '../support/assay-command.ts';
import { assayMain } from '../support/assay-main.ts';
import { type AssayServer, imageReview, startAssay } from '../support/assay-server.ts';
import { DEBIAN12, addLayer, dpkgStatus, openLayout } from '../support/image-layout.ts';
import { osvRecord, writeOsvExport } from '../support/osv-records.ts';

const ROUNDS = 8;
const SILENT = ['--log-level', 'silent'];
const root = mkdtempSync(join(tmpdir(), 'assay-kill-'));

afterAll(() => rmSync(root, { recursive: true }));

/** Runs a command and kills it after a while; true where it had ended well before that. */
async function runAndKill(args: readonly string[], milliseconds: number): Promise<boolean> {
  const child = spawn(process.execPath, [await assayMain(), ...args], {
    env: plainEnvironment(),
    stdio: 'ignore',
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  await Promise.race([ended, sleep(milliseconds)]);
  child.kill('SIGKILL');
  return (await ended)[0] === 0;
}

interface Scan {
  readonly status: string;
  readonly packages: readonly { readonly name: string }[];
  readonly findings: readonly { readonly id: string }[];
}

async function scan(image: string, data: string): Promise<Scan> {
  const args = ['scan', image, '--data', data, '--output', 'json', '--max-advisory-age', '99999'];
  const { stdout, stderr } = await runAssay(args);
  expect({ answered: stdout !== '', stderr }).toMatchObject({ answered: true });
  return JSON.parse(stdout) as Scan;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** A moment of a command's life, more often in its later part where it writes. */
function moment(whole: number): number {
  return whole * (0.4 + 0.6 * Math.random());
}

describe('kill -9 of a command', { timeout: 240_000 }, () => {
  it('in mid-import: a scan sees the old records or the new, each whole', async () => {
    const [data, layout] = [join(root, 'import'), openLayout(join(root, 'small'))];
    const files = [
      ['etc/os-release', DEBIAN12],
      ['var/lib/dpkg/status', dpkgStatus(['app 1.0'])],
    ] as const;
    layout.addImage([await addLayer(layout, files)]);
    const exports = ['OLD', 'NEW'].map((age) => {
      const name = (index: number): string => (index % 20 === 0 ? 'app' : `other-${index}`);
      const records = Array.from({ length: age === 'OLD' ? 1200 : 1600 }, (_, index) => {
        const id = `${age}-${index}`;
        return [id, osvRecord(id, name(index))] as const;
      });
      return writeOsvExport(join(root, age), records);
    });
    const importing = (which: number): string[] => [
      'advisories',
      'import',
      exports[which] ?? '',
      '--complete',
      '--data',
      data,
    ];
    const whole = await timed(() => runAssay(importing(0)));
    const wholeOf = { OLD: 60, NEW: 80 } as const;
    let standing: 'OLD' | 'NEW' = 'OLD';
    for (let round = 0; round < ROUNDS * 2; round += 1) {
      const wanted = standing === 'OLD' ? 'NEW' : 'OLD';
      const done = await runAndKill(importing(wanted === 'OLD' ? 0 : 1), moment(whole));
      const { status, findings } = await scan(`oci:${layout.folder}`, data);
      const ages = new Set(findings.map(({ id }) => id.slice(0, 3)));
      expect({ status, ages: ages.size }).toEqual({ status: 'COMPLETE', ages: 1 });
      const seen = ages.has('NEW') ? 'NEW' : 'OLD';
      expect(findings).toHaveLength(wholeOf[seen]);
      expect(done ? wanted : seen).toBe(seen);
      standing = seen;
    }
  });

  it('in mid-scan: the image is known whole or not at all', async () => {
    const names = Array.from({ length: 400 }, (_, index) => `package-${index}`);
    for (let round = 0; round < ROUNDS; round += 1) {
      const [data, layout] = [join(root, `scan-${round}`), openLayout(join(root, `big-${round}`))];
      const layers = [
        await addLayer(layout, [
          ['etc/os-release', DEBIAN12],
          ['var/lib/dpkg/status', dpkgStatus(names.map((name) => `${name} 1`))],
        ]),
        await addLayer(layout, [['opt/ballast', randomBytes(12 * 1024 * 1024)]]),
      ];
      layout.addImage(layers);
      const image = `oci:${layout.folder}`;
      const args = ['scan', image, '--data', data];
      const whole = await timed(() => runAssay(['scan', image, '--data', join(root, 'scratch')]));
      for (let kill = 0; kill < 2; kill += 1) await runAndKill(args, moment(whole));
      const { packages } = await scan(image, data);
      expect(packages.map(({ name }) => name).sort()).toEqual(names.toSorted());
    }
  });
});

describe('kill -9 of the server', { timeout: 240_000 }, () => {
  it('in a burst of reviews: every decision that a client holds is shown', async () => {
    const data = join(root, 'burst');
    let server: AssayServer = await startAssay({ data, args: SILENT });
    const held: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const running = server;
      let asked = 0;
      const client = async (): Promise<void> => {
        for (;;) {
          const image = `registry.example/app-${round}-${asked++}`;
          const { auditAnnotations } = await running.review(imageReview([image]));
          held.push(auditAnnotations['decision'] ?? '');
        }
      };
      const clients = Array.from({ length: 16 }, () => client().catch(() => undefined));
      await sleep(300 + 700 * Math.random());
      await server.kill();
      await Promise.all(clients);
      expect(existsSync(join(data, 'serve.lock'))).toBe(true);
      server = await startAssay({ data, args: SILENT });
    }
    expect(held.length).toBeGreaterThan(10 * ROUNDS);
    for (const id of held) {
      const shown = await server.call(`/api/v1/decisions/${id}`);
      expect({ id, status: shown.status }).toEqual({ id, status: 200 });
    }
    await server.stop();
    const verified = await runAssay(['decisions', 'verify', '--data', data]);
    expect(verified).toMatchObject({ code: 0 });
  });

  it('while it changes policies: each acknowledged one stands, with its whole text', async () => {
    const data = join(root, 'policies');
    let server: AssayServer = await startAssay({ data, args: SILENT });
    let acknowledged = -1;
    for (let round = 0; round < ROUNDS; round += 1) {
      const running = server;
      const change = async (): Promise<void> => {
        for (;;) {
          const next = acknowledged + 1;
          const { status } = await running.call('/v1/projects/default/policy', {
            method: 'PUT',
            body: policyNumber(next),
          });
          if (status === 200) acknowledged = next;
        }
      };
      const changing = change().catch(() => undefined);
      await sleep(200 + 400 * Math.random());
      await server.kill();
      await changing;
      server = await startAssay({ data, args: SILENT });
      const { json } = await server.call('/v1/projects/default/policy');
      const [first] = (json as { admissionWhitelistPatterns: { namePattern: string }[] })
        .admissionWhitelistPatterns;
      const found = Number(/number-(\d+)/.exec(first?.namePattern ?? '')?.[1]);
      expect([acknowledged, acknowledged + 1]).toContain(found);
      expect(json).toMatchObject(policyNumber(found));
      acknowledged = found;
    }
    expect(acknowledged).toBeGreaterThan(0);
    await server.stop();
  });

  it('at its first start: the next start has certificates, lock and an admin’s token', async () => {
    for (let round = 0; round < ROUNDS * 2; round += 1) {
      const data = join(root, `first-${round}`);
      const listen = ['--http', '127.0.0.1:0', '--webhook', '127.0.0.1:0', '--grpc', '127.0.0.1:0'];
      // A token that is no admin's is no reason to make none.
      if (round % 2 === 1) await runAssay(['token', 'create', '--data', data]);
      await runAndKill(['serve', ...listen, '--data', data], 250 + 500 * Math.random());
      const server = await startAssay({ data, args: SILENT });
      expect((await server.call('/api/v1/projects')).status).toBe(200);
      expect((await server.review(imageReview(['a.example/b']))).allowed).toBe(true);
      const lock = JSON.parse(readFileSync(join(data, 'serve.lock'), 'utf8')) as { http: string };
      expect(lock.http).toBe(server.http);
      await server.stop();
      expect(existsSync(join(data, 'serve.lock'))).toBe(false);
    }
  });
});

/** A policy whose every line says which one it is. */
function policyNumber(number: number): object {
  return {
    name: 'projects/default/policy',
    admissionWhitelistPatterns: Array.from({ length: 40 }, (_, index) => ({
      namePattern: `registry.example/number-${number}/${index}/*`,
    })),
    defaultAdmissionRule: {
      evaluationMode: 'ALWAYS_DENY',
      enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
    },
  };
}
