import { expect, it } from 'vitest';

import { versionBeside } from './installed-version.ts';

it.each([
  ['PyPI', '2.0.1+cpu', ['0', '2.0.1'], '2.0.1'],
  ['PyPI', '2.0.1+cpu', ['2.0.1+cpu'], '2.0.1+cpu'],
  ['PyPI', '2.0.1', ['2.0.1'], '2.0.1'],
  ['npm', '2.0.1+cpu', ['2.0.1'], '2.0.1+cpu'],
  ['Debian:12', '2.0.1+dfsg', ['2.0.1'], '2.0.1+dfsg'],
])('in %s %s beside %j is %s', (ecosystem, version, recorded, wanted) => {
  expect(versionBeside(ecosystem, version, recorded)).toBe(wanted);
});
