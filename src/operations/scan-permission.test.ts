/** Who may make the server read what: this machine's files, and registries in its own network. */
import { expect, it } from 'vitest';
import type { Caller, Grant } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { Deps } from './deps.ts';
import { scanImage } from './scan-image.ts';

const OPENED = 'the image was opened';

const deps = {
  guardRegistry: async ({ domain }: { domain: string }) => {
    if (domain.startsWith('10.')) throw new AssayError('permission-denied', 'own network');
  },
  openImage: () => {
    throw new Error(OPENED);
  },
} as unknown as Deps;

it.each<[string, Grant, string, string]>([
  ['an admin of all projects reads files', { role: 'admin' }, 'dir:/etc', OPENED],
  ['one of a project does not', { role: 'admin', project: 'p' }, 'dir:/etc', 'scanLocal'],
  ['an editor calls public registries', { role: 'editor' }, 'r.example/a', OPENED],
  ['an editor does not call inner ones', { role: 'editor' }, '10.0.0.1/a', 'own network'],
  ['an admin does', { role: 'admin' }, '10.0.0.1/a', OPENED],
  ['one of a project does not', { role: 'admin', project: 'p' }, '10.0.0.1/a', 'own network'],
  ['a viewer learns nothing of them', { role: 'viewer' }, '10.0.0.1/a', 'assay.images.scan'],
])('%s', async (_fact, grant, image, word) => {
  const caller: Caller = { name: 't', grants: [grant] };
  await expect(scanImage(deps, { caller, image, project: 'p' })).rejects.toThrow(word);
});
