/**
 * Policies in Rego as users meet them: the commands of opa over files, a file judged offline, and a
 * document of a project that judges beside the others.
 */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runInProcess } from '../support/assay-in-process.ts';
import {
  debianAdvisory,
  debianPackage,
  imageDigest,
  importDebian,
  keepScanned,
} from '../support/scanned-images.ts';
import { testData } from '../support/test-data.ts';
import { startTrustBench, type TrustBench } from '../support/trust-workbench.ts';

const RULE = `deny[msg] {
    input.request.kind.kind == "Pod"
    image := input.request.object.spec.containers[_].image
    not startswith(image, "secureoci.com")
    msg = "Not allowed!"
}
`;
const CORRECTED = `package main
deny contains msg if {
  input.request.kind.kind == "Pod"
  some container in input.request.object.spec.containers
  not startswith(container.image, "secureoci.com/")
  msg := sprintf("Registry Not allowed: %v", [container.image])
}
`;

let work = '';
let bench: TrustBench;
beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'assay-rego-'));
  bench = await startTrustBench();
});
afterAll(async () => {
  await bench.close();
  rmSync(work, { recursive: true, force: true });
});

function file(name: string, text: string): string {
  const path = join(work, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function review(...images: string[]): string {
  const containers = images.map((image, index) => ({ name: `c${index}`, image }));
  const object = { metadata: { name: 'myapp' }, spec: { containers } };
  const request = { kind: { kind: 'Pod', version: 'v1' }, object };
  return JSON.stringify({ kind: 'AdmissionReview', request });
}

async function run(...args: string[]) {
  return runInProcess(['rego', ...args], join(work, 'data'));
}

describe('the rule of the article that Assay was asked for in', () => {
  it('runs as it is written, and says what it says, not what the article prints', async () => {
    const policy = file('v0/main.rego', `package main\n${RULE}`);
    const input = file('review.json', review('secureoci.com/nginx', 'mysql'));
    const asked = ['eval', '--v0-compatible', '-d', policy, '-i', input, '-f', 'values'];
    const { code, stdout } = await run(...asked, 'data.main.deny');
    expect({ code, value: JSON.parse(stdout) as unknown }).toEqual({
      code: 0,
      value: [['Not allowed!']],
    });
  });

  it('says what the article prints once it is corrected', async () => {
    const policy = file('v1/main.rego', CORRECTED);
    const input = file('review.json', review('secureoci.com/nginx', 'mysql'));
    const { stdout } = await run('eval', '-d', policy, '-i', input, '-f', 'raw', 'data.main.deny');
    expect(stdout).toBe('["Registry Not allowed: mysql"]\n');
  });

  it('is refused as v1 with a hint, and warned of for look-alike registries', async () => {
    const policy = file('v0/main.rego', `package main\n${RULE}`);
    const asV1 = await run('check', policy);
    expect(asV1.code).toBe(1);
    expect(asV1.stderr).toContain('`if` keyword is required before rule body');
    expect(asV1.stderr).toContain('--v0-compatible');
    const asV0 = await run('check', '--v0-compatible', policy);
    expect(asV0.code).toBe(0);
    expect(asV0.stderr).toContain('admits secureoci.com.evil.io/app as well');
    expect(asV0.stderr).toContain('"secureoci.com/"');
    expect((await run('check', '--v0-compatible', '--strict', policy)).code).toBe(1);
  });

  it.skipIf(testData('sources') === undefined)('stands so in the source (ASSAY_TEST_DATA)', () => {
    const folder = testData('sources') ?? '';
    const name = readdirSync(folder).find((one) => one.startsWith('004')) ?? '';
    expect(readFileSync(join(folder, name), 'utf8')).toContain(RULE);
  });
});

describe('assay rego', () => {
  it('reads data below its folders and merges it', async () => {
    const folder = join(work, 'tree');
    file('tree/a/one.json', '{"x": 1, "deep": {"y": 12345678901234567890}}');
    file('tree/a/two.yaml', 'deep: {z: 3}');
    const { stdout } = await run('eval', '-d', folder, '-f', 'raw', 'data.a');
    expect(stdout).toBe('{"deep":{"y":12345678901234567890,"z":3},"x":1}\n');
  });

  it('refuses two documents at one place', async () => {
    const folder = join(work, 'twice');
    file('twice/one.json', '{"x": 1}');
    file('twice/two.json', '{"x": 2}');
    const { code, stderr } = await run('eval', '-d', folder, 'data.x');
    expect(code).not.toBe(0);
    expect(stderr).toContain('merge error');
  });

  it('tells errors as JSON with their places, and exits 2', async () => {
    const { code, stdout } = await run('eval', 'x == 1');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      errors: [{ code: 'rego_unsafe_var_error', location: { row: 1, col: 1 } }],
    });
  });

  it.each([
    ['data.none', ['--fail'], 1],
    ['1 == 2', ['--fail'], 0],
    ['1 == 1', ['--fail'], 0],
    ['1 == 1', ['--fail-defined'], 1],
    ['data.none', [], 0],
  ])('%s with %j exits %i', async (query, flags, wanted) => {
    expect((await run('eval', ...flags, query)).code).toBe(wanted);
  });

  it('runs tests, and exits 2 where one does not hold', async () => {
    const each = 'some name, n in {"one": 1, "four": 4}\n  n < 2';
    const rules = `package t
test_good if 1 == 1
test_bad if { x := 1; x == 2; true }
todo_test_later if false
todo_test_soon if false
test_each[name] if {
  ${each}
}
`;
    const policy = file('tests/t.rego', rules);
    const { code, stdout } = await run('test', policy, '-v');
    expect(code).toBe(2);
    expect(stdout).toMatch(/t\.rego:\ndata\.t\.test_good: PASS \(.*s\)\ndata\.t\.test_bad: FAIL/);
    expect(stdout).toContain(')\n  line 3: x == 2\n');
    expect(stdout).toMatch(/-{80}\nPASS: 1\/5\nFAIL: 2\/5\nSKIPPED: 2\/5\n$/);
    expect(stdout).toMatch(/data\.t\.test_each: FAIL .*\n {2}four: FAIL\n {2}one: PASS\n/);
    expect((await run('test', policy, '--run', 'test_go+d$')).code).toBe(0);
    expect((await run('test', policy, '--run', 'todo_test_later')).code).toBe(2);
    expect((await run('test', policy, '--run', 'todo_test_later', '-z')).code).toBe(0);
  });
});

