/** A server that keeps advisories up to date by itself, and says so where it cannot. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DAY } from '../../src/domain/time.ts';
import { type AssayServer, startAssay, valueAt } from '../support/assay-server.ts';
import { ONLINE } from '../support/assay-service.ts';
import { runAssay } from '../support/assay-command.ts';
import { type FeedMirror, debianRecord, startFeedMirror } from '../support/feed-mirror.ts';

const NOW = Date.now() * 1000;
let mirror: FeedMirror;
let server: AssayServer;

beforeAll(async () => {
  mirror = await startFeedMirror();
  mirror.publish({ Debian: [debianRecord('A-1', NOW - DAY)] });
  const feeds = ['--advisories-source', 'osv', '--osv-url', mirror.url, '--ecosystem', 'Debian'];
  const args = ['--advisories-refresh', '1s', ...feeds];
  server = await startAssay({ env: ONLINE, args });
});
afterAll(async () => {
  await server?.stop();
  await mirror?.close();
});

async function metrics(token?: string): Promise<string> {
  const bearer = token ?? (await tokenOf());
  const headers = { authorization: `Bearer ${bearer}` };
  return (await fetch(`${server.http}/metrics`, { headers })).text();
}

async function tokenOf(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return (await readFile(server.tokenFile, 'utf8')).trim();
}

function status(): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const reach = ['--server', server.http, '--token-file', server.tokenFile];
  return runAssay(['advisories', 'status', ...reach]);
}

it('fetches what is published, and what is published later', { timeout: 20_000 }, async () => {
  await expect
    .poll(async () => (await status()).stdout, { timeout: 8000 })
    .toMatch(/^Debian:12 +1 /m);
  const more = [debianRecord('A-1', NOW - DAY), debianRecord('B-1', NOW - DAY / 2)];
  mirror.publish({ Debian: more });
  await expect
    .poll(async () => (await status()).stdout, { timeout: 8000 })
    .toMatch(/^Debian:12 +2 /m);
  expect((await status()).stderr).toMatch(/next refresh 20/);
});

it('keeps what it has when the mirror is gone, and tells', { timeout: 20_000 }, async () => {
  expect(await metrics()).toMatch(/^assay_advisories_feed_failing\{feed="osv:Debian"\} 0$/m);
  mirror.intercept((_, response) => {
    response.writeHead(503).end();
    return true;
  });
  const failing = /^assay_advisories_feed_failing\{feed="osv:Debian"\} [1-9]/m;
  await expect.poll(() => metrics(), { timeout: 8000 }).toMatch(failing);
  expect(await metrics()).toMatch(/^assay_advisories_feed_failures_total\{.*Debian"\} [1-9]/m);
  expect(await metrics()).toMatch(/^assay_advisories_age_seconds\{ecosystem="Debian:12"/m);
  expect(await metrics()).toMatch(/^process_resident_memory_bytes \d+/m);
  const { stdout } = await status();
  expect(stdout).toMatch(/^Debian:12 +2 /m);
  expect(stdout).toContain('answered 503');
});

it('shows metrics to viewers of everything only', async () => {
  const made = await server.call('/api/v1/tokens', {
    body: { role: 'viewer', name: 'v', lifetime: 3_600_000_000, project: 'default' },
  });
  expect(await metrics(String(valueAt(made.json, 'result.secret')))).toContain('assay.metrics.get');
  expect(await metrics('nobody')).toContain('UNAUTHENTICATED');
});
