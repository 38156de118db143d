/** Bodies that no API server sends, each with what a denial must say of it. */

/** Kind and version of the reviews that are understood. */
export const REVIEW_API = 'imagepolicy.k8s.io/v1alpha1';

/** A review with one thing other than it should be. */
export function reviewOf(spec: object, more: object = {}): string {
  return JSON.stringify({ apiVersion: REVIEW_API, kind: 'ImageReview', spec, ...more });
}

/** A review of one image, which may be anything. */
export function reviewOfImage(text: unknown): string {
  return reviewOf({ containers: [{ image: text }] });
}

/** What the body is, the body, and what the denial matches. */
export const ODD_REVIEWS: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
  ['empty', '', /no body/],
  ['HTML', '<html><body>502 Bad Gateway</body></html>', /not JSON/],
  ['truncated JSON', '{"kind":"ImageReview","apiVersion":', /not JSON/],
  [
    'two documents',
    `${reviewOfImage('good.example/a')}${reviewOfImage('good.example/a')}`,
    /not JSON/,
  ],
  ['a byte order mark and nothing', '\ufeff', /not JSON/],
  ['null', 'null', /null/],
  ['a list', '[]', /a list/],
  ['a number', '1', /number/],
  ['a text', '"ImageReview"', /the body/],
  ['true', 'true', /boolean/],
  ['no kind', '{}', /kind is missing/],
  ['an AdmissionReview', '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}', /kind/],
  ['another version', '{"kind":"ImageReview","apiVersion":"imagepolicy.k8s.io/v1"}', /apiVersion/],
  ['kind of a list', `{"kind":["ImageReview"],"apiVersion":"${REVIEW_API}"}`, /kind is a list/],
  ['no spec', `{"kind":"ImageReview","apiVersion":"${REVIEW_API}"}`, /spec is missing/],
  ['spec null', `{"kind":"ImageReview","apiVersion":"${REVIEW_API}","spec":null}`, /spec is null/],
  ['no containers', reviewOf({}), /spec.containers/],
  ['containers empty', reviewOf({ containers: [] }), /spec.containers/],
  [
    'containers an object',
    reviewOf({ containers: { image: 'good.example/a' } }),
    /spec.containers/,
  ],
  ['a container null', reviewOf({ containers: [null] }), /spec.containers\[0\]/],
  ['a container a text', reviewOf({ containers: ['good.example/a'] }), /spec.containers\[0\]/],
  ['a container without image', reviewOf({ containers: [{ name: 'a' }] }), /image/],
  ['an image null', reviewOfImage(null), /image/],
  ['an image of a number', reviewOfImage(1), /spec.containers\[0\].image/],
  ['an image of an object', reviewOfImage({ a: 1 }), /spec.containers\[0\].image/],
  ['an empty image', reviewOfImage(''), /image/],
  ['an image of 5000 characters', reviewOfImage(`good.example/${'a'.repeat(5000)}`), /4096/],
  ['an image with NUL', reviewOfImage('good.example/a\u0000'), /good\.example/],
  [
    'an image with control characters',
    reviewOfImage('good.example/a\u001b[2J\r\n'),
    /good\.example/,
  ],
  ['an image with a lone surrogate', reviewOfImage('good.example/\ud800'), /good\.example/],
  [
    'an image with a newline and a good one',
    reviewOfImage('evil.example/a\ngood.example/a'),
    /evil/,
  ],
  ['an image of blanks', reviewOfImage(' good.example/a'), /good\.example/],
  ['an image with a scheme', reviewOfImage('https://good.example/a'), /did you mean|good\.example/],
  [
    '600 containers',
    reviewOf({ containers: Array.from({ length: 600 }, () => ({ image: 'good.example/a' })) }),
    /512/,
  ],
  [
    'one bad image among good ones',
    reviewOf({ containers: [{ image: 'good.example/a' }, { image: 'evil.example/a' }] }),
    /evil/,
  ],
  [
    'annotations a list',
    reviewOf({ containers: [{ image: 'good.example/a' }], annotations: [] }),
    /annotations/,
  ],
  [
    'annotations a text',
    reviewOf({ containers: [{ image: 'good.example/a' }], annotations: 'x' }),
    /annotations/,
  ],
  [
    'an annotation of an object',
    reviewOf({ containers: [{ image: 'a' }], annotations: { 'a.image-policy.k8s.io/b': {} } }),
    /annotations/,
  ],
  [
    'a break-glass annotation that is no text',
    reviewOf({
      containers: [{ image: 'evil.example/a' }],
      annotations: { 'alpha.image-policy.k8s.io/break-glass': true },
    }),
    /annotations/,
  ],
  [
    'a namespace of a number',
    reviewOf({ containers: [{ image: 'a' }], namespace: 1 }),
    /namespace/,
  ],
  [
    'a namespace of 10,000 characters',
    reviewOf({ containers: [{ image: 'a' }], namespace: 'n'.repeat(10_000) }),
    /namespace/,
  ],
  ['lists nested 100,000 deep', '['.repeat(100_000) + ']'.repeat(100_000), /a list/],
  ['lists nested 1,000,000 deep and cut off', '['.repeat(1_000_000), /not JSON/],
  [
    'a spec nested 100,000 deep',
    `{"kind":"ImageReview","apiVersion":"${REVIEW_API}","spec":${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}}`,
    /spec.containers/,
  ],
  ['invalid UTF-8', Buffer.from('7b226b696e64223aff7d', 'hex'), /not JSON|UTF-8/],
  ['UTF-16', Buffer.from(reviewOfImage('good.example/a'), 'utf16le'), /not JSON/],
  ['gzip', Buffer.from('1f8b0800000000000003ab0200', 'hex'), /not JSON|UTF-8/],
  [
    'a duplicate key, the last one bad',
    `{"kind":"ImageReview","apiVersion":"${REVIEW_API}","spec":{"containers":[{"image":"good.example/a"}],` +
      '"containers":[{"image":"evil.example/a"}]}}',
    /evil|twice|duplicate/,
  ],
  [
    'a duplicate key, the first one bad',
    `{"kind":"ImageReview","apiVersion":"${REVIEW_API}","spec":{"containers":[{"image":"evil.example/a"}],` +
      '"containers":[{"image":"evil.example/b"}]}}',
    /evil|twice|duplicate/,
  ],
  [
    'a spec as prototype',
    `{"kind":"ImageReview","apiVersion":"${REVIEW_API}","__proto__":{"spec":{"containers":` +
      '[{"image":"good.example/a"}]}}}',
    /spec is missing/,
  ],
  [
    'an image as prototype',
    `{"kind":"ImageReview","apiVersion":"${REVIEW_API}","spec":{"containers":` +
      '[{"__proto__":{"image":"good.example/a"}}]}}',
    /image/,
  ],
  [
    'a break-glass as prototype',
    `{"kind":"ImageReview","apiVersion":"${REVIEW_API}","spec":{"containers":[{"image":"evil.example/a"}],` +
      '"annotations":{"__proto__":{"alpha.image-policy.k8s.io/break-glass":"true"}}}}',
    /evil|annotations/,
  ],
];
