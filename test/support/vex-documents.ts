/** VEX documents of each form that say the same, for tests to change. */
import type { JsonObject } from '../../src/domain/json.ts';

/** What the documents say, unless told otherwise. */
export interface VexSaid {
  readonly id?: string;
  readonly version?: number;
  readonly time?: string;
  readonly vulnerability?: string;
  readonly status?: string;
  readonly justification?: string;
  /** Purl of the product. */
  readonly product?: string;
  /** Purl of the part of it. */
  readonly subcomponent?: string;
}

const SAID = {
  id: 'https://vex.example/1',
  version: 1,
  time: '2024-10-01T00:00:00Z',
  vulnerability: 'CVE-2024-0001',
  status: 'not_affected',
  justification: 'vulnerable_code_not_in_execute_path',
  product: 'pkg:deb/debian/openssl@3.0.11-1?arch=amd64',
};

/** An OpenVEX document. */
export function openVex(said: VexSaid = {}): JsonObject {
  const { id, version, time, vulnerability, status, justification, product } = { ...SAID, ...said };
  const parts = said.subcomponent && { subcomponents: [{ '@id': said.subcomponent }] };
  return {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': id,
    author: 'The Example Team',
    timestamp: time,
    version,
    statements: [
      {
        vulnerability: { name: vulnerability },
        products: [{ '@id': product, ...parts }],
        status,
        ...(status === 'not_affected' ? { justification } : {}),
      },
    ],
  };
}

const SERIAL = '3e671687-395b-41f5-a30f-a58921a69b79';

/** A CycloneDX document; with a part, it is about the product. */
export function cycloneDx(said: VexSaid = {}): JsonObject {
  const { version, time, vulnerability, product, subcomponent } = { ...SAID, ...said };
  const metadata = {
    timestamp: time,
    authors: [{ name: 'The Example Team' }],
    ...(subcomponent && {
      component: { type: 'container', name: 'app', 'bom-ref': 'root', purl: product },
    }),
  };
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${SERIAL}`,
    version,
    metadata,
    components: [
      { type: 'library', name: 'part', 'bom-ref': 'part', purl: subcomponent ?? product },
    ],
    vulnerabilities: [
      {
        id: vulnerability,
        analysis: { state: 'not_affected', justification: 'code_not_reachable' },
        affects: [{ ref: `urn:cdx:${SERIAL}/1#part` }],
      },
    ],
  };
}

/** A CSAF document of the VEX profile; with a part, that is a component of the product. */
export function csafVex(said: VexSaid = {}): JsonObject {
  const { id, version, time, vulnerability, justification, product } = { ...SAID, ...said };
  const { subcomponent } = said;
  const named = (product_id: string, purl: string): JsonObject => ({
    name: product_id,
    product_id,
    product_identification_helper: { purl },
  });
  const branches = [
    {
      category: 'vendor',
      name: 'Example',
      branches: [{ category: 'product_version', name: '1', product: named('whole', product) }],
    },
  ];
  const relationships = [
    {
      category: 'default_component_of',
      product_reference: 'part',
      relates_to_product_reference: 'whole',
      full_product_name: { name: 'part of whole', product_id: 'both' },
    },
  ];
  const stated = subcomponent === undefined ? 'whole' : 'both';
  return {
    document: {
      category: 'csaf_vex',
      csaf_version: '2.0',
      title: 'Example',
      publisher: { category: 'vendor', name: 'The Example Team', namespace: 'https://vex.example' },
      tracking: {
        id,
        version: String(version),
        status: 'final',
        initial_release_date: time,
        current_release_date: time,
        revision_history: [{ date: time, number: String(version), summary: 'first' }],
      },
    },
    product_tree: {
      branches,
      ...(subcomponent && {
        full_product_names: [named('part', subcomponent)],
        relationships,
      }),
    },
    vulnerabilities: [
      {
        cve: vulnerability,
        product_status: { known_not_affected: [stated] },
        flags: [{ label: justification, product_ids: [stated] }],
      },
    ],
  };
}

/** The forms by name. */
export const VEX_FORMS: readonly (readonly [string, (said?: VexSaid) => JsonObject])[] = [
  ['OpenVEX', openVex],
  ['CycloneDX', cycloneDx],
  ['CSAF', csafVex],
];
