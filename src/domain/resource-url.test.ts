/** The scheme of a resource URL is optional; nothing else of it is. */
import { describe, expect, it } from 'vitest';
import { parseResourceUrl, resourceKey } from './resource-url.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

describe('parseResourceUrl', () => {
  it.each([
    ['an image', `gcr.io/p/app@${DIGEST}`, { name: 'gcr.io/p/app', digest: DIGEST }],
    [
      'an image with scheme',
      `https://gcr.io/p/app@${DIGEST}`,
      { name: 'gcr.io/p/app', digest: DIGEST },
    ],
    ['a short name', `nginx@${DIGEST}`, { name: 'docker.io/library/nginx', digest: DIGEST }],
    ['a tagged image', 'https://gcr.io/p/app:v1', {}],
    ['a tag and a digest', `gcr.io/p/app:v1@${DIGEST}`, {}],
    ['a digest that is short', 'gcr.io/p/app@sha256:ab', {}],
    ['something else', 'https://example.com/a?b=c@d', {}],
  ])('reads %s', (_fact, text, image) => {
    expect(parseResourceUrl(text)).toEqual({ uri: text.replace('https://', ''), ...image });
  });

  it.each([
    ['http stays', 'http://gcr.io/p/app'],
    ['git stays', 'git+https://example.com/r'],
    ['a second scheme stays', 'HTTPS://https://x'],
  ])('drops https only: %s', (_fact, text) => {
    expect(parseResourceUrl(text).uri).toBe(text.replace('HTTPS://', ''));
  });

  it.each([
    ['nothing', '', 'is empty'],
    ['a scheme only', 'https://', 'is empty'],
    ['a line end', 'gcr.io/p\n', 'control characters'],
    ['too much', 'a'.repeat(4097), 'at most 4096'],
  ])('refuses %s', (_fact, text, part) => {
    expect(() => parseResourceUrl(text)).toThrow(part);
  });
});

describe('resourceKey', () => {
  it.each([
    ['another registry', `HTTPS://gcr.io/p/app@${DIGEST}`, `gcr.io/p/app@${DIGEST}`],
    ['Docker Hub’s old host', `https://index.docker.io/a/b@${DIGEST}`, `docker.io/a/b@${DIGEST}`],
    ['Docker Hub without user', `docker.io/nginx@${DIGEST}`, `docker.io/library/nginx@${DIGEST}`],
    ['no host', `nginx@${DIGEST}`, `docker.io/library/nginx@${DIGEST}`],
    ['a piece of a name', 'https://index.docker.io/a', 'docker.io/a'],
    ['a registry on this machine', `localhost/a@${DIGEST}`, `localhost/a@${DIGEST}`],
    ['no image', 'https://example.com/a?b=c@d', 'example.com/a?b=c@d'],
  ])('is one for all names of an image: %s', (_fact, text, key) => {
    expect(resourceKey(text)).toBe(key);
  });
});
