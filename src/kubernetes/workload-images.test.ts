/** The grid of kinds and hiding places: an image in any of them is found, under its own path. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAssayError } from '../domain/error.ts';
import { readWorkload, readWorkloads } from './workload-images.ts';

const ANNOTATIONS = { 'a.image-policy.k8s.io/x': 'pod' };
const POD = {
  metadata: { annotations: { ...ANNOTATIONS, other: 'y' }, labels: {} },
  spec: {
    containers: [{ name: 'c', image: 'one' }],
    initContainers: [{ name: 'i', image: 'two' }],
    ephemeralContainers: [{ name: 'e', image: 'three' }],
    volumes: [
      { name: 'v', emptyDir: {} },
      { name: 'w', image: { reference: 'four' } },
    ],
  },
};

/** Kind, API version, path of the pod, and the object around a pod. */
const KINDS: [string, string, string, (pod: object) => object][] = [
  ['Pod', 'v1', '', (pod) => pod],
  ['PodTemplate', 'v1', 'template.', (pod) => ({ template: pod })],
  ['ReplicationController', 'v1', 'spec.template.', inSpec],
  ['Deployment', 'apps/v1', 'spec.template.', inSpec],
  ['Deployment', 'apps/v1beta2', 'spec.template.', inSpec],
  ['Deployment', 'extensions/v1beta1', 'spec.template.', inSpec],
  ['ReplicaSet', 'apps/v1', 'spec.template.', inSpec],
  ['StatefulSet', 'apps/v1', 'spec.template.', inSpec],
  ['DaemonSet', 'apps/v1', 'spec.template.', inSpec],
  ['Job', 'batch/v1', 'spec.template.', inSpec],
  ['CronJob', 'batch/v1', 'spec.jobTemplate.spec.template.', inJobTemplate],
  ['CronJob', 'batch/v1beta1', 'spec.jobTemplate.spec.template.', inJobTemplate],
];

function inSpec(pod: object): object {
  return { spec: { replicas: 0, template: pod } };
}

function inJobTemplate(pod: object): object {
  return { spec: { jobTemplate: inSpec(pod) } };
}

function pod(image: string, metadata: object = {}): object {
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ image }] } };
}

function review(request: object): object {
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request };
}

function list(...items: unknown[]): object {
  return { apiVersion: 'v1', kind: 'List', items };
}

