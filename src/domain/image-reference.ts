/**
 * The one reading of an image reference: the grammar and the defaults of distribution/reference
 * (`ParseNormalizedNamed`), shared by policies, webhooks and the registry client, so that no two of
 * them ever see two images in one text.
 */
import { type Digest, parseDigest } from './digest.ts';
import { AssayError } from './error.ts';

/** An image reference with Docker's defaults filled in, except the tag. */
export interface ImageReference {
  /** Registry host with its port, e.g. `docker.io`, `localhost:5000`, `[::1]:5000`; as written. */
  readonly domain: string;
  /** Repository within the registry, e.g. `library/nginx`; at most 255 characters. */
  readonly path: string;
  /** `domain/path`. */
  readonly name: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

/** Longest text that is looked at, in characters; far above 255 of a path, 128 of a tag. */
export const MAX_REFERENCE_LENGTH = 4096;

const MAX_PATH_LENGTH = 255;
const DEFAULT_DOMAIN = 'docker.io';
const LEGACY_DEFAULT_DOMAIN = 'index.docker.io';

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]{0,31}:\/\//;
const BARE_ID = /^[a-f0-9]{64}$/;
const DIGEST_LIKE_TAG = /^[0-9a-f]{64}$/i;
const TAG = /^\w[\w.-]{0,127}$/;
const HOST_LABEL = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$/;
const IPV6_HOST = /^\[[a-fA-F0-9:]+\]$/;
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;

/**
 * Reads a reference as `ParseNormalizedNamed` of distribution/reference does: `docker.io` and
 * `library/` are filled in, a missing tag is not. Refuses everything that does, with
 * `invalid-reference`, or `invalid-digest` where only the digest is wrong.
 */
