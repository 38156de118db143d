/** From an rpm header to the package that it is about. */
import type { DatabasePackage } from './package-database.ts';
import { isOwnable } from './owned-files.ts';
import {
  headerNumbers,
  headerText,
  headerTexts,
  parseRpmHeader,
  type RpmHeader,
} from './rpm-header.ts';

/** A package, nothing (a key that was imported), or why the header cannot be read. */
export type ReadRpm = { readonly package?: DatabasePackage } | { readonly reason: string };

/** rpmtag.h. */
const TAG = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  vendor: 1011,
  architecture: 1022,
  sourceRpm: 1044,
  folderIndexes: 1116,
  baseNames: 1117,
  folders: 1118,
  modularity: 5096,
} as const;

const NAME = /^[!-~]{1,256}$/;
/** Neither `-` nor `:`, which stand between the parts. */
const PART = /^[!-,./0-9;-~]{1,256}$/;
/** Keys that rpm trusts are kept like packages. */
const KEY = 'gpg-pubkey';

/** Reads one record of an rpm database. Never throws. */
export function readRpmPackage(bytes: Uint8Array): ReadRpm {
  const parsed = parseRpmHeader(bytes);
  if ('reason' in parsed) return parsed;
  const { header } = parsed;
  const name = headerText(header, TAG.name) ?? '';
  if (!NAME.test(name)) return { reason: `a header without a valid name (${quote(name)})` };
  if (name === KEY) return {};
  const version = readVersion(header);
  if (version === undefined) return { reason: `no valid version for package ${name}` };
  const architecture = headerText(header, TAG.architecture) ?? '';
  const binary = { name, ...version, architecture: NAME.test(architecture) ? architecture : '' };
  return withLabels(header, withSource(headerText(header, TAG.sourceRpm), binary));
}

/**
 * Reads a line of Mariner's and Azure Linux' `container-manifest-2`, which distroless images have
 * in the database's place: name, version, two times, vendor, epoch, size, architecture, epoch as a
 * number, source, parted by tabs.
 */
export function readRpmLine(line: string): ReadRpm {
  const fields = line.split('\t');
  const field = (at: number): string => fields[at] ?? '';
  const [name, evr] = [field(0), field(1)] as const;
  if (name === KEY) return {};
  if (!NAME.test(name) || !isEvr(evr)) {
    return { reason: `a line without a valid name and version (${quote(line)})` };
  }
  const architecture = NAME.test(field(7)) ? field(7) : '';
  const epoch = /^[1-9]\d{0,9}$/.test(field(5)) ? `${field(5)}:` : '';
  const source = field(9) === '(none)' ? '' : fields[9];
  return withVendor(withSource(source, { name, evr, epoch, architecture }), field(4));
}

function withVendor(read: ReadRpm, vendor: string): ReadRpm {
  if ('reason' in read || read.package === undefined || vendor === '') return read;
  return { package: { ...read.package, vendor: vendor.slice(0, 256) } };
}

/** `VERSION-RELEASE`. */
function isEvr(text: string): boolean {
  const parts = text.split('-');
  return parts.length === 2 && parts.every((part) => PART.test(part));
}

interface Binary {
  readonly name: string;
  readonly architecture: string;
  readonly epoch: string;
  /** Version and release. */
  readonly evr: string;
}

/** An epoch of 0 is none. */
function readVersion(header: RpmHeader): Pick<Binary, 'epoch' | 'evr'> | undefined {
  const version = headerText(header, TAG.version) ?? '';
  const release = headerText(header, TAG.release) ?? '';
  const numbers = headerNumbers(header, TAG.epoch);
  if (!PART.test(version) || !PART.test(release) || numbers === undefined) return undefined;
  const [epoch = 0] = numbers;
  return { epoch: epoch === 0 ? '' : `${epoch}:`, evr: `${version}-${release}` };
}

/**
 * `NAME-VERSION-RELEASE.src.rpm` has no epoch. It is the package's own where both have one version;
 * elsewhere it is not known and left out, which may make a version too low, never too high.
 */
function withSource(sourceRpm: string | undefined, binary: Binary): ReadRpm {
  const { name, architecture, epoch, evr } = binary;
  const own = { name, version: epoch + evr, architecture };
  if (sourceRpm === undefined) return { reason: `no readable source for package ${name}` };
  if (sourceRpm === '') return { package: { ...own, source: name, sourceVersion: own.version } };
  const source = parseSource(sourceRpm);
  if (source === undefined) {
    return { reason: `no valid source rpm (${quote(sourceRpm)}) for package ${name}` };
  }
  const sourceVersion = source.evr === evr ? own.version : source.evr;
  return { package: { ...own, source: source.name, sourceVersion } };
}

function parseSource(file: string): { readonly name: string; readonly evr: string } | undefined {
  const ending = ['.src.rpm', '.nosrc.rpm'].find((text) => file.endsWith(text));
  if (ending === undefined) return undefined;
  const parts = file.slice(0, -ending.length).split('-');
  const [release = '', version = ''] = [parts.pop(), parts.pop()];
  const name = parts.join('-');
  const valid = NAME.test(name) && PART.test(version) && PART.test(release);
  return valid ? { name, evr: `${version}-${release}` } : undefined;
}

function withLabels(header: RpmHeader, read: ReadRpm): ReadRpm {
  if ('reason' in read || read.package === undefined) return read;
  const modularity = headerText(header, TAG.modularity) ?? '';
  const files = ownedFiles(header);
  const vendor = (headerText(header, TAG.vendor) ?? '').slice(0, 256);
  return {
    package: {
      ...read.package,
      ...(NAME.test(modularity) && { modularity }),
      ...(vendor !== '' && { vendor }),
      ...(files.length > 0 && { files }),
    },
  };
}

/** Most files of one package that are kept. */
const FILES = 20_000;

/** Each base name lies in the folder that its number names. Without all three nothing is known. */
function ownedFiles(header: RpmHeader): readonly string[] {
  const folders = headerTexts(header, TAG.folders) ?? [];
  const indexes = headerNumbers(header, TAG.folderIndexes) ?? [];
  const files: string[] = [];
  for (const [at, base] of (headerTexts(header, TAG.baseNames) ?? []).entries()) {
    const path = `${folders[indexes[at] ?? -1] ?? ''}${base}`;
    if (path.startsWith('/') && isOwnable(path.slice(1)) && files.push(path.slice(1)) === FILES)
      break;
  }
  return files;
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
