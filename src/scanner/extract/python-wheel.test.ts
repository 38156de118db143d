/** PEX files, made here: a program that is a zip archive with a list of wheels. */
import { describe, expect, it } from 'vitest';
import { makeZip } from '../../../test/support/make-zip.ts';
import { readPex } from './python-wheel.ts';

const PATH = 'opt/app/server.pex';
const INFO = {
  name: 'PEX-INFO',
  text: JSON.stringify({
    build_properties: { pex_version: '2.1.148' },
    distributions: {
      'requests-2.31.0-py3-none-any.whl': 'aa',
      'PyYAML-6.0.1-cp311-cp311-manylinux_2_17_x86_64.whl': 'bb',
    },
  }),
};

describe('a PEX file', () => {
  it.each([
    ['as it is', ''],
    ['behind its interpreter', '#!/usr/bin/env python3\n'],
  ])('is the wheels that it lists, %s', (_fact, before) => {
    const bytes = Buffer.concat([Buffer.from(before), makeZip([INFO])]);
    const { packages, problems } = readPex(bytes, PATH);
    expect(packages.map(({ name, version }) => `${name} ${version}`)).toEqual([
      'requests 2.31.0',
      'PyYAML 6.0.1',
    ]);
    expect(problems).toEqual([]);
  });

  it.each<[string, Buffer, string]>([
    ['without its list', makeZip([{ name: 'a.py', text: '' }]), 'no PEX-INFO'],
    ['whose list is no JSON', makeZip([{ ...INFO, text: '{' }]), 'it is no JSON'],
    ['that is cut off', makeZip([INFO]).subarray(0, 60), 'it is no whole zip archive'],
    [
      'that lists something else',
      makeZip([{ ...INFO, text: '{"distributions":{"../../etc/passwd":"x"}}' }]),
      'no wheel',
    ],
  ])('%s is fatal', (_fact, bytes, reason) => {
    const { packages, problems } = readPex(bytes, PATH);
    expect(packages).toEqual([]);
    expect(problems).toMatchObject([{ fatal: true, message: expect.stringContaining(reason) }]);
  });
});
