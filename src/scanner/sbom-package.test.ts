/** A bill's components become packages that advisories know. */
import { describe, expect, it } from 'vitest';
import { GIVEN_SBOM } from '../domain/software-package.ts';
import { readGivenSbom } from './extract/sbom-file.ts';
import { toSbomPackage } from './sbom-package.ts';

const place = { path: GIVEN_SBOM, origin: 'installed' } as const;

function packageOf(component: object, ...more: readonly object[]) {
  const bill = { bomFormat: 'CycloneDX', components: [...more, { type: 'library', ...component }] };
  const [item] = readGivenSbom(Buffer.from(JSON.stringify(bill)), GIVEN_SBOM).packages;
  if (item?.purl === undefined) throw new Error('no package');
  const { ecosystem, name, version, source } = toSbomPackage({ ...item, purl: item.purl }, place);
  return `${ecosystem} ${name} ${version} ${source.name} ${source.version}`;
}

const TRIVY = (name: string, value: string) => ({ name: `aquasecurity:trivy:${name}`, value });
const ALPINE = { type: 'operating-system', name: 'alpine', version: '3.18.4' };

describe('the ecosystem, name and source of', () => {
  it.each<[string, object, readonly object[], string]>([
    [
      'a package of Debian by its distro',
      { purl: 'pkg:deb/debian/libssl3@3.0.20-1?distro=debian-12&upstream=openssl' },
      [],
      'Debian:12 libssl3 3.0.20-1 openssl 3.0.20-1',
    ],
    [
      'one of Trivy, whose distro is a version alone',
      {
        purl: 'pkg:apk/alpine/libcrypto3@3.1.4-r0?distro=3.18.4',
        properties: [TRIVY('SrcName', 'openssl'), TRIVY('SrcVersion', '3.1.4-r0')],
      },
      [],
      'Alpine:v3.18 libcrypto3 3.1.4-r0 openssl 3.1.4-r0',
    ],
    [
      'one without a distro in a bill of a system',
      { purl: 'pkg:apk/alpine/busybox@1.36.1-r2' },
      [ALPINE],
      'Alpine:v3.18 busybox 1.36.1-r2 busybox 1.36.1-r2',
    ],
    [
      'one without any',
      { purl: 'pkg:apk/alpine/busybox@1.36.1-r2' },
      [],
      'undefined busybox 1.36.1-r2 busybox 1.36.1-r2',
    ],
    [
      'an rpm with an epoch, by its source’s file',
      {
        purl:
          'pkg:rpm/rocky/bind-libs@9.11.26-4.el8?epoch=32&distro=rocky-8.4' +
          '&upstream=bind-9.11.26-4.el8.src.rpm',
      },
      [],
      'Rocky Linux:8 bind-libs 32:9.11.26-4.el8 bind 32:9.11.26-4.el8',
    ],
    ['a scoped package', { purl: 'pkg:npm/%40a/b@1' }, [], 'npm @a/b 1 @a/b 1'],
    ['Maven’s', { purl: 'pkg:maven/g.h/a@1' }, [], 'Maven g.h:a 1 g.h:a 1'],
    ['Bitnami’s', { purl: 'pkg:bitnami/redis@7.0.0' }, [], 'Bitnami redis 7.0.0 redis 7.0.0'],
    ['what OSV has not', { purl: 'pkg:generic/x@1' }, [], 'undefined x 1 x 1'],
  ])('%s', (_, component, more, expected) => {
    expect(packageOf(component, ...more)).toBe(expected);
  });
});
