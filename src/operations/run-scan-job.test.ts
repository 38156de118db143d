/** Scans of the queue: who gets what of one reading, what is tried again, and what is given up. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeDeps, memoryImage, NOW, openFakeDeps } from '../../test/support/fake-deps.ts';
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { SECOND } from '../domain/time.ts';
import { rawTar } from '../image/raw-tar.ts';
import type { ImageSource } from '../remote/image-source.ts';
import { findTagEvent } from '../store/image-rows.ts';
import type { LeasedJob } from '../store/job-rows.ts';
import { findScanRequest } from '../store/scan-request-rows.ts';
import { createProject } from './create-project.ts';
import { listImages, showImage } from './list-images.ts';
import { requestScan } from './request-scan.ts';
import { runScanJob } from './run-scan-job.ts';
import { takeScans } from './take-scans.ts';

const ADMIN: Caller = { name: 'admin', grants: [{ role: 'admin' }] };
const image = memoryImage([
  rawTar([{ name: 'etc/os-release', content: 'ID=debian\nVERSION_ID="12"\n' }]),
]);

let fake: FakeDeps;
let now = NOW;
let opened: string[] = [];
let answer: (reference: string) => ImageSource;
let digest = '';

beforeEach(async () => {
  [now, opened] = [NOW, []];
  answer = (reference) => ({ ...image, reference });
  fake = await openFakeDeps({
    now: () => now,
    openImage: (reference) => {
      opened.push(reference);
      return answer(reference);
    },
    randomBytes: (count) => new Uint8Array(count),
    resolveTag: async () => (await image.manifest()).digest,
  });
  digest = (await image.manifest()).digest;
  for (const project of ['one-project', 'two-project']) {
    await createProject(fake.deps, { caller: ADMIN, project });
  }
});
afterEach(() => fake.close());

const at = (repository: string): string => `registry.example/${repository}@${digest}`;
const ask = (project: string, name: string, tag?: string) =>
  requestScan(fake.deps, {
    project,
    image: name,
    origin: 'notification',
    ...(tag === undefined ? {} : { tag }),
  });
const find = (project: string, resourceUri: string) =>
  findScanRequest(fake.deps.store, { project, resourceUri });
const standing = async (project: string, name: string): Promise<string> =>
  (await showImage(fake.deps, { caller: ADMIN, project, image: name })).standing;

async function take(): Promise<readonly LeasedJob[]> {
  return takeScans(fake.deps, 10, 10);
}

/** Takes and runs what is due; answers how many jobs that were. */
async function run(): Promise<number> {
  const jobs = await take();
  for (const job of jobs) await runScanJob(fake.deps, job);
  return jobs.length;
}

const refuse = (code: AssayError['code']) => (): ImageSource => {
  throw new AssayError(code, `it is ${code}`);
};

describe('a digest that several projects ask for', () => {
  it('is one job; each has its sighting in the repository that it named', async () => {
    await ask('one-project', at('app'));
    await ask('two-project', at('copy'));
    await ask('two-project', at('copy'));
    expect(await standing('one-project', at('app'))).toBe('PENDING');
    expect(await run()).toBe(1);
    expect(opened).toEqual([at('app'), at('copy')]);
    expect(await standing('one-project', at('app'))).toBe('INCOMPLETE');
    expect(await standing('two-project', at('copy'))).toBe('INCOMPLETE');
    await expect(standing('one-project', at('copy'))).rejects.toMatchObject({ code: 'not-found' });
    expect(await find('one-project', at('app'))).toBeUndefined();
    expect(await run()).toBe(0);
  });

  it('that only one repository has is told to nobody else', async () => {
    answer = (reference) => {
      if (reference.includes('/app@')) return { ...image, reference };
      throw new AssayError('not-found', 'registry has no such manifest');
    };
    await ask('one-project', at('app'));
    await ask('two-project', at('guess'));
    await run();
    expect(await standing('one-project', at('app'))).toBe('INCOMPLETE');
    expect(await standing('two-project', at('guess'))).toBe('PENDING');
    const listed = await listImages(fake.deps, {
      caller: ADMIN,
      project: 'two-project',
      pageSize: 10,
    });
    expect(listed.images).toMatchObject([{ standing: 'PENDING', asked: { failures: 1 } }]);
    expect(listed.images[0]).not.toHaveProperty('summary');
  });

  it('who asks while it is read is served by the next turn', async () => {
    await ask('one-project', at('app'));
    const [job] = await take();
    expect(await standing('one-project', at('app'))).toBe('SCANNING');
    answer = (reference) => {
      const late = ask('two-project', at('late'));
      return { ...image, reference, close: () => late.then(() => undefined) };
    };
    if (job !== undefined) await runScanJob(fake.deps, job);
    answer = (reference) => ({ ...image, reference });
    expect(await run()).toBe(1);
    expect(await standing('two-project', at('late'))).toBe('INCOMPLETE');
  });
});

