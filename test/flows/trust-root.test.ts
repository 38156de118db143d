/**
 * Trust roots from a TUF mirror, by command: what is fetched is what the mirror's keys signed, old
 * and held states are refused by name, and sigstore's own client reads the same from the mirror.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getTrustedRoot } from '@sigstore/tuf';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import { readTrustRoot } from '../../src/operations/read-trust-root.ts';
import { parseTime } from '../../src/domain/time.ts';
import { runInProcess } from '../support/assay-in-process.ts';
import { startLoopbackServer } from '../support/loopback-server.ts';
import { startSigstore } from '../support/sigstore-services.ts';
import {
  startTufRepository,
  tufKey,
  type TufRepository,
  type TufState,
} from '../support/tuf-repository.ts';

const DAY = 86_400_000_000;
const NOW = Date.now() * 1000;
const [one, two, three] = [tufKey(), tufKey(), tufKey()];

let work = '';
let repository: TufRepository;
let state: TufState;
let file: Buffer;
let other: Buffer;

beforeAll(async () => {
  file = (await startSigstore()).trustedRoot;
  other = (await startSigstore()).trustedRoot;
});

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'assay-trust-root-'));
  repository = await startTufRepository();
  state = {
    root: 1,
    timestamp: 5,
    snapshot: 4,
    targets: 3,
    expires: NOW + 7 * DAY,
    rootKeys: [one, two],
    threshold: 2,
    file,
  };
  await writeFile(join(work, 'root.json'), repository.publish(state));
});

afterEach(async () => {
  await repository.stop();
  await rm(work, { recursive: true, force: true });
});

async function fetchRoot(...more: readonly string[]): Promise<string> {
  const place = ['--mirror', repository.url, '--folder', join(work, 'folder')];
  const anchor = more.includes('--tuf-root') ? [] : ['--tuf-root', join(work, 'root.json')];
  const args = ['attest', 'trust-root', ...place, ...anchor, ...more];
  const { code, stdout, stderr } = await runInProcess(args, join(work, 'data'));
  return `${code} ${stdout}${stderr}`;
}

const kept = (): Promise<Buffer> => readFile(join(work, 'folder', 'trusted_root.json'));

/** Puts one thing wrong into a document that was published and signed. */
function change(path: string, edit: (signed: { [name: string]: Json }) => void): void {
  const document = JSON.parse(String(repository.files.get(path))) as JsonObject;
  edit(document['signed'] as { [name: string]: Json });
  repository.files.set(path, Buffer.from(JSON.stringify(document)));
}