export function parseImageReference(text: string): ImageReference {
  refuseWhole(text);
  const { domain, remainder } = splitDomain(text);
  const [beforeDigest, digestText] = cut(remainder, '@');
  const [path, tag] = cut(beforeDigest, ':');
  const problem = nameProblem(domain, path) ?? tagProblem(tag);
  if (problem !== undefined) throw malformed(text, problem);
  const digest = digestText === undefined ? undefined : readDigest(text, digestText);
  return {
    domain,
    path,
    name: `${domain}/${path}`,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** Prints `name[:tag][@digest]`; reading it again gives the same reference. */
export function formatImageReference(reference: ImageReference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`;
  return `${reference.name}${tag}${digest}`;
}

/** The reference with tag `latest` where it has neither tag nor digest, as registries are asked. */
export function withDefaultTag(reference: ImageReference): ImageReference {
  const bare = reference.tag === undefined && reference.digest === undefined;
  return bare ? { ...reference, tag: 'latest' } : reference;
}

/**
 * Refuses, with `invalid-reference`, a tag of 64 hex digits: the grammar takes it, but it is a
 * digest whose `@sha256:` got lost. Command line and admission call this; the parser does not.
 */
export function refuseDigestLikeTag(reference: ImageReference): void {
  if (reference.tag === undefined || !DIGEST_LIKE_TAG.test(reference.tag)) return;
  throw malformed(
    formatImageReference(reference),
    `has a tag of 64 hex digits, which is a digest; did you mean ${byDigest(reference)}?`,
  );
}

/** What the writer of a digest-like tag meant. */
function byDigest(reference: ImageReference): string {
  const name = reference.path === 'library/sha256' ? 'NAME' : reference.name;
  return `${name}@${reference.digest ?? `sha256:${(reference.tag ?? '').toLowerCase()}`}`;
}

/** Refuses what can be told of the whole text, before it is taken apart. */
function refuseWhole(text: string): void {
  if (text.length > MAX_REFERENCE_LENGTH) {
    throw malformed(
      text,
      `has ${text.length} characters; at most ${MAX_REFERENCE_LENGTH} are read`,
    );
  }
  if (text.trim() === '') {
    throw malformed(text, 'is empty; write it like registry.example/team/app@sha256:…');
  }
  const scheme = SCHEME.exec(text)?.[0];
  if (scheme !== undefined) throw malformed(text, schemeProblem(scheme, text.slice(scheme.length)));
  if (BARE_ID.test(text)) {
    throw malformed(text, `is only 64 hex digits; did you mean NAME@sha256:${text}?`);
  }
}

/** Says that a reference has no scheme and how to write it without. */
function schemeProblem(scheme: string, rest: string): string {
  const problem = `begins with ${scheme}, but an image reference has no scheme`;
  const reference = SCHEME.test(rest) ? undefined : tryParse(rest);
  if (reference === undefined) return `${problem}; write it like registry.example/team/app`;
  const digestLike = reference.tag !== undefined && DIGEST_LIKE_TAG.test(reference.tag);
  return `${problem}; did you mean ${digestLike ? byDigest(reference) : rest}?`;
}

function tryParse(text: string): ImageReference | undefined {
  try {
    return parseImageReference(text);
  } catch (error) {
    if (error instanceof AssayError) return undefined;
    throw error;
  }
}

/** Tells host from repository as Docker does, and fills in `docker.io` and `library/`. */
function splitDomain(text: string): { domain: string; remainder: string } {
  const slash = text.indexOf('/');
  if (slash < 0) return { domain: DEFAULT_DOMAIN, remainder: `library/${text}` };
  const first = text.slice(0, slash);
  if (!namesHost(first)) return { domain: DEFAULT_DOMAIN, remainder: text };
  const rest = text.slice(slash + 1);
  const domain = first === LEGACY_DEFAULT_DOMAIN ? DEFAULT_DOMAIN : first;
  const official = domain === DEFAULT_DOMAIN && !rest.includes('/');
  return { domain, remainder: official ? `library/${rest}` : rest };
}

/** Whether the part before the first slash is a host and not a Docker Hub namespace. */
function namesHost(first: string): boolean {
  return first === 'localhost' || /[.:]/.test(first) || first.toLowerCase() !== first;
}

/** Cuts at the first separator; without one the second part is undefined. */
function cut(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function nameProblem(domain: string, path: string): string | undefined {
  if (isDomain(domain)) return pathProblem(path);
  // The reference grammar then reads host and path together as a path (`my_host.example/app`); the
  // text stays the same, and container runtimes connect to its first part, so that is the domain.
  if (PATH_COMPONENT.test(domain)) return pathProblem(`${domain}/${path}`);
  return `has the registry ${quote(domain)}, which is not a host name with an optional port`;
}

/** Whether a text is a host name, an IPv4 address or a bracketed IPv6 one, with optional port. */
function isDomain(text: string): boolean {
  const port = /:[0-9]+$/.exec(text)?.[0] ?? '';
  const host = text.slice(0, text.length - port.length);
  return IPV6_HOST.test(host) || host.split('.').every((label) => HOST_LABEL.test(label));
}

function pathProblem(path: string): string | undefined {
  if (path.length > MAX_PATH_LENGTH) {
    return (
      `has a repository path of ${path.length} characters; at most ` +
      `${MAX_PATH_LENGTH} are allowed`
    );
  }
  const wrong = path.split('/').find((component) => !PATH_COMPONENT.test(component));
  if (wrong === undefined) return undefined;
  if (wrong === '') return 'has an empty path component; leave out the slash or write a name there';
  if (PATH_COMPONENT.test(wrong.toLowerCase())) {
    return (
      `has ${quote(wrong)} in its repository name; write it in lower case: ` +
      `${quote(wrong.toLowerCase())}`
    );
  }
  return (
    `has ${quote(wrong)} in its repository name; a component is lower-case letters and digits, ` +
    'with single ".", "_", "__" or hyphens between them'
  );
}

function tagProblem(tag: string | undefined): string | undefined {
  if (tag === undefined || TAG.test(tag)) return undefined;
  return (
    `has the tag ${quote(tag)}; a tag is 1 to 128 of A-Z a-z 0-9 _ . - and begins ` +
    `with none of . -`
  );
}

function readDigest(text: string, digest: string): Digest {
  try {
    return parseDigest(digest);
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    throw new AssayError('invalid-digest', `image reference ${quote(text)}: ${error.message}`, {
      cause: error,
    });
  }
}

function malformed(text: string, problem: string): AssayError {
  return new AssayError('invalid-reference', `image reference ${quote(text)} ${problem}`);
}

/** Prints a piece of input for a message: escaped, and cut after 300 characters. */
function quote(text: string): string {
  return JSON.stringify(text.length > 300 ? `${text.slice(0, 300)}…` : text);
}
