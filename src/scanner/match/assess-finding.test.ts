/** Which statements count for which finding, and which of several stands. */
import { describe, expect, it } from 'vitest';
import type { Digest } from '../../domain/digest.ts';
import type { VexProduct } from '../../domain/vex-document.ts';
import { identifyProduct, withinProduct } from '../advisories/vex-product.ts';
import { parsePackageUrl } from '../parse-package-url.ts';
import {
  assessFinding,
  type AuthoredStatement,
  indexStatements,
  type VexSubject,
} from './assess-finding.ts';

const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}` as Digest;
const IMAGE = { digests: new Set([digest('a')]), repository: 'registry.example/team/app' };
const FINDING: VexSubject = {
  advisoryId: 'DEBIAN-CVE-2024-0001',
  aliases: ['CVE-2024-0001'],
  package: {
    purl: 'pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12',
    source: { name: 'openssl', version: '3.0.11-1' },
  },
};

function products(...purls: string[]): readonly VexProduct[] {
  const readings = purls.map((text) => {
    const [whole = '', part] = text.split(' > ').map((one) => one);
    const product = identifyProduct({ purl: parsePackageUrl(whole) });
    return part === undefined
      ? product
      : withinProduct(product, identifyProduct({ purl: parsePackageUrl(part) }));
  });
  return readings.filter((one) => typeof one !== 'string');
}

function statement(change: Partial<AuthoredStatement> = {}): AuthoredStatement {
  return {
    vulnerability: 'CVE-2024-0001',
    aliases: [],
    products: products('pkg:deb/debian/libssl3'),
    status: 'not_affected',
    impact: 'because',
    author: 'team',
    document: 'd',
    version: '1',
    time: 1,
    ...change,
  };
}

function statusOf(statements: readonly AuthoredStatement[], finding = FINDING): string {
  return assessFinding(finding, IMAGE, indexStatements(statements))?.status ?? 'none';
}

describe('a product', () => {
  const own = `pkg:oci/app@${digest('a')}`;
  it.each([
    ['the package in any version', 'pkg:deb/debian/libssl3', true],
    ['its very version', 'pkg:deb/debian/libssl3@3.0.11-1', true],
    ['its architecture', 'pkg:deb/debian/libssl3@3.0.11-1?arch=amd64', true],
    ['its source', 'pkg:deb/debian/openssl@3.0.11-1?arch=source', true],
    ['the image', own, true],
    ['the image in another registry', `${own}?repository_url=mirror.example/app`, true],
    ['the repository', 'pkg:oci/app?repository_url=registry.example/team/app', true],
    ['the package in the image', `${own} > pkg:deb/debian/libssl3`, true],
    ['another version', 'pkg:deb/debian/libssl3@3.0.11', false],
    ['another architecture', 'pkg:deb/debian/libssl3?arch=arm64', false],
    ['a qualifier that is not known', 'pkg:deb/debian/libssl3?checksum=sha256:0', false],
    ['another distribution', 'pkg:deb/ubuntu/libssl3', false],
    ['another type', 'pkg:generic/libssl3', false],
    ['the name of its source', 'pkg:deb/debian/openssl', false],
    ['a look-alike', 'pkg:deb/debian/l\u0456bssl3', false],
    ['another image', `pkg:oci/app@${digest('b')}`, false],
    [
      'another image of the same repository',
      `pkg:oci/app@${digest('b')}?repository_url=registry.example/team/app`,
      false,
    ],
    ['a repository that ends the same', 'pkg:oci/app?repository_url=evil.example/team/app', false],
    ['the package in another image', `pkg:oci/app@${digest('b')} > pkg:deb/debian/libssl3`, false],
    ['another package in the image', `${own} > pkg:deb/debian/curl`, false],
  ])('%s: %s', (_fact, purl, counts) => {
    const one = statement({ products: products(purl) });
    expect(statusOf([one])).toBe(counts ? 'not_affected' : 'none');
  });
});

describe('a vulnerability', () => {
  it.each([
    ['by its alias', { vulnerability: 'CVE-2024-0001' }, true],
    ['by the advisory', { vulnerability: 'DEBIAN-CVE-2024-0001' }, true],
    ['in other case', { vulnerability: 'cve-2024-0001' }, true],
    ["by the statement's alias", { vulnerability: 'X-1', aliases: ['CVE-2024-0001'] }, true],
    ['by another id', { vulnerability: 'CVE-2024-00010' }, false],
  ])('%s', (_fact, change, counts) => {
    expect(statusOf([statement(change)])).toBe(counts ? 'not_affected' : 'none');
  });

  const several = { ...FINDING, advisoryId: 'DSA-1', aliases: ['CVE-2024-0001', 'CVE-2024-0002'] };
  it('one of several in an advisory leaves the others', () => {
    expect(statusOf([statement()], several)).toBe('none');
    expect(statusOf([statement({ aliases: ['DSA-1'] })], several)).toBe('none');
  });
  it('all of them, or the advisory itself, clear it', () => {
    const second = statement({ vulnerability: 'CVE-2024-0002' });
    expect(statusOf([statement(), second], several)).toBe('not_affected');
    expect(statusOf([statement({ vulnerability: 'DSA-1' })], several)).toBe('not_affected');
  });
  it('one that is affected leaves all open', () => {
    const second = statement({ vulnerability: 'CVE-2024-0002', status: 'affected' });
    const whole = statement({ vulnerability: 'DSA-1' });
    expect(statusOf([statement(), second, whole], several)).toBe('affected');
  });
});

describe('of several statements', () => {
  const affected = statement({ status: 'affected' });
  it('the latest stands', () => {
    expect(statusOf([affected, statement({ time: 2 })])).toBe('not_affected');
    expect(statusOf([statement(), { ...affected, time: 2 }])).toBe('affected');
  });
  it('at one time the later version', () => {
    expect(statusOf([affected, statement({ version: '10' }), statement({ version: '9' })])).toBe(
      'not_affected',
    );
  });
  it('at one time and version the one that is affected', () => {
    expect(statusOf([statement(), affected])).toBe('affected');
  });
  it('the one that is closest to the finding goes before later ones', () => {
    const close = statement({
      products: products(`pkg:oci/app@${digest('a')} > pkg:deb/debian/libssl3`),
    });
    expect(statusOf([close, { ...affected, time: 9 }])).toBe('not_affected');
  });
  it('where authors differ, affected stands', () => {
    expect(statusOf([statement({ time: 9 }), { ...affected, author: 'vendor' }])).toBe('affected');
  });
  it('who is still looking does not contradict', () => {
    const looking = statement({ status: 'under_investigation', author: 'vendor', time: 9 });
    expect(statusOf([statement(), looking])).toBe('not_affected');
  });
});

it('a package whose name is no purl is named by no statement', () => {
  const purl = 'pkg:deb/debian/%2A@1';
  const finding = { ...FINDING, package: { ...FINDING.package, purl } };
  expect(statusOf([statement()], finding)).toBe('none');
  const image = statement({ products: products(`pkg:oci/app@${digest('a')}`) });
  expect(statusOf([image], finding)).toBe('not_affected');
});
