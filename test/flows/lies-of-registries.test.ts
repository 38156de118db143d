/**
 * One row per lie of a registry that real clients fell for (digests that change between requests,
 * endless bodies, realms and redirects into our network, lists without end): the right reason, no
 * connection to anybody else, no credential in an error, and few bytes and requests.
 */
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { AssayError } from '../../src/domain/error.ts';
import { type Attachments, findAttachments } from '../../src/remote/find-attachments.ts';
import { type RegistryClient, openRegistryClient } from '../../src/remote/registry-client.ts';
import { collectBytes } from '../../src/remote/verify-stream.ts';
import {
  type HostileRegistry,
  type Lie,
  REPOSITORY,
  SECRET,
  drip,
  pour,
  startHostileRegistry,
} from '../support/hostile-registry.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const LIMITS = { manifestBytes: 64 * 1024, tokenBytes: 16_384, documentMs: 700, blobMs: 700 };
/** What sockets hold beside what was read. */
const MOST_BYTES = 8 * 1024 * 1024;
const MOST_REQUESTS = 30;

/** Answers requests whose path holds a text; the others honestly. */
const at =
  (part: string, lie: Lie): Lie =>
  (request, response, context) =>
    request.url?.includes(part) === true ? lie(request, response, context) : false;

const say =
  (body: string, headers: Readonly<Record<string, string>> = {}, status = 200): Lie =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body);

const challenge = (header: (context: Parameters<Lie>[2]) => string): Lie =>
  function refuse(request, response, context) {
    if (request.url?.startsWith('/v2/') !== true) return false;
    response.writeHead(401, { 'www-authenticate': header(context) }).end();
  };

const redirect = (to: (context: Parameters<Lie>[2]) => string): Lie =>
  at('/manifests/', (_request, response, context) => {
    response.writeHead(307, { location: to(context) }).end();
  });

const bearer = (realm: string): string => `Bearer realm="${realm}",service="registry"`;
const basic: Lie = (request, response) => {
  if (request.headers.authorization !== undefined) return false;
  response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
};

type Ask = 'tag' | 'digest' | 'layer' | 'tags';
type Row = readonly [lie: string, ask: Ask, told: Lie, code: string, why: RegExp];

