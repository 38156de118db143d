/**
 * Real images from a stock registry, an OCI layout and a docker archive: the same system, packages,
 * problems and findings. Each is scanned with a store of its own, so that every layer is read.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runInProcess } from '../support/assay-in-process.ts';
import { realProgram } from '../support/real.ts';
import { startStockRegistry, type StockRegistry } from '../support/stock-registry.ts';
import { testData } from '../support/test-data.ts';

const layout = testData('images/oci');
const skopeo = realProgram('skopeo');
const registry = realProgram('docker-registry');
const missing = layout === undefined || !skopeo || !registry;
const ADVISORIES = new URL('../../demo/advisories', import.meta.url).pathname;
/** An archive has no layer digests but of plain tars, and no digest of the manifest. */
const BY_SOURCE = new Set(['image', 'digest', 'layer', 'layersRead', 'mediaType', 'layers']);
/** Each scan has a store of its own, and moments of its own. */
const MOMENTS = new Set(['published', 'packagesRead', 'matchedAt', 'firstMatched']);

let root = '';
let stock: StockRegistry | undefined;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'assay-sources-'));
  if (!missing) stock = await startStockRegistry(registry);
});

afterAll(async () => {
  await stock?.stop();
  rmSync(root, { recursive: true });
});

/** What a scan says that may not hang on where the bytes come from. */
async function scanned(image: string): Promise<unknown> {
  const data = mkdtempSync(join(root, 'data-'));
  await runInProcess(['advisories', 'import', ADVISORIES, '--complete'], data);
  const options = ['--max-advisory-age', '999999', '--output', 'json'];
  const { code, stdout, stderr } = await runInProcess(['scan', image, ...options], data);
  const result = JSON.parse(stdout, (key, value: unknown) =>
    BY_SOURCE.has(key) || MOMENTS.has(key) ? undefined : value,
  ) as Record<string, unknown>;
  return { ...result, code, stderr };
}

function copy(from: string, to: string): void {
  const options = ['copy', '--quiet', '--insecure-policy', '--dest-tls-verify=false'];
  execFileSync(skopeo ?? '', [...options, from, to], { stdio: ['ignore', 'ignore', 'inherit'] });
}

function imageNames(): string[] {
  if (layout === undefined) return ['of $ASSAY_TEST_DATA/images/oci'];
  const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as {
    manifests: { mediaType: string; annotations: Record<string, string> }[];
  };
  return index.manifests
    .filter(({ mediaType }) => mediaType.includes('manifest'))
    .flatMap(({ annotations }) => annotations['org.opencontainers.image.ref.name'] ?? []);
}

describe.skipIf(missing)('from everywhere the same (needs docker-registry, skopeo)', () => {
  it.each(imageNames())('%s', { timeout: 120_000 }, async (name) => {
    const from = `oci:${layout}:${name}`;
    const pushed = `${stock?.url.replace('http://', '')}/real/${name}:1`;
    const archive = join(root, `${name}.tar`);
    copy(from, `docker://${pushed}`);
    copy(from, `docker-archive:${archive}:real/${name}:1`);
    const expected = await scanned(from);
    expect(expected).toMatchObject({ packages: expect.toSatisfy((all) => all.length > 0) });
    expect(await scanned(pushed)).toEqual(expected);
    expect(await scanned(`docker-archive:${archive}`)).toEqual(expected);
    rmSync(archive);
  });
});
