/** From what systems say of themselves to their ecosystems, purls and the end of their support. */
import { describe, expect, it } from 'vitest';
import { parseTime } from '../domain/time.ts';
import { readContentSets } from './extract/content-sets.ts';
import { readReleaseFile } from './extract/release-file.ts';
import { ecosystemProblems, readSystem, systemEcosystem } from './read-system.ts';
import { toSystemPackage } from './system-package.ts';
import { endOfLifeProblem, systemSupport } from './system-support.ts';

function system(id: string, versionId: string, prettyName = id): ReturnType<typeof readSystem> {
  return readSystem({ id, versionId, prettyName });
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

describe('ecosystems', () => {
  it.each<[string, string, string, string | undefined]>([
    ['debian', '12.5', 'Debian GNU/Linux 12', 'Debian:12'],
    ['debian', '', 'Debian GNU/Linux forky/sid', 'Debian:unreleased'],
    ['debian', '', 'Debian GNU/Linux', undefined],
    ['debian', '12x', '', undefined],
    ['ubuntu', '22.04', '', 'Ubuntu:22.04:LTS'],
    ['ubuntu', '23.10', '', 'Ubuntu:23.10'],
    ['ubuntu', '25.04', '', 'Ubuntu:25.04'],
    ['alpine', '3.18.4', '', 'Alpine:v3.18'],
    ['alpine', '3.21_alpha20240807', '', 'Alpine:edge'],
    ['wolfi', '20230201', '', 'Wolfi'],
    ['chainguard', '20230214', '', 'Chainguard'],
    ['minimos', '', '', 'MinimOS'],
    ['alpaquita', '23', '', 'Alpaquita:23'],
    ['alpaquita', 'stream', '', 'Alpaquita:stream'],
    ['bellsoft-hardened-containers', '25', '', 'BellSoft Hardened Containers:25'],
    ['rhel', '9.4', '', 'Red Hat:enterprise_linux:9'],
    ['centos', '7', 'CentOS Linux 7 (Core)', 'CentOS:7'],
    ['centos', '8', 'CentOS Stream 8', 'CentOS Stream:8'],
    ['centos', '9', 'CentOS Stream 9', 'CentOS Stream:9'],
    ['almalinux', '9.3', '', 'AlmaLinux:9'],
    ['rocky', '8.9', '', 'Rocky Linux:8'],
    ['ol', '9.3', '', 'Oracle Linux:9'],
    ['amzn', '2023', '', 'Amazon Linux:2023'],
    ['amzn', '2', '', 'Amazon Linux:2'],
    ['amzn', '2018.03', '', 'Amazon Linux:1'],
    ['fedora', '40', '', 'Fedora:40'],
    ['opensuse-leap', '15.5', '', 'openSUSE:Leap 15.5'],
    ['opensuse-tumbleweed', '20240101', '', 'openSUSE:Tumbleweed'],
    ['sles', '15.5', '', 'SUSE:Linux Enterprise Server 15 SP5'],
    ['sles', '16.0', '', 'SUSE:Linux Enterprise Server 16.0'],
    ['sle-micro', '5.5', '', 'SUSE:Linux Enterprise Micro 5.5'],
    ['photon', '5.0', '', 'Photon OS:5.0'],
    ['azurelinux', '3.0', '', 'Azure Linux:3'],
    ['mariner', '2.0', '', 'Azure Linux:2'],
    ['openeuler', '22.03', 'openEuler 22.03 (LTS-SP3)', 'openEuler:22.03-LTS-SP3'],
    ['plan9', '4', '', undefined],
    ['constructor', '1', '', undefined],
    ['', '', '', undefined],
  ])('%s %s (%s) is %s', (id, version, name, ecosystem) => {
    const known = system(id, version, name);
    expect(known.ecosystem?.name).toBe(ecosystem);
    expect(known.unsupported === undefined).toBe(ecosystem !== undefined);
    expect(systemEcosystem(known.system)).toBe(ecosystem);
  });

  it('packages of Ubuntu Pro make it the subscriber’s', () => {
    const known = readSystem({ id: 'ubuntu', versionId: '18.04', prettyName: '' }, { pro: true });
    expect(known.ecosystem?.name).toBe('Ubuntu:Pro:18.04:LTS');
    expect(ecosystemProblems(known, [])).toMatchObject([{ code: 'ubuntu-pro', fatal: false }]);
  });

  it('where advisories are kept by something that packages do not say, no answer is whole', () => {
    const problems = ecosystemProblems(system('sles_sap', '15.5'), []);
    expect(problems).toMatchObject([{ code: 'advisories-partial', fatal: true }]);
    expect(ecosystemProblems(system('sles', '15.5'), [])).toEqual([]);
    expect(ecosystemProblems(system('debian', '12'), [])).toEqual([]);
  });

  it.each([
    ['of a release', ['rhel-9-for-x86_64-baseos-rpms', 'rhel-9-for-aarch64-appstream-rpms'], []],
    ['of UBI', ['ubi-8-baseos-rpms', 'ubi-8-codeready-builder-rpms'], []],
    ['of release 7', ['rhel-7-server-rpms', 'rhel-7-server-optional-rpms'], []],
    ['of none', undefined, [['content-sets-unknown', false]]],
    ['of EUS', ['rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2'], [['advisories-partial', true]]],
    [
      'of another product',
      ['rhel-8-for-x86_64-baseos-rpms', 'rhocp-4.12-for-rhel-8-x86_64-rpms'],
      [['advisories-partial', true]],
    ],
  ])('content sets %s', (_, contentSets, wanted) => {
    const release = { id: 'rhel', versionId: '9.4', prettyName: 'RHEL 9.4' };
    const known = readSystem(release, contentSets === undefined ? {} : { contentSets });
    const problems = ecosystemProblems(known, []);
    expect(problems.map(({ code, fatal }) => [code, fatal])).toEqual(wanted);
  });

  it('packages of modules are noted where advisories name none', () => {
    const packages = [{ modularity: 'nodejs:18:1:x' }, {}];
    const problems = ecosystemProblems(system('almalinux', '9'), packages);
    expect(problems).toMatchObject([{ code: 'modules-not-compared', fatal: false }]);
    expect(ecosystemProblems(system('almalinux', '9'), [{}])).toEqual([]);
  });
});

describe('packages', () => {
  const item = {
    name: 'openssl-libs',
    version: '1:3.0.7-27.el9',
    architecture: 'x86_64',
    source: 'openssl',
    sourceVersion: '1:3.0.7-27.el9',
  };

  it('an epoch and a module are qualifiers of an rpm’s purl', () => {
    const module = { ...item, modularity: 'nodejs:18:9040020240807131341:rhel9' };
    expect(toSystemPackage(module, 'rpm', system('rhel', '9.4')).purl).toBe(
      'pkg:rpm/redhat/openssl-libs@3.0.7-27.el9?arch=x86_64&distro=rhel-9.4&epoch=1' +
        '&rpmmod=nodejs:18',
    );
    expect(toSystemPackage({ ...item, version: '1:2-3' }, 'deb', system('debian', '12')).purl).toBe(
      'pkg:deb/debian/openssl-libs@1:2-3?arch=x86_64&distro=debian-12',
    );
  });

  it.each<[string, string]>([
    ['almalinux', 'openssl-libs'],
    ['rocky', 'openssl'],
    ['opensuse-leap', 'openssl'],
  ])('advisories of %s name %s', (id, name) => {
    expect(toSystemPackage(item, 'rpm', system(id, '9.3')).source.name).toBe(name);
  });

  it('of another kind than the system’s have no ecosystem', () => {
    expect(toSystemPackage(item, 'rpm', system('debian', '12'))).not.toHaveProperty('ecosystem');
  });
});

describe('files without os-release', () => {
  it.each([
    ['etc/debian_version', '12.5\n', 'debian', '12.5'],
    ['etc/debian_version', 'trixie/sid\n', 'debian', ''],
    ['etc/alpine-release', '3.18.4\n', 'alpine', '3.18.4'],
    ['etc/centos-release', 'CentOS Linux release 7.9.2009 (Core)\n', 'centos', '7.9.2009'],
    ['etc/redhat-release', 'Red Hat Enterprise Linux release 8.9 (Ootpa)', 'rhel', '8.9'],
    ['etc/redhat-release', 'Red Hat Enterprise Linux Server release 7.9 (Maipo)', 'rhel', '7.9'],
    ['usr/lib/fedora-release', 'Fedora release 40 (Forty)', 'fedora', '40'],
    ['etc/system-release', 'Something else release 4', '', ''],
    ['etc/lsb-release', 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE="22.04"\n', 'ubuntu', '22.04'],
    ['etc/lsb-release', '\u0000junk', '', ''],
    ['etc/redhat-release', '', '', ''],
  ])('%s: %j', (path, text, id, versionId) => {
    expect(readReleaseFile(bytes(text), path)).toMatchObject({ id, versionId });
  });
});

it.each<[string, readonly string[]]>([
  [
    '{"content_sets": ["rhel-9-for-x86_64-baseos-rpms", 7, "a b"]}',
    ['rhel-9-for-x86_64-baseos-rpms'],
  ],
  ['{"content_sets": {"x86_64": ["a"], "aarch64": ["b"]}}', ['a', 'b']],
  ['{"__proto__": {"content_sets": ["a"]}}', []],
  ['{"content_sets": null}', []],
  ['junk', []],
])('content sets of %s', (text, sets) => {
  expect(readContentSets(bytes(text))).toEqual(sets);
});

describe('end of life', () => {
  const at = (day: string): number => parseTime(`${day}T12:00:00Z`);

  it.each<[string, string, string, boolean | undefined]>([
    ['alpine', '3.10.9', '2026-11-25', true],
    ['alpine', '3.20.1', '2026-11-25', true],
    ['alpine', '3.20.1', '2026-04-01', false],
    ['alpine', '3.20.1', '2026-04-02', true],
    ['alpine', '3.22.0', '2026-11-25', false],
    ['debian', '11', '2026-11-25', true],
    ['debian', '12', '2026-11-25', false],
    ['centos', '7', '2026-11-25', true],
    ['ubuntu', '18.04', '2026-11-25', true],
    ['wolfi', '', '2026-11-25', undefined],
    ['plan9', '4', '2026-11-25', undefined],
  ])('%s %s on %s: %s', (id, version, day, ended) => {
    const known = system(id, version).system;
    expect(systemSupport(known, at(day))?.ended).toBe(ended);
    expect(endOfLifeProblem(known, at(day)) !== undefined).toBe(ended === true);
  });

  it('what a maker sells is said', () => {
    const problem = endOfLifeProblem(system('ubuntu', '18.04').system, at('2026-11-25'));
    expect(problem?.message).toContain('ended on 2023-05-31; its maker sells it until 2028-04-30');
    expect(problem?.fatal).toBe(false);
  });

  it('a system that packages of a Red Hat release are of', () => {
    const sets = readSystem(
      { id: 'rhel', versionId: '7.9', prettyName: 'RHEL' },
      { contentSets: ['rhel-7-server-rpms'] },
    );
    expect(sets.system.contentSets).toEqual(['rhel-7-server-rpms']);
    expect(systemSupport(sets.system, at('2026-11-25'))?.ended).toBe(true);
  });
});
