/** Parts of releases that are looked up as their release. */
import { expect, it } from 'vitest';
import { wholeEcosystem } from './advisory-ecosystem.ts';

it.each([
  ['Red Hat:enterprise_linux:9::appstream', 'Red Hat:enterprise_linux:9'],
  ['Red Hat:rhel_eus:9.2::baseos', 'Red Hat:rhel_eus:9.2'],
  ['Red Hat:enterprise_linux:9', 'Red Hat:enterprise_linux:9'],
  ['SUSE:Linux Enterprise Module for Basesystem 15 SP5', 'SUSE:Linux Enterprise Server 15 SP5'],
  [
    'SUSE:Linux Enterprise Module for Web and Scripting 12',
    'SUSE:Linux Enterprise Module for Web and Scripting 12',
  ],
  ['SUSE:Linux Enterprise Server 15 SP4-LTSS', 'SUSE:Linux Enterprise Server 15 SP4'],
  ['SUSE:Linux Enterprise Micro 5.5', 'SUSE:Linux Enterprise Micro 5.5'],
  ['Debian:12', 'Debian:12'],
])('%s is %s', (ecosystem, whole) => {
  expect(wholeEcosystem(ecosystem)).toBe(whole);
});
