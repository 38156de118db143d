/**
 * YAML to values, as `sigs.k8s.io/yaml` makes JSON of it: one document, the last of two equal keys,
 * merge keys, anchors, keys as strings. An anchor's value is made once and shared, so that no text
 * of nested anchors grows; whoever goes through the value pays for it.
 */
import { Composer, Parser, isAlias, isScalar, isSeq } from 'yaml';
import type { Alias, Document, ParsedNode, Pair, YAMLMap } from 'yaml';
import { BuiltinFailure } from '../model/builtin.ts';
import type { BuiltinContext } from '../model/builtin.ts';
import { formatRegoNumber, isRegoNumber } from '../model/number.ts';
import { isArrayValue, isObjectValue, plainObject, sortedPairs } from '../model/value.ts';
import type { Value } from '../model/value.ts';
import { plainScalar, taggedScalar } from './yaml-scalar.ts';

/** The parser's trees take some hundred bytes for each few units of text. */
const BYTES_PER_UNIT = 128;
const STEPS_PER_UNIT = 8;
/** Deeper texts are refused before they are parsed: the parser recurses. */
const MAX_DEPTH = 500;
const OPTIONS = {
  schema: 'failsafe',
  resolveKnownTags: false,
  uniqueKeys: false,
  merge: false,
  logLevel: 'silent',
} as const;

/** The anchors that were met so far, by name: the last of a name counts. */
type Anchors = Map<string, Value>;

/** Reads the first document of a text; throws a `BuiltinFailure`. */
export function readYaml(text: string, { charge, allocate }: BuiltinContext): Value {
  charge(text.length * STEPS_PER_UNIT);
  allocate(text.length * BYTES_PER_UNIT);
  refuseDeep(text);
  const document = firstDocument(text);
  const [problem] = document?.errors ?? [];
  if (problem) throw failure(problem.message);
  return document?.contents ? valueOf(document.contents, new Map()) : null;
}

function firstDocument(text: string): Document.Parsed | undefined {
  const documents = new Composer(OPTIONS).compose(new Parser().parse(text));
  for (const document of documents) return document as Document.Parsed;
  return undefined;
}

function failure(message: string): BuiltinFailure {
  return new BuiltinFailure(`yaml: ${message.split('\n')[0]}`);
}

/** An upper bound: brackets that open, dashes and question marks in a row, columns of lines. */
function refuseDeep(text: string): void {
  let [open, indent, row] = [0, 0, 0];
  let inIndent = true;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charAt(at);
    if (unit === '\n') [inIndent, indent, row] = [true, 0, 0];
    else if (inIndent && unit === ' ') indent += 1;
    else inIndent = false;
    if ('[{'.includes(unit)) open += 1;
    else if (']}'.includes(unit)) open = Math.max(0, open - 1);
    else if ('-?'.includes(unit) && ' \t'.includes(text.charAt(at + 1))) row += 1;
    if (open + indent + row > MAX_DEPTH) throw failure('nested too deeply, or indented too far');
  }
}

function valueOf(node: ParsedNode, anchors: Anchors): Value {
  if (isAlias(node)) return aliased(node, anchors);
  const value = ownValue(node, anchors);
  if (node.anchor !== undefined) anchors.set(node.anchor, value);
  return value;
}

function ownValue(node: ParsedNode, anchors: Anchors): Value {
  if (isScalar(node)) return scalarOf(node);
  if (isSeq(node)) return node.items.map((item) => valueOf(item as ParsedNode, anchors));
  return mapOf(node as YAMLMap, anchors);
}

function scalarOf(node: { tag?: string; type?: string; source?: string; value: unknown }): Value {
  const text = typeof node.value === 'string' ? node.value : (node.source ?? '');
  const tag = node.tag?.replace('tag:yaml.org,2002:', '!!');
  if (tag !== undefined) return taggedScalar(tag, text);
  return node.type === 'PLAIN' || node.type === undefined ? plainScalar(text) : text;
}

function aliased({ source }: Alias, anchors: Anchors): Value {
  const known = anchors.get(source);
  if (known !== undefined) return known;
  throw failure(`unknown anchor '${source}' referenced, or its value contains itself`);
}

function mapOf(node: YAMLMap, anchors: Anchors): Value {
  const entries = new Map<string, Value>();
  for (const { key, value } of node.items as Pair<ParsedNode | null, ParsedNode | null>[]) {
    const name = key === null ? null : valueOf(key, anchors);
    const item = value === null ? null : valueOf(value, anchors);
    if (isMergeKey(key)) merge(entries, item);
    else entries.set(keyText(name), item);
  }
  return plainObject(entries);
}

function isMergeKey(key: ParsedNode | null): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN';
}

/** Fields that are merged stand as if they were written there; of several maps the first counts. */
function merge(entries: Map<string, Value>, value: Value): void {
  const maps = isArrayValue(value) ? value.toReversed() : [value];
  for (const map of maps) {
    if (!isObjectValue(map))
      throw failure('map merge requires map or sequence of maps as the value');
    for (const [key, item] of sortedPairs(map)) entries.set(key as string, item);
  }
}

function keyText(key: Value): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'boolean') return String(key);
  if (!isRegoNumber(key))
    throw failure('unsupported map key: only texts, numbers and booleans are');
  return formatRegoNumber(key);
}
