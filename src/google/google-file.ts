/**
 * Files of Google's messages for judging offline: attestors and attestations as gcloud and the API
 * print them, in YAML or JSON, of v1 or v1beta1: one message, a list, a list answer, or several
 * YAML documents.
 */
import { type Attestor, isAttestationKind } from '../domain/attestor.ts';
import { AssayError } from '../domain/error.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import type { Occurrence } from '../domain/note.ts';
import { attestorName, parseAttestorName } from '../domain/resource-name.ts';
import { type Micros, parseTime } from '../domain/time.ts';
import { attestorFromJson } from './attestor-message.ts';
import { occurrenceFromJson } from './occurrence-message.ts';
import { located, parseYamlDocuments, type YamlDocument } from './policy-yaml.ts';
import { readAt, show } from './read-message.ts';

/**
 * Reads attestors. A PGP key without an id has an empty one, to be filled from the key. Refuses,
 * with line and column, what is no attestor and one without a name.
 */
export function readAttestorFile(text: string): readonly Attestor[] {
  return readMessages(text, 'attestors', toAttestor);
}

/**
 * Reads attestation occurrences; occurrences of other kinds are left out, as list answers hold
 * them. Refuses, with line and column, what is no occurrence.
 */
export function readAttestationFile(text: string): readonly Occurrence[] {
  const occurrences = readMessages(text, 'occurrences', toOccurrence);
  return occurrences.filter(({ kind }) => isAttestationKind(kind));
}

interface Placed {
  readonly document: YamlDocument;
  readonly value: unknown;
  readonly path: readonly string[];
}

type ListField = 'attestors' | 'occurrences';

function readMessages<T>(text: string, field: ListField, read: (json: JsonObject) => T): T[] {
  const documents = parseYamlDocuments(text, 'invalid-argument');
  return documents.flatMap((document) =>
    placeMessages(document, field).map((placed) => readPlaced(placed, field, read)),
  );
}

/** The messages of a document: of its list answer, its list, or itself. */
function placeMessages(document: YamlDocument, field: ListField): readonly Placed[] {
  const { value } = document;
  if (Array.isArray(value)) return placeItems(document, value, []);
  const list = isJsonObject(value) ? value[field] : undefined;
  if (Array.isArray(list)) return placeItems(document, list, [field]);
  const emptyAnswer =
    isJsonObject(value) && Object.keys(value).every((key) => key === 'nextPageToken');
  return emptyAnswer ? [] : [{ document, value, path: [] }];
}

function placeItems(document: YamlDocument, list: readonly unknown[], at: string[]): Placed[] {
  return list.map((value, index) => ({ document, value, path: [...at, String(index)] }));
}

function readPlaced<T>(placed: Placed, field: ListField, read: (json: JsonObject) => T): T {
  const { document, value, path } = placed;
  const within: YamlDocument = { value, locate: (inner) => document.locate([...path, ...inner]) };
  return located(within, () => {
    if (isJsonObject(value)) return read(value);
    const wanted = `one of Google's messages, a list of them, or an object with ${field}`;
    throw new AssayError('invalid-argument', `found ${show(value)}; want ${wanted}`);
  });
}

function toAttestor(json: JsonObject): Attestor {
  const beta = 'userOwnedDrydockNote' in json || 'user_owned_drydock_note' in json;
  const { name = '', etag = '', ...body } = attestorFromJson(beta ? 'v1beta1' : 'v1', json);
  const parsed = readAt(['attestor', 'name'], () => parseAttestorName(name));
  const updateTime = timeOf(json, 'updateTime', 'update_time');
  return { ...body, name: attestorName(parsed.project, parsed.attestor), etag, updateTime };
}

function toOccurrence(json: JsonObject): Occurrence {
  const body = occurrenceFromJson('resource' in json ? 'v1beta1' : 'v1', json);
  return {
    ...body,
    name: typeof json['name'] === 'string' ? json['name'] : '',
    createTime: timeOf(json, 'createTime', 'create_time'),
    updateTime: timeOf(json, 'updateTime', 'update_time'),
  };
}

/** An output time that the message carries; 0 where it has none. */
function timeOf(json: JsonObject, camel: string, snake: string): Micros {
  const text = json[camel] ?? json[snake];
  return typeof text === 'string' && text !== '' ? parseTime(text) : 0;
}
