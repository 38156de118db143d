/**
 * CycloneDX as JSON and XML (versions 1.0 to 1.6, https://cyclonedx.org/specification/overview/):
 * components and those within them. Vulnerabilities, services and the described thing itself are no
 * components. Where a purl does not name a source package, Trivy's and Syft's properties do.
 */
import type { JsonObject } from '../../domain/json.ts';
import { objectField, objectList, textField } from './json-file.ts';
import { MAX_COMPONENTS, type ReadSbom, type SbomComponent, TOO_MANY } from './sbom-components.ts';
import { childOf, childText, type XmlElement } from './xml-tree.ts';

/** A component of either form. */
interface Item {
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly properties: ReadonlyMap<string, string>;
  readonly within: readonly Item[];
}

/** Reads the JSON form. */
export function readCycloneDxJson(bom: JsonObject): ReadSbom {
  const described = objectField(objectField(bom, 'metadata') ?? {}, 'component');
  const roots = [...(described ? itemsOf(described) : []), ...itemsOf(bom)];
  return collect(roots);
}

/** Reads the XML form. */
export function readCycloneDxXml(bom: XmlElement): ReadSbom {
  const described = childOf(childOf(bom, 'metadata'), 'component');
  return collect([...(described ? elementsOf(described) : []), ...elementsOf(bom)]);
}

/** Deeper components are none that any tool writes; JSON itself may nest them without end. */
const DEPTH = 16;

function itemsOf(holder: JsonObject, depth = 0): readonly Item[] {
  if (depth >= DEPTH) return [];
  return objectList(holder, 'components').map((one) => ({
    type: textField(one, 'type') ?? '',
    name: textField(one, 'name') ?? '',
    version: textField(one, 'version') ?? '',
    purl: textField(one, 'purl', 4096) ?? '',
    properties: new Map(
      objectList(one, 'properties').map((property) => [
        textField(property, 'name') ?? '',
        textField(property, 'value') ?? '',
      ]),
    ),
    within: itemsOf(one, depth + 1),
  }));
}

function elementsOf(holder: XmlElement, depth = 0): readonly Item[] {
  if (depth >= DEPTH) return [];
  const elements = childOf(holder, 'components')?.children ?? [];
  return elements.map((one) => ({
    type: one.attributes.get('type') ?? '',
    name: childText(one, 'name') ?? '',
    version: childText(one, 'version') ?? '',
    purl: childText(one, 'purl') ?? '',
    properties: new Map(
      (childOf(one, 'properties')?.children ?? []).map((property) => [
        property.attributes.get('name') ?? '',
        property.text,
      ]),
    ),
    within: elementsOf(one, depth + 1),
  }));
}

/** What is software, by the type of its component; others are files, devices, data and such. */
const SOFTWARE: ReadonlySet<string> = new Set(['library', 'framework', 'application', '']);

function collect(roots: readonly Item[]): ReadSbom {
  const components: SbomComponent[] = [];
  let unnamed = 0;
  let system: { id: string; version: string } | undefined;
  const waiting = [...roots].toReversed();
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    if (components.length + unnamed > MAX_COMPONENTS) return TOO_MANY;
    waiting.push(...item.within.toReversed());
    if (item.type === 'operating-system') system ??= { id: item.name, version: item.version };
    else if (item.purl !== '') components.push(componentOf(item));
    else if (SOFTWARE.has(item.type)) unnamed += 1;
  }
  return { components, unnamed, ...(system !== undefined && { system }) };
}

function componentOf(item: Item): SbomComponent {
  return { ...sourceOf(item), ...(item.version !== '' && { version: item.version }) };
}

function sourceOf({ purl, properties }: Item): SbomComponent {
  const trivy = (name: string): string => properties.get(`aquasecurity:trivy:${name}`) ?? '';
  const name = trivy('SrcName') || properties.get('syft:metadata:source');
  if (name === undefined || name === '') return { purl };
  const [epoch, release] = [trivy('SrcEpoch'), trivy('SrcRelease')];
  const version = trivy('SrcVersion') || properties.get('syft:metadata:sourceVersion') || '';
  if (version === '') return { purl, source: { name } };
  const before = epoch === '' ? '' : `${epoch}:`;
  const after = release === '' ? '' : `-${release}`;
  return { purl, source: { name, version: `${before}${version}${after}` } };
}
