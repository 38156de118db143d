/**
 * Who may call what: every served method by every path and over gRPC, and every route of our own
 * API, by callers without identity, of another project, and of each role.
 */
import { Client, credentials, Metadata, status as StatusCode } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Permission, type RoleName, ROLE_NAMES, roleHolds } from '../../src/domain/role.ts';
import { createGrpcCodec } from '../../src/google/grpc-codec.ts';
import { CATALOG, isOperationName, type OperationName } from '../../src/operations/catalog.ts';
import { type AssayServer, startAssay, valueAt } from '../support/assay-server.ts';
import { type ApiMethodCall, apiCalls } from '../support/api-calls.ts';

const P = 'shop';
const CALLS = apiCalls(P);
const codec = createGrpcCodec();

let server: AssayServer;
let client: Client;
const tokens = new Map<string, string>();

beforeAll(async () => {
  server = await startAssay({ args: ['--project', P] });
  client = new Client(server.grpc, credentials.createInsecure());
  await server.call('/api/v1/projects', { body: { project: 'other' } });
  const note = { discovery: { analysisKind: 'VULNERABILITY' } };
  await server.call(`/v1/projects/${P}/notes?noteId=there`, { body: note });
  for (const role of ROLE_NAMES) tokens.set(role, await makeToken(role, P));
  tokens.set('foreign', await makeToken('admin', 'other'));
});
afterAll(async () => {
  client?.close();
  await server?.stop();
});

async function makeToken(role: RoleName, project: string): Promise<string> {
  const body = { role, name: role, lifetime: 3_600_000_000, project };
  const made = await server.call('/api/v1/tokens', { body });
  return String(valueAt(made.json, 'result.secret'));
}

interface Answer {
  readonly status: number;
  readonly message: string;
}

function messageOf(json: unknown): string {
  const message = valueAt(json, 'error.message');
  return typeof message === 'string' ? message : '';
}

async function byRest({ verb, path, body }: ApiMethodCall, token: string): Promise<Answer> {
  const { status, json } = await server.call(path, {
    method: verb,
    token,
    ...(body === undefined ? {} : { body }),
  });
  return { status, message: messageOf(json) };
}

const HTTP: Readonly<Record<number, number>> = {
  [StatusCode.OK]: 200,
  [StatusCode.UNAUTHENTICATED]: 401,
  [StatusCode.PERMISSION_DENIED]: 403,
};

function byGrpc({ method, request }: ApiMethodCall, token: string): Promise<Answer> {
  const metadata = new Metadata();
  if (token !== '') metadata.set('authorization', `Bearer ${token}`);
  const same = (value: Buffer): Buffer => value;
  const bytes = Buffer.from(codec.encode(method.request, request));
  const path = `/${method.id.replace(/\.(\w+)$/, '/$1')}`;
  return new Promise((resolve) => {
    client.makeUnaryRequest(path, same, same, bytes, metadata, (error) => {
      const code = error?.code ?? StatusCode.OK;
      resolve({ status: HTTP[code] ?? 400, message: error?.details ?? '' });
    });
  });
}

const WAYS = [
  ['REST', byRest],
  ['gRPC', byGrpc],
] as const;

/** What a call needs besides, of which a caller with its own permission may hear. */
const ALSO: Readonly<Record<string, Permission>> = {
  CreateOccurrence: 'containeranalysis.notes.attachOccurrence',
  BatchCreateOccurrences: 'containeranalysis.notes.attachOccurrence',
  CreateAttestor: 'containeranalysis.notes.listOccurrences',
  ValidateAttestationOccurrence: 'binaryauthorization.attestors.get',
};

/** What a caller hears: `nobody`, the permission that it lacks, or what is no matter of rights. */
function outcomeOf({ status, message }: Answer): string {
  if (status === 401) return 'nobody';
  const lacking =
    /lacks permission (\S+?)(?: on|;)/.exec(message)?.[1] ?? 'refused without a reason';
  return status === 403 ? lacking : 'answered';
}

describe.each(WAYS)('over %s', (_way, call) => {
  it.each(CALLS.map((one) => [one.title, one] as const))('%s', async (_title, one) => {
    expect(outcomeOf(await call(one, ''))).toBe('nobody');
    const foreign = outcomeOf(await call(one, tokens.get('foreign') ?? ''));
    // The system's policy is of no project: who may read any may read it.
    const isOpen = one.permission === undefined || one.method.name === 'GetSystemPolicy';
    expect(foreign).toBe(isOpen ? 'answered' : one.permission);
  });
});

