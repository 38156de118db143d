/**
 * Google's REST as the curl lines of the tutorial use it, against a real server: what a scan found
 * is read back page by page, wrong requests change nothing and say what is wrong, and nobody gets
 * an answer who should not.
 */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request as startRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { choosePackageDatabase, plantVulnerability } from '../../demo/choose-database.ts';
import { buildDemoImage } from '../../demo/demo-image.ts';
import { pushImage } from '../../demo/push-image.ts';
import { runAssay } from '../support/assay-command.ts';
import type { ApiCall, AssayServer } from '../support/assay-server.ts';
import { startAssay, valueAt } from '../support/assay-server.ts';
import { startService } from '../support/assay-service.ts';

const ADVISORIES = fileURLToPath(new URL('../../demo/advisories', import.meta.url));
const V1 = '/v1/projects/default';
const BETA = '/v1beta1/projects/default';
const NOTE = 'projects/default/notes/vuln';
const RESOURCE = 'https://registry.example/team/app@sha256:' + 'ab'.repeat(32);

let server: AssayServer;

beforeAll(async () => {
  server = await startAssay();
});

afterAll(async () => {
  await server?.stop();
});

async function runToEnd(args: readonly string[]): Promise<void> {
  const { code, stderr } = await runAssay(args);
  if (code !== 0) throw new Error(`assay ${args.join(' ')} ended with ${code}: ${stderr}`);
}

async function expectCreated(path: string, body: unknown): Promise<unknown> {
  const created = await server.call(path, { body });
  expect(created).toMatchObject({ status: 200 });
  return created.json;
}

async function listAll(path: string, pageSize: number): Promise<readonly unknown[]> {
  const items: unknown[] = [];
  let token = '';
  do {
    const page = await server.call(`${path}&pageSize=${pageSize}&pageToken=${token}`);
    expect(page.status).toBe(200);
    const found = (valueAt(page.json, 'occurrences') ?? []) as readonly unknown[];
    expect(found.length).toBeLessThanOrEqual(pageSize);
    items.push(...found);
    token = encodeURIComponent((valueAt(page.json, 'nextPageToken') ?? '') as string);
  } while (token !== '');
  return items;
}

function withFilter(path: string, filter: string): string {
  return `${path}?filter=${encodeURIComponent(filter)}`;
}

