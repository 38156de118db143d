/**
 * The product tree of a CSAF document of Red Hat: which product id means which package of which
 * release. A product is a platform (told by its CPE), a package (told by its purl) or a module; a
 * relationship puts one into another, and the id of that is what statements are about.
 */
import type { Field } from './osv-field.ts';
import { member, readList, readObject } from './osv-field.ts';

/** A package of a release of Red Hat Enterprise Linux. */
export interface RedHatPackage {
  /** OSV ecosystem, e.g. `Red Hat:enterprise_linux:9`. */
  readonly ecosystem: string;
  readonly name: string;
  /** Absent where a statement is about all versions. */
  readonly version?: string;
  /** Set for a source package. */
  readonly isSource: boolean;
  /** `name:stream` */
  readonly module?: string;
}

/** Finds what a product id means; undefined for other products and what is no package. */
export type FindProduct = (productId: string) => RedHatPackage | undefined;

interface Part {
  readonly ecosystem?: string;
  readonly name?: string;
  readonly version?: string;
  readonly isSource?: boolean;
  readonly module?: string;
}

interface Link {
  readonly part: string;
  readonly whole: string;
}

const MOST_PRODUCTS = 500_000;
const MOST_DEPTH = 16;
/** Modules in platforms, packages in modules. */
const MOST_LINKS = 4;
const PLATFORM = /^cpe:\/[ao]:redhat:enterprise_linux:(\d{1,3})(?:::?[\w:]*)?$/;
const PURL = /^pkg:(rpm|rpmmod)\/redhat\/([^@?]{1,300})(?:@([^?]{1,300}))?(?:\?(.{0,1000}))?$/;

/** Reads a product tree. Refuses lists that are none, and more products than a document has. */
export function readRedHatProducts(tree: Field): FindProduct {
  const parts = new Map<string, Part>();
  readBranches(member(tree, 'branches'), parts, 0);
  for (const product of readList(member(tree, 'full_product_names'), MOST_PRODUCTS)) {
    addProduct(product, parts);
  }
  const links = readLinks(member(tree, 'relationships'));
  return (productId) => toPackage(partOf(productId, { parts, links }, 0));
}

function readBranches(field: Field, parts: Map<string, Part>, depth: number): void {
  if (depth > MOST_DEPTH) return;
  for (const branch of readList(field, MOST_PRODUCTS)) {
    readObject(branch);
    const product = member(branch, 'product');
    if (product.value !== undefined) addProduct(product, parts);
    readBranches(member(branch, 'branches'), parts, depth + 1);
  }
}

function addProduct(product: Field, parts: Map<string, Part>): void {
  const id = readObject(product)['product_id'];
  const helper = member(product, 'product_identification_helper');
  const { cpe, purl } = helper.value === undefined ? {} : readObject(helper);
  if (typeof id !== 'string') return;
  parts.set(id, {
    ...(typeof cpe === 'string' && platformPart(cpe)),
    ...(typeof purl === 'string' ? packagePart(purl) : namedPart(id, typeof cpe === 'string')),
  });
}

/** Streams that are paid for longer (EUS and the like) have a CPE of their own and are not read. */
function platformPart(cpe: string): Part {
  const release = PLATFORM.exec(cpe)?.[1];
  return release === undefined ? {} : { ecosystem: `Red Hat:enterprise_linux:${release}` };
}

function packagePart(purl: string): Part {
  const [, type, path = '', version = '', query = ''] = PURL.exec(purl) ?? [];
  if (type === undefined) return {};
  if (type === 'rpmmod') return modulePart(decode(path), decode(version));
  return { name: decode(path), ...qualifiedPart(decode(version), new URLSearchParams(query)) };
}

function qualifiedPart(version: string, qualifiers: URLSearchParams): Part {
  const epoch = Number(qualifiers.get('epoch') ?? 0);
  const module = streamOf(qualifiers.get('rpmmod') ?? '');
  return {
    isSource: qualifiers.get('arch') === 'src',
    ...(version !== '' && { version: epoch > 0 ? `${epoch}:${version}` : version }),
    ...(module && { module }),
  };
}

/** `nodejs@18:8090…` is a module, `nodejs:18/nodejs` a package of one. */
function modulePart(path: string, version: string): Part {
  const inner = /^([^/]+:[^/]+)\/(.+)$/.exec(path);
  const module = streamOf(inner?.[1] ?? (version === '' ? path : `${path}:${version}`));
  const name = inner?.[2];
  return { ...(module && { module }), ...(name !== undefined && { name, isSource: true }) };
}

/** Where there is no purl the id is the component's name; a platform has a CPE. */
function namedPart(id: string, isPlatform: boolean): Part {
  if (isPlatform) return {};
  const inner = /^([^/:]+:[^/:]+)\/([^/:]+)$/.exec(id);
  if (inner !== null) return { module: inner[1] ?? '', name: inner[2] ?? '', isSource: true };
  return /^[\w.+-]+$/.test(id) ? { name: id, isSource: true } : {};
}

function streamOf(text: string): string | undefined {
  return /^([\w.+-]+:[\w.+-]+)(?::.*)?$/.exec(text)?.[1];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readLinks(field: Field): ReadonlyMap<string, Link> {
  const links = new Map<string, Link>();
  for (const relationship of readList(field, MOST_PRODUCTS)) {
    const { product_reference: part, relates_to_product_reference: whole } =
      readObject(relationship);
    const named = member(relationship, 'full_product_name');
    const id = named.value === undefined ? undefined : readObject(named)['product_id'];
    if (typeof id !== 'string' || typeof part !== 'string' || typeof whole !== 'string') continue;
    links.set(id, { part, whole });
  }
  return links;
}

interface Tree {
  readonly parts: ReadonlyMap<string, Part>;
  readonly links: ReadonlyMap<string, Link>;
}

/** What lies within goes before what it lies in, but for the release. */
function partOf(id: string, tree: Tree, depth: number): Part {
  const link = tree.links.get(id);
  if (link === undefined || depth >= MOST_LINKS) return tree.parts.get(id) ?? {};
  const whole = partOf(link.whole, tree, depth + 1);
  const own = partOf(link.part, tree, depth + 1);
  return { ...whole, ...own, ...(whole.ecosystem && { ecosystem: whole.ecosystem }) };
}

function toPackage({
  ecosystem,
  name,
  version,
  isSource,
  module,
}: Part): RedHatPackage | undefined {
  if (ecosystem === undefined || name === undefined) return undefined;
  return {
    ecosystem,
    name,
    isSource: isSource ?? false,
    ...(version !== undefined && { version }),
    ...(module !== undefined && { module }),
  };
}
