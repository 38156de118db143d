/**
 * Whatever a webhook is sent, it answers: HTTP 200, a valid ImageReview that denies, and, where it
 * is about a known project, a decision that can be explained. Only what the policy allows is let in.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAssay } from '../support/assay-command.ts';
import { type AssayServer, imageReview, startAssay, valueAt } from '../support/assay-server.ts';
import { ODD_REVIEWS, REVIEW_API, reviewOf, reviewOfImage } from '../support/odd-reviews.ts';
import { type WebhookAsk, askWebhook, sendBytes } from '../support/webhook-client.ts';

const DENY = 'projects/shop';
const DENIED = '/webhook/image-review/projects/shop/clusters/eu.prod';
const MEGABYTE = 1024 * 1024;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

let server: AssayServer;

beforeAll(async () => {
  server = await startAssay({ args: ['--log-level', 'silent'] });
  await server.call('/api/v1/projects', { body: { project: 'shop' } });
  await server.call('/api/v1/projects/shop/clusters', { body: { cluster: 'eu.prod' } });
  const policy = {
    name: `${DENY}/policy`,
    admissionWhitelistPatterns: [{ namePattern: 'good.example/*' }],
    defaultAdmissionRule: {
      evaluationMode: 'ALWAYS_DENY',
      enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
    },
  };
  await server.call(`/v1/${DENY}/policy`, { method: 'PUT', body: policy });
});

afterAll(() => server.stop());

/** Asks, expects a valid answer, and gives what was answered. */
async function ask(one: WebhookAsk): Promise<{ allowed: boolean; reason: string; id: string }> {
  const answer = await askWebhook(server, one);
  expect(answer).toMatchObject({
    http: 200,
    json: { apiVersion: REVIEW_API, kind: 'ImageReview', status: { allowed: expect.any(Boolean) } },
  });
  expect(answer.contentType).toMatch(/^application\/json\b/);
  const { allowed, reason = '', auditAnnotations = {} } = answer.json.status ?? {};
  expect(auditAnnotations['decision']).toMatch(UUID);
  return { allowed: allowed === true, reason, id: auditAnnotations['decision'] ?? '' };
}

async function expectDenied(one: WebhookAsk, why: RegExp | string = ''): Promise<void> {
  const { allowed, reason, id } = await ask(one);
  expect(allowed).toBe(false);
  expect(reason).toMatch(why);
  expect(reason).toContain(`assay decisions show ${id}`);
  const shown = await server.call(`/api/v1/decisions/${id}`);
  expect(shown.status).toBe(200);
  expect(valueAt(shown.json, 'result.evaluation.verdict.allowed')).toBe(false);
}

/** A denial that leaves no trace: who sends it could otherwise fill the log. */
async function expectUnrecorded(one: WebhookAsk, why: RegExp): Promise<void> {
  const before = await newestDecisions();
  const { http, json } = await askWebhook(server, one);
  expect(http).toBe(200);
  expect(json).toMatchObject({ kind: 'ImageReview', status: { allowed: false } });
  expect(json.status?.reason).toMatch(why);
  expect([one.path, json.status?.auditAnnotations?.['decision']]).toEqual([one.path, undefined]);
  expect(await newestDecisions()).toEqual(before);
}

/** Of every project that a path may mean. */
async function newestDecisions(): Promise<readonly unknown[]> {
  const ids: unknown[] = [];
  for (const project of ['default', 'shop', 'nobody']) {
    const { json } = await server.call(`/api/v1/projects/${project}/decisions?pageSize=1`);
    ids.push(valueAt(json, 'result.0.decision.id'));
  }
  return ids;
}

function* parts(megabytes: number): Iterable<Uint8Array> {
  const part = Buffer.alloc(MEGABYTE, 0x20);
  for (let sent = 0; sent < megabytes; sent += 1) yield part;
}