describe('what a scan found', () => {
  let folder = '';
  let image = '';
  let packages: readonly string[] = [];
  const stops: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rest-api-'));
    const registry = await startService(['registry', 'serve', folder, '--listen', '127.0.0.1:0']);
    stops.push(() => registry.stop());
    const http = registry.ready['http'] ?? '';
    const database = plantVulnerability(await choosePackageDatabase({ bundled: true }));
    packages = [...database.status.matchAll(/^Package: (.+)$/gm)].map((match) => match[1] ?? '');
    await pushImage({ registry: http, path: 'team/app' }, await buildDemoImage(database), 'v1');
    image = `${http.slice('http://'.length)}/team/app`;
    const data = ['--data', server.data];
    await runToEnd(['advisories', 'import', ADVISORIES, '--complete', ...data]);
    await runToEnd(['scan', `${image}:v1`, '--max-advisory-age', '36500', ...data]);
  });

  afterAll(async () => {
    for (const stop of stops) await stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is listed by the filter and the field of the tutorial', async () => {
    const filter = `kind="PACKAGE" AND has_prefix(resource_url, "${image}")`;
    const items = await listAll(withFilter(`${BETA}/occurrences`, filter), 1000);
    const names = items.map((one) => valueAt(one, 'installation.installation.name'));
    expect(names).toHaveLength(packages.length);
    expect(new Set(names)).toEqual(new Set(packages));
    expect(new Set(items.map((one) => valueAt(one, 'kind')))).toEqual(new Set(['PACKAGE']));
  });

  it('is not listed for another prefix', async () => {
    const filter = `kind="PACKAGE" AND has_prefix(resource_url, "${image}-other")`;
    expect(await server.call(withFilter(`${V1}/occurrences`, filter))).toMatchObject({
      status: 200,
      json: {},
    });
  });

  it('says that the analysis is complete, and of which notes it speaks', async () => {
    const found = await listAll(withFilter(`${V1}/occurrences`, 'kind="DISCOVERY"'), 20);
    expect(found).toMatchObject([
      { resourceUri: expect.stringMatching(`^https://${image}@sha256:`) as string },
    ]);
    expect(valueAt(found[0], 'discovery.analysisStatus')).toBe('FINISHED_SUCCESS');
    const [one] = await listAll(withFilter(`${V1}/occurrences`, 'kind="VULNERABILITY"'), 1000);
    const note = await server.call(`/v1/${String(valueAt(one, 'noteName'))}`);
    expect(note).toMatchObject({ status: 200, json: { kind: 'VULNERABILITY' } });
    const again = await server.call(`/v1/${String(valueAt(one, 'name'))}`);
    expect(again.json).toEqual(one);
    const noteOfIt = await server.call(`/v1/${String(valueAt(one, 'name'))}/notes`);
    expect(noteOfIt.json).toEqual(note.json);
  });

  it('is summed up by image, the total without a severity', async () => {
    const all = await listAll(withFilter(`${V1}/occurrences`, 'kind="VULNERABILITY"'), 1000);
    const uri = String(valueAt(all[0], 'resourceUri'));
    const path = `${V1}/occurrences:vulnerabilitySummary`;
    const summary = await server.call(withFilter(path, `resource_url = "${uri}"`));
    const counts = valueAt(summary.json, 'counts') as readonly object[];
    expect(counts).toContainEqual({
      resourceUri: uri,
      totalCount: String(all.length),
      fixableCount: String(all.length),
    });
    const beta = await server.call(`${BETA}/occurrences:vulnerabilitySummary`);
    expect(valueAt(beta.json, 'counts.0.resource.uri')).toBe(uri);
    const none = await server.call(withFilter(path, 'resource_url = "https://x.example/y"'));
    expect(none).toMatchObject({ status: 200, json: {} });
  });

  it('pages through stored and derived rows alike: each once, in one order', async () => {
    await expectCreated(`${V1}/notes?noteId=pkg`, { package: { name: 'written-by-hand' } });
    for (const version of ['1', '2', '3', '4', '5']) {
      await expectCreated(`${V1}/occurrences`, {
        resourceUri: `https://${image}@sha256:${'cd'.repeat(32)}`,
        noteName: 'projects/default/notes/pkg',
        package: {
          name: 'written-by-hand',
          location: [{ version: { name: version, kind: 'NORMAL' } }],
        },
      });
    }
    const path = withFilter(`${V1}/occurrences`, `has_prefix(resource_url, "${image}")`);
    const whole = (await listAll(path, 1000)).map((one) => valueAt(one, 'name'));
    expect(whole.length).toBeGreaterThan(packages.length + 5);
    expect(new Set(whole).size).toBe(whole.length);
    for (const size of [2, 7, 20]) {
      expect((await listAll(path, size)).map((one) => valueAt(one, 'name'))).toEqual(whole);
    }
  });

  it('refuses a page token with another filter, or in another project', async () => {
    const path = withFilter(`${V1}/occurrences`, 'kind="PACKAGE"');
    const page = await server.call(`${path}&pageSize=2`);
    const token = encodeURIComponent(String(valueAt(page.json, 'nextPageToken')));
    const other = withFilter(`${V1}/occurrences`, 'kind="VULNERABILITY"');
    for (const wrong of [
      `${other}&pageToken=${token}`,
      `${path}&pageToken=${token.slice(0, -6)}`,
    ]) {
      const refused = await server.call(wrong);
      expect(refused).toMatchObject({ status: 400 });
      expect(valueAt(refused.json, 'error.message')).toMatch(/pageToken|page token/i);
    }
  });

  it('is never written by clients: the scanner’s notes and its occurrences are read-only', async () => {
    const [found] = await listAll(withFilter(`${V1}/occurrences`, 'kind="DISCOVERY"'), 5);
    const names = [valueAt(found, 'name'), valueAt(found, 'noteName')];
    for (const name of [...names, 'projects/goog-analysis/notes/CVE-2026-1']) {
      const refused = await server.call(`/v1/${String(name)}`, { method: 'DELETE' });
      expect(refused).toMatchObject({ status: 403 });
      expect(valueAt(refused.json, 'error.message')).toMatch(/read-only/);
    }
    const patched = await server.call('/v1/projects/goog-analysis/notes/CVE-2026-1', {
      method: 'PATCH',
      body: { shortDescription: 'harmless' },
    });
    expect(patched).toMatchObject({ status: 403 });
    const forged = await server.call('/v1/projects/goog-analysis/notes?noteId=mine', {
      body: { package: { name: 'x' } },
    });
    expect(forged).toMatchObject({ status: 403, json: { error: { status: 'PERMISSION_DENIED' } } });
  });
});

