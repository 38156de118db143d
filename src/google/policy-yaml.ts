/**
 * YAML and JSON files of Google's messages, as people write them: read so that an error names the
 * line and column of the field it is about.
 */
import { LineCounter, parseAllDocuments } from 'yaml';
import type { Document } from 'yaml';
import { AssayError, type ErrorCode, isAssayError } from '../domain/error.ts';
import type { BinauthzPolicy } from '../domain/policy-document.ts';
import { type PolicyBody, policyFromJson, systemPolicyFromJson } from './policy-message.ts';

/** A file's text longer than this is refused. */
const MAX_TEXT = 4 * 1024 * 1024;
const MAX_ALIASES = 100;

/** One document of a YAML text: its value, and where its fields stand. */
export interface YamlDocument {
  readonly value: unknown;
  /** `line 3, column 5` of a path within the value, or of the nearest thing around it. */
  locate(path: readonly string[]): string;
}

/**
 * Reads a policy file, YAML or JSON. Refuses with `invalid-policy` and a position: what is no YAML,
 * duplicate keys, several documents, an empty file, and whatever {@link policyFromJson} refuses.
 */
export function parsePolicyYaml(text: string): PolicyBody {
  return parseOnePolicy(text, policyFromJson);
}

/** Reads a file with the system's policy, as {@link parsePolicyYaml} reads a project's. */
export function parseSystemPolicyYaml(text: string): BinauthzPolicy {
  return parseOnePolicy(text, systemPolicyFromJson);
}

function parseOnePolicy<T>(text: string, read: (json: unknown) => T): T {
  const [document, second] = parseYamlDocuments(text, 'invalid-policy');
  if (document === undefined) throw new AssayError('invalid-policy', 'the policy is empty');
  if (second !== undefined) {
    const message = `${second.locate([])}: a second document begins; a policy is one document`;
    throw new AssayError('invalid-policy', message);
  }
  return located(document, () => read(document.value));
}

/**
 * Reads every document of a YAML or JSON text that holds something. Refuses, with the position and
 * the given code, malformed text, duplicate keys, more than a few aliases, and texts over 4 MiB.
 */
export function parseYamlDocuments(text: string, code: ErrorCode): readonly YamlDocument[] {
  if (text.length > MAX_TEXT) {
    const message = `the file has ${text.length} characters; at most ${MAX_TEXT} are read`;
    throw new AssayError('too-large', message);
  }
  const lines = new LineCounter();
  const options = { lineCounter: lines, prettyErrors: false, strict: true, uniqueKeys: true };
  const documents = unlessTooDeep(code, () => parseAllDocuments(text, options));
  if (!Array.isArray(documents)) return [];
  return documents
    .filter((document) => document.contents !== null || document.errors.length > 0)
    .map((document) => readDocument(document, lines, code));
}

/** Runs a reader over a document's value and puts the position before the message of its errors. */
export function located<T>(document: YamlDocument, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isAssayError(error)) throw error;
    const { path } = error.details;
    // The first step is the reader's word for the whole body.
    const place = document.locate(Array.isArray(path) ? path.slice(1) : []);
    const { code, details } = error;
    throw new AssayError(code, `${place}: ${error.message}`, { cause: error, details });
  }
}

function readDocument(
  document: Document.Parsed,
  lines: LineCounter,
  code: ErrorCode,
): YamlDocument {
  const [problem] = document.errors;
  if (problem !== undefined) {
    const place = formatPosition(lines, problem.pos[0]);
    const deep = problem.message.includes('call stack') && 'the YAML is nested too deeply';
    throw new AssayError(code, `${place}: ${deep || problem.message}`, { cause: problem });
  }
  return {
    value: toValue(document, code),
    locate: (path) => formatPosition(lines, offsetOf(document, path)),
  };
}

function toValue(document: Document.Parsed, code: ErrorCode): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (cause) {
    const message = `the YAML has over ${MAX_ALIASES} aliases, or wrong ones; write them out`;
    throw new AssayError(code, message, { cause });
  }
}

/** The parser recurses, and reports only some overflows itself: the text is at fault, not we. */
function unlessTooDeep<T>(code: ErrorCode, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new AssayError(code, 'the YAML is nested too deeply to be read', { cause });
  }
}

/** The offset of the longest part of a path that is there; a key's, where there is one. */
function offsetOf(document: Document.Parsed, path: readonly string[]): number {
  let node: unknown = document.contents;
  let offset = rangeStart(node) ?? document.range[0];
  for (const step of path) {
    const item = itemOf(node, step);
    if (item === undefined) return offset;
    offset = rangeStart(item.key) ?? rangeStart(item) ?? offset;
    node = 'key' in item ? item.value : item;
  }
  return offset;
}

/** A map's pair by key, or a list's item by position. */
function itemOf(node: unknown, step: string): YamlItem | undefined {
  const items = (node as { items?: readonly YamlItem[] } | null)?.items ?? [];
  const byKey = items.find((item) => 'key' in item && keyOf(item) === step);
  const [first] = items;
  return byKey ?? (first !== undefined && 'key' in first ? undefined : items[Number(step)]);
}

interface YamlItem {
  readonly key?: unknown;
  readonly value?: unknown;
}

function keyOf(item: YamlItem): string {
  return String((item.key as { value?: unknown } | null)?.value);
}

function rangeStart(node: unknown): number | undefined {
  return (node as { range?: readonly number[] } | null | undefined)?.range?.[0];
}

function formatPosition(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `line ${line}, column ${col}`;
}