describe.each(ROLE_NAMES)('with role %s', (role) => {
  it('a method is answered where the role holds its permission, and only there', async () => {
    const token = tokens.get(role) ?? '';
    const heard: Record<string, string> = {};
    const wanted: Record<string, string> = {};
    for (const one of CALLS) {
      const needs = [one.permission, ALSO[one.method.name]].filter((each) => each !== undefined);
      wanted[one.title] = needs.find((each) => !roleHolds(role, each)) ?? 'answered';
      heard[one.title] = outcomeOf(await byRest(one, token));
    }
    expect(heard).toEqual(wanted);
  });
});

const DESTINATION = { name: 'd', kind: 'slack', url: 'https://hooks.example/x' };
const SCOPES = ['project', 'somewhere', 'everywhere'] as const;

interface OwnRoute {
  readonly permission: Permission;
  /**
   * Of the project that the input names; of any project, where only what is of it is told; of all
   * projects, which no token that is bound to one has.
   */
  readonly scope: (typeof SCOPES)[number];
  readonly input: Readonly<Record<string, unknown>>;
}

const ATTESTOR = `projects/${P}/attestors/absent`;
const KEY = { text: 'x' };
const ABSENT = { project: P, name: 'absent' };

/** Every route of our own API; one that is missing here does not compile. */
const OWN: Readonly<Record<OperationName, OwnRoute>> = {
  'add-vex-author': of('assay.vex.manage', { project: P, name: 'a', key: 'x' }),
  'list-vex-authors': of('assay.vex.list', { project: P }),
  'remove-vex-author': of('assay.vex.manage', ABSENT),
  'import-vex': of('assay.vex.import', { project: P, document: 'e30=' }),
  'list-vex': of('assay.vex.list', { project: P }),
  'show-vex': of('assay.vex.list', { project: P, document: 'absent' }),
  'remove-vex': of('assay.vex.import', { project: P, document: 'absent' }),
  'create-attestor': of('binaryauthorization.attestors.create', {
    project: P,
    name: 'made',
    keys: [KEY],
  }),
  'list-attestors': of('binaryauthorization.attestors.list', { project: P }),
  'show-attestor': of('binaryauthorization.attestors.get', ABSENT),
  'delete-attestor': of('binaryauthorization.attestors.delete', ABSENT),
  'add-attestor-keys': of('binaryauthorization.attestors.update', { ...ABSENT, keys: [KEY] }),
  'remove-attestor-key': of('binaryauthorization.attestors.update', { ...ABSENT, keyId: 'k' }),
  'revoke-attestor-key': of('binaryauthorization.attestors.update', { ...ABSENT, keyId: 'k' }),
  'retire-attestor-key': of('binaryauthorization.attestors.update', { ...ABSENT, keyId: 'k' }),
  'set-attestor-threshold': of('binaryauthorization.attestors.update', { ...ABSENT, threshold: 1 }),
  'create-attestation': of('binaryauthorization.attestors.get', {
    project: P,
    attestor: ATTESTOR,
    image: `registry.example/app@sha256:${'ab'.repeat(32)}`,
    payload: 'e30=',
    signature: 'e30=',
    publicKeyId: 'k',
  }),
  'verify-image': of('binaryauthorization.attestors.verifyImageAttested', {
    project: P,
    attestor: ATTESTOR,
    image: `registry.example/app@sha256:${'ab'.repeat(32)}`,
  }),
  'approve-notary-root': of('binaryauthorization.attestors.create', {
    project: P,
    repository: 'registry.example/app',
    server: 'ftp://nowhere.example',
    fingerprint: `sha256:${'ab'.repeat(32)}`,
  }),
  'set-policy-document': of('binaryauthorization.policy.update', { project: P, source: 'x' }),
  'list-policy-documents': of('binaryauthorization.policy.get', { project: P }),
  'get-policy-document': of('binaryauthorization.policy.get', { project: P, kind: 'absent' }),
  'list-notary-roots': of('binaryauthorization.attestors.list', { project: P }),
  'verify-signed-tag': of('binaryauthorization.attestors.verifyImageAttested', {
    project: P,
    image: 'registry.example/app',
    server: 'ftp://nowhere.example',
  }),
  'create-project': of('assay.projects.create', { project: P }),
  'list-projects': somewhere('assay.projects.list', {}),
  'add-cluster': of('assay.clusters.create', { project: P, cluster: 'eu.main' }),
  'list-clusters': of('assay.clusters.list', { project: P }),
  'import-advisories': everywhere('assay.advisories.import', { path: '/nowhere' }),
  'list-advisory-sources': somewhere('assay.advisories.list', {}),
  'set-match-rules': everywhere('assay.advisories.import', {}),
  'update-advisories': everywhere('assay.advisories.import', {}),
  'list-advisory-feeds': somewhere('assay.advisories.list', {}),
  'scan-image': of('assay.images.scan', { project: P, image: 'UPPER CASE' }),
  'request-scan': of('assay.images.scan', { project: P, image: 'UPPER CASE' }),
  'list-images': of('assay.images.list', { project: P }),
  'show-image': of('assay.images.list', { project: P, image: 'absent' }),
  'show-image-facts': of('assay.images.list', { project: P, image: 'absent' }),
  'show-queue': somewhere('assay.images.list', {}),
  'add-watch': of('assay.watches.manage', { project: P, pattern: 'UPPER CASE' }),
  'list-watches': of('assay.watches.list', { project: P }),
  'switch-watch': of('assay.watches.manage', { project: P, pattern: 'absent', on: true }),
  'remove-watch': of('assay.watches.manage', { project: P, pattern: 'absent' }),
  'check-attested': of('binaryauthorization.attestors.verifyImageAttested', {
    attestor: ATTESTOR,
    image: `registry.example/app@sha256:${'ab'.repeat(32)}`,
  }),
  'summarise-fleet': of('containeranalysis.occurrences.list', { project: P }),
  'list-decisions': of('assay.decisions.list', { project: P }),
  'show-decision': somewhere('assay.decisions.get', { id: 'absent' }),
  'verify-decisions': everywhere('assay.decisions.verify', {}),
  'create-token': of('assay.tokens.manage', { project: P, name: 't', lifetime: 1, role: 'viewer' }),
  'list-tokens': somewhere('assay.tokens.manage', {}),
  'revoke-token': somewhere('assay.tokens.manage', { id: 'absent' }),
  'add-destination': of('assay.notifications.manage', { project: P, ...DESTINATION }),
  'list-destinations': of('assay.notifications.list', { project: P }),
  'remove-destination': of('assay.notifications.manage', ABSENT),
  'test-destination': of('assay.notifications.manage', ABSENT),
  'list-dead-letters': of('assay.notifications.list', ABSENT),
  'retry-dead-letters': of('assay.notifications.manage', ABSENT),
};