const ROWS: readonly Row[] = [
  [
    'other bytes for a digest',
    'digest',
    at('manifests/sha256', say('{}')),
    'digest-mismatch',
    /wanted/,
  ],
  [
    'the same digest, another answer',
    'digest',
    at('manifests/', (_q, r, { times, honestly }) => (times > 1 ? honestly() : void r.end('{}'))),
    'digest-mismatch',
    /wanted/,
  ],
  [
    'a digest of its own in the header',
    'tag',
    at('manifests/', say('{}', { 'docker-content-digest': `sha256:${'a'.repeat(64)}` })),
    'digest-mismatch',
    /Docker-Content-Digest/,
  ],
  ['an endless manifest', 'tag', at('manifests/', (_q, r) => pour(r)), 'too-large', /65536/],
  [
    'a manifest that is announced as huge',
    'tag',
    at(
      'manifests/',
      (_q, r) => void r.writeHead(200, { 'content-length': '99999999999' }).write('{'),
    ),
    'too-large',
    /65536/,
  ],
  ['a manifest that drips', 'tag', at('manifests/', (_q, r) => drip(r)), 'unavailable', /longer/],
  [
    'headers without end',
    'tag',
    at('manifests/', say('', { 'x-padding': 'x'.repeat(15_000), 'x-more': 'x'.repeat(60_000) })),
    'too-large',
    /headers/,
  ],
  [
    'fewer bytes than announced',
    'digest',
    at('manifests/', (_q, r) => {
      r.writeHead(200, { 'content-length': '500' }).write('{}');
      setTimeout(() => r.destroy(), 20);
    }),
    'unavailable',
    /cannot be read/,
  ],
  [
    'bytes beyond Content-Length',
    'digest',
    at('manifests/', (_q, r) => {
      r.socket?.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}{"more":true}');
    }),
    'digest-mismatch',
    /wanted/,
  ],
  [
    'a packed body that nobody asked for',
    'digest',
    at('manifests/', say('\u001F\u008B', { 'content-encoding': 'gzip' })),
    'digest-mismatch',
    /wanted/,
  ],
  [
    'other bytes for a layer',
    'layer',
    at('blobs/', say('the forged layer')),
    'digest-mismatch',
    /wanted/,
  ],
  [
    'an endless layer',
    'layer',
    at('blobs/', (_q, r) => pour(r)),
    'digest-mismatch',
    /more than 16/,
  ],
  [
    'a layer that drips',
    'layer',
    at('blobs/', (_q, r) => void r.writeHead(200).write('t')),
    'unavailable',
    /longer/,
  ],
  [
    'a realm within our network',
    'tag',
    challenge(({ victim }) => bearer(`https://${victim.name}/token`)),
    'registry-refused',
    /own network/,
  ],
  [
    'a realm on this machine',
    'tag',
    challenge(({ victim }) => bearer(victim.url)),
    'registry-refused',
    /into this machine/,
  ],
  [
    'a realm where clouds keep credentials',
    'tag',
    challenge(() => bearer('https://169.254.169.254/latest')),
    'registry-refused',
    /own network/,
  ],
  [
    'a realm in the clear',
    'tag',
    challenge(() => bearer('http://elsewhere.example/')),
    'registry-refused',
    /not encrypted/,
  ],
  [
    'a realm that is a file',
    'tag',
    challenge(() => bearer('file:///etc/passwd')),
    'registry-refused',
    /not http/,
  ],
  [
    'a realm with a password',
    'tag',
    challenge(() => bearer('https://a:b@registry.test/')),
    'registry-refused',
    /user name or password/,
  ],
  ['a challenge without end', 'tag', challenge(() => 'Basic realm="x"'), 'registry-refused', /401/],
  [
    'a redirect to this machine',
    'tag',
    redirect(({ victim }) => `${victim.url}/x`),
    'registry-refused',
    /into this machine/,
  ],
  [
    'a redirect within our network',
    'tag',
    redirect(({ victim }) => `https://${victim.name}/x`),
    'registry-refused',
    /own network/,
  ],
  [
    'a redirect to where clouds keep credentials',
    'tag',
    redirect(() => 'https://[::ffff:169.254.169.254]/'),
    'registry-refused',
    /own network/,
  ],
  [
    'a redirect in the clear',
    'tag',
    redirect(() => 'http://elsewhere.example/'),
    'registry-refused',
    /not encrypted/,
  ],
  [
    'redirects in a ring',
    'tag',
    redirect(({ domain }) => `//${domain}/v2/${REPOSITORY}/manifests/v1`),
    'registry-refused',
    /not encrypted|redirects more/,
  ],
  ['tags without end', 'tags', at('tags/', (_q, r) => pour(r)), 'too-large', /65536/],
  [
    'tags that are no list',
    'tags',
    at('tags/', say('{"tags":{"a":1}}')),
    'registry-refused',
    /no list/,
  ],
  ['tags that are no JSON', 'tags', at('tags/', say('<html>')), 'registry-refused', /no JSON/],
  [
    'a wait of a day',
    'tag',
    say('', { 'retry-after': '86400' }, 429),
    'unavailable',
    /86400 seconds/,
  ],
  ['an outage that never ends', 'tag', say('', {}, 503), 'unavailable', /503/],
  [
    'an error that repeats the password',
    'tag',
    (request, response) => {
      const came = request.headers.authorization ?? '';
      if (came === '') return basic(request, response, {} as never);
      const errors = [{ code: 'DENIED', message: came, detail: came }];
      response.writeHead(403, { 'x-came': came }).end(JSON.stringify({ errors }));
    },
    'registry-refused',
    /403 \(DENIED\)/,
  ],
];

/** Lies about what is attached: the place where it was told, and why nothing came of it. */
type AttachedRow = readonly [lie: string, told: (registry: HostileRegistry) => Lie, why: RegExp];

const list = (manifests: readonly object[], headers: Readonly<Record<string, string>> = {}): Lie =>
  at(
    '/referrers/',
    say(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }), {
      'content-type': INDEX,
      ...headers,
    }),
  );

function attachTo(registry: HostileRegistry, fields: object): object {
  const config = { mediaType: 'a/b', digest: registry.layer.digest, size: registry.layer.size };
  const document = { schemaVersion: 2, mediaType: MANIFEST, config, layers: [], ...fields };
  return registry.keep(`manifests/${Math.random()}`, JSON.stringify(document), MANIFEST);
}

const OTHER = { mediaType: MANIFEST, digest: `sha256:${'c'.repeat(64)}` as Digest, size: 1 };

const ATTACHED: readonly AttachedRow[] = [
  ['a ring of pages', () => list([], { link: '<?again>; rel="next"' }), /more is attached/],
  [
    'what is attached to another image',
    (one) => list([attachTo(one, { subject: OTHER })]),
    /says that it is to/,
  ],
  ['the image itself', (one) => list([{ ...OTHER, digest: one.image }]), /to nothing/],
  ['what is not there', () => list([OTHER]), /cccc/],
  [
    'other bytes',
    (one) => {
      const listed = attachTo(one, {}) as { digest: string };
      const forged = at(listed.digest, say('{}'));
      return (...call) =>
        call[0].url?.includes(listed.digest) ? forged(...call) : list([listed])(...call);
    },
    /wanted/,
  ],
  ['a list without end', () => at('/referrers/', (_q, r) => pour(r)), /larger than/],
  ['more than a thousand', () => list(Array.from({ length: 1001 }, () => OTHER)), /larger|1001/],
  [
    'nested beyond reason',
    () => at('/referrers/', say('['.repeat(60_000))),
    /not JSON|JSON object/,
  ],
  [
    'deep objects',
    () => at('/referrers/', say(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)),
    /./,
  ],
  [
    'a key twice',
    () => at('/referrers/', say('{"schemaVersion":2,"manifests":[],"manifests":[]}')),
    /twice/,
  ],
  [
    'a manifest called an index',
    () =>
      at(
        '/referrers/',
        say('{"schemaVersion":2,"layers":[],"config":{"mediaType":"a","size":1}}', {
          'content-type': INDEX,
        }),
      ),
    /must agree/,
  ],
];

