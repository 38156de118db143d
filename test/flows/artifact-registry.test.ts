/**
 * Artifact Registry, Service Usage and what is asked of one image, through a real server that has
 * scanned an image of a mirrored registry: right and wrong requests, over REST.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGrpcCodec } from '../../src/google/grpc-codec.ts';
import { runAssay } from '../support/assay-command.ts';
import type { ApiAnswer, AssayServer } from '../support/assay-server.ts';
import { startAssay, valueAt } from '../support/assay-server.ts';
import type { AssayService } from '../support/assay-service.ts';
import { startService } from '../support/assay-service.ts';
import { grpcClient } from '../support/grpc-client.ts';
import { DEBIAN12, OCI, addLayer, dpkgStatus, openLayout } from '../support/image-layout.ts';
import { pushImage } from '../support/push-layout.ts';

const REPOSITORY = '/v1/projects/default/locations/us/repositories/shop';
const PACKAGE = `${REPOSITORY}/packages/team%2Fapp`;
const IMAGE = 'us-docker.pkg.dev/default/shop/team/app';

let folder = '';
let registry: AssayService;
let server: AssayServer;
let digest = '';
let index = '';
let size = 0;
let manifestSize = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'artifact-registry-'));
  registry = await startService([
    'registry',
    'serve',
    join(folder, 'images'),
    '--listen',
    '127.0.0.1:0',
  ]);
  const url = registry.ready['http'] ?? '';
  server = await startAssay({ args: ['--registry-mirror', `us-docker.pkg.dev=${url}`] });
  await pushAll(url);
  const to = ['--server', server.http, '--token-file', server.tokenFile];
  for (const tag of ['one', 'all']) {
    const ended = await runAssay(['scan', `${IMAGE}:${tag}`, ...to]);
    if (ended.code === 1) throw new Error(ended.stderr);
  }
}, 120_000);

afterAll(async () => {
  await server?.stop();
  await registry?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function pushAll(url: string): Promise<void> {
  const layout = openLayout(join(folder, 'layout'));
  const layer = await addLayer(layout, [
    ['etc/os-release', DEBIAN12],
    ['var/lib/dpkg/status', dpkgStatus(['openssl 1.0', 'zlib 1.2'])],
  ]);
  const image = layout.addImage([layer], {}, { created: '2018-11-30T10:36:17Z' });
  const target = { registry: url, repository: 'default/shop/team/app' };
  await pushImage(layout, image, { ...target, tags: ['one'] });
  const file = join(folder, 'layout/blobs/sha256', image.slice('sha256:'.length));
  manifestSize = statSync(file).size;
  const platform = { os: 'linux', architecture: 'amd64' };
  const manifests = [{ mediaType: OCI.manifest, digest: image, size: manifestSize, platform }];
  const document = { schemaVersion: 2, mediaType: OCI.index, manifests };
  const all = layout.addJson(document, OCI.index).digest;
  await pushImage(layout, all, { ...target, tags: ['all'] });
  const listed = await fetch(`${url}/v2/default/shop/team/app/tags/list`);
  const { manifest } = (await listed.json()) as { manifest: Record<string, object> };
  size = Number(Reflect.get(manifest[image] ?? {}, 'imageSizeBytes'));
  [digest, index] = [image, all];
}

function get(path: string): Promise<ApiAnswer> {
  return server.call(path);
}

describe('Artifact Registry', () => {
  it('tells of the repository, its images and their versions', async () => {
    expect(await get(REPOSITORY)).toMatchObject({
      status: 200,
      json: { name: REPOSITORY.slice(4), format: 'DOCKER' },
    });
    const { json } = await get(`${REPOSITORY}/dockerImages`);
    const images = valueAt(json, 'dockerImages') as { uri: string }[];
    const wanted = [
      {
        uri: `${IMAGE}@${digest}`,
        tags: ['one'],
        imageSizeBytes: String(size),
        mediaType: OCI.manifest,
        buildTime: '2018-11-30T10:36:17.000000Z',
      },
      {
        uri: `${IMAGE}@${index}`,
        tags: ['all'],
        imageSizeBytes: String(manifestSize),
        mediaType: OCI.index,
      },
    ];
    expect(images).toHaveLength(2);
    expect(images).toEqual(
      expect.arrayContaining(wanted.map((one) => expect.objectContaining(one))),
    );
    const version = `${PACKAGE}/versions/${digest}`;
    expect(await get(`${version}?view=FULL`)).toMatchObject({
      status: 200,
      json: { name: version.slice(4), relatedTags: [{ name: `${PACKAGE}/tags/one`.slice(4) }] },
    });
    const tag = await get(`${PACKAGE}/tags/all`);
    expect(valueAt(tag.json, 'version')).toBe(`${PACKAGE}/versions/${index}`.slice(4));
    const packages = await get(`${REPOSITORY}/packages`);
    expect(packages.json).toMatchObject({ packages: [{ name: PACKAGE.slice(4) }] });
    const image = `${REPOSITORY}/dockerImages/team%2Fapp@${digest}`;
    expect(await get(image)).toMatchObject({ status: 200, json: { uri: `${IMAGE}@${digest}` } });
  });

  it('pages', async () => {
    const first = await get(`${PACKAGE}/versions?pageSize=1`);
    const token = String(valueAt(first.json, 'nextPageToken'));
    const second = await get(`${PACKAGE}/versions?pageSize=1&pageToken=${token}`);
    const names = [first, second].map(({ json }) => valueAt(json, 'versions.0.name'));
    expect(new Set(names).size).toBe(2);
    expect(valueAt(second.json, 'nextPageToken')).toBeUndefined();
  });

  it.each(['createTime', 'CREATE_TIME asc', 'update_time desc', 'name', 'name desc'])(
    'lists versions by %s',
    async (order) => {
      const path = `${PACKAGE}/versions?orderBy=${encodeURIComponent(order)}`;
      const { status, json } = await get(path);
      expect([status, valueAt(json, 'versions')]).toEqual([200, expect.any(Array)]);
    },
  );

  it('lists the tags of one version', async () => {
    const filter = `version="${PACKAGE.slice(4)}/versions/${digest}"`;
    const { json } = await get(`${PACKAGE}/tags?filter=${encodeURIComponent(filter)}`);
    expect(json).toMatchObject({ tags: [{ name: `${PACKAGE.slice(4)}/tags/one` }] });
  });

  it.each([
    ['an unknown repository', '/v1/projects/default/locations/us/repositories/none', 404],
    ['another location', '/v1/projects/default/locations/asia/repositories/shop', 404],
    ['an unknown project', '/v1/projects/nobody/locations/us/repositories/shop', 404],
    ['a wrong location', '/v1/projects/default/locations/U_S/repositories/shop', 400],
    ['an unknown image', `${REPOSITORY}/packages/none/versions`, 404],
    ['a path for an image', `${REPOSITORY}/packages/..%2Fapp`, 400],
    ['a tag for a digest', `${PACKAGE}/versions/one`, 400],
    ['an unknown digest', `${PACKAGE}/versions/sha256:${'0'.repeat(64)}`, 404],
    ['an unknown tag', `${PACKAGE}/tags/none`, 404],
    ['an unknown view', `${PACKAGE}/versions?view=HALF`, 400],
    ['an unknown order', `${PACKAGE}/versions?orderBy=size`, 400],
    ['an order of the language', `${PACKAGE}/versions?orderBy=constructor`, 400],
    ['two orders', `${PACKAGE}/versions?orderBy=name,createTime`, 400],
    ['an order where there is none', `${REPOSITORY}/packages?orderBy=createTime`, 400],
    ['a filter where there is none', `${REPOSITORY}/packages?filter=name:x`, 400],
    ['another filter of tags', `${PACKAGE}/tags?filter=name:x`, 400],
    ['a foreign page token', `${PACKAGE}/versions?pageToken=abc`, 400],
  ])('refuses %s', async (_name, path, status) => {
    const answer = await get(path);
    expect([answer.status, valueAt(answer.json, 'error.message')]).toEqual([
      status,
      expect.stringMatching(/\S/),
    ]);
  });

  it('changes nothing: what would is not supported', async () => {
    const answer = await server.call(`${PACKAGE}/tags/one`, { method: 'DELETE' });
    expect(answer).toMatchObject({ status: 501, json: { error: { status: 'UNIMPLEMENTED' } } });
  });

  it('is for callers of the project', async () => {
    const to = ['--server', server.http, '--token-file', server.tokenFile];
    expect(await runAssay(['project', 'create', 'other', ...to])).toMatchObject({ code: 0 });
    const tokenOf = async (project: string): Promise<string> => {
      const how = ['--role', 'viewer', '--project', project];
      return (await runAssay(['token', 'create', ...how, ...to])).stdout.trim();
    };
    const statusFor = async (project: string): Promise<number> =>
      (await server.call(REPOSITORY, { token: await tokenOf(project) })).status;
    expect(await statusFor('default')).toBe(200);
    expect(await statusFor('other')).toBe(403);
  });
});

describe('Service Usage', () => {
  const services = '/v1/projects/default/services';

  it('says that what is served is on, and enabling it is done at once', async () => {
    const name = `${services}/containeranalysis.googleapis.com`;
    expect(await get(name)).toMatchObject({ status: 200, json: { state: 'ENABLED' } });
    const enabled = await server.call(`${name}:enable`, { body: {} });
    expect(enabled).toMatchObject({
      status: 200,
      json: { done: true, response: { service: { state: 'ENABLED' } } },
    });
    const operation = String(valueAt(enabled.json, 'name'));
    expect(await get(`/v1/${operation}`)).toMatchObject({ status: 200, json: { done: true } });
    const ids = ['containeranalysis.googleapis.com', 'artifactregistry.googleapis.com'];
    const batch = await server.call(`${services}:batchEnable`, { body: { serviceIds: ids } });
    expect(valueAt(batch.json, 'response.services')).toHaveLength(2);
    const listed = await get(`${services}?filter=state:ENABLED`);
    expect(valueAt(listed.json, 'services')).toHaveLength(4);
    expect((await get(`${services}?filter=state:DISABLED`)).json).toEqual({});
  });

  it.each([
    ['an API that is not served', 'GET', `${services}/compute.googleapis.com`, 404],
    ['enabling it', 'POST', `${services}/compute.googleapis.com:enable`, 404],
    ['an unknown project', 'GET', '/v1/projects/nobody/services', 404],
    ['another filter', 'GET', `${services}?filter=name:x`, 400],
    ['an unknown operation', 'GET', '/v1/operations/unknown', 404],
    ['disabling', 'POST', `${services}/containeranalysis.googleapis.com:disable`, 501],
  ])('refuses %s', async (_name, method, path, status) => {
    const answer = await server.call(path, method === 'GET' ? {} : { method, body: {} });
    expect(answer.status).toBe(status);
  });

  it('refuses a batch that is no list, or too long, or names another API', async () => {
    const long = Array.from({ length: 21 }, () => 'containeranalysis.googleapis.com');
    for (const [serviceIds, status] of [
      ['x', 400],
      [[1], 400],
      [long, 400],
      [['compute.googleapis.com'], 404],
    ] as const) {
      const answer = await server.call(`${services}:batchEnable`, { body: { serviceIds } });
      expect([serviceIds, answer.status]).toEqual([serviceIds, status]);
    }
  });
});

describe('over gRPC', () => {
  const AR = 'google.devtools.artifactregistry.v1';
  const USAGE = 'google.api.serviceusage.v1';
  const codec = createGrpcCodec();

  async function call(path: string, messages: [string, string], request: object): Promise<unknown> {
    const client = grpcClient({ address: server.grpc });
    const token = readFileSync(server.tokenFile, 'utf8').trim();
    const [type, answerType] = messages;
    const answer = await client.send(path, codec.encode(type, { ...request }), { token });
    client.close();
    if (answer instanceof Error) throw answer;
    return codec.decode(answerType, answer);
  }

  it('the same is said, also in metadata and operations', async () => {
    const name = `${PACKAGE}/versions/${digest}`.slice(4);
    const messages: [string, string] = [`${AR}.GetVersionRequest`, `${AR}.Version`];
    const version = await call(`/${AR}.ArtifactRegistry/GetVersion`, messages, { name, view: 2 });
    const rest = (await get(`/v1/${name}?view=FULL`)).json;
    expect(version).toMatchObject({
      name,
      metadata: valueAt(rest, 'metadata'),
      relatedTags: valueAt(rest, 'relatedTags'),
    });
    const list: [string, string] = [
      `${AR}.ListDockerImagesRequest`,
      `${AR}.ListDockerImagesResponse`,
    ];
    const parent = REPOSITORY.slice(4);
    const images = await call(`/${AR}.ArtifactRegistry/ListDockerImages`, list, { parent });
    expect(valueAt(images, 'dockerImages')).toHaveLength(2);
    const service = 'projects/default/services/containeranalysis.googleapis.com';
    const enable: [string, string] = [
      `${USAGE}.EnableServiceRequest`,
      'google.longrunning.Operation',
    ];
    const path = `/${USAGE}.ServiceUsage/EnableService`;
    expect(await call(path, enable, { name: service })).toMatchObject({
      done: true,
      response: { service: { name: service, state: 'ENABLED' } },
    });
  });
});

describe('of one image', () => {
  const resources = '/v1beta1/projects/default/resources';

  it('the packages are counted; their licenses are not known', async () => {
    const url = `https://${IMAGE}@${digest}`;
    for (const place of [resources, resources.replace('/resources', '/locations/us/resources')]) {
      const path = `${place}/${url}:generatePackagesSummary`;
      expect(await server.call(path, { body: {} })).toMatchObject({
        status: 200,
        json: { resourceUrl: url, licensesSummary: [{ count: '2' }] },
      });
    }
  });

  it.each([
    ['an image that was not scanned', `https://${IMAGE}@sha256:${'0'.repeat(64)}`],
    ['a tag', `https://${IMAGE}:one`],
    ['an index, which has none of its own', undefined],
  ])('there is no summary of %s', async (_name, url = `https://${IMAGE}@${index}`) => {
    const path = `${resources}/${url}:generatePackagesSummary`;
    expect(await server.call(path, { body: {} })).toMatchObject({ status: 404 });
  });

  it.each(['v1', 'v1beta1'])('an SBOM is not exported by %s, which says so', async (version) => {
    const place = resources.replace('v1beta1', version);
    const path = `${place}/https://${IMAGE}@${digest}:exportSBOM`;
    expect(await server.call(path, { body: {} })).toMatchObject({
      status: 501,
      json: { error: { message: expect.stringContaining('ExportSBOM') as string } },
    });
  });
});