describe('a body of any shape is answered and denied', () => {
  it.each(ODD_REVIEWS)('%s', async (_name, body, why) => {
    await expectDenied({ body, path: DENIED }, why);
  });

  it.each([
    ['4 MB', 4, {}],
    ['4 MB with its length', 4, { 'content-length': `${4 * MEGABYTE}` }],
    ['60 MB', 60, {}],
    ['60 MB with its length', 60, { 'content-length': `${60 * MEGABYTE}` }],
  ])('%s', async (_name, megabytes, headers) => {
    await expectDenied({ body: parts(megabytes), headers, path: DENIED }, /larger than/);
  });

  it('the denial is in the log of the project that the path names, and is explained', async () => {
    const { id } = await ask({ body: '{', path: DENIED });
    const shown = await runAssay(['decisions', 'show', id, '--data', server.data]);
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toContain(`decision   ${id}`);
    expect(shown.stdout).toContain('project    shop');
    expect(shown.stdout).toContain('the review is not JSON');
  });

  it.each([
    'text/html',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'a',
    '/',
    '; ; ;',
    'application/vnd.kubernetes.protobuf',
  ])('content type %j', async (type) => {
    const body = reviewOfImage('evil.example/a');
    await expectDenied({ body, headers: { 'content-type': type }, path: DENIED });
  });

  it('random JSON is answered, and only what the policy names is let in', async () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    const container = fc.oneof(value, fc.record({ image: fc.oneof(value, fc.string()) }));
    const good = fc.record({ image: fc.constant('good.example/a') });
    const spec = fc.record(
      {
        containers: fc.oneof(value, fc.array(fc.oneof(container, good), { maxLength: 4 })),
        annotations: value,
        namespace: value,
      },
      { requiredKeys: [] },
    );
    const whole = fc.record({
      apiVersion: fc.constant(REVIEW_API),
      kind: fc.constant('ImageReview'),
      spec: fc.oneof(spec, value),
    });
    const isGood = (item: unknown): boolean => valueAt(item, 'image') === 'good.example/a';
    await fc.assert(
      fc.asyncProperty(fc.oneof(whole, value), async (body) => {
        const { allowed } = await ask({ body: JSON.stringify(body), path: DENIED });
        if (!allowed) return;
        const images = valueAt(body, 'spec.containers');
        expect(Array.isArray(images) && images.length > 0 && images.every(isGood)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a request of any shape is answered and denied', () => {
  const good = reviewOfImage('good.example/a');

  it.each([
    ['POST', '/webhook/image-review/projects/shop/clusters/eu.other'],
    ['POST', '/webhook/image-review/projects/shop/clusters/'],
    ['POST', '/webhook/image-review/projects/shop/clusters/prod'],
    ['POST', '/webhook/image-review/projects/shop/clusters/eu.prod%00'],
    ['POST', '/webhook/image-review/projects/nobody/clusters/eu.prod'],
  ])('%s %.80s', async (method, path) => {
    await expectDenied({ method, path, body: good });
  });

  it.each([
    ['GET', '/image_policy'],
    ['PUT', DENIED],
    ['DELETE', DENIED],
    ['PATCH', '/webhook/image-review'],
    ['OPTIONS', '/image_policy'],
    ['PROPFIND', '/image_policy'],
    ['POST', '/'],
    ['POST', '/image_policy/'],
    ['POST', '/IMAGE_POLICY'],
    ['POST', '//image_policy'],
    ['POST', '/webhook/validate'],
    ['POST', '/webhook/image-review/projects/shop'],
    ['POST', '/webhook/image-review/projects//clusters/eu.prod'],
    ['POST', '/webhook/image-review/projects/shop/clusters/eu.prod/more'],
    ['POST', '/webhook/image-review/projects/shop%2f..%2fdefault/clusters/eu.prod'],
    ['POST', '/webhook/image-review/projects/%2e%2e/clusters/eu.prod'],
    ['POST', '/webhook/image-review/projects/../clusters/eu.prod'],
    ['POST', '/webhook/image-review/projects/shop%zz/clusters/eu.prod'],
    ['POST', '/webhook/image-review/projects/%ff/clusters/eu.prod'],
    ['POST', '/webhook/image-review/projects/%E0%A4%A/clusters/eu.prod'],
    ['POST', '/webhook/image-review/projects/SHOP/clusters/eu.prod'],
    ['POST', '/webhook/image-review/projects/__proto__/clusters/eu.prod'],
    ['POST', "/webhook/image-review/projects/shop'--/clusters/eu.prod"],
    ['POST', `/webhook/image-review/projects/${'p'.repeat(5000)}/clusters/eu.prod`],
    ['POST', `/webhook/image-review/projects/shop/clusters/eu.${'c'.repeat(5000)}`],
    ['POST', '*'],
  ])('%s %.80s, and no log grows by it', async (method, path) => {
    await expectUnrecorded({ method, path, body: good }, /^Denied: /);
  });

  it('a caller without a known token writes nothing', async () => {
    const headers = { authorization: 'Bearer unknown' };
    await expectUnrecorded({ path: DENIED, body: good, headers }, /token is not known/);
  });

  it('reads the path without its query', async () => {
    expect(await ask({ path: `${DENIED}?timeout=30s`, body: good })).toMatchObject({
      allowed: true,
    });
    const evil = reviewOfImage('evil.example/a');
    await expectDenied({ path: `${DENIED}?timeout=30s`, body: evil }, /Denied by default/);
    await expectDenied({ path: `${DENIED}?project=default&cluster=`, body: evil }, /Denied by/);
  });

  it('keeps the names of a path apart: percent signs are decoded once', async () => {
    const twice = '/webhook/image-review/projects/%2573hop/clusters/eu.prod';
    await expectUnrecorded({ path: twice, body: good }, /project id/);
    const path = '/webhook/image-review/projects/%73hop/clusters/eu%2Eprod';
    expect(await ask({ path, body: good })).toMatchObject({ allowed: true });
  });

  it('answers HTTP/1.0 and then ends the connection', async () => {
    const body = reviewOfImage('evil.example/a');
    const head = `POST ${DENIED} HTTP/1.0\r\nContent-Length: ${body.length}\r\n\r\n`;
    const answer = await sendBytes(server, head + body);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({
      kind: 'ImageReview',
      status: { allowed: false },
    });
  });

  it.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['a header of 100 KB', `POST ${DENIED} HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(1e5)}\r\n\r\n`],
    ['two lengths', `POST ${DENIED} HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}`],
    [
      'a length and chunks',
      `POST ${DENIED} HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      'a bad chunk',
      `POST ${DENIED} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
    ],
  ])('is told of %s by a denial', async (_name, bytes) => {
    const answer = await sendBytes(server, bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 [24]\d\d /);
    expect(answer).not.toContain('"allowed":true');
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({
      kind: 'ImageReview',
      status: { allowed: false },
    });
  });

  it('a request that is cut off harms nobody else', async () => {
    const head = `POST ${DENIED} HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{`;
    const cut = Array.from({ length: 20 }, () => sendBytes(server, head, { end: true }));
    await expectDenied({ path: DENIED, body: reviewOfImage('evil.example/a') });
    await Promise.all(cut);
  });

  it('200 at once: each has its own right answer', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `image-${index}`);
    const answers = await Promise.all(
      names.map((name, index) =>
        ask({
          path: DENIED,
          body: reviewOfImage(`${index % 2 ? 'good' : 'evil'}.example/${name}`),
        }),
      ),
    );
    expect(new Set(answers.map(({ id }) => id)).size).toBe(200);
    answers.forEach(({ allowed, reason }, index) => {
      expect(allowed).toBe(index % 2 === 1);
      expect(reason).toContain(index % 2 ? '' : `evil.example/image-${index}\n`);
    });
  });
});

describe('annotations', () => {
  const KEY = 'alpha.image-policy.k8s.io/break-glass';
  const asked = (annotations: Readonly<Record<string, string>>): WebhookAsk => ({
    path: DENIED,
    body: JSON.stringify(imageReview(['evil.example/a'], annotations)),
  });

  it.each(['True', 'TRUE', '1', 'yes', ' true', 'true ', 'true\n', '', 'false', '"true"'])(
    'break-glass %j opens nothing',
    async (value) => {
      await expectDenied(asked({ [KEY]: value }));
    },
  );

  it.each([
    'image-policy.k8s.io/break-glass',
    'beta.image-policy.k8s.io/break-glass',
    'alpha.image-policy.k8s.io/break-glass2',
    'alpha.image-policy.k8s.io/Break-Glass',
    'alpha.image-policy.k8s.io.evil.example/break-glass',
    'x/alpha.image-policy.k8s.io/break-glass',
    'mycluster.image-policy.k8s.io/ticket-1234',
  ])('%s opens nothing', async (key) => {
    await expectDenied(asked({ [key]: 'true' }));
  });

  it('break-glass "true" opens, and it is recorded what the policy said', async () => {
    const other = { 'mycluster.image-policy.k8s.io/ticket-1234': 'break-glass' };
    const { allowed, id } = await ask(asked({ [KEY]: 'true', ...other }));
    expect(allowed).toBe(true);
    const { json } = await server.call(`/api/v1/decisions/${id}`);
    expect(valueAt(json, 'result.evaluation')).toMatchObject({
      request: { annotations: { [KEY]: 'true', ...other } },
      verdict: { allowed: true, outcome: 'deny', breakGlass: true },
    });
  });

  it('break-glass does not help a review that cannot be read', async () => {
    const body = reviewOf({ containers: 'x', annotations: { [KEY]: 'true' } });
    await expectDenied({ path: DENIED, body });
  });
});