describe('a hostile registry', () => {
  let registry: HostileRegistry;
  let client: RegistryClient;

  beforeEach(async () => {
    registry = await startHostileRegistry();
    client = openRegistryClient({ ...registry.access, limits: LIMITS });
  });

  afterEach(async () => {
    await client.close();
    await registry.close();
  });

  const repository = () => ({ domain: registry.domain, path: REPOSITORY });

  function ask(what: Ask): Promise<unknown> {
    if (what === 'tag') return client.manifest({ repository: repository(), target: 'v1' });
    if (what === 'tags') return client.tags({ repository: repository(), limit: 100 });
    if (what === 'digest') {
      return client.manifest({ repository: repository(), target: registry.image });
    }
    const within = { timeoutMs: LIMITS.blobMs };
    return collectBytes(client.blob(repository(), registry.layer, within), 1024, 'layer');
  }

  const attached = (): Promise<Attachments> =>
    findAttachments(client, { repository: repository(), digest: registry.image });

  function expectBounds(): void {
    expect(registry.victimCalls()).toBe(0);
    expect(registry.bytesSent()).toBeLessThan(MOST_BYTES);
    expect(registry.seen.length).toBeLessThanOrEqual(MOST_REQUESTS);
  }

  function expectNoSecret(...told: readonly unknown[]): void {
    const text = inspect(told, { depth: 10, showHidden: true }).replaceAll(/'\s*\+\s*'/g, '');
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(Buffer.from(`user:${SECRET}`).toString('base64'));
  }

  it.each(['tag', 'digest', 'layer'] as const)(
    'answers honestly where it does: %s',
    async (one) => {
      registry.lie(basic);
      await expect(ask(one)).resolves.toBeDefined();
      expect(registry.seen.some(({ authorization }) => authorization !== undefined)).toBe(true);
    },
  );

  it.each(ROWS)('%s (%s)', async (_fact, what, told, code, why) => {
    registry.lie(told);
    const error: unknown = await ask(what).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AssayError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(why) });
    expectNoSecret(error, (error as Error).cause);
    expectBounds();
  });

  it.each(ATTACHED)('attached: %s', async (_fact, told, why) => {
    registry.lie(told(registry));
    const { attachments, locations } = await attached();
    expect(attachments).toEqual([]);
    const state = locations.find(({ location }) => location === 'referrers');
    expect(state).toMatchObject({ state: 'could-not-ask' });
    expect(state?.problems.join('\n')).toMatch(why);
    expectNoSecret(locations);
    expectBounds();
  });

  it('attached: layers that lie elsewhere are asked of nobody', async () => {
    const layer = { ...registry.layer, urls: [`http://127.0.0.1:${1}/`] };
    const subject = { ...OTHER, digest: registry.image };
    registry.lie(list([attachTo(registry, { subject, layers: [layer] })]));
    const [one] = (await attached()).attachments;
    await expect(one?.layers[0]?.read()).rejects.toMatchObject({ code: 'registry-refused' });
    expectBounds();
  });

  it('a tag that moves between requests: the digest is of the bytes that came', async () => {
    registry.lie(
      at('manifests/v1', (_q, response, { times }) => {
        response
          .writeHead(200, { 'content-type': MANIFEST })
          .end(`{"schemaVersion":2,"n":${times}}`);
      }),
    );
    const digests = new Set<string>();
    for (let time = 0; time < 5; time += 1) {
      const { bytes, digest } = await client.manifest({ repository: repository(), target: 'v1' });
      const { createHash } = await import('node:crypto');
      expect(digest).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
      digests.add(digest);
    }
    expect(digests.size).toBe(5);
  });

  it('a realm in the clear gets no credential, whatever its scope', async () => {
    registry.lie((request, response, { domain }) => {
      if (request.url?.startsWith('/token') === true) return void response.end('{"token":"t"}');
      if (request.headers.authorization === 'Bearer t') return false;
      const scope = 'repository:other/secret:pull,push repository:team/app:push';
      const realm = `http://${domain}/token`;
      response.writeHead(401, { 'www-authenticate': `${bearer(realm)},scope="${scope}"` }).end();
    });
    // Of a host beyond loopback a realm in the clear is refused; credentials never left.
    await expect(ask('tag')).rejects.toThrow('not encrypted');
    expect(registry.seen.every(({ authorization }) => authorization === undefined)).toBe(true);
    expectBounds();
  });
});
