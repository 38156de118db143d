/**
 * The products of a CSAF 2.0 document by their ids (section 3.2.2): the leaves of its branches, the
 * names beside them, and what relationships make of two of them.
 */
import { parsePackageUrl } from '../parse-package-url.ts';
import { fieldError, member, readList, readText, type Field } from './osv-field.ts';
import { identifyProduct, withinProduct, type ProductReading } from './vex-product.ts';
import { readOptionalText, tooMany, VEX_LIMITS } from './vex-reading.ts';

/** Products, and groups of them, by id. */
export interface ProductTree {
  readonly products: ReadonlyMap<string, ProductReading>;
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

type Products = Map<string, ProductReading>;

const MAX_DEPTH = 32;

/** Reads the tree; refuses two products of one id and a relationship of unknown ones. */
export function readProductTree(tree: Field): ProductTree {
  const products: Products = new Map();
  addBranches(products, member(tree, 'branches'), MAX_DEPTH);
  for (const one of listOf(member(tree, 'full_product_names'))) addProduct(products, one);
  for (const one of listOf(member(tree, 'relationships'))) addRelationship(products, one);
  const groups = listOf(member(tree, 'product_groups')).map((group) => {
    const ids = listOf(member(group, 'product_ids')).map((one) => readText(one, VEX_LIMITS.id));
    return [readText(member(group, 'group_id'), VEX_LIMITS.id), ids] as const;
  });
  return { products, groups: new Map(groups) };
}

/** The product of an id; refuses an id that the tree does not have (section 6.1.1). */
export function requireProduct(
  { products }: ProductTree,
  id: string,
  field: Field,
): ProductReading {
  const found = products.get(id);
  if (found !== undefined) return found;
  throw fieldError({ path: field.path, value: id }, 'an id of a product in product_tree');
}

function listOf(field: Field): readonly Field[] {
  return readList(field, VEX_LIMITS.products);
}

function addBranches(products: Products, list: Field, depth: number): void {
  if (depth === 0) throw fieldError(list, `branches nested less than ${MAX_DEPTH} deep`);
  for (const branch of listOf(list)) {
    const product = member(branch, 'product');
    const isRange = member(branch, 'category').value === 'product_version_range';
    if (product.value !== undefined) {
      addProduct(products, product, isRange ? 'is a range of versions; name each one' : undefined);
    }
    addBranches(products, member(branch, 'branches'), depth - 1);
  }
}

function addProduct(products: Products, field: Field, instead?: string): void {
  keep(products, field, instead ?? readIdentity(field));
}

function keep(products: Products, field: Field, reading: ProductReading): void {
  const idField = member(field, 'product_id');
  const id = readText(idField, VEX_LIMITS.id);
  if (products.has(id)) throw fieldError(idField, 'an id of its own');
  if (products.size >= VEX_LIMITS.products) throw tooMany('products', VEX_LIMITS.products);
  products.set(id, reading);
}

function readIdentity(field: Field): ProductReading {
  const purl = readOptionalText(
    member(member(field, 'product_identification_helper'), 'purl'),
    2048,
  );
  if (purl === undefined) return 'has no purl';
  return identifyProduct({ purl: parsePackageUrl(purl) });
}

/** An image is known by its digest, whatever it is a part of; a package by what it is a part of. */
function addRelationship(products: Products, field: Field): void {
  const [part, whole] = ['product_reference', 'relates_to_product_reference'].map((name) => {
    const reference = member(field, name);
    return requireProduct(
      { products, groups: new Map() },
      readText(reference, VEX_LIMITS.id),
      reference,
    );
  });
  if (part === undefined || whole === undefined) return;
  const isImage = typeof part !== 'string' && part.image?.digest !== undefined;
  const combined = isImage && part.component === undefined ? part : withinProduct(whole, part);
  keep(products, member(field, 'full_product_name'), combined);
}