function of(permission: Permission, input: OwnRoute['input']): OwnRoute {
  return { permission, scope: 'project', input };
}

function somewhere(permission: Permission, input: OwnRoute['input']): OwnRoute {
  return { permission, scope: 'somewhere', input };
}

function everywhere(permission: Permission, input: OwnRoute['input']): OwnRoute {
  return { permission, scope: 'everywhere', input };
}

async function callOwn(name: OperationName, token: string): Promise<Answer> {
  const { verb, path } = CATALOG[name];
  const rest = { ...OWN[name].input };
  const filled = path.replaceAll(/:([a-z]+)/g, (_, field: string) => {
    const value = String(rest[field]);
    delete rest[field];
    return value;
  });
  const body = verb === 'POST' ? { body: rest } : {};
  const query =
    verb === 'GET' ? `?${new URLSearchParams(rest as Record<string, string>).toString()}` : '';
  const { status, json } = await server.call(filled + query, { method: verb, token, ...body });
  return { status, message: messageOf(json) };
}

describe('our own API', () => {
  it.each(Object.keys(OWN).filter(isOperationName))('%s', async (name) => {
    const { permission, scope } = OWN[name];
    expect(outcomeOf(await callOwn(name, ''))).toBe('nobody');
    const foreign = outcomeOf(await callOwn(name, tokens.get('foreign') ?? ''));
    expect(foreign).toBe(scope === 'somewhere' ? 'answered' : permission);
    for (const role of ROLE_NAMES) {
      const may = roleHolds(role, permission) && scope !== 'everywhere';
      const heard = outcomeOf(await callOwn(name, tokens.get(role) ?? ''));
      expect([role, heard]).toEqual([role, may ? 'answered' : permission]);
    }
  });

  it('lists over all projects tell a caller of another project nothing of this one', async () => {
    const token = tokens.get('foreign') ?? '';
    for (const path of ['/api/v1/projects', '/api/v1/tokens']) {
      const { status, json } = await server.call(path, { token });
      expect(status).toBe(200);
      expect(JSON.stringify(json)).not.toContain(`"${P}"`);
    }
    const tokenOfShop = valueAt((await server.call('/api/v1/tokens')).json, 'result.1.id');
    const revoking = { method: 'DELETE', token };
    const answer = await server.call(`/api/v1/tokens/${String(tokenOfShop)}`, revoking);
    expect(answer.status).toBe(404);
  });
});
