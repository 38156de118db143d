/** ImageReview as a real API server sends it, every malformed neighbour of it, and the answer. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAssayError } from '../domain/error.ts';
import {
  MAX_IMAGES,
  MAX_IMAGE_LENGTH,
  formatImageReview,
  parseImageReview,
} from './image-review.ts';

/** The body that Kubernetes 1.20 sends for a pod with two containers and an init container. */
const RECORDED = {
  kind: 'ImageReview',
  apiVersion: 'imagepolicy.k8s.io/v1alpha1',
  metadata: { creationTimestamp: null },
  spec: {
    containers: [{ image: 'nginx' }, { image: 'r.io/app@sha256:00' }, { image: 'busybox:1.36' }],
    annotations: {
      'alpha.image-policy.k8s.io/break-glass': 'true',
      'mycluster.image-policy.k8s.io/ticket-1234': 'break-glass',
    },
    namespace: 'default',
  },
  status: { allowed: false },
};

function withSpec(spec: unknown): unknown {
  return { ...RECORDED, spec };
}

describe('parseImageReview', () => {
  it('reads what the API server sends, and trusts no status in it', () => {
    expect(parseImageReview({ ...RECORDED, status: { allowed: true } })).toEqual({
      images: [
        { image: 'nginx', field: 'spec.containers[0].image' },
        { image: 'r.io/app@sha256:00', field: 'spec.containers[1].image' },
        { image: 'busybox:1.36', field: 'spec.containers[2].image' },
      ],
      namespace: 'default',
      annotations: RECORDED.spec.annotations,
    });
  });

  it.each([
    ['annotations and namespace left out', {}],
    ['null for both', { annotations: null, namespace: null }],
    ['an empty namespace', { namespace: '' }],
  ])('reads %s', (_fact, rest) => {
    expect(parseImageReview(withSpec({ containers: [{ image: 'a' }], ...rest }))).toEqual({
      images: [{ image: 'a', field: 'spec.containers[0].image' }],
      annotations: {},
    });
  });

  it.each([
    ['left out', {}],
    ['null', { image: null }],
    ['empty', { image: '' }],
    ['beside other fields', { name: 'x', image: '' }],
  ])('an image that is %s is an empty one', (_fact, container) => {
    const { images } = parseImageReview(withSpec({ containers: [container] }));
    expect(images).toEqual([{ image: '', field: 'spec.containers[0].image' }]);
  });

  it('keeps only annotations that an API server forwards', () => {
    const annotations = {
      'a.image-policy.k8s.io/x': '1',
      'a.b.image-policy.k8s.io/x': '2',
      'image-policy.k8s.io/bare': '3',
      '.image-policy.k8s.io/empty': '4',
      'x.image-policy.k8s.io.evil.com/a': '5',
      'evil.com/x.image-policy.k8s.io/a': '6',
      'ximage-policy.k8s.io/a': '7',
      'x.image-policy.k8s.io': '8',
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
    };
    const review = parseImageReview(withSpec({ containers: [{ image: 'a' }], annotations }));
    expect(review.annotations).toEqual({
      'a.image-policy.k8s.io/x': '1',
      'a.b.image-policy.k8s.io/x': '2',
    });
  });

  const one = [{ image: 'a' }];
  it.each([
    ['nothing', undefined, 'the body is missing'],
    ['null', null, 'the body is null'],
    ['a text', 'x', 'the body is "x"; wanted is an object'],
    ['a list', [], 'the body is a list of 0'],
    ['an empty object', {}, 'kind is missing'],
    ['another kind', { ...RECORDED, kind: 'Pod' }, 'kind is "Pod"; wanted is "ImageReview"'],
    ['another version', { ...RECORDED, apiVersion: 'v1' }, 'apiVersion is "v1"'],
    ['no version', { ...RECORDED, apiVersion: undefined }, 'apiVersion is missing'],
    ['no spec', withSpec(undefined), 'spec is missing'],
    ['a spec that is a list', withSpec([]), 'spec is a list'],
    ['no containers', withSpec({}), 'spec.containers is missing'],
    ['empty containers', withSpec({ containers: [] }), 'spec.containers is a list of 0'],
    ['containers that are an object', withSpec({ containers: {} }), 'wanted is a list'],
    ['a container that is null', withSpec({ containers: [null] }), 'spec.containers[0] is null'],
    ['a container that is a text', withSpec({ containers: ['a'] }), 'spec.containers[0] is "a"'],
    [
      'an image that is a number',
      withSpec({ containers: [...one, { image: 7 }] }),
      'spec.containers[1].image is number 7; wanted is a text',
    ],
    [
      'an image that is a list',
      withSpec({ containers: [{ image: ['a'] }] }),
      'spec.containers[0].image is a list of 1',
    ],
    [
      'an image too long',
      withSpec({ containers: [{ image: 'a'.repeat(MAX_IMAGE_LENGTH + 1) }] }),
      'at most 4096 characters',
    ],
    [
      'too many images',
      withSpec({ containers: Array.from({ length: MAX_IMAGES + 1 }, () => one[0]) }),
      'spec.containers is a list of 513; wanted is at most 512 items',
    ],
    [
      'a namespace that is a number',
      withSpec({ containers: one, namespace: 1 }),
      'spec.namespace is number 1',
    ],
    [
      'a namespace too long',
      withSpec({ containers: one, namespace: 'n'.repeat(254) }),
      'spec.namespace',
    ],
    [
      'annotations that are a list',
      withSpec({ containers: one, annotations: [] }),
      'spec.annotations is a list',
    ],
    [
      'an annotation that is true',
      withSpec({ containers: one, annotations: { 'a.image-policy.k8s.io/x': true } }),
      'spec.annotations["a.image-policy.k8s.io/x"] is boolean true',
    ],
    [
      'annotations too long',
      withSpec({
        containers: one,
        annotations: { a: 'x'.repeat(200_000), b: 'x'.repeat(100_000) },
      }),
      'at most 262144 characters in all',
    ],
  ])('refuses %s', (_fact, body, part) => {
    expect(() => parseImageReview(body)).toThrow(part);
  });

  it('throws nothing but invalid-argument, whatever JSON it is given', () => {
    const spec = fc.oneof(
      fc.jsonValue(),
      fc.record({
        containers: fc.jsonValue(),
        annotations: fc.jsonValue(),
        namespace: fc.jsonValue(),
      }),
    );
    const body = fc.oneof(fc.jsonValue(), spec.map(withSpec));
    fc.assert(
      fc.property(body, (value) => {
        try {
          return parseImageReview(value).images.length > 0;
        } catch (error) {
          return isAssayError(error, 'invalid-argument');
        }
      }),
    );
  });
});

describe('formatImageReview', () => {
  it.each([
    ['an admission', { allowed: true }, { allowed: true }],
    ['a denial', { allowed: false, reason: 'no' }, { allowed: false, reason: 'no' }],
    ['no empty reason', { allowed: true, reason: '' }, { allowed: true }],
    [
      'audit annotations',
      { allowed: false, reason: 'no', auditAnnotations: { decision: 'd' } },
      { allowed: false, reason: 'no', auditAnnotations: { decision: 'd' } },
    ],
  ])('prints %s', (_fact, answer, status) => {
    expect(formatImageReview(answer)).toEqual({
      apiVersion: 'imagepolicy.k8s.io/v1alpha1',
      kind: 'ImageReview',
      status,
    });
  });
});
