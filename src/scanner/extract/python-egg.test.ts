/** Zipped eggs, made here: what they say of themselves, and what is no egg. */
import { describe, expect, it } from 'vitest';
import { makeZip } from '../../../test/support/make-zip.ts';
import { readPythonEgg } from './python-egg.ts';

const PATH = 'usr/lib/python2.7/site-packages/six-1.4.egg';
const INFO = {
  name: 'EGG-INFO/PKG-INFO',
  text: 'Metadata-Version: 1.0\nName: six\nVersion: 1.4\n',
};

describe('a zipped egg', () => {
  it('is the package that its metadata name', () => {
    const { packages, problems } = readPythonEgg(
      makeZip([INFO, { name: 'six.py', text: '' }]),
      PATH,
    );
    expect(packages).toMatchObject([{ name: 'six', version: '1.4' }]);
    expect(problems).toEqual([]);
  });

  it.each<[string, Buffer, string]>([
    ['without metadata', makeZip([{ name: 'six.py', text: '' }]), 'it has no EGG-INFO/PKG-INFO'],
    ['that is cut off', makeZip([INFO]).subarray(0, 60), 'it is no whole zip archive'],
    ['whose metadata are damaged', makeZip([{ ...INFO, method: 12 }]), 'compressed by method 12'],
  ])('%s is fatal', (_fact, bytes, reason) => {
    const { packages, problems } = readPythonEgg(bytes, PATH);
    expect(packages).toEqual([]);
    expect(problems).toMatchObject([{ fatal: true, message: expect.stringContaining(reason) }]);
  });

  it('by its name alone is none', () => {
    expect(readPythonEgg(Buffer.from('a save of a game'), PATH)).toEqual({
      packages: [],
      problems: [],
    });
  });
});
