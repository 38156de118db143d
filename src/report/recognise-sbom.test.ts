/** What SBOMs say of themselves, in each of the forms that tools attach. */
import { describe, expect, it } from 'vitest';
import { recogniseSbom } from './recognise-sbom.ts';

const cyclonedx = {
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  metadata: { component: { name: 'app' } },
  components: [{ name: 'a', components: [{ name: 'b' }, { name: 'c' }] }, { name: 'd' }],
};
const spdx = { spdxVersion: 'SPDX-2.3', packages: [{ name: 'a' }, { name: 'b' }] };
const spdx3 = {
  '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld',
  '@graph': [{ type: 'software_Package' }, { type: 'Person' }],
};
const text = 'SPDXVersion: SPDX-2.2\nDataLicense: CC0-1.0\n\nPackageName: a\n\nPackageName: b\n';
const xml =
  '<?xml version="1.0"?>\n<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><metadata>' +
  '<component type="container"/></metadata><components><component type="library"/></components></bom>';
const syft = { schema: { version: '16.0.3' }, artifacts: [{}, {}, {}] };

describe('an SBOM', () => {
  it.each([
    ['CycloneDX in JSON', JSON.stringify(cyclonedx), ['CycloneDX', '1.5', 4]],
    ['CycloneDX without components', '{"bomFormat":"CycloneDX"}', ['CycloneDX', undefined, 0]],
    ['CycloneDX in XML', xml, ['CycloneDX', '1.4', 1]],
    ['SPDX in JSON', JSON.stringify(spdx), ['SPDX', '2.3', 2]],
    ['SPDX without packages', '{"spdxVersion":"SPDX-2.3"}', ['SPDX', '2.3', undefined]],
    ['SPDX 3', JSON.stringify(spdx3), ['SPDX', '3.0.1', 1]],
    ['SPDX as text', text, ['SPDX', '2.2', 2]],
    ['Syft', JSON.stringify(syft), ['Syft', '16.0.3', 3]],
    ['a version that is none', '{"spdxVersion":"SPDX-\\u001b[2J"}', ['SPDX', undefined, undefined]],
  ])('%s', (_title, bytes, [format, version, packages]) => {
    const found = recogniseSbom(Buffer.from(bytes));
    expect([found?.format, found?.version, found?.packages]).toEqual([format, version, packages]);
  });

  it.each([
    ['nothing', ''],
    ['text', 'a note'],
    ['other JSON', '{"bom":1}'],
    ['broken JSON', '{"bomFormat":"CycloneDX"'],
    ['a list', '[]'],
    ['other XML', '<note/>'],
    ['bytes', '\u0000\u00ff'],
  ])('is not %s', (_title, bytes) => {
    expect(recogniseSbom(Buffer.from(bytes))).toBeUndefined();
  });
});
