/** Which purls are one package, and which are refused. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isAssayError } from '../domain/error.ts';
import { formatPackageUrl, languagePackageUrl } from './package-url.ts';
import { parsePackageUrl } from './parse-package-url.ts';

it.each([
  ['case of the scheme and the type', 'PKG:DEB/debian/curl@1', 'pkg:deb/debian/curl@1'],
  ['case of names where the type has none', 'pkg:deb/Debian/Curl@1', 'pkg:deb/debian/curl@1'],
  ['slashes after the scheme', 'pkg://npm/lodash@1', 'pkg:npm/lodash@1'],
  ['percent encoding', 'pkg:npm/%40angular/core@1', 'pkg:npm/@angular/core@1'],
  ['order of qualifiers', 'pkg:apk/alpine/a@1?b=2&a=1', 'pkg:apk/alpine/a@1?a=1&b=2'],
  ['empty qualifiers', 'pkg:apk/alpine/a@1?b=', 'pkg:apk/alpine/a@1'],
  ['underscores of PyPI', 'pkg:pypi/typing_extensions@4', 'pkg:pypi/Typing-Extensions@4'],
  ['the v of Go', 'pkg:golang/golang.org/x/net@v0.1.0', 'pkg:golang/golang.org/x/net@0.1.0'],
  ['that a jar is a jar', 'pkg:maven/org.x/a@1?type=jar', 'pkg:maven/org.x/a@1'],
  ['a colon in a version', 'pkg:deb/debian/a@1%3A2-3', 'pkg:deb/debian/a@1:2-3'],
])('does not mind %s', (_fact, one, other) => {
  expect(parsePackageUrl(one)).toEqual(parsePackageUrl(other));
});

it.each([
  ['a version', 'pkg:npm/lodash@1', 'pkg:npm/lodash'],
  ['a qualifier', 'pkg:deb/debian/a@1?arch=amd64', 'pkg:deb/debian/a@1'],
  ['that a pom is none', 'pkg:maven/org.x/a@1?type=pom', 'pkg:maven/org.x/a@1'],
  ['a subpath', 'pkg:golang/golang.org/x/net@1#html', 'pkg:golang/golang.org/x/net@1'],
  ['a namespace', 'pkg:npm/%40angular/core@1', 'pkg:npm/core@1'],
  ['a Cyrillic letter', 'pkg:deb/debian/curl@1', 'pkg:deb/debian/\u0441url@1'],
  ['the sign for Kelvin', 'pkg:deb/debian/kmod@1', 'pkg:deb/debian/\u212Amod@1'],
  ['a wide letter', 'pkg:deb/debian/curl@1', 'pkg:deb/debian/\uFF43url@1'],
  ['another version', 'pkg:deb/debian/a@1', 'pkg:deb/debian/a@1.0'],
])('minds %s', (_fact, one, other) => {
  expect(parsePackageUrl(one)).not.toEqual(parsePackageUrl(other));
});

it.each([
  ['pkg:', 'has no type'],
  ['pkg:deb', 'has no name'],
  ['pkg:deb/', 'has no name'],
  ['pkg:deb/debian/', 'has no name'],
  ['pkg:deb/debian/@1', 'has no name'],
  ['pkg:npm/@1.0', 'has no name'],
  ['pkg:npm/*@1.0', 'has a *'],
  ['pkg:npm/lodash@*', 'has a *'],
  ['pkg:npm/lodash@1.%2A', 'has a *'],
  ['pkg:npm/a%ff@1', 'percent-encoded'],
  ['pkg:npm/a%00@1', 'control characters'],
  ['pkg:npm/a?x=1&x=2', 'twice'],
  ['pkg:npm/a?=2', 'KEY=VALUE'],
  ['npm/lodash', 'is no package URL'],
  [`pkg:npm/${'a'.repeat(3000)}`, 'at most 2048'],
])('refuses %s', (text, problem) => {
  expect(() => parsePackageUrl(text)).toThrow(problem);
});

it('reads back what is printed for packages', () => {
  const texts = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
  fc.assert(
    fc.property(texts, texts, (name, version) => {
      const printed = languagePackageUrl({ type: 'npm', name, version });
      const again = readOrRefuse(printed);
      if (again === undefined) return;
      const { type, namespace, name: last } = again;
      const parts = { type, namespace, name: last, version: again.version ?? '', qualifiers: {} };
      expect(formatPackageUrl(parts)).toBe(printed);
    }),
  );
});

it('throws nothing but refusals, whatever the text', () => {
  fc.assert(fc.property(fc.string(), (text) => void readOrRefuse(`pkg:${text}`)));
});

function readOrRefuse(text: string): ReturnType<typeof parsePackageUrl> | undefined {
  try {
    return parsePackageUrl(text);
  } catch (error) {
    if (isAssayError(error, 'invalid-advisory')) return undefined;
    throw error;
  }
}
