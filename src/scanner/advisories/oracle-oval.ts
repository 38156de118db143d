/**
 * Oracle's errata as OVAL (https://linux.oracle.com/security/oval/): definitions whose criteria say
 * by AND and OR which release, module and packages below which version are meant. A definition
 * names its tests, which stand behind all definitions, so the document is gone through twice.
 */
import type { Advisory, AffectedPackage } from '../../domain/advisory.ts';
import { childOf, childText, type XmlElement } from '../extract/xml-tree.ts';
import { fieldError } from './osv-field.ts';
import { readOvalTests, type OvalTests } from './oval-tests.ts';
import { wordSeverity } from './read-severity.ts';
import { readDay } from './read-day.ts';
import { versionVariant } from '../match/version-variant.ts';
import { xmlRecords } from './xml-records.ts';

const SOURCE = 'oracle-oval';
/** Most packages of one definition. */
const MOST_PACKAGES = 20_000;
/** How deep criteria may be nested. */
const MOST_DEPTH = 20;

/**
 * Reads a file of definitions, an advisory each. Refuses, with the definition's id, one without an
 * ELSA, a date or a test that it names; those of another class than `patch` are passed over.
 */
export function* readOracleOval(bytes: Uint8Array): Generator<Advisory> {
  const tests = readOvalTests();
  for (const element of recordsOf(bytes, tests.names)) tests.add(element);
  for (const definition of recordsOf(bytes, ['definition'])) {
    if (definition.attributes.get('class') === 'patch') yield readDefinition(definition, tests);
  }
}

function recordsOf(bytes: Uint8Array, names: readonly string[]): Generator<XmlElement> {
  return xmlRecords(bytes, { root: 'oval_definitions', names });
}

function readDefinition(definition: XmlElement, tests: OvalTests): Advisory {
  const path = definition.attributes.get('id') ?? '(definition)';
  const metadata = childOf(definition, 'metadata');
  const references = (metadata?.children ?? []).filter(({ name }) => name === 'reference');
  const [id] = idsOf(references, 'elsa');
  if (id === undefined) throw fieldError({ path, value: undefined }, 'a reference to an ELSA');
  const advisory = childOf(metadata, 'advisory');
  const issued = childOf(advisory, 'issued')?.attributes.get('date');
  const modified = readDay({ path: `${path} issued`, value: issued });
  return {
    id,
    source: SOURCE,
    aliases: idsOf(references, 'cve'),
    summary: (childText(metadata, 'title') ?? '').replace(/^ELSA[\d-]+:\s*/, '').slice(0, 1024),
    published: modified,
    modified,
    ...wordSeverity(childText(advisory, 'severity'), `${SOURCE}:severity`),
    references: references.flatMap(({ attributes }) => attributes.get('ref_url') ?? []),
    affected: readCriteria(definition, { tests, path, platform: platformOf(metadata) }),
  };
}

function idsOf(references: readonly XmlElement[], source: string): readonly string[] {
  const ids = references.flatMap(({ attributes }) =>
    attributes.get('source')?.toLowerCase() === source ? (attributes.get('ref_id') ?? []) : [],
  );
  return [...new Set(ids)];
}

interface Reading {
  readonly tests: OvalTests;
  readonly path: string;
  readonly platform: Context;
}

function readCriteria(
  definition: XmlElement,
  { tests, path, platform }: Reading,
): readonly AffectedPackage[] {
  const found: Found = { tests, path, packages: new Map() };
  const criteria = childOf(definition, 'criteria');
  if (criteria !== undefined) walk(criteria, platform, { found, depth: 0 });
  return [...found.packages.values()];
}

/** What the criteria above say. */
interface Context {
  readonly release?: string;
  readonly module?: string;
}

interface Found {
  readonly tests: OvalTests;
  readonly path: string;
  readonly packages: Map<string, AffectedPackage>;
}

interface Walk {
  readonly found: Found;
  readonly depth: number;
}

/** The platform holds where criteria do not ask for a release. */
function platformOf(metadata: XmlElement | undefined): Context {
  const platforms = (childOf(metadata, 'affected')?.children ?? []).map(({ text }) => text);
  const releases = platforms.flatMap((text) => /^Oracle Linux (\d+)$/.exec(text)?.[1] ?? []);
  const [release] = releases;
  return release !== undefined && releases.length === 1 ? { release } : {};
}

/** In an AND what its tests say holds for all beside them; in an OR each stands alone. */
function walk(criteria: XmlElement, above: Context, { found, depth }: Walk): void {
  if (depth > MOST_DEPTH) {
    throw fieldError({ path: found.path, value: 'criteria' }, `nested at most ${MOST_DEPTH} deep`);
  }
  const all = criteria.attributes.get('operator') !== 'OR';
  const facts = criteria.children
    .filter(({ name, attributes }) => name === 'criterion' && attributes.get('negate') !== 'true')
    .map((criterion) => found.tests.factOf(criterion, found.path));
  const context = all
    ? facts.reduce<Context>((so, fact) => ({ ...so, ...fact.context }), above)
    : above;
  for (const fact of facts) {
    const own = { ...context, ...fact.context };
    if (fact.below !== undefined) addPackage(found, own, fact.below);
  }
  for (const inner of criteria.children) {
    if (inner.name !== 'criteria' || inner.attributes.get('negate') === 'true') continue;
    walk(inner, context, { found, depth: depth + 1 });
  }
}

function addPackage(
  found: Found,
  { release, module }: Context,
  { name, version }: { readonly name: string; readonly version: string },
): void {
  if (release === undefined) {
    throw fieldError({ path: `${found.path} ${name}`, value: undefined }, 'a release');
  }
  const variant = versionVariant(version);
  const entry: AffectedPackage = {
    ecosystem: `Oracle Linux:${release}`,
    name,
    versions: [],
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: version }] }],
    ...(module !== undefined && { module }),
    ...(variant !== undefined && { variant }),
  };
  found.packages.set(`${release} ${name} ${version} ${module ?? ''}`, entry);
  if (found.packages.size > MOST_PACKAGES) {
    throw fieldError({ path: found.path, value: name }, `at most ${MOST_PACKAGES} packages`);
  }
}
