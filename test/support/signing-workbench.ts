/** A folder with keys and an image, to sign in registries and to verify again by `assay`. */
import { type KeyPairKeyObjectResult, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Digest } from '../../src/domain/digest.ts';
import type { Ended } from './assay-command.ts';
import { runInProcess } from './assay-in-process.ts';
import { openLayout } from './image-layout.ts';
import { pushImage } from './push-layout.ts';

/** A workbench; `close` removes its folder. */
export interface SigningWorkbench {
  readonly folder: string;
  /** The image that is pushed. */
  readonly image: Digest;
  /** The path of a file in the folder. */
  readonly file: (name: string) => string;
  /** Pushes the image as `1`; answers `HOST/REPOSITORY@DIGEST`. */
  readonly push: (host: string, repository: string) => Promise<string>;
  /** Makes `NAME.pem` and `NAME.pub`; of P-256 unless another pair is given. */
  readonly makeKey: (name: string, pair?: KeyPairKeyObjectResult) => Promise<void>;
  readonly assay: (args: readonly string[], env?: Record<string, string>) => Promise<Ended>;
  /** `assay attest sign`, which must succeed. */
  readonly sign: (named: string, ...args: readonly string[]) => Promise<Ended>;
  /** `assay attest verify --key`: its exit code and all that it printed. */
  readonly verify: (named: string, key: string, ...more: readonly string[]) => Promise<string>;
  readonly close: () => Promise<void>;
}

/** Opens one; keys of cosign are under the password `secret`. */
export async function openSigningWorkbench(): Promise<SigningWorkbench> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-signing-'));
  const layout = openLayout(join(folder, 'layout'));
  const image = layout.addImage([]);
  const file = (name: string): string => join(folder, name);
  const assay: SigningWorkbench['assay'] = (args, env = {}) =>
    runInProcess(args, file('data'), env);
  return {
    folder,
    image,
    file,
    assay,
    async push(host, repository) {
      await pushImage(layout, image, { registry: `http://${host}`, repository, tags: ['1'] });
      return `${host}/${repository}@${image}`;
    },
    async makeKey(name, pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })) {
      const { privateKey, publicKey } = pair;
      await writeFile(file(`${name}.pem`), privateKey.export({ type: 'pkcs8', format: 'pem' }));
      await writeFile(file(`${name}.pub`), publicKey.export({ type: 'spki', format: 'pem' }));
    },
    async sign(named, ...args) {
      const ended = await assay(['attest', 'sign', named, ...args], { COSIGN_PASSWORD: 'secret' });
      if (ended.code !== 0) throw new Error(`assay attest sign: ${ended.code} ${ended.stderr}`);
      return ended;
    },
    async verify(named, key, ...more) {
      const args = ['attest', 'verify', named, '--attached', '--key', file(key), ...more];
      const { code, stdout, stderr } = await assay(args);
      return `${code} ${stdout}${stderr}`;
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The layers that cosign's tag of an image has. */
export async function cosignLayers(named: string): Promise<readonly object[]> {
  const [place = '', digest = ''] = named.split('@');
  const [host, ...path] = place.split('/');
  const url = `http://${host}/v2/${path.join('/')}/manifests/${digest.replace(':', '-')}.sig`;
  const accept = 'application/vnd.oci.image.manifest.v1+json';
  const answer = await fetch(url, { headers: { accept } });
  return ((await answer.json()) as { layers: object[] }).layers;
}