describe('readWorkload', () => {
  it.each(KINDS)('finds every image of a %s of %s', (kind, apiVersion, path, around) => {
    const { images } = readWorkload({ apiVersion, kind, ...around(POD) });
    expect(images).toEqual([
      { image: 'one', field: `${path}spec.containers[0].image` },
      { image: 'two', field: `${path}spec.initContainers[0].image` },
      { image: 'three', field: `${path}spec.ephemeralContainers[0].image` },
      { image: 'four', field: `${path}spec.volumes[1].image.reference` },
    ]);
  });

  it.each(KINDS.filter(([kind]) => kind !== 'Pod'))(
    'takes annotations of the pod template, not of the %s of %s',
    (kind, apiVersion, _path, around) => {
      const own = { namespace: 'shop', annotations: { 'a.image-policy.k8s.io/own': 'workload' } };
      const { annotations, namespace } = readWorkload({
        apiVersion,
        kind,
        ...around(POD),
        metadata: own,
      });
      expect(annotations).toEqual(ANNOTATIONS);
      expect(namespace).toBe('shop');
    },
  );

  it('leaves out a namespace that is not there', () => {
    expect(readWorkload(pod('a'))).toEqual({
      images: [{ image: 'a', field: 'spec.containers[0].image' }],
      serviceAccount: 'default',
      annotations: {},
    });
  });

  it.each([
    [{ serviceAccountName: 'shop' }, 'shop'],
    [{ serviceAccount: 'old' }, 'old'],
    [{ serviceAccountName: 'shop', serviceAccount: 'old' }, 'shop'],
    [{}, 'default'],
  ])('reads the service account of %j', (spec, wanted) => {
    const { spec: own, ...rest } = pod('a') as { spec: object };
    expect(readWorkload({ ...rest, spec: { ...own, ...spec } }).serviceAccount).toBe(wanted);
  });

  it.each([
    ['a container', { containers: [{}] }, 'spec.containers[0].image'],
    [
      'an init container',
      { containers: [{ image: 'a' }], initContainers: [{ image: null }] },
      'spec.initContainers[0].image',
    ],
    [
      'a volume',
      { containers: [{ image: 'a' }], volumes: [{ image: {} }] },
      'spec.volumes[0].image.reference',
    ],
  ])('an image left out of %s is an empty one, never skipped', (_attack, spec, field) => {
    const { images } = readWorkload({ apiVersion: 'v1', kind: 'Pod', spec });
    expect(images).toContainEqual({ image: '', field });
  });

  it('reads an ImageReview', () => {
    const spec = { containers: [{ image: 'a' }], namespace: 'n' };
    const body = { apiVersion: 'imagepolicy.k8s.io/v1alpha1', kind: 'ImageReview', spec };
    expect(readWorkload(body)).toMatchObject({ images: [{ image: 'a' }], namespace: 'n' });
  });

  it.each([
    ['nothing', null, 'the object is null'],
    ['a list of JSON', [pod('a')], 'the object is a list'],
    ['no kind', {}, 'kind is missing; wanted is one of Pod,'],
    ['an unknown kind', { apiVersion: 'v1', kind: 'Service' }, 'kind is "Service"'],
    ['a kind of a prototype', { apiVersion: 'v1', kind: 'constructor' }, 'kind is "constructor"'],
    ['a kind that is a number', { apiVersion: 'v1', kind: 1 }, 'kind is number 1'],
    ['no version', { kind: 'Pod', spec: {} }, 'apiVersion is missing'],
    [
      "another group's Job",
      { apiVersion: 'batch.volcano.sh/v1', kind: 'Job' },
      'wanted is "batch/v1", as a Job has',
    ],
    ['a Pod of a group', { ...pod('a'), apiVersion: 'apps/v1' }, 'wanted is "v1"'],
    [
      'a Deployment without template',
      { apiVersion: 'apps/v1', kind: 'Deployment', spec: {} },
      'spec.template is missing',
    ],
    ['a Deployment without spec', { apiVersion: 'apps/v1', kind: 'Deployment' }, 'spec is missing'],
    [
      'a template without spec',
      { apiVersion: 'apps/v1', kind: 'Deployment', ...inSpec({}) },
      'spec.template.spec is missing',
    ],
    [
      'a CronJob shaped like a Job',
      { apiVersion: 'batch/v1', kind: 'CronJob', ...inSpec(POD) },
      'spec.jobTemplate is missing',
    ],
    [
      'a Pod without containers',
      { apiVersion: 'v1', kind: 'Pod', spec: {} },
      'spec.containers is missing',
    ],
    [
      'containers that are null',
      { apiVersion: 'v1', kind: 'Pod', spec: { containers: [null] } },
      'spec.containers[0] is null',
    ],
    [
      'volumes that are a text',
      { apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ image: 'a' }], volumes: 'x' } },
      'spec.volumes is "x"',
    ],
    [
      'an image volume that is a text',
      {
        apiVersion: 'v1',
        kind: 'Pod',
        spec: { containers: [{ image: 'a' }], volumes: [{ image: 'x' }] },
      },
      'spec.volumes[0].image is "x"',
    ],
    ['metadata that is a list', { ...pod('a'), metadata: [] }, 'metadata is a list'],
    [
      'more images than one pod may name',
      {
        apiVersion: 'v1',
        kind: 'Pod',
        spec: {
          containers: Array(300).fill({ image: 'a' }),
          initContainers: Array(300).fill({ image: 'a' }),
        },
      },
      'at most 512 images in a pod',
    ],
  ])('refuses %s', (_fact, object, part) => {
    expect(() => readWorkload(object)).toThrow(part);
  });

  it('throws nothing but invalid-argument, whatever JSON it is given', () => {
    const kind = fc.constantFrom(
      ...KINDS.map(([name]) => name),
      'List',
      'AdmissionReview',
      'ImageReview',
    );
    const apiVersion = fc.constantFrom('v1', 'apps/v1', 'batch/v1', 'admission.k8s.io/v1');
    const spec = fc.jsonValue();
    const object = fc.record({
      kind,
      apiVersion,
      spec,
      metadata: spec,
      template: spec,
      items: spec,
      request: spec,
    });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), object), (value) => {
        try {
          return readWorkload(value).images.length > 0;
        } catch (error) {
          return isAssayError(error, 'invalid-argument');
        }
      }),
    );
  });
});

