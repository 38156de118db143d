/** purls as the specification and its known examples have them. */
import { expect, it } from 'vitest';
import { formatPackageUrl, languagePackageUrl } from './package-url.ts';

it.each([
  ['libssl3', '3.0.11-1', 'pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12'],
  [
    'libstdc++6',
    '12.2.0-14',
    'pkg:deb/debian/libstdc%2B%2B6@12.2.0-14?arch=amd64&distro=debian-12',
  ],
  [
    'bsdutils',
    '1:2.38.1-5+deb12u3',
    'pkg:deb/debian/bsdutils@1:2.38.1-5%2Bdeb12u3?arch=amd64&distro=debian-12',
  ],
  ['tilde', '1.0~rc1', 'pkg:deb/debian/tilde@1.0~rc1?arch=amd64&distro=debian-12'],
  [
    'odd',
    "a b/c@d'(*)",
    'pkg:deb/debian/odd@a%20b%2Fc%40d%27%28%2A%29?arch=amd64&distro=debian-12',
  ],
])('deb %s %s', (name, version, purl) => {
  const qualifiers = { distro: 'debian-12', arch: 'amd64' };
  expect(formatPackageUrl({ type: 'deb', namespace: 'debian', name, version, qualifiers })).toBe(
    purl,
  );
});

it('leaves out an empty namespace and empty qualifiers', () => {
  const parts = {
    type: 'apk',
    namespace: '',
    name: 'musl',
    version: '1-r0',
    qualifiers: { arch: '' },
  };
  expect(formatPackageUrl(parts)).toBe('pkg:apk/musl@1-r0');
});

it.each([
  ['npm', '@types/node', 'pkg:npm/%40types/node@1.0'],
  ['maven', 'org.slf4j:slf4j-api', 'pkg:maven/org.slf4j/slf4j-api@1.0'],
  ['cocoapods', 'Firebase/Core/Sub', 'pkg:cocoapods/Firebase@1.0#Core/Sub'],
  ['cocoapods', 'Alamofire', 'pkg:cocoapods/Alamofire@1.0'],
  ['ebuild', 'dev-lang/go', 'pkg:ebuild/dev-lang/go@1.0'],
  ['terraform', 'host.example/a/b', 'pkg:terraform/host.example/a/b@1.0'],
])('%s %s', (type, name, purl) => {
  expect(languagePackageUrl({ type, name, version: '1.0' })).toBe(purl);
});
