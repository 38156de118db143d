/**
 * The demo as a user runs it: both package databases, `--keep` with the commands that it prints, and
 * an end by signal. Each run has a temporary folder of its own, in which nothing may be left.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ReviewOutcome,
  type ScanOutcome,
  checkReview,
  checkScans,
} from '../../demo/check-demo.ts';
import { PLANTED, choosePackageDatabase, plantVulnerability } from '../../demo/choose-database.ts';
import { type ReviewCase, reviewCases } from '../../demo/review-cases.ts';
import { parseDigest } from '../../src/domain/digest.ts';

const RUN = fileURLToPath(new URL('../../demo/run.ts', import.meta.url));
const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-test-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function startDemo(...args: readonly string[]): ChildProcess {
  const { npm_lifecycle_event: _npm, ...env } = process.env;
  return spawn(process.execPath, [RUN, ...args], {
    env: { ...env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', resolve));
}

/** What a demo left: files of its folder, and processes that still work in it (Linux only). */
async function leftovers(): Promise<readonly string[]> {
  const processes = await Promise.all(
    (await readdir('/proc').catch(() => [])).map(async (id) => {
      const line = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '');
      return line.includes(folder) ? `${id} ${line}` : '';
    }),
  );
  return [...(await readdir(folder)), ...processes.filter((one) => one !== '')];
}

const IDS = /assay decisions show ([0-9a-f-]{36})$/gm;

describe('npm run demo', () => {
  it('gives seven verdicts and the planted finding, in 80 columns, and leaves nothing', async () => {
    const demo = startDemo();
    const code = ended(demo);
    const [stdout, stderr] = await Promise.all([text(demo.stdout!), text(demo.stderr!)]);
    expect({ code: await code, stderr: stderr.replaceAll(/^demo: .* (…|s)\n/gm, '') }).toEqual({
      code: 0,
      stderr: '',
    });
    expect(stdout).toContain(`(${PLANTED.id})`);
    expect(stdout).toContain('7 verdicts and the planted finding: as expected');
    expect(new Set(stdout.match(IDS)).size).toBe(7);
    expect(stdout.match(/ (ALLOWED|DENIED) {2}/g)).toHaveLength(7);
    expect(stdout.split('\n').filter((line) => Array.from(line).length > 80)).toEqual([]);
    expect(await leftovers()).toEqual([]);
  });

  it('--keep leaves everything running, the printed commands work, Ctrl-C ends it all', async () => {
    const demo = startDemo('--keep', '--bundled');
    const code = ended(demo);
    const stdout = await textUntil(demo, 'Logs: ');
    expect(stdout).toContain('the bundled database');
    const data = /^ {2}export ASSAY_DATA=(.+)$/m.exec(stdout)?.[1] ?? '';
    const [id = ''] = [...stdout.matchAll(IDS)].at(1)?.slice(1) ?? [];
    const env = { ...process.env, ASSAY_DATA: data };
    const shown = await promisify(execFile)(process.execPath, [MAIN, 'decisions', 'show', id], {
      env,
    });
    expect(shown.stdout).toContain('Denied by attestor projects/demo/attestors/demo-attestor');
    const registry = /^registry +(\S+)$/m.exec(stdout)?.[1] ?? '';
    const tags = await fetch(`${registry}/v2/demo/sample-k8s-app/manifests/1.0.2`);
    expect(tags.status).toBe(200);
    await tags.arrayBuffer();
    demo.kill('SIGINT');
    expect(await code).toBe(130);
    expect(await leftovers()).toEqual([]);
  });

  it('a signal in the middle ends the programs and removes the folder', async () => {
    const demo = startDemo();
    const code = ended(demo);
    await untilServed();
    demo.kill('SIGTERM');
    expect(await code).toBe(143);
    expect(await leftovers()).toEqual([]);
  });

  it('refuses an unknown option with its usage', async () => {
    const demo = startDemo('--keeep');
    const [code, stderr] = await Promise.all([ended(demo), text(demo.stderr!)]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/--keeep[\s\S]*Usage: npm run demo/);
  });
});

async function textUntil(child: ChildProcess, mark: string): Promise<string> {
  let all = '';
  for await (const piece of child
    .stdout!.setEncoding('utf8')
    .iterator({ destroyOnReturn: false })) {
    all += piece as string;
    if (all.includes(mark)) return all;
  }
  throw new Error(`the demo ended before it printed ${mark}:\n${all}`);
}

