/**
 * Finds Go's build info in an executable that passes by. Since Go 1.18 it stands behind its header
 * (debug/buildinfo); before, the header has pointers: the module lines are then known by the marks
 * that the go command puts around them, and the release by where its text must have been.
 */
import { findBytes, type ByteStream, type ByteWindow, type Grow } from './byte-stream.ts';
import { fileOffset, type Segment } from './executable-segments.ts';
import type { GoBuildInfo } from './go-build-info.ts';

/** Watches for it. */
export interface GoFinder {
  /** The segments may still be unknown with the first windows. */
  look(window: ByteWindow, segments: readonly Segment[]): void;
  found(): GoBuildInfo | undefined;
}

const MAGIC = { bytes: Buffer.from('\xff Go buildinf:', 'latin1'), core: 2 };
const START = { bytes: Buffer.from('3077af0c9274080241e1c107e6d618e6', 'hex'), core: 4 };
const END = Buffer.from('f932433186182072008242104116d8f2', 'hex');
const HEADER = 32;
/** Most bytes of module lines. */
const LINES = 8 * 1024 * 1024;
/** How far into a file the build id stands that tells a program of Go. */
const ID_REACH = 64 * 1024;
const BUILD_IDS = [Buffer.from('Go\0\0', 'latin1'), Buffer.from('Go build ID: "', 'latin1')];
const RELEASE = { bytes: Buffer.from('go1.', 'latin1'), core: 0 };
const RELEASE_SPAN = 48;
const RELEASES = 20_000;

interface Finding {
  readonly stream: ByteStream;
  /** Texts that may be a release, by their offset. */
  readonly releases: Map<number, string>;
  segments: readonly Segment[];
  isGo: boolean;
  /** Whether a header with pointers was seen. */
  pointers: boolean;
  lines: string | undefined;
  release: string | undefined;
  inline: GoBuildInfo | undefined;
}

/** Begins to look. */
export function newGoFinder(stream: ByteStream): GoFinder {
  const finding: Finding = {
    stream,
    releases: new Map(),
    segments: [],
    isGo: false,
    pointers: false,
    lines: undefined,
    release: undefined,
    inline: undefined,
  };
  return {
    look: (window, segments) => {
      finding.segments = segments;
      if (finding.inline === undefined) look(finding, window);
    },
    found: () => result(finding),
  };
}

function result({ inline, pointers, lines, release }: Finding): GoBuildInfo | undefined {
  if (inline !== undefined) return inline;
  return pointers || lines !== undefined ? { release, modules: lines ?? '' } : undefined;
}

function look(finding: Finding, window: ByteWindow): void {
  const { stream } = finding;
  if (!finding.isGo && window.start < ID_REACH) {
    finding.isGo = BUILD_IDS.some((id) => window.bytes.includes(id));
  }
  if (finding.isGo) noteReleases(finding, window);
  for (const at of findBytes(window, START)) {
    if (finding.lines === undefined) {
      stream.keep(window.start + at + START.bytes.length, 4096, takeLines(finding));
    }
  }
  for (const at of findBytes(window, MAGIC)) {
    stream.keep(window.start + at, HEADER, takeHeader(finding));
  }
}

function noteReleases({ releases }: Finding, window: ByteWindow): void {
  for (const at of findBytes(window, RELEASE, RELEASE_SPAN)) {
    if (releases.size >= RELEASES) return;
    releases.set(window.start + at, window.bytes.toString('latin1', at, at + RELEASE_SPAN));
  }
}

/** The lines stand between two marks. */
function takeLines(finding: Finding): Grow {
  return (piece, ended) => {
    const end = piece.indexOf(END);
    if (end === -1) return ended || piece.length >= LINES ? undefined : piece.length * 2;
    const lines = piece.toString('utf8', 0, end);
    if (/^(?:path|mod|dep|build)\t/.test(lines)) finding.lines ??= lines;
    return undefined;
  };
}

function takeHeader(finding: Finding): Grow {
  return (piece, ended) => {
    const flags = piece[MAGIC.bytes.length + 1] ?? 0;
    if (piece.length < HEADER) return undefined;
    if ((flags & 2) === 0) return takePointers(finding, piece);
    const version = textAt(piece, HEADER);
    if ('wants' in version) return ended ? undefined : version.wants;
    if (!/^(?:go\d|devel)/.test(version.text)) return undefined;
    const lines = textAt(piece, version.end);
    if ('wants' in lines) return ended ? undefined : lines.wants;
    finding.inline ??= { release: version.text, modules: betweenMarks(lines.text) };
    return undefined;
  };
}

/** The marks are not text; sixteen bytes at each end. */
function betweenMarks(latin: string): string {
  const lines = Buffer.from(latin, 'latin1');
  const marked = lines.length >= 33 && lines[lines.length - 17] === 0x0a;
  return marked ? lines.toString('utf8', 16, lines.length - 16) : '';
}

type TextAt = { readonly text: string; readonly end: number } | { readonly wants: number };

/** A text behind its length, which is a varint; or how long the piece must be to have it. */
function textAt(piece: Buffer, at: number): TextAt {
  let length = 0;
  for (let index = 0; index < 4; index += 1) {
    const byte = piece[at + index];
    if (byte === undefined) return { wants: at + 4 };
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte >= 0x80) continue;
    const start = at + index + 1;
    const end = start + length;
    if (length > LINES) break;
    return end > piece.length
      ? { wants: end }
      : { text: piece.toString('latin1', start, end), end };
  }
  return { text: '', end: at };
}

/** Go 1.13 to 1.17: the pointer leads to a text's pointer and length, further on in the file. */
function takePointers(finding: Finding, header: Buffer): undefined {
  const size = header[MAGIC.bytes.length] ?? 0;
  if (size !== 4 && size !== 8) return undefined;
  const word = wordReader(size, ((header[MAGIC.bytes.length + 1] ?? 0) & 1) !== 0);
  finding.pointers = true;
  const at = fileOffset(finding.segments, word(header, 16));
  if (at === undefined) return undefined;
  finding.stream.keep(at, 2 * size, (piece) => {
    if (piece.length < 2 * size) return undefined;
    const text = fileOffset(finding.segments, word(piece, 0));
    const release = text === undefined ? undefined : finding.releases.get(text);
    finding.release ??= release?.slice(0, word(piece, size));
    return undefined;
  });
  return undefined;
}

function wordReader(size: 4 | 8, big: boolean): (bytes: Buffer, at: number) => number {
  if (size === 4) return (bytes, at) => (big ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at));
  return (bytes, at) => Number(big ? bytes.readBigUInt64BE(at) : bytes.readBigUInt64LE(at));
}
