/** VEX documents in their three forms: one value, the refusals by name, and what matches nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAssayError } from '../../domain/error.ts';
import type { JsonObject } from '../../domain/json.ts';
import { parseTime } from '../../domain/time.ts';
import type { VexProduct } from '../../domain/vex-document.ts';
import { mutated } from '../../../test/support/mutations.ts';
import {
  csafVex,
  cycloneDx,
  openVex,
  VEX_FORMS,
  type VexSaid,
} from '../../../test/support/vex-documents.ts';
import { parseVex } from './parse-vex.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const IMAGE = `pkg:oci/app@${DIGEST}?repository_url=registry.example/team/app`;
const COMPONENT = {
  type: 'deb',
  namespace: 'debian',
  name: 'openssl',
  version: '3.0.11-1',
  qualifiers: { arch: 'amd64' },
};
const PART = 'pkg:deb/debian/openssl@3.0.11-1?arch=amd64';

describe.each(VEX_FORMS)('%s', (format, make) => {
  it('says which vulnerability does what to which package', () => {
    const document = parseVex(make());
    const time = parseTime('2024-10-01T00:00:00Z');
    const justification = 'vulnerable_code_not_in_execute_path';
    expect(document).toMatchObject({ format, author: 'The Example Team', version: '1', time });
    expect(document.remarks).toEqual([]);
    expect(document.statements).toMatchObject([
      { vulnerability: 'CVE-2024-0001', status: 'not_affected', justification, time },
    ]);
    expect(document.statements[0]?.products).toEqual([{ component: COMPONENT }]);
  });

  it('a part of an image by its digest', () => {
    const { statements, remarks } = parseVex(make({ product: IMAGE, subcomponent: PART }));
    const products = [{ image: { digest: DIGEST }, component: COMPONENT }];
    expect([statements[0]?.products, remarks]).toEqual([products, []]);
  });

  it('a part of an image by its repository', () => {
    const product = 'pkg:oci/app?repository_url=registry.example/team/app';
    const { statements } = parseVex(make({ product, subcomponent: PART }));
    const image = { repository: 'registry.example/team/app' };
    expect(statements[0]?.products).toEqual([{ image, component: COMPONENT }]);
  });

  it.each<[string, VexSaid, RegExp]>([
    ['a tag', { product: 'pkg:oci/app@1.4', subcomponent: PART }, /a tag is no identity/],
    ['a last name only', { product: 'pkg:oci/app', subcomponent: PART }, /by its last name only/],
    [
      'a repository of another name',
      { product: 'pkg:oci/app?repository_url=registry.example/team', subcomponent: PART },
      /does not end in its name/,
    ],
    [
      'a package within a package',
      { product: 'pkg:maven/org.example/app@1', subcomponent: PART },
      /part of a package/,
    ],
  ])('%s matches nothing, and it says so', (_fact, said, remark) => {
    const { statements, remarks } = parseVex(make(said));
    expect(statements[0]?.products).toEqual([]);
    expect(remarks.join()).toMatch(remark);
  });

  it.each([
    ['a purl without a name', 'pkg:deb/debian/', 'has no name, so it could be anything'],
    ['a wildcard for a name', 'pkg:deb/debian/*', 'is no pattern'],
    ['a wildcard for a version', 'pkg:deb/debian/openssl@*', 'is no pattern'],
  ])('refuses %s', (_fact, product, problem) => {
    expect(() => parseVex(make({ product }))).toThrow(problem);
  });

  it.each(['CVE-2024-0001\u200b', 'CVE\u20112024-0001', '\u0421VE-2024-0001', '', 'a b'])(
    'refuses the id %j, which only looks like one',
    (vulnerability) => {
      expect(() => parseVex(make({ vulnerability }))).toThrow(/CVE-2024-1234|a text of 1 to/);
    },
  );

  it('nothing but refusals comes of documents that are changed at random', () => {
    const good = make({ product: IMAGE, subcomponent: PART });
    fc.assert(
      fc.property(mutated(good), (bytes) => {
        const products = productsOf(readJson(bytes.toString()));
        expect(products.every((one) => one.image ?? one.component)).toBe(true);
      }),
    );
  });
});

/** None where it is refused. */
function productsOf(json: unknown): readonly VexProduct[] {
  try {
    return parseVex(json).statements.flatMap(({ products }) => products);
  } catch (error) {
    if (isAssayError(error)) return [];
    throw error;
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function statementOf(change: JsonObject): JsonObject {
  const document = openVex();
  const [statement] = document['statements'] as JsonObject[];
  return { ...document, statements: [{ ...statement, ...change }] };
}

function vulnerabilityOf(make: typeof csafVex, change: JsonObject): JsonObject {
  const document = make();
  const [vulnerability] = document['vulnerabilities'] as JsonObject[];
  return { ...document, vulnerabilities: [{ ...vulnerability, ...change }] };
}

const NO_REASON = 'without a reason; a justification or an impact statement is wanted';
const NO_PRODUCT = 'names no product; name at least one';

it.each<[string, JsonObject, string]>([
  ['OpenVEX of another version', { ...openVex(), '@context': 'https://openvex.dev/ns' }, 'v0.2.0'],
  ['OpenVEX without a product', statementOf({ products: [] }), NO_PRODUCT],
  ['OpenVEX without a reason', statementOf({ justification: '' }), NO_REASON],
  ['OpenVEX of an unknown status', statementOf({ status: 'fine' }), 'one of not_affected'],
  ['OpenVEX of an unknown reason', statementOf({ justification: 'trust me' }), 'one of component'],
  ['OpenVEX version 0', openVex({ version: 0 }), 'a whole number from 1 on'],
  ['OpenVEX without statements', { ...openVex(), statements: {} }, 'a list of statements'],
  [
    'OpenVEX with two purls of one product',
    statementOf({ products: [{ '@id': PART, identifiers: { purl: 'pkg:deb/debian/curl@1' } }] }),
    'the same purl as in @id',
  ],
  ['CycloneDX 1.3', { ...cycloneDx(), specVersion: '1.3' }, '1.4, 1.5 or 1.6'],
  ['CycloneDX without a product', vulnerabilityOf(cycloneDx, { affects: [] }), NO_PRODUCT],
  [
    'CycloneDX without a reason',
    vulnerabilityOf(cycloneDx, { analysis: { state: 'not_affected' } }),
    NO_REASON,
  ],
  ['CycloneDX without analysis', { ...cycloneDx(), vulnerabilities: [] }, 'at least one analysis'],
  ['CSAF of another profile', csafHead({ category: 'csaf_base' }), 'the VEX profile'],
  ['CSAF 2.1', csafHead({ csaf_version: '2.1' }), 'the version that is read'],
  ['CSAF without a product', vulnerabilityOf(csafVex, { product_status: {} }), NO_PRODUCT],
  ['CSAF without a reason', vulnerabilityOf(csafVex, { flags: [] }), NO_REASON],
  [
    'CSAF of an unknown product',
    vulnerabilityOf(csafVex, { product_status: { fixed: ['other'] } }),
    'an id of a product in product_tree',
  ],
  [
    'CSAF that contradicts itself',
    vulnerabilityOf(csafVex, {
      product_status: { known_not_affected: ['whole'], known_affected: ['whole'] },
    }),
    'one status of "whole"',
  ],
  ['something else', { hello: 'world' }, 'is no VEX that is read here'],
])('refuses %s', (_fact, document, problem) => {
  expect(() => parseVex(document)).toThrow(problem);
});

function csafHead(change: JsonObject): JsonObject {
  const document = csafVex();
  return { ...document, document: { ...(document['document'] as JsonObject), ...change } };
}

it.each(['draft', undefined])('refuses CSAF of status %s', (status) => {
  const { tracking } = csafVex()['document'] as { tracking: JsonObject };
  const head = csafHead({ tracking: { ...tracking, status } });
  expect(() => parseVex(head)).toThrow('one of final, interim');
});

it('a document of 1,000,000 statements is refused', () => {
  const [statement] = openVex()['statements'] as JsonObject[];
  const statements = Array.from({ length: 1_000_000 }, () => statement ?? {});
  expect(() => parseVex({ ...openVex(), statements })).toThrow('more than 10000 statements');
});

it('a document of 60,000 products is refused', () => {
  const products = Array.from({ length: 30_000 }, () => ({ '@id': PART }));
  const [statement] = statementOf({ products })['statements'] as JsonObject[];
  const document = { ...openVex(), statements: [statement ?? {}, statement ?? {}] };
  expect(() => parseVex(document)).toThrow('more than 50000 products');
});

it('an impact statement is reason enough', () => {
  const document = statementOf({ justification: '', impact_statement: 'compiled out' });
  expect(parseVex(document).statements[0]).toMatchObject({ impact: 'compiled out' });
});

it('a statement has its own time, or that of its document', () => {
  const own = statementOf({ timestamp: '2024-10-02T00:00:00Z' });
  const later = statementOf({
    timestamp: '2024-10-02T00:00:00Z',
    last_updated: '2024-10-03T00:00:00Z',
  });
  const times = [openVex(), own, later].map((one) => parseVex(one).statements[0]?.time);
  expect(times).toEqual(['01', '02', '03'].map((day) => parseTime(`2024-10-${day}T00:00:00Z`)));
});

it("an image's hash is its digest; a package's file is not looked at", () => {
  const hashes = { 'sha-256': 'A'.repeat(64) };
  const repository = 'pkg:oci/app?repository_url=registry.example/team/app';
  const products = [
    { '@id': repository, hashes },
    { '@id': 'x', hashes },
    { '@id': PART, hashes },
  ];
  expect(parseVex(statementOf({ products })).statements[0]?.products).toEqual([
    { image: { digest: DIGEST } },
    { image: { digest: DIGEST } },
    { component: COMPONENT },
  ]);
});

it('a hash that is no digest does not leave a whole repository', () => {
  const repository = 'pkg:oci/app?repository_url=registry.example/team/app';
  const products = [{ '@id': repository, hashes: { md5: 'a' } }];
  const { statements, remarks } = parseVex(statementOf({ products }));
  expect(statements[0]?.products).toEqual([]);
  expect(remarks[0]).toContain('has hashes, but no digest of an image');
});

it.each<[string, JsonObject, readonly unknown[]]>([
  ['a version', { version: '3.0.11-1', status: 'affected' }, [{ component: COMPONENT }]],
  ['another version than in the purl', { version: '3' }, []],
  ['a range', { range: 'vers:deb/<4' }, []],
  ['a version of unknown status', { version: '3.0.11-1', status: 'unknown' }, []],
])('CycloneDX affects %s', (_fact, version, products) => {
  const affects = [{ ref: 'part', versions: [version] }];
  const { statements } = parseVex(vulnerabilityOf(cycloneDx, { affects }));
  expect(statements[0]?.products).toEqual(products);
});

it.each([
  ['resolved', 'fixed'],
  ['exploitable', 'affected'],
  ['in_triage', 'under_investigation'],
  ['false_positive', 'not_affected'],
])('CycloneDX state %s is %s', (state, status) => {
  const document = vulnerabilityOf(cycloneDx, { analysis: { state } });
  expect(parseVex(document).statements[0]).toMatchObject({ status });
});

it('a BOM-Link into another BOM is read where it is a purl', () => {
  const link = 'urn:cdx:00000000-395b-41f5-a30f-a58921a69b79/1#';
  const affects = [{ ref: `${link}${encodeURIComponent(PART)}` }, { ref: `${link}part` }];
  const { statements, remarks } = parseVex(vulnerabilityOf(cycloneDx, { affects }));
  expect(statements[0]?.products).toEqual([{ component: COMPONENT }]);
  expect(remarks[0]).toContain('a component that the document does not have');
});

it('a CSAF range of versions matches nothing', () => {
  const product = {
    name: 'any',
    product_id: 'any',
    product_identification_helper: { purl: 'pkg:deb/debian/openssl' },
  };
  const branches = [{ category: 'product_version_range', name: 'vers:deb/<4', product }];
  const document = {
    ...vulnerabilityOf(csafVex, { product_status: { fixed: ['any'] }, flags: [] }),
    product_tree: { branches },
  };
  const { statements, remarks } = parseVex(document);
  expect([statements[0]?.products, remarks]).toEqual([
    [],
    ['"any" is a range of versions; name each one'],
  ]);
});
