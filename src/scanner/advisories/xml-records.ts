/**
 * The records of a large XML document one by one: the elements of some names, each read alone, so
 * that a document of many megabytes is never a tree as a whole.
 */
import { readXmlText, type XmlElement } from '../extract/xml-tree.ts';

/** Characters of one record. */
const MAX_RECORD = 16 * 1024 * 1024;
/** Bytes that are decoded at once. */
const WINDOW = 1024 * 1024;

/**
 * Yields the elements of these names, which do not contain each other, in the order of the document
 * (UTF-8). Throws a `SyntaxError` where one does not end or is no XML, or where there is not even a
 * root of the name that is wanted.
 */
export function* xmlRecords(
  bytes: Uint8Array,
  wanted: { readonly root: string; readonly names: readonly string[] },
): Generator<XmlElement, void, void> {
  const open = new RegExp(`<(?:[\\w-]{1,40}:)?(${wanted.names.join('|')})(?=[\\s/>])`, 'g');
  const window = openWindow(bytes);
  window.refill(0);
  const root = new RegExp(`<(?:[\\w-]{1,40}:)?${wanted.root}[\\s/>]`);
  if (!root.test(window.text)) {
    throw new SyntaxError(`it has no <${wanted.root}>`);
  }
  for (;;) {
    open.lastIndex = window.at;
    const match = open.exec(window.text);
    if (match === null) {
      // A tag may stand across two windows.
      if (!window.refill(Math.max(window.at, window.text.length - 100))) return;
      continue;
    }
    window.at = match.index;
    const element = readXmlText(takeRecord(window, match[0], match[1] ?? ''));
    if ('reason' in element) throw new SyntaxError(element.reason);
    yield element;
  }
}

/** What is decoded of a document and not yet read. */
interface TextWindow {
  text: string;
  at: number;
  /** Drops what was read before `from` and decodes more; tells whether there was more. */
  readonly refill: (from: number) => boolean;
}

function openWindow(bytes: Uint8Array): TextWindow {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let next = 0;
  const window: TextWindow = {
    text: '',
    at: 0,
    refill: (from) => {
      if (next >= bytes.length) return false;
      const chunk = bytes.subarray(next, next + WINDOW);
      next += chunk.length;
      const decoded = decoder.decode(chunk, { stream: next < bytes.length });
      window.text = window.text.slice(from) + decoded;
      window.at = 0;
      return true;
    },
  };
  return window;
}

/** The text of the record that begins here; it may be empty: `<name/>`. */
function takeRecord(window: TextWindow, begin: string, name: string): string {
  const prefix = begin.slice(1, -name.length);
  const close = `</${prefix}${name}`;
  for (;;) {
    const { text, at } = window;
    const tagEnd = text.indexOf('>', at);
    const end =
      tagEnd !== -1 && text[tagEnd - 1] === '/'
        ? tagEnd
        : text.indexOf('>', indexOrEnd(text, close, at));
    if (end !== -1) {
      window.at = end + 1;
      return text.slice(at, end + 1);
    }
    if (text.length - at > MAX_RECORD || !window.refill(at)) {
      throw new SyntaxError(`a <${name}> does not end`);
    }
  }
}

function indexOrEnd(text: string, sought: string, from: number): number {
  const found = text.indexOf(sought, from);
  return found === -1 ? text.length : found;
}