describe('a trust root', () => {
  it('is fetched as the mirror signed it, and as sigstore’s own client reads it', async () => {
    const said = await fetchRoot();
    expect(said).toMatch(/^0 .*trusted_root[.]json\n.*root 1, timestamp 5, snapshot 4, targets 3/s);
    expect(await kept()).toEqual(state.file);
    const client = { rootPath: join(work, 'root.json'), cachePath: join(work, 'client') };
    const read = await getTrustedRoot({ ...client, mirrorURL: repository.url.slice(0, -1) });
    expect(read.certificateAuthorities).toHaveLength(1);
    expect(await fetchRoot('--output', 'json')).toContain('"schemaVersion": 1');
  });

  it('follows new roots that the old keys and their own signed', async () => {
    await fetchRoot();
    const next = { ...state, root: 2, timestamp: 6, rootKeys: [three, two] };
    repository.publish({ ...next, signers: [one], file: other });
    expect(await fetchRoot()).toMatch(/^0 .*root 2, timestamp 6/s);
    expect(await kept()).toEqual(other);
    repository.publish({ ...next, root: 3, rootKeys: [three], threshold: 1, signers: [two] });
    expect(await fetchRoot()).toMatch(/^0 .*root 3/s);
    expect(repository.asked.slice(-5)).not.toContain('/2.root.json');
  });

  it('needs a root to begin with, but for the public instance', async () => {
    const args = ['attest', 'trust-root', '--mirror', repository.url, '--folder', work];
    const { code, stderr } = await runInProcess(args, join(work, 'data'));
    expect(`${code} ${stderr}`).toMatch(/^1 .*nothing is trusted of this mirror yet/s);
    expect(repository.asked).toEqual([]);
  });

  describe('is refused', () => {
    /** What was fetched before stays. */
    async function refused(): Promise<string> {
      await rm(join(work, 'folder', 'trusted_root.json'), { force: true });
      const said = await fetchRoot();
      await expect(kept()).rejects.toThrow(/ENOENT/);
      return said;
    }

    it.each(['timestamp', 'snapshot', 'targets'] as const)('of an older %s', async (role) => {
      await fetchRoot();
      repository.publish({ ...state, timestamp: 6, [role]: 2 });
      expect(await refused()).toMatch(/was seen before, so this is an old state played back/);
    });

    it('where the mirror stands still', async () => {
      repository.publish({ ...state, timestamp: 6, timestampExpires: NOW - DAY });
      expect(await refused()).toMatch(
        /timestamp version 6 expired at .*stands still or is held back/,
      );
    });

    it('by a root that has expired', async () => {
      await writeFile(
        join(work, 'root.json'),
        repository.publish({ ...state, expires: NOW - DAY }),
      );
      expect(await refused()).toMatch(/root version 1 expired at/);
    });

    it('of a new root that the old keys did not sign', async () => {
      repository.publish({ ...state, root: 2, rootKeys: [three, tufKey()] });
      expect(await refused()).toMatch(/root version 2 is not signed by the keys before it/);
    });

    it('of a new root that skips a version', async () => {
      repository.files.set('2.root.json', repository.publish({ ...state, root: 3 }));
      expect(await refused()).toMatch(/a root has version 3; the one after it is 2/);
    });

    it('of a root that one key signed under two ids', async () => {
      const twice = { ...one, id: 'f'.repeat(64) };
      const root = repository.publish({ ...state, rootKeys: [one, twice] });
      await writeFile(join(work, 'root.json'), root);
      expect(await refused()).toMatch(
        /root: signed by 1 different keys; 2 of its 2 keys must have signed/,
      );
    });

    it.each(['timestamp.json', '4.snapshot.json', '3.targets.json'])(
      'of a changed %s',
      async (path) => {
        change(path, (signed) => (signed['expires'] = '2099-01-01T00:00:00Z'));
        expect(await refused()).toMatch(
          /signed by 0 different keys|not the one that was signed for/,
        );
      },
    );

    it('as another file than the one that was signed', async () => {
      for (const path of repository.files.keys()) {
        if (path.startsWith('targets/')) repository.files.set(path, other);
      }
      expect(await refused()).toMatch(/trusted_root.json has/);
    });

    it('as more bytes than a document may have', async () => {
      repository.files.set('timestamp.json', Buffer.alloc(17 * 1024, ' '));
      expect(await refused()).toMatch(/is larger than the 16384 bytes allowed/);
    });

    it('as a key twice, or as no JSON', async () => {
      repository.files.set('timestamp.json', Buffer.from('{"signed":{},"signed":{}}'));
      expect(await refused()).toMatch(/twice|key/);
      repository.files.set('timestamp.json', Buffer.from('<html>'));
      expect(await refused()).toMatch(/JSON/);
    });

    it('where there is no repository', async () => {
      repository.files.clear();
      expect(await refused()).toMatch(/has no timestamp.json; is its URL that of a TUF repository/);
    });

    it('from a mirror that leads elsewhere', async () => {
      const redirect = await startLoopbackServer((_request, response) => {
        response.writeHead(302, { location: `${repository.url}2.root.json` }).end();
      });
      const said = await fetchRoot('--mirror', `http://${redirect.host}/`);
      expect(said).toMatch(/^1 .*answered 302/s);
      expect(repository.asked).toEqual([]);
      await redirect.close();
    });

    it.each([
      ['http://169.254.169.254/', /link-local or metadata/],
      ['http://user:secret@127.0.0.1/', /has credentials in it/],
      ['ftp://127.0.0.1/', /neither https nor http/],
      ['tuf', /give https:\/\/HOST\/PATH/],
    ])('from %s, which is not called', async (mirror, why) => {
      const said = await fetchRoot('--mirror', mirror);
      expect(said).toMatch(/^1 /);
      expect(said).toMatch(why);
      expect(said).not.toContain('secret');
    });

    it('into the folder of another beginning', async () => {
      await fetchRoot();
      const root = repository.publish({ ...state, rootKeys: [three, two] });
      await writeFile(join(work, 'root.json'), root);
      expect(await fetchRoot()).toMatch(/^1 .*begun with another root.json/s);
      await writeFile(join(work, 'folder', 'trust-root-state.json'), '{');
      expect(await fetchRoot()).toMatch(/^1 .*cannot be read as it was written/s);
    });
  });
});

describe('a trust root that is named', () => {
  async function verify(root: string): Promise<string> {
    const who = ['--certificate-identity', 'a@b.test', '--certificate-oidc-issuer', 'https://i'];
    const args = ['attest', 'verify', '127.0.0.1:1/app:1', '--trust-root', root, ...who];
    return (await runInProcess(args, join(work, 'data'))).stderr;
  }

  it('may be the bundled one, until what vouched for it has expired', async () => {
    const good = await readTrustRoot('public-good', parseTime('2026-12-01T00:00:00Z'));
    expect(good.notes).toEqual([]);
    const late = readTrustRoot('public-good', parseTime('2027-05-01T00:00:00Z'));
    await expect(late).rejects.toThrow(/of 2026-11-05, is too old.*assay attest trust-root/s);
  });

  it('is said to be too old where nothing in it counts now', async () => {
    const root = JSON.parse(String(state.file)) as { tlogs: { publicKey: { validFor: object } }[] };
    for (const { publicKey } of root.tlogs) {
      publicKey.validFor = { start: '2020-01-01T00:00:00Z', end: '2021-01-01T00:00:00Z' };
    }
    await writeFile(join(work, 'old.json'), JSON.stringify(root));
    expect(await verify(join(work, 'old.json'))).toMatch(/note: .*lists no log that counts now/);
  });
});
