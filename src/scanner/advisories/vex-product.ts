/**
 * What a VEX document calls a product, made into what an image or a package can be compared with.
 * Nothing is guessed: a name without a repository, a tag, or a part of something that cannot be
 * looked into names nothing here, and the document's reader is told so.
 */
import { isDigest, type Digest } from '../../domain/digest.ts';
import { isAssayError } from '../../domain/error.ts';
import { parseImageReference } from '../../domain/image-reference.ts';
import type { NamedImage, NamedPackage, VexProduct } from '../../domain/vex-document.ts';

/** What names a product: its purl, its digest, or both. */
export interface ProductIdentity {
  readonly purl?: NamedPackage;
  /** Of an image only. */
  readonly digest?: Digest;
}

/** A product, or why what names it matches nothing here, in words that follow its name. */
export type ProductReading = VexProduct | string;

const IMAGE_TYPES: ReadonlySet<string> = new Set(['oci', 'docker']);

/** Tells whether a purl names an image. */
export function namesImage({ type }: NamedPackage): boolean {
  return IMAGE_TYPES.has(type);
}

/** The product that an identity names. */
export function identifyProduct({ purl, digest }: ProductIdentity): ProductReading {
  if (purl === undefined) {
    return digest === undefined ? 'has neither a purl nor an image digest' : { image: { digest } };
  }
  if (!namesImage(purl)) return { component: purl };
  const image = identifyImage(purl, digest);
  return typeof image === 'string' ? image : { image };
}

/** A part of a product. */
export function withinProduct(whole: ProductReading, part: ProductReading): ProductReading {
  if (typeof part === 'string') return part;
  if (typeof whole === 'string') return `is a part of something that ${whole}`;
  if (whole.image === undefined || whole.component !== undefined) {
    return 'is a part of a package, and where packages lie in each other is not looked into';
  }
  if (part.component === undefined) return 'is an image within an image';
  return { image: whole.image, component: part.component };
}

function identifyImage(purl: NamedPackage, hash: Digest | undefined): NamedImage | string {
  const { version } = purl;
  if (version !== undefined && !isDigest(version)) {
    return 'names a tag or version of an image; a tag is no identity: name its digest';
  }
  if (version !== undefined && hash !== undefined && version !== hash) return 'names two digests';
  const digest = version ?? hash;
  return digest === undefined ? identifyRepository(purl) : { digest };
}

/** Without a digest every word of the purl must be looked at, so others than these are too many. */
function identifyRepository({
  type,
  namespace,
  name,
  qualifiers,
}: NamedPackage): NamedImage | string {
  const { repository_url: url, ...others } = qualifiers;
  if (Object.keys(others).length > 0) {
    return `says ${Object.keys(others).join(', ')} of an image without a digest: name its digest`;
  }
  if (url === undefined && type === 'oci') {
    return 'names an image by its last name only: name its digest or its repository_url';
  }
  const place = (url ?? 'docker.io').replace(/^https?:\/\//, '').replace(/\/+$/, '');
  const path = type === 'docker' ? [place, namespace, name].filter(Boolean).join('/') : place;
  return readRepository(path, name);
}

function readRepository(text: string, name: string): NamedImage | string {
  try {
    const { name: repository, tag, digest } = parseImageReference(text);
    if (tag !== undefined || digest !== undefined) return 'has a tag or digest in repository_url';
    if (repository.endsWith(`/${name}`)) return { repository };
    return 'has a repository_url that does not end in its name';
  } catch (error) {
    if (isAssayError(error)) return 'has a repository_url that is no repository';
    throw error;
  }
}