describe('a List', () => {
  it('is read item by item', () => {
    const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', ...inSpec(pod('b')) };
    const fields = readWorkloads(list(pod('a'), deployment)).map(({ images }) => images[0]?.field);
    expect(fields).toEqual([
      'items[0].spec.containers[0].image',
      'items[1].spec.template.spec.containers[0].image',
    ]);
  });

  it('is one workload where its items agree', () => {
    const metadata = { namespace: 'n', annotations: ANNOTATIONS };
    const read = readWorkload(list(pod('a', metadata), pod('b', metadata)));
    expect(read.images.map(({ image }) => image)).toEqual(['a', 'b']);
    expect(read).toMatchObject({ namespace: 'n', annotations: ANNOTATIONS });
  });

  it.each([
    ["one item's break-glass for another", [pod('a', { annotations: ANNOTATIONS }), pod('b')]],
    ['the same from behind', [pod('a'), pod('b', { annotations: ANNOTATIONS })]],
    ["one item's namespace for another", [pod('a', { namespace: 'n' }), pod('b')]],
  ])('is never read with %s', (_attack, items) => {
    expect(() => readWorkload(list(...items))).toThrow(
      'items[1].spec.containers[0].image stands in',
    );
    expect(readWorkloads(list(...items))).toHaveLength(2);
  });

  it.each([
    ['nothing', list(), 'items is a list of 0'],
    [
      'a Service',
      list(pod('a'), { apiVersion: 'v1', kind: 'Service' }),
      'items[1].kind is "Service"',
    ],
    ['null', list(null), 'items[0] is null'],
    ['a List', list(list(pod('a'))), 'items[0].kind is "List"'],
    [
      'an AdmissionReview',
      list(review({ object: pod('a') })),
      'items[0].kind is "AdmissionReview"',
    ],
    ['too much', list(...Array(1001).fill(pod('a'))), 'items is a list of 1001'],
  ])('with %s in it is refused', (_fact, object, part) => {
    expect(() => readWorkload(object)).toThrow(part);
  });
});

describe('an AdmissionReview', () => {
  it("is read by its object, in the request's namespace", () => {
    const body = review({
      uid: 'u',
      namespace: 'asked',
      object: pod('a', { namespace: 'claimed' }),
    });
    expect(readWorkload(body)).toEqual({
      images: [{ image: 'a', field: 'request.object.spec.containers[0].image' }],
      namespace: 'asked',
      serviceAccount: 'default',
      annotations: {},
    });
  });

  it('reads the ephemeral containers of Kubernetes 1.20', () => {
    const object = {
      apiVersion: 'v1',
      kind: 'EphemeralContainers',
      ephemeralContainers: [{ image: 'e' }],
    };
    expect(readWorkload(review({ namespace: 'n', object }))).toEqual({
      images: [{ image: 'e', field: 'request.object.ephemeralContainers[0].image' }],
      namespace: 'n',
      annotations: {},
    });
  });

  it.each([
    [
      'of a deletion',
      review({ operation: 'DELETE', object: null, oldObject: pod('a') }),
      'request.object is null',
    ],
    ['without a request', review({}), 'request.object is missing'],
    [
      'of exec',
      review({ object: { apiVersion: 'v1', kind: 'PodExecOptions' } }),
      '"PodExecOptions"',
    ],
    [
      'of another group',
      { apiVersion: 'v1', kind: 'AdmissionReview', request: {} },
      'admission.k8s.io/v1',
    ],
    [
      'without ephemeral containers',
      review({ object: { kind: 'EphemeralContainers' } }),
      'ephemeralContainers is missing',
    ],
  ])('%s is refused', (_fact, body, part) => {
    expect(() => readWorkload(body)).toThrow(part);
  });
});