const ATTESTATION_NOTE = { attestation: { hint: { humanReadableName: 'x' } } };
const VULN_NOTE = { vulnerability: { severity: 'HIGH' } };
const ISSUE = {
  affectedCpeUri: 'cpe:/o:debian:debian_linux:12',
  affectedPackage: 'p',
  affectedVersion: { kind: 'NORMAL', name: '1' },
  fixedVersion: { kind: 'MAXIMUM' },
};
const VULN = {
  resourceUri: RESOURCE,
  noteName: NOTE,
  vulnerability: { type: 'OS', packageIssue: [ISSUE] },
};
const RULE = { evaluationMode: 'ALWAYS_DENY', enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG' };

type WrongRow = readonly [
  fact: string,
  request: readonly [method: string, path: string, body?: unknown],
  status: string,
  word: RegExp,
];

const WRONG: readonly WrongRow[] = [
  ['no noteId', ['POST', `${V1}/notes`, VULN_NOTE], 'INVALID_ARGUMENT', /noteId/],
  ['an empty noteId', ['POST', `${V1}/notes?noteId=`, VULN_NOTE], 'INVALID_ARGUMENT', /noteId/],
  [
    'a noteId with a space',
    ['POST', `${V1}/notes?noteId=a%20b`, VULN_NOTE],
    'INVALID_ARGUMENT',
    /a b/,
  ],
  [
    'a noteId with a slash',
    ['POST', `${V1}/notes?noteId=a%2Fb`, VULN_NOTE],
    'INVALID_ARGUMENT',
    /a\/b/,
  ],
  [
    'a noteId of 200 letters',
    ['POST', `${V1}/notes?noteId=${'n'.repeat(200)}`, VULN_NOTE],
    'INVALID_ARGUMENT',
    /200|128|long/,
  ],
  ['a note without detail', ['POST', `${V1}/notes?noteId=n`, {}], 'INVALID_ARGUMENT', /no detail/],
  [
    'a note with two details',
    ['POST', `${V1}/notes?noteId=n`, { ...VULN_NOTE, package: { name: 'p' } }],
    'INVALID_ARGUMENT',
    /both vulnerability and package/,
  ],
  [
    'a note whose kind disagrees',
    ['POST', `${V1}/notes?noteId=n`, { ...VULN_NOTE, kind: 'BUILD' }],
    'INVALID_ARGUMENT',
    /note\.kind/,
  ],
  [
    'an unknown field',
    ['POST', `${V1}/notes?noteId=n`, { ...VULN_NOTE, shortDescripton: 'x' }],
    'INVALID_ARGUMENT',
    /shortDescripton/,
  ],
  [
    'an unknown severity',
    ['POST', `${V1}/notes?noteId=n`, { vulnerability: { severity: 'SEVERE' } }],
    'INVALID_ARGUMENT',
    /SEVERE.*CRITICAL/,
  ],
  [
    'a number where text is',
    ['POST', `${V1}/notes?noteId=n`, { package: { name: 7 } }],
    'INVALID_ARGUMENT',
    /note\.package\.name is 7/,
  ],
  [
    'a package note without name',
    ['POST', `${V1}/notes?noteId=n`, { package: {} }],
    'INVALID_ARGUMENT',
    /note\.package\.name is missing/,
  ],
  [
    'a field in both spellings',
    [
      'POST',
      `${V1}/notes?noteId=n`,
      { ...VULN_NOTE, shortDescription: 'a', short_description: 'b' },
    ],
    'INVALID_ARGUMENT',
    /shortDescription is given twice/,
  ],
  [
    'v1beta1’s detail in v1',
    [
      'POST',
      `${V1}/notes?noteId=n`,
      { attestationAuthority: { hint: { humanReadableName: 'x' } } },
    ],
    'INVALID_ARGUMENT',
    /attestationAuthority/,
  ],
  [
    'a note that exists',
    ['POST', `${V1}/notes?noteId=vuln`, VULN_NOTE],
    'ALREADY_EXISTS',
    /notes\/vuln/,
  ],
  [
    'a body that is no JSON',
    ['POST', `${V1}/notes?noteId=n`, '{"vulnerability":'],
    'INVALID_ARGUMENT',
    /JSON/,
  ],
  ['a body that is a list', ['POST', `${V1}/notes?noteId=n`, '[]'], 'INVALID_ARGUMENT', /object/],
  ['a body that is text', ['POST', `${V1}/notes?noteId=n`, '"note"'], 'INVALID_ARGUMENT', /object/],
  ['an empty body', ['POST', `${V1}/notes?noteId=n`, ''], 'INVALID_ARGUMENT', /no detail/],
  [
    'a body nested without end',
    ['POST', `${V1}/notes?noteId=n`, `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`],
    'INVALID_ARGUMENT',
    /\S/,
  ],
  [
    'a mistaken time',
    ['POST', `${V1}/notes?noteId=n`, { ...VULN_NOTE, expirationTime: 'tomorrow' }],
    'INVALID_ARGUMENT',
    /expirationTime.*2026-11-20T/,
  ],
  ['a note that is not there', ['GET', `${V1}/notes/nothing`], 'NOT_FOUND', /notes\/nothing/],
  [
    'a project that is not there',
    ['GET', '/v1/projects/no-such-project/notes'],
    'NOT_FOUND',
    /no-such-project/,
  ],
  ['a project name in capitals', ['GET', '/v1/projects/NOPE/notes'], 'INVALID_ARGUMENT', /NOPE/],
  [
    'deleting a note that is not there',
    ['DELETE', `${V1}/notes/nothing`],
    'NOT_FOUND',
    /notes\/nothing/,
  ],
  [
    'patching another kind',
    ['PATCH', `${V1}/notes/vuln?updateMask=package`, { package: { name: 'p' } }],
    'INVALID_ARGUMENT',
    /package|kind/,
  ],
  [
    'a mask of an unknown field',
    ['PATCH', `${V1}/notes/vuln?updateMask=colour`, { shortDescription: 'x' }],
    'INVALID_ARGUMENT',
    /colour/,
  ],
  [
    'a verb that the path has not',
    ['PUT', `${V1}/notes/vuln`, VULN_NOTE],
    'UNIMPLEMENTED',
    /PATCH/,
  ],
  ['a path that nothing has', ['GET', `${V1}/noets`], 'NOT_FOUND', /noets/],
  ['a version that is not served', ['GET', '/v2/projects/default/notes'], 'NOT_FOUND', /v2/],
  ['broken percent-encoding', ['GET', `${V1}/notes/%zz`], 'INVALID_ARGUMENT', /percent-encoding/],
  [
    'an occurrence without resource',
    ['POST', `${V1}/occurrences`, { ...VULN, resourceUri: undefined }],
    'INVALID_ARGUMENT',
    /occurrence\.resourceUri is missing/,
  ],
  [
    'an occurrence without note',
    ['POST', `${V1}/occurrences`, { ...VULN, noteName: undefined }],
    'INVALID_ARGUMENT',
    /occurrence\.noteName is missing/,
  ],
  [
    'an occurrence of no note',
    ['POST', `${V1}/occurrences`, { ...VULN, noteName: 'projects/default/notes/nothing' }],
    'NOT_FOUND',
    /notes\/nothing/,
  ],
  [
    'a malformed note name',
    ['POST', `${V1}/occurrences`, { ...VULN, noteName: 'notes/vuln' }],
    'INVALID_ARGUMENT',
    /occurrence\.noteName/,
  ],
  [
    'an occurrence of another kind',
    [
      'POST',
      `${V1}/occurrences`,
      { resourceUri: RESOURCE, noteName: NOTE, package: { name: 'p' } },
    ],
    'INVALID_ARGUMENT',
    /VULNERABILITY.*PACKAGE/,
  ],
  [
    'an issue without versions',
    [
      'POST',
      `${V1}/occurrences`,
      { ...VULN, vulnerability: { packageIssue: [{ ...ISSUE, affectedVersion: undefined }] } },
    ],
    'INVALID_ARGUMENT',
    /packageIssue\[0\]\.affectedVersion is missing/,
  ],
  [
    'a version without name',
    [
      'POST',
      `${V1}/occurrences`,
      {
        ...VULN,
        vulnerability: { packageIssue: [{ ...ISSUE, affectedVersion: { kind: 'NORMAL' } }] },
      },
    ],
    'INVALID_ARGUMENT',
    /NORMAL/,
  ],
  [
    'base64 that is none',
    [
      'POST',
      `${V1}/occurrences`,
      {
        resourceUri: RESOURCE,
        noteName: 'projects/default/notes/att',
        attestation: { serializedPayload: '***' },
      },
    ],
    'INVALID_ARGUMENT',
    /serializedPayload.*base64/,
  ],
  [
    'the scanner’s project',
    ['POST', '/v1/projects/goog-analysis/occurrences', VULN],
    'PERMISSION_DENIED',
    /goog-analysis/,
  ],
  ['an occurrence that is not there', ['GET', `${V1}/occurrences/0190`], 'NOT_FOUND', /0190/],
  [
    'a filter with a loose end',
    ['GET', withFilter(`${V1}/occurrences`, 'kind="PACKAGE" AND')],
    'INVALID_ARGUMENT',
    /filter|end/i,
  ],
  [
    'a filter with an unclosed text',
    ['GET', withFilter(`${V1}/occurrences`, 'kind="PACK')],
    'INVALID_ARGUMENT',
    /"|quote|closed/,
  ],
  [
    'a filter with an unknown function',
    ['GET', withFilter(`${V1}/occurrences`, 'has_infix(kind, "x")')],
    'INVALID_ARGUMENT',
    /has_infix/,
  ],
  [
    'a filter in 400 brackets',
    ['GET', withFilter(`${V1}/occurrences`, `${'('.repeat(400)}kind="X"${')'.repeat(400)}`)],
    'INVALID_ARGUMENT',
    /deep|nest/,
  ],
  [
    'a negative page size',
    ['GET', `${V1}/occurrences?pageSize=-1`],
    'INVALID_ARGUMENT',
    /pageSize/,
  ],
  [
    'a page size in words',
    ['GET', `${V1}/occurrences?pageSize=ten`],
    'INVALID_ARGUMENT',
    /pageSize.*ten/,
  ],
  [
    'a page token of nobody',
    ['GET', `${V1}/occurrences?pageToken=abc`],
    'INVALID_ARGUMENT',
    /pageToken|page token/,
  ],
  [
    'an attestor without id',
    [
      'POST',
      `${V1}/attestors`,
      { userOwnedGrafeasNote: { noteReference: 'projects/default/notes/att' } },
    ],
    'INVALID_ARGUMENT',
    /attestorId/,
  ],
  [
    'an attestor without note',
    ['POST', `${V1}/attestors?attestorId=a`, {}],
    'INVALID_ARGUMENT',
    /userOwnedGrafeasNote/,
  ],
  [
    'an attestor of another kind of note',
    ['POST', `${V1}/attestors?attestorId=a`, { userOwnedGrafeasNote: { noteReference: NOTE } }],
    'INVALID_ARGUMENT',
    /ATTESTATION/,
  ],
  [
    'an attestor with a broken key',
    [
      'POST',
      `${V1}/attestors?attestorId=a`,
      {
        userOwnedGrafeasNote: {
          noteReference: 'projects/default/notes/att',
          publicKeys: [{ asciiArmoredPgpPublicKey: 'no key' }],
        },
      },
    ],
    'INVALID_ARGUMENT',
    /publicKeys|armou?r/i,
  ],
  [
    'v1beta1’s note field in v1',
    [
      'POST',
      `${V1}/attestors?attestorId=a`,
      { userOwnedDrydockNote: { noteReference: 'projects/default/notes/att' } },
    ],
    'INVALID_ARGUMENT',
    /userOwnedDrydockNote/,
  ],
  [
    'a policy without default rule',
    ['PUT', `${V1}/policy`, {}],
    'INVALID_ARGUMENT',
    /defaultAdmissionRule/,
  ],
  [
    'a policy with an unknown mode',
    ['PUT', `${V1}/policy`, { defaultAdmissionRule: { ...RULE, evaluationMode: 'MAYBE' } }],
    'INVALID_ARGUMENT',
    /MAYBE.*ALWAYS_DENY/,
  ],
  [
    'attestors under ALWAYS_DENY',
    [
      'PUT',
      `${V1}/policy`,
      {
        defaultAdmissionRule: { ...RULE, requireAttestationsBy: ['projects/default/attestors/a'] },
      },
    ],
    'INVALID_ARGUMENT',
    /requireAttestationsBy/,
  ],
  [
    'REQUIRE_ATTESTATION by nobody',
    [
      'PUT',
      `${V1}/policy`,
      { defaultAdmissionRule: { ...RULE, evaluationMode: 'REQUIRE_ATTESTATION' } },
    ],
    'INVALID_ARGUMENT',
    /requireAttestationsBy/,
  ],
  [
    'a star in the middle of a pattern',
    [
      'PUT',
      `${V1}/policy`,
      {
        defaultAdmissionRule: RULE,
        admissionWhitelistPatterns: [{ namePattern: 'r.example/*/app' }],
      },
    ],
    'INVALID_ARGUMENT',
    /\*/,
  ],
  [
    'rules by namespace and by cluster at once',
    [
      'PUT',
      `${V1}/policy`,
      {
        defaultAdmissionRule: RULE,
        clusterAdmissionRules: { 'eu.c': RULE },
        kubernetesNamespaceAdmissionRules: { prod: RULE },
      },
    ],
    'INVALID_ARGUMENT',
    /kubernetesNamespaceAdmissionRules/,
  ],
  [
    'a policy of an old etag',
    ['PUT', `${V1}/policy`, { defaultAdmissionRule: RULE, etag: 'AAAA' }],
    'ABORTED',
    /etag/,
  ],
];

describe('wrong requests are told what is wrong and change nothing', () => {
  async function snapshot(): Promise<string> {
    const paths = [
      `${V1}/notes`,
      `${V1}/occurrences?pageSize=1000`,
      `${V1}/attestors`,
      `${V1}/policy`,
    ];
    const answers = await Promise.all(paths.map((path) => server.call(path)));
    return JSON.stringify(answers.map(({ json }) => json));
  }

  beforeAll(async () => {
    await expectCreated(`${V1}/notes?noteId=vuln`, VULN_NOTE);
    await expectCreated(`${V1}/notes?noteId=att`, ATTESTATION_NOTE);
    await expectCreated(`${V1}/occurrences`, VULN);
  });

  it.each(WRONG)('%s', async (_fact, [method, path, body], status, word) => {
    const before = await snapshot();
    const answer = await server.call(path, { method, ...(body === undefined ? {} : { body }) });
    expect(answer).toMatchObject({ json: { error: { status, code: answer.status } } });
    expect(valueAt(answer.json, 'error.message')).toMatch(word);
    expect(await snapshot()).toBe(before);
  });
});

describe('requests at the edge of HTTP', () => {
  it.each([
    ['a filter beyond its limit', 17_000, 400, /filter/],
    ['a path beyond every limit', 80_000, 400, /too long/],
  ])('%s is refused in Google’s shape', async (_fact, length, status, word) => {
    const answer = await server.call(withFilter(`${V1}/occurrences`, 'a'.repeat(length)));
    expect(answer).toMatchObject({ status, json: { error: { status: 'INVALID_ARGUMENT' } } });
    expect(valueAt(answer.json, 'error.message')).toMatch(word);
  });

  it('a body beyond the limit is refused in Google’s shape', async () => {
    const body = ' '.repeat(9 * 1024 * 1024);
    const answer = await server.call(`${V1}/notes?noteId=big`, { body });
    expect(answer).toMatchObject({
      status: 413,
      json: { error: { status: 'RESOURCE_EXHAUSTED' } },
    });
  });

  it('takes a filter by day, as Google’s samples write it', async () => {
    const path = withFilter(`${V1}/occurrences`, 'createTime>"2019-04-10T"');
    expect(await server.call(`${path}&pageSize=1`)).toMatchObject({ status: 200 });
  });
});

describe('who may ask', () => {
  async function tokenOf(role: string, ...more: readonly string[]): Promise<string> {
    const made = await runAssay([
      'token',
      'create',
      '--role',
      role,
      '--data',
      server.data,
      ...more,
    ]);
    expect(made.code).toBe(0);
    return made.stdout.trim();
  }

  it.each([
    ['no token', { token: '' }, /bearer token/],
    ['a token that is none', { token: 'nothing' }, /not known/],
    ['another scheme', { token: '', headers: { authorization: 'Basic YTpi' } }, /bearer/],
    ['an empty bearer', { token: '', headers: { authorization: 'Bearer ' } }, /bearer/],
  ] satisfies readonly (readonly [string, ApiCall, RegExp])[])(
    '%s is unauthenticated on every kind of route',
    async (_fact, call, word) => {
      const paths = [
        `${V1}/notes`,
        `${BETA}/policy`,
        `${V1}/attestors`,
        '/api/v1/projects',
        '/v1/x',
      ];
      for (const path of paths) {
        const answer = await server.call(path, call);
        expect(answer).toMatchObject({
          status: 401,
          json: { error: { status: 'UNAUTHENTICATED' } },
        });
        expect(valueAt(answer.json, 'error.message')).toMatch(word);
        expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
      }
    },
  );

  it('a token in the query is no token', async () => {
    const token = readFileSync(server.tokenFile, 'utf8').trim();
    const answer = await server.call(`${V1}/notes?access_token=${token}`, { token: '' });
    expect(answer.status).toBe(401);
  });

  it('a viewer reads, and is refused a write by the name of the permission', async () => {
    const token = await tokenOf('viewer');
    expect(await server.call(`${V1}/notes`, { token })).toMatchObject({ status: 200 });
    const rows = [
      ['POST', `${V1}/notes?noteId=n`, VULN_NOTE, 'containeranalysis.notes.create'],
      ['POST', `${V1}/occurrences`, VULN, 'containeranalysis.occurrences.create'],
      ['PUT', `${V1}/policy`, { defaultAdmissionRule: RULE }, 'binaryauthorization.policy.update'],
      ['DELETE', `${V1}/notes/vuln`, undefined, 'containeranalysis.notes.delete'],
      ['DELETE', `${V1}/attestors/a`, undefined, 'binaryauthorization.attestors.delete'],
      ['POST', '/api/v1/projects', { project: 'viewers' }, 'assay.projects.create'],
      ['GET', '/api/v1/tokens', undefined, 'assay.tokens.manage'],
    ] as const;
    for (const [method, path, body, permission] of rows) {
      const answer = await server.call(path, { method, token, ...(body && { body }) });
      expect(answer).toMatchObject({
        status: 403,
        json: { error: { status: 'PERMISSION_DENIED' } },
      });
      expect(valueAt(answer.json, 'error.message')).toContain(permission);
    }
  });

  it('a token of one project is refused in another, whether that exists or not', async () => {
    for (const project of ['first-shop', 'second-shop']) {
      expect(await server.call('/api/v1/projects', { body: { project } })).toMatchObject({
        status: 200,
      });
    }
    const token = await tokenOf('admin', '--project', 'first-shop');
    const notes = (project: string) => server.call(`/v1/projects/${project}/notes`, { token });
    expect(await notes('first-shop')).toMatchObject({ status: 200 });
    const other = await notes('second-shop');
    expect(other).toMatchObject({ status: 403 });
    const none = await notes('third-shop');
    expect(none).toMatchObject({ status: 403 });
    expect(JSON.stringify(none.json).replaceAll('third', 'second')).toBe(
      JSON.stringify(other.json),
    );
  });

  it('a revoked token is refused by the next request', async () => {
    const made = await server.call('/api/v1/tokens', {
      body: { role: 'viewer', name: 'short', lifetime: 3_600_000_000 },
    });
    const token = String(valueAt(made.json, 'result.secret'));
    expect(await server.call(`${V1}/notes`, { token })).toMatchObject({ status: 200 });
    const id = String(valueAt(made.json, 'result.id'));
    expect(await server.call(`/api/v1/tokens/${id}`, { method: 'DELETE' })).toMatchObject({
      status: 200,
    });
    expect(await server.call(`${V1}/notes`, { token })).toMatchObject({ status: 401 });
    const listed = JSON.stringify((await server.call('/api/v1/tokens')).json);
    expect(listed).not.toContain(token);
  });

  it.each([
    ['a foreign Host', { host: 'attacker.example' }, 403],
    ['a foreign Host that begins like ours', { host: '127.0.0.1.attacker.example' }, 403],
    ['a foreign Host with a port', { host: 'attacker.example:8080' }, 403],
    ['a foreign Origin', { origin: 'https://attacker.example' }, 403],
    ['an opaque Origin', { origin: 'null' }, 403],
    ['localhost', { host: 'localhost:1' }, 200],
    ['a page of another port', { origin: 'http://127.0.0.1:1' }, 403],
    ['our own Origin', { host: 'localhost:1', origin: 'http://localhost:1' }, 200],
  ])('%s: %j is answered with %i', async (_fact, headers, status) => {
    const token = readFileSync(server.tokenFile, 'utf8').trim();
    const request = startRequest(`${server.http}${V1}/notes`, {
      agent: false,
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(status);
  });

  it('a webhook path that is no URL is answered by a review that denies', async () => {
    const path = '/webhook/image-review/projects/%zz/clusters/a.b';
    expect(await server.review({}, path)).toMatchObject({
      http: 200,
      allowed: false,
      reason: expect.stringContaining('%zz') as string,
    });
  });

  it('health needs no token and tells nothing', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const answer = await fetch(server.http + path);
      expect(answer.status).toBe(200);
      expect((await answer.text()).length).toBeLessThan(100);
    }
  });
});