/** Waits until a program of the demo has opened its store. */
async function untilServed(): Promise<void> {
  for (;;) {
    const found = await readdir(folder, { recursive: true });
    if (found.some((name) => name.endsWith('server.log'))) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('the packages of the demo', () => {
  const DEBIAN = 'ID=debian\nVERSION_ID="12"\n';
  const STATUS = 'Package: bash\nVersion: 5.2.15-2\n';

  async function machine(osRelease: string, status: string): Promise<string> {
    await mkdir(join(folder, 'etc'), { recursive: true });
    await mkdir(join(folder, 'var/lib/dpkg'), { recursive: true });
    await writeFile(join(folder, 'etc/os-release'), osRelease);
    await writeFile(join(folder, 'var/lib/dpkg/status'), status);
    return folder;
  }

  it.each([
    ['Debian 12', DEBIAN, STATUS, 'this machine'],
    ['Debian 13', DEBIAN.replace('12', '13'), STATUS, 'the bundled database'],
    ['a derivative', DEBIAN.replace('debian', 'devuan'), STATUS, 'the bundled database'],
    ['an empty database', DEBIAN, '\n', 'the bundled database'],
  ])('of %s', async (_name, osRelease, status, origin) => {
    const root = await machine(osRelease, status);
    expect(await choosePackageDatabase({ root })).toMatchObject({ origin });
  });

  it('are the bundled ones where there is no database', async () => {
    const found = await choosePackageDatabase({ root: folder });
    expect(found.status.match(/^Package: /gm)?.length).toBeGreaterThan(20);
  });

  it.each([
    ['by its own name', 'Package: openssl\nVersion: 3.0.19-1\n'],
    ['by its source', 'Package: libssl3\nSource: openssl\nVersion: 3.0.19-1\n'],
    [
      'by a source with a version',
      'Package: a\nSource: openssl (3.0.19-1)\nVersion: 3.0.19-1+b1\n',
    ],
    ['added where there is none', ''],
  ])('are set back: %s', (_name, stanza) => {
    const database = { origin: '', osRelease: '', status: `${STATUS}\n${stanza}` };
    const { status } = plantVulnerability(database);
    expect(status).toContain(`Version: ${PLANTED.version}\n`);
    expect(status).toContain('Version: 5.2.15-2\n');
    expect(status).not.toContain('3.0.19');
  });
});

describe('what the demo checks', () => {
  const digest = parseDigest(`sha256:${'a1'.repeat(32)}`);
  const images = { name: 'r.example/a', signedTag: '1', signed: digest, unsigned: digest };
  const asked = reviewCases(images)[1] as ReviewCase;
  const right: ReviewOutcome = {
    verdict: 'DENIED',
    reason: `${asked.firstLine}\nimage: ${asked.image}`,
    auditAnnotations: {},
    decisionId: 'd-1',
    why: '',
    explanation: `d-1 DENIED ${asked.image} ${asked.firstLine}`,
  };

  it('passes what is as expected', () => {
    expect(checkReview(asked, right)).toEqual([]);
  });

  it.each<[string, Partial<ReviewOutcome>, string]>([
    ['another verdict', { verdict: 'ALLOWED' }, 'verdict is "ALLOWED"; wanted "DENIED"'],
    ['another first line', { reason: `x\n${asked.firstLine}` }, 'reason is "x"; wanted "Denied by'],
    ['no decision', { decisionId: '' }, 'the answer names no decision'],
    ['an explanation of another', { decisionId: 'd-2' }, 'does not say "d-2"'],
    ['a break-glass unasked', { auditAnnotations: { 'break-glass': 'true' } }, 'wanted "none"'],
  ])('names %s', (_name, change, fault) => {
    const faults = checkReview(asked, { ...right, ...change });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
    expect(faults[0]).toMatch(/^unsigned, by digest \(r\.example\/a@/);
  });

  const scan: ScanOutcome = { status: 'COMPLETE', problems: [], packages: [{}], findings: [] };
  const finding = {
    id: PLANTED.id,
    package: { name: 'libssl3', source: { name: PLANTED.source, version: PLANTED.version } },
    fixedVersion: PLANTED.fixedVersion,
  };
  const planted: ScanOutcome = { ...scan, findings: [finding] };

  it.each<[string, ScanOutcome, ScanOutcome, readonly string[]]>([
    ['both as expected', scan, planted, []],
    ['no finding', scan, scan, [`second image: the planted finding ${PLANTED.id} is not there`]],
    ['it in both', planted, planted, [`first image: has the finding ${PLANTED.id}`]],
    [
      'another fix',
      scan,
      { ...scan, findings: [{ ...finding, fixedVersion: null }] },
      [`planted finding, fixed version is "none"; wanted "${PLANTED.fixedVersion}"`],
    ],
    [
      'an incomplete scan',
      { ...scan, status: 'INCOMPLETE', problems: [{ message: 'no data' }] },
      planted,
      ['first image: scan is INCOMPLETE: no data'],
    ],
    ['no packages', { ...scan, packages: [] }, planted, ['first image: no package was found']],
  ])('scans with %s', (_name, first, second, faults) => {
    expect(checkScans(first, second)).toEqual(faults);
  });
});
