/**
 * What an SBOM beside an image is: its format, its version, and how many packages it names. It is
 * anybody's word, so it is only counted here; nothing of it is taken for a fact.
 */
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';

/** An SBOM, recognised by what it says of itself. */
export interface SbomSummary {
  readonly format: 'CycloneDX' | 'SPDX' | 'Syft';
  /** Of the format, where it says so. */
  readonly version?: string;
  /** Packages or components that are named, nested ones too; absent: not counted. */
  readonly packages?: number;
}

/** Components that are counted; more is not an SBOM of one image. */
const MOST = 1_000_000;
const VERSION = /^[\w.-]{1,32}$/;

/** Recognises JSON of CycloneDX, SPDX and Syft, XML of CycloneDX, and text of SPDX. */
export function recogniseSbom(bytes: Uint8Array): SbomSummary | undefined {
  const text = new TextDecoder().decode(bytes);
  const json = parseJson(text);
  if (json !== undefined) return fromJson(json);
  return fromText(text);
}

function parseJson(text: string): JsonObject | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    const json: unknown = JSON.parse(text);
    return isJsonObject(json) ? json : {};
  } catch {
    return {};
  }
}

function fromJson(json: JsonObject): SbomSummary | undefined {
  if (json['bomFormat'] === 'CycloneDX') {
    return summary('CycloneDX', json['specVersion'], countComponents(json['components']));
  }
  const { spdxVersion, packages, artifacts, schema } = json;
  if (typeof spdxVersion === 'string') {
    return summary('SPDX', spdxVersion.replace(/^SPDX-/, ''), lengthOf(packages));
  }
  const graph = json['@graph'];
  if (Array.isArray(graph)) return fromGraph(json['@context'], graph);
  if (!Array.isArray(artifacts) || !isJsonObject(schema)) return undefined;
  return summary('Syft', schema['version'], artifacts.length);
}

/** SPDX 3 is a graph of things, some of which are packages. */
function fromGraph(context: Json | undefined, graph: readonly Json[]): SbomSummary | undefined {
  const [, version] = /spdx\.org\/rdf\/([\d.]{1,16})/.exec(JSON.stringify(context ?? '')) ?? [];
  if (version === undefined) return undefined;
  const packages = graph.filter((one) => isJsonObject(one) && one['type'] === 'software_Package');
  return summary('SPDX', version, packages.length);
}

function countComponents(components: Json | undefined): number {
  let count = 0;
  const waiting: Json[] = Array.isArray(components) ? [...(components as readonly Json[])] : [];
  while (waiting.length > 0 && count < MOST) {
    const one = waiting.pop();
    count += 1;
    const nested = isJsonObject(one) ? one['components'] : undefined;
    if (Array.isArray(nested)) for (const part of nested as readonly Json[]) waiting.push(part);
  }
  return count;
}

function fromText(text: string): SbomSummary | undefined {
  const [, spdx] = /^SPDXVersion: SPDX-([\d.]{1,16})\s*$/m.exec(text.slice(0, 4096)) ?? [];
  if (spdx !== undefined) return summary('SPDX', spdx, occurrences(text, '\nPackageName:'));
  const [, xml] = /cyclonedx\.org\/schema\/bom\/([\d.]{1,16})/.exec(text.slice(0, 4096)) ?? [];
  if (xml === undefined || !text.trimStart().startsWith('<')) return undefined;
  // What the document is about is a component too, but none of it.
  const body = text.slice(Math.max(0, text.indexOf('</metadata>')));
  return summary('CycloneDX', xml, occurrences(body, '<component '));
}

function occurrences(text: string, part: string): number {
  return text.split(part, MOST).length - 1;
}

function lengthOf(value: Json | undefined): number | undefined {
  return Array.isArray(value) ? value.length : undefined;
}

function summary(
  format: SbomSummary['format'],
  version: Json | undefined,
  packages: number | undefined,
): SbomSummary {
  return {
    format,
    ...(typeof version === 'string' && VERSION.test(version) ? { version } : {}),
    ...(packages === undefined ? {} : { packages }),
  };
}
