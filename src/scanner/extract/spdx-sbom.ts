/**
 * SPDX (https://spdx.github.io/) as JSON or YAML (2.2, 2.3, and the JSON-LD of 3.0), tag-value and
 * RDF: the packages that have a package URL among their external references.
 */
import type { JsonObject } from '../../domain/json.ts';
import { objectList, textField } from './json-file.ts';
import { MAX_COMPONENTS, type ReadSbom, type SbomComponent, TOO_MANY } from './sbom-components.ts';
import { textLines } from './text-lines.ts';
import { childOf, childText, type XmlElement } from './xml-tree.ts';

/** Reads the JSON of SPDX 2. */
export function readSpdxJson(document: JsonObject): ReadSbom {
  const packages = objectList(document, 'packages');
  if (packages.length > MAX_COMPONENTS) return TOO_MANY;
  return bill(
    packages.map((one) => ({
      name: textField(one, 'name') ?? '',
      version: textField(one, 'versionInfo') ?? '',
      purpose: textField(one, 'primaryPackagePurpose') ?? '',
      sourceInfo: textField(one, 'sourceInfo') ?? '',
      purls: objectList(one, 'externalRefs')
        .filter((reference) => isPurl(textField(reference, 'referenceType') ?? ''))
        .flatMap((reference) => textField(reference, 'referenceLocator', 4096) ?? []),
    })),
  );
}

/** Reads the RDF of SPDX 2: packages lie anywhere in it, one within the relation of another. */
export function readSpdxRdf(root: XmlElement): ReadSbom {
  const packages: Spdx[] = [];
  const waiting = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    waiting.push(...next.children.toReversed());
    if (next.name === 'Package') packages.push(rdfPackage(next));
    if (packages.length > MAX_COMPONENTS) return TOO_MANY;
  }
  return bill(packages);
}

function rdfPackage(element: XmlElement): Spdx {
  const references = element.children.flatMap(({ name, children }) =>
    name === 'externalRef' ? children : [],
  );
  return {
    name: childText(element, 'name') ?? '',
    version: childText(element, 'versionInfo') ?? '',
    purpose: lastWord(childOf(element, 'primaryPackagePurpose')),
    sourceInfo: childText(element, 'sourceInfo') ?? '',
    purls: references
      .filter((reference) => isPurl(lastWord(childOf(reference, 'referenceType'))))
      .flatMap((reference) => childText(reference, 'referenceLocator') ?? []),
  };
}

/** The end of the address that an element refers to: `…/purl`, `…#purpose_container`. */
function lastWord(element: XmlElement | undefined): string {
  const address = element?.attributes.get('resource') ?? '';
  return address.replace(/^.*[/#](?:purpose_)?/, '');
}

/** Reads the graph of SPDX 3. */
export function readSpdxGraph(document: JsonObject): ReadSbom {
  const packages = objectList(document, '@graph').filter((one) =>
    /(?:^|[_/])Package$/.test(textField(one, 'type') ?? ''),
  );
  if (packages.length > MAX_COMPONENTS) return TOO_MANY;
  return bill(
    packages.map((one) => ({
      name: textField(one, 'name') ?? '',
      version: textField(one, 'software_packageVersion') ?? '',
      purpose: textField(one, 'software_primaryPurpose') ?? '',
      sourceInfo: textField(one, 'software_sourceInfo') ?? '',
      purls: [
        ...(textField(one, 'software_packageUrl', 4096)?.split('\n', 1) ?? []),
        ...objectList(one, 'externalIdentifier')
          .filter((known) => isPurl(textField(known, 'externalIdentifierType') ?? ''))
          .flatMap((known) => textField(known, 'identifier', 4096) ?? []),
      ],
    })),
  );
}

/** Reads tag-value: `Tag: value`, texts of several lines between `<text>` and `</text>`. */
export function readSpdxTags(text: string): ReadSbom {
  const packages: Spdx[] = [];
  for (const { text: line } of textLines(text.replaceAll(/<text>[^<]*<\/text>/g, ''))) {
    const colon = line.indexOf(':');
    const [tag, value] = [line.slice(0, Math.max(colon, 0)).trim(), line.slice(colon + 1).trim()];
    if (tag === 'PackageName') packages.push({ ...NOTHING, name: value, purls: [] });
    if (packages.length > MAX_COMPONENTS) return TOO_MANY;
    const last = packages.at(-1);
    if (last !== undefined) takeTag(last, tag, value);
  }
  return bill(packages);
}

interface Spdx {
  readonly name: string;
  version: string;
  purpose: string;
  sourceInfo: string;
  readonly purls: string[];
}

const NOTHING = { version: '', purpose: '', sourceInfo: '' };

function takeTag(last: Spdx, tag: string, value: string): void {
  if (tag === 'PackageVersion') last.version = value;
  if (tag === 'PrimaryPackagePurpose') last.purpose = value;
  if (tag === 'PackageSourceInfo') last.sourceInfo = value;
  const [category = '', type = '', locator = ''] = tag === 'ExternalRef' ? value.split(/\s+/) : [];
  if (/^PACKAGE[-_]MANAGER$/.test(category) && isPurl(type)) last.purls.push(locator);
}

/** SPDX 2 says `purl`, SPDX 3 `packageUrl`, some tools the whole URI of the type. */
function isPurl(type: string): boolean {
  return /(?:^|\/)(?:purl|packageUrl)$/.test(type);
}

/** SPDX has two words for what is not known. */
function isVersion(text: string): boolean {
  return text !== '' && text !== 'NOASSERTION' && text !== 'NONE';
}

/** Trivy's words for the source package. */
const BUILT_FROM = /^built package from: (\S+) (\S+)$/;

function sourceOf(sourceInfo: string): Pick<SbomComponent, 'source'> {
  const [, name, version] = BUILT_FROM.exec(sourceInfo) ?? [];
  return name === undefined || version === undefined ? {} : { source: { name, version } };
}

function bill(packages: readonly Spdx[]): ReadSbom {
  const components: SbomComponent[] = [];
  let unnamed = 0;
  let system: { id: string; version: string } | undefined;
  for (const { name, version, purpose, sourceInfo, purls } of packages) {
    if (/^operating[-_]?system$/i.test(purpose)) {
      system ??= { id: name, version };
      continue;
    }
    if (purls.length === 0 && !/^(?:container|file|source)$/i.test(purpose)) unnamed += 1;
    components.push(
      ...purls.map((purl) => ({
        purl,
        ...(isVersion(version) && { version }),
        ...sourceOf(sourceInfo),
      })),
    );
  }
  return { components, unnamed, ...(system !== undefined && { system }) };
}
