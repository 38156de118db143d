/**
 * Signatures that we write into a registry, as others read them: real cosign verifies both forms,
 * real oras lists the referrer, in a stock registry (fallback tag) and in ours (referrers API).
 */
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OwnRegistry, startOwnRegistry } from '../support/own-registry.ts';
import { realProgram } from '../support/real.ts';
import {
  cosignLayers,
  openSigningWorkbench,
  type SigningWorkbench,
} from '../support/signing-workbench.ts';
import { type StockRegistry, startStockRegistry } from '../support/stock-registry.ts';

const cosign = realProgram('cosign');
const oras = realProgram('oras');
const stock = realProgram('docker-registry');
const missing = cosign === undefined || stock === undefined || oras === undefined;
const NEEDS = '(needs cosign, oras, docker-registry)';
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const IGNORE_LOG = ['--insecure-ignore-tlog=true', '--allow-http-registry'];
const OFFLINE = [
  '--tlog-upload=false',
  '--use-signing-config=false',
  '--allow-http-registry',
  '-y',
];

let bench: SigningWorkbench;
let own: OwnRegistry;
let other: StockRegistry | undefined;

beforeAll(async () => {
  bench = await openSigningWorkbench();
  own = await startOwnRegistry();
  other = stock === undefined ? undefined : await startStockRegistry(stock);
});

afterAll(async () => {
  await own.stop();
  await other?.stop();
  await bench.close();
});

async function run(program: string | undefined, ...args: readonly string[]): Promise<string> {
  const { folder } = bench;
  const env = { ...process.env, HOME: folder, DOCKER_CONFIG: folder, COSIGN_PASSWORD: 'secret' };
  const { stdout } = await promisify(execFile)(program ?? '', args, { cwd: folder, env });
  return stdout;
}

function push(registry: string, repository: string): Promise<string> {
  return bench.push(registry === 'own' ? own.host : new URL(other?.url ?? '').host, repository);
}

const KEYS = {
  p256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  rsa: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ed25519: () => generateKeyPairSync('ed25519'),
};
const ROWS = Object.entries(KEYS).flatMap(([kind, make]) => [
  ['own', kind, make] as const,
  ['stock', kind, make] as const,
]);

describe.skipIf(missing)(`what assay attest sign writes ${NEEDS}`, { timeout: 60_000 }, () => {
  it.each(ROWS)('cosign verifies in the %s registry, by %s', async (registry, kind, make) => {
    const { image, file, sign, verify } = bench;
    await bench.makeKey(kind, make());
    const key = ['--key', file(`${kind}.pem`)];
    const classic = await push(registry, `classic-${kind}`);
    const { stdout } = await sign(classic, '--cosign', '--annotation', 'env=prod', ...key);
    expect(stdout).toMatch(/^127\.0\.0\.1:\d+\/classic-\w+@sha256:[0-9a-f]{64}\n$/);
    const check = ['verify', '--key', file(`${kind}.pub`), ...IGNORE_LOG];
    expect(await run(cosign, ...check, '-a', 'env=prod', classic)).toContain(image);
    expect(await verify(classic, `${kind}.pub`, '--annotation', 'env=prod')).toMatch(/^0 VERIFIED/);

    const bundle = await push(registry, `bundle-${kind}`);
    await sign(bundle, '--referrer', ...key);
    expect(await run(cosign, ...check, bundle)).toContain(image.slice('sha256:'.length));
    const seen = await verify(bundle, `${kind}.pub`);
    expect(seen).toContain(registry === 'own' ? '+ referrers' : '+ fallback-tag');
    const discovered = await run(oras, 'discover', '--plain-http', '--format', 'json', bundle);
    const { referrers } = JSON.parse(discovered) as { referrers: { artifactType: string }[] };
    expect(referrers.map(({ artifactType }) => artifactType)).toEqual([BUNDLE]);
  });

  it('cosign’s own key signs here, beside what cosign signed, and both verify there', async () => {
    const { image, file, sign, verify } = bench;
    await run(cosign, 'generate-key-pair');
    await bench.makeKey('second');
    const named = await push('stock', 'beside');
    const signing = ['sign', '--key', 'cosign.key', '--new-bundle-format=false', ...OFFLINE];
    await run(cosign, ...signing, named);
    await sign(named, '--cosign', '--key', file('second.pem'));
    await sign(named, '--cosign', '--referrer', '--key', file('cosign.key'));
    // That key had signed already; cosign adds its own signature after ours again.
    expect(await cosignLayers(named)).toHaveLength(2);
    await run(cosign, ...signing, '-a', 'more=1', named);
    expect(await cosignLayers(named)).toHaveLength(3);
    // Where a bundle is, cosign looks at bundles alone, unless it is told to look at the tag.
    const classic = [...IGNORE_LOG, '--new-bundle-format=false'];
    for (const key of ['cosign.pub', 'second.pub']) {
      expect(await run(cosign, 'verify', '--key', key, ...classic, named)).toContain(image);
      expect(await verify(named, key)).toMatch(/^0 VERIFIED/);
    }
  });

  it('asks for the password of cosign’s key', async () => {
    await run(cosign, 'generate-key-pair', '--output-key-prefix', 'locked');
    const named = await push('own', 'locked');
    const args = ['attest', 'sign', named, '--cosign', '--key', bench.file('locked.key')];
    const ended = await bench.assay(args, { COSIGN_PASSWORD: 'wrong' });
    expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining('does not unlock')]);
    expect((await bench.assay(args)).stderr).toContain('set COSIGN_PASSWORD');
  });
});
