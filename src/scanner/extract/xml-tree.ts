/**
 * A small reader of XML 1.0 for files that nobody trusts: no document type is followed, no entity
 * but the five of XML and characters by number is known, nothing outside is ever asked for.
 */
import { decodeLossy } from './text-lines.ts';

/** An element; prefixes of namespaces are left out of its name. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text, trimmed. */
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  readonly texts: string[];
}

const DEPTH = 64;
const ELEMENTS = 1_000_000;

/** The root element, or in words why there is none. */
export function readXml(bytes: Uint8Array): XmlElement | { readonly reason: string } {
  return readXmlText(decodeXml(bytes));
}

/** The root element of a text, or in words why there is none. */
export function readXmlText(text: string): XmlElement | { readonly reason: string } {
  const stack: Open[] = [];
  let at = 0;
  for (let count = 0; count <= ELEMENTS; count += 1) {
    const start = text.indexOf('<', at);
    if (start === -1) break;
    stack.at(-1)?.texts.push(unescape(text.slice(at, start)));
    const read = readMarkup(text, start, stack);
    if ('reason' in read) return read;
    if ('root' in read) return read.root;
    at = read.end;
  }
  return { reason: stack.length > 0 ? 'an element of its XML does not end' : 'it is no XML' };
}

/** The first child of that name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

/** The text of the first child of that name; undefined where it is empty. */
export function childText(element: XmlElement | undefined, name: string): string | undefined {
  return childOf(element, name)?.text || undefined;
}

function decodeXml(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return decodeLossy(bytes).text;
}

type Markup =
  | { readonly end: number }
  | { readonly root: XmlElement }
  | { readonly reason: string };

/** What is passed over, by how it begins and ends. */
const PASSED: readonly (readonly [string, string])[] = [
  ['<!--', '-->'],
  ['<?', '?>'],
];
const CDATA = '<![CDATA[';

function readMarkup(text: string, start: number, stack: Open[]): Markup {
  const passed = PASSED.find(([begin]) => text.startsWith(begin, start));
  if (passed !== undefined) return passTo(text, start + passed[0].length, passed[1]);
  if (text.startsWith(CDATA, start)) {
    const read = passTo(text, start + CDATA.length, ']]>');
    if ('end' in read) stack.at(-1)?.texts.push(text.slice(start + CDATA.length, read.end - 3));
    return read;
  }
  if (text.startsWith('<!', start)) return passDoctype(text, start);
  const end = tagEnd(text, start + 1);
  if (end === -1) return { reason: 'a tag of its XML does not end' };
  return takeTag(text.slice(start + 1, end), end + 1, stack);
}

function passTo(text: string, from: number, mark: string): Markup {
  const end = text.indexOf(mark, from);
  if (end === -1) return { reason: `its XML lacks "${mark}"` };
  return { end: end + mark.length };
}

/** A document type may hold declarations in brackets; none of them is read. */
function passDoctype(text: string, start: number): Markup {
  const bracket = text.indexOf('[', start);
  const end = text.indexOf('>', start);
  if (bracket === -1 || end < bracket) return passTo(text, start, '>');
  const inner = passTo(text, bracket, ']');
  return 'end' in inner ? passTo(text, inner.end, '>') : inner;
}

/** Where the tag ends: not inside quotes. */
function tagEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (char === '>') return at;
    if (char !== '"' && char !== "'") continue;
    at = text.indexOf(char, at + 1);
    if (at === -1) return -1;
  }
  return -1;
}

function takeTag(tag: string, end: number, stack: Open[]): Markup {
  if (tag.startsWith('/')) return closeTag(localName(tag.slice(1).trim()), end, stack);
  const whole = tag.endsWith('/');
  const inner = whole ? tag.slice(0, -1) : tag;
  const name = /^[^\s/>=]+/.exec(inner)?.[0];
  if (name === undefined) return { reason: 'a tag of its XML has no name' };
  if (stack.length >= DEPTH) return { reason: `its XML is nested more than ${DEPTH} deep` };
  const attributes = readAttributes(inner.slice(name.length));
  stack.push({ name: localName(name), attributes, children: [], texts: [] });
  return whole ? closeTag(localName(name), end, stack) : { end };
}

function closeTag(name: string, end: number, stack: Open[]): Markup {
  const open = stack.pop();
  if (open === undefined || open.name !== name) return { reason: 'its XML has tags that cross' };
  const { texts, ...rest } = open;
  const element = { ...rest, text: texts.join('').trim() };
  const parent = stack.at(-1);
  if (parent === undefined) return { root: element };
  parent.children.push(element);
  return { end };
}

const ATTRIBUTE = /([^\s=]{1,256})\s{0,64}=\s{0,64}(?:"([^"]*)"|'([^']*)')/y;

function readAttributes(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let at = 0;
  while (at < text.length) {
    ATTRIBUTE.lastIndex = at;
    const match = ATTRIBUTE.exec(text);
    if (match !== null) found.set(localName(match[1] ?? ''), unescape(match[2] ?? match[3] ?? ''));
    at = match === null ? at + 1 : ATTRIBUTE.lastIndex;
  }
  return found;
}

function localName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

const ENTITIES = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

function unescape(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(#x?)?(\w{1,10});/g, (all, number: string | undefined, name: string) => {
    if (number === undefined) return ENTITIES.get(name) ?? all;
    const code = Number.parseInt(name, number === '#x' ? 16 : 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}