describe('what fails', () => {
  it.each([
    ['unavailable', 5],
    ['registry-refused', 5],
    ['not-found', 3],
    ['invalid-image', 1],
    ['permission-denied', 1],
    ['digest-mismatch', 1],
  ] as const)(
    'with %s is tried %i times in all, later each time, then is dead',
    async (code, tries) => {
      answer = refuse(code);
      await ask('one-project', at('app'));
      let begun = 0;
      for (let hours = 0; hours < 50; hours += 1) {
        begun += await run();
        now += 60 * SECOND;
      }
      expect(begun).toBe(tries);
      const failed = {
        state: 'failed',
        failures: tries,
        failure: { code, message: `it is ${code}` },
      };
      expect(await find('one-project', at('app'))).toMatchObject(failed);
      expect(await standing('one-project', at('app'))).toBe('FAILED');
    },
  );

  it('what is no image is forgotten, unless somebody asked for it', async () => {
    answer = () => {
      const details = { artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json' };
      throw new AssayError('invalid-image', 'this is an artifact', { details });
    };
    await ask('one-project', at('app'));
    const asked = { project: 'two-project', image: at('app'), origin: 'request' } as const;
    await requestScan(fake.deps, asked);
    await run();
    expect(await find('one-project', at('app'))).toBeUndefined();
    expect(await find('two-project', at('app'))).toMatchObject({ state: 'failed' });
  });

  it('waits as long as the registry asks', async () => {
    answer = () => {
      const details = { retryAfterSeconds: 900 };
      throw new AssayError('unavailable', 'too many requests', { details });
    };
    await ask('one-project', at('app'));
    await run();
    now += 899 * SECOND;
    expect(await run()).toBe(0);
    now += 2 * SECOND;
    expect(await run()).toBe(1);
  });

  it('a defect is told without its details', async () => {
    answer = () => {
      throw new TypeError('secret of the house');
    };
    await ask('one-project', at('app'));
    await run();
    const kept = await find('one-project', at('app'));
    expect(JSON.stringify(kept)).not.toContain('secret');
    expect(kept?.failure?.code).toBe('internal');
  });

  it('a scan that servers die of is given up after five', async () => {
    await ask('one-project', at('app'));
    for (let death = 0; death < 5; death += 1) {
      expect(await take()).toHaveLength(1);
      now += 31 * SECOND;
    }
    expect(await run()).toBe(1);
    expect(opened).toEqual([]);
    const dead = {
      state: 'failed',
      failure: { message: expect.stringContaining('begun 5 times') },
    };
    expect(await find('one-project', at('app'))).toMatchObject(dead);
    // Who asks again gets five more.
    await ask('one-project', at('app'));
    expect(await run()).toBe(1);
    expect(await standing('one-project', at('app'))).toBe('INCOMPLETE');
  });

  it('a stop in the middle leaves it to the next, and counts no failure', async () => {
    await ask('one-project', at('app'));
    const stop = new AbortController();
    answer = () => {
      stop.abort();
      throw new AssayError('unavailable', 'the connection was closed');
    };
    const [job] = await take();
    if (job !== undefined) await runScanJob(fake.deps, job, stop.signal);
    expect(await find('one-project', at('app'))).toMatchObject({ state: 'waiting', failures: 0 });
    answer = (reference) => ({ ...image, reference });
    expect(await run()).toBe(1);
  });
});

describe('a tag', () => {
  it('is asked for, and its digest is scanned in its place', async () => {
    await ask('one-project', 'registry.example/app:v1');
    expect(await standing('one-project', 'registry.example/app:v1')).toBe('PENDING');
    await run();
    expect(await find('one-project', 'registry.example/app:v1')).toBeUndefined();
    expect(await find('one-project', at('app'))).toMatchObject({ state: 'waiting' });
    await run();
    expect(await standing('one-project', 'registry.example/app:v1')).toBe('INCOMPLETE');
  });

  it('that was said to point elsewhere is put right by the registry', async () => {
    const tag = { repository: 'registry.example/app', tag: 'v1' };
    await ask('one-project', at('app'), 'v1');
    await run();
    expect(await findTagEvent(fake.deps.store, tag)).toMatchObject({ digest, source: 'registry' });
  });
});

it('a full queue has room for what is more urgent', async () => {
  for (let count = 0; count < 1000; count += 1) {
    const name = `registry.example/app@sha256:${String(count).padStart(64, '0')}`;
    await ask('one-project', name);
  }
  await expect(ask('one-project', at('app'))).rejects.toMatchObject({ code: 'too-many' });
  const urgent = { project: 'one-project', image: at('app'), origin: 'webhook' } as const;
  expect(await requestScan(fake.deps, urgent)).toMatchObject({ state: 'PENDING' });
  expect(await ask('two-project', at('app'))).toMatchObject({ state: 'PENDING' });
});
