/**
 * A server's operations over a registry of a few answers, with images that are signed in cosign's
 * forms: what admission by a policy of trust needs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDeps, systemNow } from '../../src/make-deps.ts';
import { createIdSource } from '../../src/make-id.ts';
import { type Admission, admitImages } from '../../src/operations/admit-images.ts';
import { createProject } from '../../src/operations/create-project.ts';
import type { Deps } from '../../src/operations/deps.ts';
import { setPolicyDocument } from '../../src/operations/set-policy-document.ts';
import type { Caller } from '../../src/domain/caller.ts';
import type { CosignLayer } from '../../src/signing/cosign-layer.ts';
import { openStore } from '../../src/store/open-store.ts';
import { startWaveRegistry, type WavePointer, type WaveRegistry } from './wave-registry.ts';

const OCI = 'application/vnd.oci.image';

/** A policy of trust with one rule over everything in the registry of a bench. */
export type Requirement = Readonly<Record<string, unknown>>;

/** What a test works with. */
export interface TrustBench {
  readonly deps: Deps;
  readonly registry: WaveRegistry;
  readonly folder: string;
  /** Gives the repository an image, and what is attached to it by cosign's tag. */
  image(
    repository: string,
    layers?: (digest: string) => Promise<readonly CosignLayer[]>,
  ): Promise<string>;
  /** Replaces the project's policy of trust. */
  trust(require: readonly Requirement[], more?: object): Promise<void>;
  admit(
    image: string,
    parts?: { readonly project?: string; readonly namespace?: string },
  ): Promise<Admission>;
  close(): Promise<void>;
}

/** What differs from a registry that is open to all. */
export interface TrustBenchParts {
  /** `USER:PASSWORD` that the registry wants. */
  readonly login?: string;
  /** Folder of pull secrets. */
  readonly pullSecrets?: string;
}

/** Starts it, with projects `shop` and `other` that trust nobody yet. */
export async function startTrustBench(parts: TrustBenchParts = {}): Promise<TrustBench> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-trust-'));
  const newId = createIdSource(() => Date.now());
  const store = await openStore({
    folder: join(folder, 'data'),
    mode: 'command',
    now: systemNow,
    newId,
    writer: 'inline',
  });
  const silent = (): void => undefined;
  const log = { info: silent, warn: silent, error: silent };
  const deps = await makeDeps({
    store,
    log,
    newId,
    plainHttp: false,
    mirrors: [],
    progress: silent,
    pullSecrets: parts.pullSecrets,
  });
  const registry = await startWaveRegistry(undefined, parts.login);
  const caller: Caller = { name: 'test', grants: [{ role: 'admin' }] };
  for (const project of ['shop', 'other']) await createProject(deps, { caller, project });
  return {
    deps,
    registry,
    folder,
    image: (repository, layers) => putImage(registry, repository, layers),
    trust: async (require, more = {}) => {
      const rules = [{ name: 'all', images: [`${registry.host}/**`], require }];
      const policy = { kind: 'ImageTrustPolicy', schemaVersion: 1, rules, ...more };
      const source = JSON.stringify(policy);
      for (const project of ['shop', 'other']) {
        await setPolicyDocument(deps, { caller, project, source });
      }
    },
    admit: (image, { project = 'shop', ...place } = {}) => {
      const images = [{ image, field: 'spec.containers[0].image' }];
      const request = {
        source: 'image-review',
        project,
        annotations: {},
        images,
        ...place,
      } as const;
      return admitImages(deps, { caller, request });
    },
    close: async () => {
      await registry.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function putImage(
  registry: WaveRegistry,
  repository: string,
  layers?: (digest: string) => Promise<readonly CosignLayer[]>,
): Promise<string> {
  const config = registry.putBlob(repository, `{"of":"${repository}"}`, `${OCI}.config.v1+json`);
  const image = registry.putManifest(repository, manifestOf(config, []), '1');
  if (layers !== undefined) {
    const attached = (await layers(image.digest)).map(({ bytes, mediaType, annotations }) => {
      return { ...registry.putBlob(repository, Buffer.from(bytes), mediaType), annotations };
    });
    const tag = `${image.digest.replace(':', '-')}.sig`;
    registry.putManifest(repository, manifestOf(config, attached), tag);
  }
  return `${registry.host}/${repository}@${image.digest}`;
}

function manifestOf(config: WavePointer, layers: readonly WavePointer[]): object {
  return { schemaVersion: 2, mediaType: `${OCI}.manifest.v1+json`, config, layers };
}
