/**
 * The command line as scripts and people use it: every command as a process of its own, with its
 * exit code, its data on stdout and its words on stderr.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Ended } from '../support/assay-command.ts';
import { runAssay, runProgram } from '../support/assay-command.ts';
import { assayMain } from '../support/assay-main.ts';
import type { AssayServer } from '../support/assay-server.ts';
import { imageReview, startAssay, valueAt } from '../support/assay-server.ts';
import { realProgram } from '../support/real.ts';

const DEMO = fileURLToPath(new URL('../../demo', import.meta.url));
const ANY_AGE = ['--max-advisory-age', '36500'];
const DIGEST = `sha256:${'a1'.repeat(32)}`;
const IMAGE = 'registry.example/team/app';

let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'command-line-'));
  mkdirSync(file('root/etc'), { recursive: true });
  mkdirSync(file('root/var/lib/dpkg'), { recursive: true });
  cpSync(join(DEMO, 'debian12/os-release'), file('root/etc/os-release'));
  const openssl = ['Package: openssl', 'Status: install ok installed', 'Version: 3.0.8-1'];
  writeFileSync(file('root/var/lib/dpkg/status'), `${openssl.join('\n')}\nArchitecture: amd64\n`);
  await runToEnd([
    'advisories',
    'import',
    join(DEMO, 'advisories'),
    '--complete',
    '--data',
    file('data'),
  ]);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string): string {
  return join(folder, name);
}

function write(name: string, value: unknown): string {
  const text = typeof value === 'string' ? value : stringify(value);
  writeFileSync(file(name), text);
  return file(name);
}

async function runToEnd(args: readonly string[]): Promise<Ended> {
  const ended = await runAssay(args);
  if (ended.code !== 0)
    throw new Error(`${args.join(' ')} ended with ${ended.code}: ${ended.stderr}`);
  return ended;
}

describe('assay scan', () => {
  const scan = (...args: readonly string[]) =>
    runAssay(['scan', `dir:${file('root')}`, '--data', file('data'), ...args]);

  it('ends with 0 where the scan is complete', async () => {
    const { code, stdout } = await scan(...ANY_AGE);
    expect(code).toBe(0);
    expect(stdout).toContain('Status  COMPLETE');
    expect(stdout).not.toContain('\u001b');
  });

  it('ends with 2 where a finding reaches the limit; an unknown severity counts as CRITICAL', async () => {
    expect((await scan(...ANY_AGE, '--fail-on', 'CRITICAL')).code).toBe(2);
  });

  it('ends with 3 for a gate on old data, with 0 and a warning without a gate', async () => {
    const old = ['--max-advisory-age', '0'];
    const plain = await scan(...old, '--output', 'json');
    expect(plain.code).toBe(0);
    expect(valueAt(JSON.parse(plain.stdout), 'status')).toBe('COMPLETE');
    const problems = valueAt(JSON.parse(plain.stdout), 'problems') as readonly { code: string }[];
    expect(problems.map((one) => one.code)).toContain('advisories-old');
    const root = file('patched');
    cpSync(file('root'), root, { recursive: true });
    const status = 'Package: tzdata\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n';
    writeFileSync(join(root, 'var/lib/dpkg/status'), status);
    const gate = ['--fail-on', 'CRITICAL', '--data', file('data')];
    expect((await runAssay(['scan', `dir:${root}`, ...gate, ...old])).code).toBe(3);
    expect((await runAssay(['scan', `dir:${root}`, ...gate, ...ANY_AGE])).code).toBe(0);
  });

  it('ends with 3 where there are no advisory data, and never speaks of 0 vulnerabilities', async () => {
    const args = ['--data', file('empty'), '--output', 'json'];
    const { code, stdout } = await runAssay(['scan', `dir:${file('root')}`, ...args]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'INCOMPLETE' });
    const table = await runAssay(['scan', `dir:${file('root')}`, '--data', file('empty')]);
    expect(table.stdout).toMatch(/INCOMPLETE/);
    expect(table.stdout).not.toMatch(/\b(0|no) vulnerabilities/i);
  });

  it('ends with 3 where the system is unknown', async () => {
    mkdirSync(file('bare/etc'), { recursive: true });
    write('bare/etc/os-release', 'ID=plan9\n');
    const bare = await runAssay(['scan', `dir:${file('bare')}`, '--data', file('data')]);
    expect(bare.code).toBe(3);
    expect(bare.stdout).toMatch(/INCOMPLETE|UNSUPPORTED/);
  });

  it('prints the same scan as JSON and as YAML, and SARIF of version 2.1.0', async () => {
    const printed = (await scan(...ANY_AGE, '--output', 'json')).stdout;
    const json = withoutAnalysis(JSON.parse(printed));
    expect(json).toMatchObject({
      schemaVersion: 1,
      status: 'COMPLETE',
      system: { name: expect.stringMatching(/debian/i) as string },
      packages: [{ name: 'openssl', version: '3.0.8-1' }],
    });
    const yaml: unknown = parse((await scan(...ANY_AGE, '-o', 'yaml')).stdout);
    expect(withoutAnalysis(yaml)).toEqual(json);
    const sarif = JSON.parse((await scan(...ANY_AGE, '--output', 'sarif')).stdout) as unknown;
    expect(sarif).toMatchObject({ version: '2.1.0' });
    const results = valueAt(sarif, 'runs.0.results') as readonly unknown[];
    expect(results).toHaveLength((valueAt(json, 'findings') as readonly unknown[]).length);
  });

  it.each([
    ['a folder that is not there', 'dir:/no/such/folder', /\/no\/such\/folder/],
    ['an archive that is not there', 'docker-archive:/no/such.tar', /\/no\/such\.tar/],
    ['a layout that is none', 'oci:/etc', /oci-layout/],
    ['a URL', `https://${IMAGE}`, new RegExp(`did you mean.*${IMAGE}`)],
    [
      'a digest written as a tag',
      `${IMAGE}:${DIGEST.slice(7)}`,
      new RegExp(`did you mean ${IMAGE}@${DIGEST}`),
    ],
    ['a digest of 63 digits', `${IMAGE}@${DIGEST.slice(0, -1)}`, /63/],
    ['capitals in a repository', 'registry.example/Team/App', /lower/i],
    ['an empty image', '', /\S/],
  ])('ends with 1 for %s', async (_fact, image, word) => {
    const { code, stdout, stderr } = await runAssay(['scan', image, '--data', file('data')]);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(word);
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  it.skipIf(!realProgram('script'))(
    'colours a terminal unless NO_COLOR is set (needs script)',
    async () => {
      const command = [
        process.execPath,
        await assayMain(),
        'scan',
        `dir:${file('root')}`,
        '--data',
        file('data'),
      ];
      const line = [...command, ...ANY_AGE].map((word) => `'${word}'`).join(' ');
      const onTerminal = (env: Record<string, string>) =>
        runProgram(realProgram('script') ?? '', ['-qec', line, '/dev/null'], {
          env: { TERM: 'xterm-256color', ...env },
        });
      // Colours only: progress on the same terminal may still erase its own line.
      const colour = new RegExp(`${String.fromCodePoint(27)}\\[[0-9;]+m`);
      expect((await onTerminal({})).stdout).toMatch(colour);
      expect((await onTerminal({ NO_COLOR: '1' })).stdout).not.toMatch(colour);
    },
  );
});

describe('a data folder without a server', { timeout: 90_000 }, () => {
  const data = () => ['--data', file('local')];

  it('keeps projects and their clusters', async () => {
    await runToEnd(['project', 'create', 'shop', ...data()]);
    const again = await runAssay(['project', 'create', 'shop', ...data()]);
    expect(again).toMatchObject({ code: 1 });
    expect(again.stderr).toMatch(/shop exists/);
    await runToEnd(['project', 'add-cluster', 'shop', 'us-west2-b.prod', ...data()]);
    const projects = await runToEnd(['project', 'list', '-o', 'json', ...data()]);
    expect(JSON.parse(projects.stdout)).toMatchObject({
      schemaVersion: 1,
      projects: [{ id: 'shop' }],
    });
    const clusters = await runToEnd(['project', 'list-clusters', 'shop', '-o', 'yaml', ...data()]);
    expect(parse(clusters.stdout)).toMatchObject({
      clusters: [{ location: 'us-west2-b', name: 'prod' }],
    });
    const table = await runToEnd(['project', 'list', ...data()]);
    expect(table.stdout).toMatch(/^PROJECT .*\nshop /);
    const wrong = await runAssay(['project', 'create', 'No Such', ...data()]);
    expect(wrong).toMatchObject({ code: 1 });
  });

  it('keeps advisories and says how old they are', async () => {
    const empty = await runToEnd(['advisories', 'status', ...data()]);
    expect(empty.stderr).toMatch(/assay advisories import/);
    const zip = join(DEMO, 'advisories/Debian/all.zip');
    const imported = await runToEnd(['advisories', 'import', zip, ...data()]);
    expect(imported.stderr).toMatch(/\d+ records/);
    const status = await runToEnd(['advisories', 'status', '-o', 'json', ...data()]);
    const sources = valueAt(JSON.parse(status.stdout), 'sources') as readonly {
      ecosystem: string;
    }[];
    expect(sources.map((one) => one.ecosystem)).toContain('Debian:12');
    const before = status.stdout;
    const bad = await runAssay(['advisories', 'import', write('no.zip', 'PK no zip'), ...data()]);
    expect(bad).toMatchObject({ code: 1 });
    expect(bad.stderr).toContain('no.zip');
    expect((await runToEnd(['advisories', 'status', '-o', 'json', ...data()])).stdout).toBe(before);
  });

  it('makes tokens, shows each once, lists and revokes them', async () => {
    const made = await runToEnd(['token', 'create', '--role', 'editor', '--name', 'ci', ...data()]);
    const secret = made.stdout.trim();
    expect(secret).toMatch(/^\S{20,}$/);
    expect(made.stderr).not.toContain(secret);
    const listed = await runToEnd(['token', 'list', '-o', 'json', ...data()]);
    expect(listed.stdout).not.toContain(secret);
    const id = String(valueAt(JSON.parse(listed.stdout), 'tokens.0.id'));
    await runToEnd(['token', 'revoke', id, ...data()]);
    expect(await runAssay(['token', 'revoke', '0190', ...data()])).toMatchObject({ code: 1 });
    expect(await runAssay(['token', 'create', '--role', 'king', ...data()])).toMatchObject({
      code: 1,
    });
    expect(await runAssay(['token', 'create', '--expires', 'never', ...data()])).toMatchObject({
      code: 1,
    });
  });

  it('is brought to this version’s schema by migrate, also when it is new', async () => {
    const fresh = ['migrate', '--data', file('fresh')];
    expect((await runToEnd(fresh)).stderr).toMatch(/schema/);
    expect((await runToEnd(fresh)).stderr).toMatch(/already/);
  });

  it('has no decision to show where there is none', async () => {
    const listed = await runToEnd(['decisions', 'list', ...data(), '--project', 'shop']);
    expect(listed.stdout).toBe('');
    const shown = await runAssay([
      'decisions',
      'show',
      '01980f3c-0000-7000-8000-000000000000',
      ...data(),
    ]);
    expect(shown).toMatchObject({ code: 1 });
  });
});

describe('commands while a server holds the folder', { timeout: 90_000 }, () => {
  let server: AssayServer;

  beforeAll(async () => {
    server = await startAssay();
  });

  afterAll(async () => {
    await server?.stop();
  });

  it('write through the server, which sees it at once, and read beside it', async () => {
    const data = ['--data', server.data];
    await runToEnd(['project', 'create', 'shop', ...data]);
    await runToEnd(['project', 'add-cluster', 'shop', 'us-west2-b.prod', ...data]);
    const path = '/webhook/image-review/projects/shop/clusters/us-west2-b.prod';
    expect(await server.review(imageReview(['nginx']), path)).toMatchObject({ allowed: true });
    const other = path.replace('prod', 'test');
    expect(await server.review(imageReview(['nginx']), other)).toMatchObject({ allowed: false });
    const listed = await runToEnd([
      'decisions',
      'list',
      '--project',
      'shop',
      '-o',
      'json',
      ...data,
    ]);
    const decisions = valueAt(JSON.parse(listed.stdout), 'decisions') as readonly unknown[];
    expect(decisions.length).toBeGreaterThan(0);
  });

  it('explain a decision by the id that the denial names', async () => {
    const rule = { evaluationMode: 'ALWAYS_DENY', enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG' };
    const body = { defaultAdmissionRule: rule };
    await server.call('/v1/projects/default/policy', { method: 'PUT', body });
    const { reason } = await server.review(imageReview(['redis:7']));
    const id = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(reason)?.[0] ?? '';
    for (const reach of [
      ['--data', server.data],
      ['--server', server.http, '--token-file', server.tokenFile],
    ]) {
      const shown = await runToEnd(['decisions', 'show', id, ...reach]);
      expect(shown.stdout).toContain(id);
      expect(shown.stdout).toMatch(/answer +DENIED/);
      const json = await runToEnd(['decisions', 'show', id, '-o', 'json', ...reach]);
      expect(JSON.parse(json.stdout)).toMatchObject({ schemaVersion: 1, decision: { id } });
      const denied = await runToEnd([
        'decisions',
        'list',
        '--outcome',
        'deny',
        '-o',
        'json',
        ...reach,
      ]);
      expect(denied.stdout).toContain(id);
      const allowed = await runToEnd([
        'decisions',
        'list',
        '--outcome',
        'allow',
        '-o',
        'json',
        ...reach,
      ]);
      expect(allowed.stdout).not.toContain(id);
    }
  });

  it('print a row of a table on one line where a program reads it', async () => {
    const image = `registry.example/${'team/'.repeat(20)}app@${DIGEST}`;
    await server.review(imageReview([image]));
    const { stdout } = await runToEnd(['decisions', 'list', '--data', server.data]);
    expect(stdout.split('\n').filter((line) => line.endsWith(image))).toHaveLength(1);
  });

  it('are refused with the server’s words where their token does not do', async () => {
    const viewer = (await runToEnd(['token', 'create', '--data', server.data])).stdout;
    const reach = ['--server', server.http, '--token-file', write('viewer', viewer)];
    await runToEnd(['project', 'list', ...reach]);
    const refused = await runAssay(['project', 'create', 'mine', ...reach]);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('assay.projects.create');
    const nobody = await runAssay(['project', 'list', '--server', server.http]);
    expect(nobody).toMatchObject({ code: 1 });
    expect(nobody.stderr).toMatch(/bearer token/);
  });

  it('keep a second server away, from its folder and its ports; a migration has nothing to do', async () => {
    const listen = [
      '--http',
      '127.0.0.1:0',
      '--webhook',
      '127.0.0.1:0',
      '--grpc',
      '127.0.0.1:0',
      '--data',
      server.data,
    ];
    const second = await runAssay(['serve', ...listen]);
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toContain(server.data);
    for (const flag of ['--http', '--webhook', '--grpc']) {
      const taken = new URL(server.http).host;
      const other = ['serve', ...listen, '--data', file(`other${flag}`), flag, taken];
      const refused = await runAssay(other);
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toMatch(`assay: cannot listen on ${taken}`);
    }
    const migrated = await runAssay(['migrate', '--data', server.data]);
    expect(migrated.code).toBe(0);
    expect(migrated.stderr).toMatch(/already/);
  });
});

/** What is printed but for when it was matched: that is another time of each scan. */
function withoutAnalysis(printed: unknown): object {
  const { analysis, ...rest } = printed as { readonly analysis: unknown };
  expect(analysis).toMatchObject({ matchedAt: expect.any(String) });
  return rest;
}