const POD = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' } };

describe('a policy in Rego over a file', () => {
  it('denies what its rules deny, from a document, a folder or a module', async () => {
    const document = { kind: 'RegoPolicy', schemaVersion: 1, module: CORRECTED };
    const policies = [
      file('policy.json', JSON.stringify(document)),
      file('alone/main.rego', CORRECTED),
      join(work, 'alone'),
      file('named.yaml', 'kind: RegoPolicy\nschemaVersion: 1\nfolder: alone\n'),
    ];
    const containers = [{ name: 'a', image: 'mysql' }];
    const pod = file('pod.json', JSON.stringify({ ...POD, spec: { containers } }));
    for (const policy of policies) {
      const { code, stdout } = await runInProcess(
        ['admit', pod, '--policy', policy],
        join(work, 'data'),
      );
      expect(code).toBe(2);
      expect(stdout).toContain('data.main.deny: Registry Not allowed: mysql');
    }
  });

  it('is undecided where it cannot be evaluated', async () => {
    const module = 'package main\nallow := true if true\nallow := false if true\n';
    const policy = file('conflict.rego', module);
    const containers = [{ name: 'a', image: 'secureoci.com/a' }];
    const pod = file('pod.json', JSON.stringify({ ...POD, spec: { containers } }));
    const { code, stdout } = await runInProcess(
      ['admit', pod, '--policy', policy],
      join(work, 'data'),
    );
    expect(code).toBe(3);
    expect(stdout).toContain('eval_conflict_error');
  });

  it.each([
    ['does not compile', 'package main\ndeny contains x if true\n', 'rego_unsafe_var_error'],
    ['decides nothing', 'package main\np := 1\n', 'the policy decides nothing'],
  ])('is refused where it %s', async (_what, module, wanted) => {
    const pod = file(
      'pod.json',
      JSON.stringify({ ...POD, spec: { containers: [{ name: 'a', image: 'a' }] } }),
    );
    const { code, stderr } = await runInProcess(
      ['admit', pod, '--policy', file('bad.rego', module)],
      join(work, 'data'),
    );
    expect(code).not.toBe(0);
    expect(stderr).toContain(wanted);
  });
});

