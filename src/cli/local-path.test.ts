/** Which image arguments are paths, and that only these become absolute. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { absoluteImage } from './local-path.ts';

const here = process.cwd();

it.each([
  ['oci:layout', `oci:${join(here, 'layout')}`],
  ['oci:./layout:debian12', `oci:${join(here, 'layout:debian12')}`],
  ['docker-archive:../app.tar', `docker-archive:${join(here, '../app.tar')}`],
  ['dir:.', `dir:${here}`],
  ['dir:/', 'dir:/'],
  ['oci:/images/oci:alpine', 'oci:/images/oci:alpine'],
  ['dir:', 'dir:'],
  ['registry.example/team/app:1.4', 'registry.example/team/app:1.4'],
  ['oci', 'oci'],
  ['dir/app:1', 'dir/app:1'],
])('%s is asked for as %s', (image, absolute) => {
  expect(absoluteImage(image)).toBe(absolute);
});
