/**
 * SLSA provenance (0.2 and 1): who built an image, from which source, and how. Pure: a statement
 * that was verified goes in, and each requirement that it does not meet comes out by its name. What
 * the provenance does not say is not met: silence is no match.
 */
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import type { Proof, Refusal } from './proof.ts';
import { refuse } from './refusal.ts';
import { refusalOf } from './proof.ts';

/** What provenance must say; only what is given is asked. */
export interface ProvenanceRequirements {
  readonly builderId?: string;
  /** Without scheme, `git+` and `.git`: `github.com/shop/app`. */
  readonly sourceRepository?: string;
  readonly branch?: string;
  readonly tag?: string;
  readonly buildType?: string;
  /** By path in the external parameters, e.g. `inputs.release`; values are compared as text. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** The same facts of either version. */
export interface Provenance {
  readonly builderId?: string;
  readonly buildType?: string;
  readonly sourceRepository?: string;
  /** e.g. `refs/heads/main` */
  readonly ref?: string;
  readonly parameters: JsonObject;
}

const MAX_TEXT = 2048;
const READERS: Readonly<Record<string, (predicate: JsonObject) => Provenance>> = {
  'https://slsa.dev/provenance/v0.2': readVersion02,
  'https://slsa.dev/provenance/v1': readVersion1,
};

/** Reads the provenance of a verified statement; refuses predicates of other types. */
export function readProvenance({ predicateType, predicate }: JsonObject): Provenance {
  const read =
    typeof predicateType === 'string' && Object.hasOwn(READERS, predicateType)
      ? READERS[predicateType]
      : undefined;
  if (read === undefined || !isJsonObject(predicate)) {
    const found = JSON.stringify(predicateType ?? 'none').slice(0, 120);
    return refuse('predicate-type', `${found} is no SLSA provenance of version 0.2 or 1`);
  }
  return read(predicate);
}

/** The proof with the requirements among what was checked, or which of them is not met. */
export function requireProvenance(proof: Proof, wanted: ProvenanceRequirements): Proof | Refusal {
  try {
    const found = readProvenance(proof.statement ?? {});
    const met = CHECKS.flatMap(([name, check]) => check(wanted, found, name));
    return { ...proof, checked: [...proof.checked, ...met] };
  } catch (error) {
    return refusalOf(proof.kind, error, 'provenance');
  }
}

type Check = (wanted: ProvenanceRequirements, found: Provenance, name: string) => readonly string[];

const CHECKS: readonly (readonly [string, Check])[] = [
  ['builder', ({ builderId }, found, name) => equal(name, builderId, found.builderId)],
  ['build type', ({ buildType }, found, name) => equal(name, buildType, found.buildType)],
  ['source repository', checkRepository],
  ['branch', ({ branch }, { ref }, name) => equal(name, prefixed('refs/heads/', branch), ref)],
  ['tag', ({ tag }, { ref }, name) => equal(name, prefixed('refs/tags/', tag), ref)],
  ['parameter', checkParameters],
];

function checkRepository(
  { sourceRepository: wanted }: ProvenanceRequirements,
  found: Provenance,
  name: string,
): readonly string[] {
  return wanted === undefined
    ? []
    : equal(name, repositoryName(wanted), repositoryName(found.sourceRepository ?? ''));
}

function checkParameters(
  { parameters = {} }: ProvenanceRequirements,
  found: Provenance,
  name: string,
): readonly string[] {
  return Object.entries(parameters).flatMap(([path, wanted]) =>
    equal(`${name} ${path}`, wanted, textAt(found.parameters, path)),
  );
}

function equal(
  name: string,
  wanted: string | undefined,
  found: string | undefined,
): readonly string[] {
  if (wanted === undefined) return [];
  if (found !== undefined && found !== '' && found === wanted) return [`${name} is ${wanted}`];
  const is = found === undefined || found === '' ? 'not said' : JSON.stringify(found.slice(0, 200));
  return refuse('provenance', `the ${name} is ${is}; wanted ${JSON.stringify(wanted)}`);
}

function prefixed(prefix: string, name: string | undefined): string | undefined {
  return name === undefined || name.startsWith('refs/') ? name : `${prefix}${name}`;
}

/** A repository's host and path, whichever way its URL was written; never a part of it. */
function repositoryName(url: string): string {
  const bare = url.replace(/^git\+/, '').replace(/^[a-z]+:\/\//, '');
  const place = bare.replace(/@refs\/.*$/, '').replace(/[?#].*$/, '');
  return place.replace(/\/+$/, '').replace(/\.git$/, '');
}

function refOf(url: string): string | undefined {
  return /@(refs\/[^?#]+)/.exec(url)?.[1] ?? /#(refs\/[^?:]+)/.exec(url)?.[1];
}

function readVersion02(predicate: JsonObject): Provenance {
  const invocation = section(predicate, 'invocation');
  const source = section(invocation, 'configSource');
  const uri = text(source['uri']);
  return {
    ...named('builderId', text(section(predicate, 'builder')['id'])),
    ...named('buildType', text(predicate['buildType'])),
    ...named('sourceRepository', uri),
    ...named('ref', refOf(uri ?? '')),
    parameters: section(invocation, 'parameters'),
  };
}

/** GitHub's builders say `workflow.{repository,ref}`, SLSA's own `source.uri` or `configSource`. */
function readVersion1(predicate: JsonObject): Provenance {
  const definition = section(predicate, 'buildDefinition');
  const parameters = section(definition, 'externalParameters');
  const workflow = section(parameters, 'workflow');
  const uri =
    text(workflow['repository']) ??
    text(section(parameters, 'source')['uri']) ??
    text(section(parameters, 'configSource')['uri']) ??
    text(parameters['source']);
  const builder = section(section(predicate, 'runDetails'), 'builder');
  return {
    ...named('builderId', text(builder['id'])),
    ...named('buildType', text(definition['buildType'])),
    ...named('sourceRepository', uri),
    ...named('ref', text(workflow['ref']) ?? refOf(uri ?? '') ?? text(parameters['ref'])),
    parameters,
  };
}

function named<Name extends string>(
  name: Name,
  value: string | undefined,
): { readonly [key in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [key in Name]?: string };
}

function section(json: JsonObject, name: string): JsonObject {
  const value = Object.hasOwn(json, name) ? json[name] : undefined;
  return isJsonObject(value) ? value : {};
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value.length <= MAX_TEXT ? value : undefined;
}

function textAt(parameters: JsonObject, path: string): string | undefined {
  let at: Json | undefined = parameters;
  for (const step of path.split('.').slice(0, 16)) {
    at = isJsonObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }
  if (typeof at === 'number' || typeof at === 'boolean') return String(at);
  return text(at);
}