describe('a policy in Rego of a project', () => {
  const set = async (module: string, more: object = {}): Promise<void> => {
    const { setPolicyDocument } = await import('../../src/operations/set-policy-document.ts');
    const source = JSON.stringify({ kind: 'RegoPolicy', schemaVersion: 1, module, ...more });
    const caller = { name: 'test', grants: [{ role: 'admin' as const }] };
    await setPolicyDocument(bench.deps, { caller, project: 'shop', source });
  };

  it('judges beside the others: any denial denies', async () => {
    await set(CORRECTED);
    expect(await bench.admit('secureoci.com/team/app')).toMatchObject({ allowed: true });
    const refused = await bench.admit('secureoci.com.evil.io/app');
    expect(refused.allowed).toBe(false);
    expect(refused.reason).toContain('Registry Not allowed: secureoci.com.evil.io/app');
  });

  it('lets in what it denies while it is a dry run', async () => {
    await set(CORRECTED, { enforcement: 'dry-run' });
    expect(await bench.admit('mysql')).toMatchObject({ allowed: true });
  });

  it('attack: one that never ends denies, and does not hold the server', async () => {
    const endless = 'count([1 | some x in numbers.range(1, 9999999); some y in [x]; y < 0]) > 0';
    await set(`package main\ndeny contains "never" if ${endless}\n`);
    const refused = await bench.admit('secureoci.com/team/app');
    expect(refused.allowed).toBe(false);
    expect(refused.reason).toContain('Undecided by policy in Rego');
  });

  const RISKY = `package main
deny contains msg if {
  some container in input.request.object.spec.containers
  facts := assay.image_facts(container.image)
  facts.atLeast.HIGH > 0
  some v in facts.vulnerabilities
  msg := sprintf("%v: %v in %v", [container.image, v.id, v.package.name])
}
`;
  const digest = imageDigest(1);
  const named = `registry.example/app@${digest}`;

  it('asks what is known of an image; what is not known denies, and says what to do', async () => {
    const { store } = bench.deps;
    await set(RISKY);
    const unknown = await bench.admit(named);
    expect(unknown.allowed).toBe(false);
    expect(unknown.reason).toContain(`${named} is NOT_SCANNED`);
    expect(unknown.reason).toContain(`assay scan ${named}`);
    const time = bench.deps.now();
    await importDebian(store, [debianAdvisory('CVE-1', 'a', { fixed: '2' })], time);
    const image = { project: 'shop', repository: 'registry.example/app', digest, time };
    await keepScanned(store, { ...image, packages: [debianPackage('b')] });
    expect(await bench.admit(named)).toMatchObject({ allowed: true });
    await keepScanned(store, { ...image, packages: [debianPackage('a')] });
    const refused = await bench.admit(named);
    expect(refused.allowed).toBe(false);
    expect(refused.reason).toContain(`data.main.deny: ${named}: CVE-1 in a`);
  });

  it('attack: what another project has seen is not known, and a new advisory counts at once', async () => {
    const { store } = bench.deps;
    await set(RISKY);
    const time = bench.deps.now();
    const image = { project: 'other', repository: 'r.example/a', digest: imageDigest(2), time };
    await keepScanned(store, { ...image, packages: [debianPackage('c')] });
    const seen = `r.example/a@${imageDigest(2)}`;
    expect((await bench.admit(seen)).reason).toContain('is NOT_SCANNED');
    await keepScanned(store, { ...image, project: 'shop', packages: [debianPackage('c')] });
    expect(await bench.admit(seen)).toMatchObject({ allowed: true });
    await importDebian(store, [debianAdvisory('CVE-2', 'c')], time);
    expect((await bench.admit(seen)).reason).toContain('CVE-2 in c');
  });

  it('attack: facts of a tag are not those of what will be pulled', async () => {
    await set(RISKY);
    const { reason } = await bench.admit('registry.example/never:1');
    expect(reason).toContain('registry.example/never:1 is NOT_RESOLVED');
    await set(RISKY.replace('image_facts(container.image)', 'image_state(container.image)'));
    expect(await bench.admit('registry.example/never:1')).toMatchObject({ allowed: true });
  });
});
