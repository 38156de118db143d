/**
 * Watches: the repositories that a project has scanned by itself. What no watch names is never
 * pulled because somebody mentioned it: the registry's host is always one that was configured.
 */
import { AssayError } from './error.ts';
import { parseImageReference, type ImageReference } from './image-reference.ts';
import { checkNamePattern, matchesNameText } from './name-pattern.ts';
import { DAY, type Micros, SECOND } from './time.ts';

/** A project's watch over some repositories. */
export interface Watch {
  readonly project: string;
  /** `registry/path`, at most one `*` (no `/`) or `**` (any text) at its end. */
  readonly pattern: string;
  /** Off: it is kept, and starts nothing. */
  readonly on: boolean;
  /** Whether images that a webhook sees first are scanned. */
  readonly firstSight: boolean;
  /** How often its tags are listed; absent: they are not. */
  readonly pollEvery?: Micros;
  /** Whether somebody added it who may reach registries of our own network. */
  readonly inner: boolean;
  readonly createTime: Micros;
}

const LEAST_POLL = 60 * SECOND;
const MOST_POLL = 7 * DAY;

/**
 * Reads the pattern of a watch: a name pattern without tag or digest. Answers it with its registry,
 * as references name it.
 */
export function parseWatchPattern(text: string): { pattern: string; registry: string } {
  checkNamePattern(text);
  const { domain, tag, digest } = referenceIn(text);
  const registry = text.slice(0, text.indexOf('/'));
  if (tag === undefined && digest === undefined && registry === domain) {
    return { pattern: text, registry };
  }
  const shown = JSON.stringify(text.slice(0, 300));
  const message = `${shown} is no pattern of repositories; give e.g. registry.example/team/*`;
  throw new AssayError('invalid-argument', message);
}

/** A reference of a repository that the pattern takes. */
export function referenceIn(pattern: string): ImageReference {
  const text = pattern.replace(/\*+$/, '');
  return parseImageReference(text.endsWith('/') || text !== pattern ? `${text}x` : text);
}

/** Whether a pattern names one repository. */
export function namesOneRepository(pattern: string): boolean {
  return !pattern.includes('*');
}

/** Tells whether a watch is over a repository `registry/path`. */
export function watchesRepository({ pattern }: Pick<Watch, 'pattern'>, name: string): boolean {
  return matchesNameText(pattern, name);
}

/** Refuses an interval of polling that is too short or too long, and one over many repositories. */
export function checkPoll(pattern: string, every: Micros): void {
  if (!namesOneRepository(pattern)) {
    const message = `${pattern} is many repositories; only one that is named whole can be polled`;
    throw new AssayError('invalid-argument', message);
  }
  if (every >= LEAST_POLL && every <= MOST_POLL) return;
  throw new AssayError('invalid-argument', 'poll at intervals from one minute (1m) to 7 days (7d)');
}
