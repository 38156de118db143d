/**
 * Names of what the scanner found. The occurrences are never stored: their ids carry the keys of
 * the facts that they are derived from, so that a GET by name is a look-up, and the same finding
 * keeps its name when an image is scanned or matched again. Clients must not read the ids.
 */
import { type Digest, digestAlgorithm, isDigest } from '../domain/digest.ts';

/** The reserved project of the scanner's notes. */
export const SCANNER_PROJECT = 'goog-analysis';

/** The note of every DISCOVERY occurrence; Google's clients ask for it by this id. */
export const DISCOVERY_NOTE_ID = 'PACKAGE_VULNERABILITY';

/** The keys of a derived occurrence. */
export interface ScannedKey {
  readonly kind: 'DISCOVERY' | 'PACKAGE' | 'VULNERABILITY';
  /** The resource's URI without `https://` and without `@digest`. */
  readonly resource: string;
  readonly digest: Digest;
  /** Of a PACKAGE and a VULNERABILITY. */
  readonly package?: PackageKey;
  /** Of a VULNERABILITY: the advisory's id. */
  readonly advisory?: string;
}

/** What tells one package of an image from the others. */
export interface PackageKey {
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly path: string;
  /** Systems of several architectures hold the same package twice. */
  readonly architecture?: string;
}

const KINDS = ['DISCOVERY', 'PACKAGE', 'VULNERABILITY'] as const;
/** How many texts follow the resource in the id of each kind. */
const TEXTS = { DISCOVERY: 1, PACKAGE: 5, VULNERABILITY: 6 } as const;
/** The first byte: a version of this format; the second one has an architecture too. */
const FORMAT = { plain: 1, withArchitecture: 2 } as const;
const HEAD = 3;

/** Prints the keys as an occurrence id: letters, digits, `-` and `_`. */
export function encodeScannedId(key: ScannedKey): string {
  const long = digestAlgorithm(key.digest) === 'sha512';
  const hex = key.digest.slice('sha256:'.length);
  const { type, name, version, path, architecture } = key.package ?? {};
  const texts = [key.resource, type, name, version, path, key.advisory].slice(0, TEXTS[key.kind]);
  const format = architecture === undefined ? FORMAT.plain : FORMAT.withArchitecture;
  if (architecture !== undefined) texts.push(architecture);
  const head = Uint8Array.of(format, KINDS.indexOf(key.kind), long ? 1 : 0);
  const bytes = [head, Buffer.from(hex, 'hex'), Buffer.from(JSON.stringify(texts))];
  return `s${Buffer.concat(bytes).toString('base64url')}`;
}

/** Tells whether an id can only be the scanner's: those of clients are UUIDs. */
export function isScannedId(id: string): boolean {
  return id.startsWith('s');
}

/** Reads the keys of an id; undefined where it is not one that {@link encodeScannedId} prints. */
export function decodeScannedId(id: string): ScannedKey | undefined {
  const key = isScannedId(id) ? decodeKey(id.slice(1)) : undefined;
  return key !== undefined && encodeScannedId(key) === id ? key : undefined;
}

/**
 * An advisory's or package's id as a part of a note id: characters that note ids lack become `~`
 * and two hex digits per byte of UTF-8.
 */
export function escapeNoteId(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9._:+-]/gu, (character) =>
    [...new TextEncoder().encode(character)]
      .map((byte) => `~${byte.toString(16).padStart(2, '0')}`)
      .join(''),
  );
}

/** Reverses {@link escapeNoteId}; undefined where the text is not what it prints. */
export function unescapeNoteId(text: string): string | undefined {
  try {
    const plain = decodeURIComponent(text.replaceAll('~', '%'));
    return escapeNoteId(plain) === text ? plain : undefined;
  } catch {
    return undefined;
  }
}

function decodeKey(text: string): ScannedKey | undefined {
  try {
    return keyOfBytes(Buffer.from(text, 'base64url'));
  } catch {
    // Whatever does not decode is an id of another kind, such as a client's.
    return undefined;
  }
}

function keyOfBytes(bytes: Buffer): ScannedKey | undefined {
  const kind = KINDS[bytes[1] ?? KINDS.length];
  const end = HEAD + (bytes[2] === 1 ? 64 : 32);
  const hex = bytes.toString('hex', HEAD, end);
  const digest = `${bytes[2] === 1 ? 'sha512' : 'sha256'}:${hex}`;
  const texts: unknown = JSON.parse(bytes.toString('utf8', end));
  if (kind === undefined || !isDigest(digest) || !isTexts(texts)) return undefined;
  const rest = takeArchitecture(bytes[0], texts);
  if (rest?.texts.length !== TEXTS[kind]) return undefined;
  return keyOf(kind, digest, rest);
}

interface KeyTexts {
  readonly texts: readonly string[];
  readonly architecture?: string;
}

/** The architecture, where the format has one, and the other texts; undefined: another format. */
function takeArchitecture(
  format: number | undefined,
  texts: readonly string[],
): KeyTexts | undefined {
  if (format === FORMAT.plain) return { texts };
  const architecture = texts.at(-1);
  if (format !== FORMAT.withArchitecture || architecture === undefined) return undefined;
  return { texts: texts.slice(0, -1), architecture };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function keyOf(kind: ScannedKey['kind'], digest: Digest, { texts, ...more }: KeyTexts): ScannedKey {
  const [resource = '', type = '', name = '', version = '', path = '', advisory = ''] = texts;
  return {
    kind,
    resource,
    digest,
    ...(kind !== 'DISCOVERY' && { package: { type, name, version, path, ...more } }),
    ...(kind === 'VULNERABILITY' && { advisory }),
  };
}
