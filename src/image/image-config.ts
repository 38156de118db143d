/** The config of an image: platform, history, labels, environment (OCI image-spec, config.md). */
import { isDigest, type Digest } from '../domain/digest.ts';
import { parseTime, type Micros } from '../domain/time.ts';
import {
  invalid,
  parseDocument,
  readOptionalText,
  readSection,
  readSections,
  readText,
  readTextMap,
  readTexts,
  refuseLookAlikes,
  wrongField,
  type Section,
} from './json-document.ts';
import type { Platform } from './manifest.ts';

/** One step of the build, as the image tells it. */
export interface HistoryEntry {
  readonly created?: Micros;
  readonly createdBy?: string;
  readonly comment?: string;
  /** True where the step made no layer. */
  readonly emptyLayer: boolean;
}

/** What an image says of itself; never more than declared. */
export interface ImageConfig extends Platform {
  readonly created?: Micros;
  readonly history: readonly HistoryEntry[];
  /** Digests of the uncompressed layers as declared; never used as keys. */
  readonly diffIds: readonly Digest[];
  readonly labels: Readonly<Record<string, string>>;
  /** `NAME=value` texts. */
  readonly env: readonly string[];
}

const HISTORY_ITEMS = 10_000;
const CONFIG_ITEMS = 10_000;

/** Reads an image config of at most 4 MiB; refuses it naming the field that is wrong. */
export function parseImageConfig(bytes: Uint8Array): ImageConfig {
  const root = parseDocument(bytes, 'config');
  refuseLookAlikes(root, ['os', 'architecture', 'variant', 'rootfs', 'history', 'config']);
  const variant = readOptionalText(root, 'variant');
  const settings = readSection(root, 'config');
  return {
    os: readName(root, 'os'),
    architecture: readName(root, 'architecture'),
    ...(variant && { variant }),
    ...readCreated(root),
    history: readSections(root, 'history', HISTORY_ITEMS).map(readHistoryEntry),
    diffIds: readDiffIds(root),
    labels: settings === undefined ? {} : readTextMap(settings, 'Labels'),
    env: settings === undefined ? [] : readTexts(settings, 'Env', CONFIG_ITEMS),
  };
}

/** Prints a platform as `os/architecture[/variant]`, e.g. `linux/arm64/v8`. */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant } = platform;
  return variant ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`;
}

function readName(section: Section, key: string): string {
  const text = readText(section, key);
  if (/^[\w.-]{1,64}$/.test(text)) return text;
  throw wrongField(`${section.where}.${key}`, text, 'a name of letters, digits, ".", "_" and "-"');
}

function readCreated(section: Section): { readonly created?: Micros } {
  const text = readOptionalText(section, 'created');
  if (!text) return {};
  try {
    return { created: parseTime(text) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : '';
    throw invalid(`${section.where}.created: ${reason}`, cause);
  }
}

function readHistoryEntry(section: Section): HistoryEntry {
  const createdBy = readOptionalText(section, 'created_by');
  const comment = readOptionalText(section, 'comment');
  return {
    ...readCreated(section),
    ...(createdBy && { createdBy }),
    ...(comment && { comment }),
    emptyLayer: section.value['empty_layer'] === true,
  };
}

function readDiffIds(root: Section): Digest[] {
  const rootfs = readSection(root, 'rootfs');
  if (rootfs === undefined) throw wrongField('config.rootfs', undefined, 'an object');
  refuseLookAlikes(rootfs, ['type', 'diff_ids']);
  return readTexts(rootfs, 'diff_ids', CONFIG_ITEMS).map((text, index) => {
    if (isDigest(text)) return text;
    throw wrongField(`config.rootfs.diff_ids[${index}]`, text, 'a digest sha256:HEX');
  });
}
