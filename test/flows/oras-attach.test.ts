/**
 * Attaching to an image and finding what is attached, by oras: against our registry, which lists
 * referrers, and against a stock one, which does not, so that oras keeps the fallback tag.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImageLayout, openLayout } from '../support/image-layout.ts';
import { startOwnRegistry } from '../support/own-registry.ts';
import { pushImage } from '../support/push-layout.ts';
import { realProgram } from '../support/real.ts';
import { startStockRegistry } from '../support/stock-registry.ts';
import type { Digest } from '../../src/domain/digest.ts';

const oras = realProgram('oras');
const stock = realProgram('docker-registry');

describe('what is attached to an image', () => {
  let work = '';
  let layout: ImageLayout;
  let image: Digest;

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'assay-referrers-'));
    layout = openLayout(join(work, 'layout'));
    image = layout.addImage([]);
    await writeFile(join(work, 'sbom.json'), '{"bom":1}');
    await writeFile(join(work, 'note.txt'), 'a note');
  });

  afterAll(async () => {
    await rm(work, { recursive: true, force: true });
  });

  /** Runs oras with a home of its own; answers what it printed. */
  async function run(...args: readonly string[]): Promise<string> {
    const env = { ...process.env, HOME: work, DOCKER_CONFIG: work };
    const options = { cwd: work, env };
    return (await promisify(execFile)(oras ?? '', [...args], options)).stdout;
  }

  /** Attaches two files of different types and lists them, all and by type. */
  async function attachAndDiscover(registry: string): Promise<readonly string[][]> {
    await pushImage(layout, image, { registry, repository: 'team/app', tags: ['v1'] });
    const reference = `${new URL(registry).host}/team/app:v1`;
    const typed = (type: string): string[] => ['--artifact-type', type, '--plain-http', reference];
    await run('attach', ...typed('application/vnd.example.sbom'), 'sbom.json:application/json');
    await run('attach', ...typed('application/vnd.example.note'), 'note.txt:text/plain');
    const types = async (...filter: readonly string[]): Promise<string[]> => {
      const args = ['discover', '--plain-http', '--format', 'json', ...filter, reference];
      const { referrers } = JSON.parse(await run(...args)) as {
        referrers: { artifactType: string }[];
      };
      return referrers.map(({ artifactType }) => artifactType).sort();
    };
    return [await types(), await types('--artifact-type', 'application/vnd.example.sbom')];
  }

  const BOTH = ['application/vnd.example.note', 'application/vnd.example.sbom'];

  it.skipIf(!oras)('is listed by our registry (needs oras)', async () => {
    const registry = await startOwnRegistry();
    try {
      expect(await attachAndDiscover(registry.url)).toEqual([BOTH, BOTH.slice(1)]);
      const listed = registry.asked.filter((one) => one.includes('/referrers/'));
      expect(listed.length).toBeGreaterThan(0);
      // OCI-Subject told oras that no fallback tag is wanted.
      expect(registry.asked.filter((one) => /^PUT .*manifests\/sha256-/.test(one))).toEqual([]);
    } finally {
      await registry.stop();
    }
  });

  it.skipIf(!oras || !stock)(
    'is kept under the fallback tag of a stock registry (needs oras, docker-registry)',
    async () => {
      const registry = await startStockRegistry(stock ?? '');
      try {
        expect(await attachAndDiscover(registry.url)).toEqual([BOTH, BOTH.slice(1)]);
        const tag = image.replace(':', '-');
        const index = await fetch(`${registry.url}/v2/team/app/manifests/${tag}`, {
          headers: { accept: 'application/vnd.oci.image.index.v1+json' },
        });
        expect(((await index.json()) as { manifests: unknown[] }).manifests).toHaveLength(2);
      } finally {
        await registry.stop();
      }
    },
  );
});
