/** A denied developer's text: the field's own sentence first, then what, why and what to do. */
import { terminalText } from '../domain/terminal-text.ts';
import type { ImageVerdict, Verdict } from '../domain/verdict.ts';

/** Longest reason that is sent to an API server, in characters. */
const MAX_REASON = 4096;
const MAX_IMAGES = 5;

/**
 * Prints why a request was denied. The first line is the sentence alone, as tools look for it;
 * then image, found, wanted and fix of each denied image, those that block the request before those
 * that a dry run lets in, and those of which the same is said together; then where to read more.
 */
export function formatDenial(verdict: Verdict, decisionId: string): string {
  const failed = verdict.images.filter((image) => image.outcome !== 'allow');
  const denied = failed.toSorted((a, b) => Number(b.enforced) - Number(a.enforced));
  const first = clean(denied[0]?.sentence ?? 'Denied: the request names no image');
  const groups = [...Map.groupBy(denied, sayings).values()].slice(0, MAX_IMAGES);
  const shown = groups.map((images) => images.slice(0, MAX_IMAGES));
  const blocks = shown.map((images, index) => block(images, index));
  const left = denied.length - shown.flat().length;
  const more = left > 0 ? [`and ${left} more images`] : [];
  const tail = `decision: ${decisionId} (assay decisions show ${decisionId})`;
  const text = [first, ...blocks, ...more].join('\n');
  return `${text.slice(0, MAX_REASON - tail.length - 1)}\n${tail}`;
}

/** What is the same of several images is said once: a rule over a pod denies all of them. */
function sayings({ sentence, found, wanted, fix }: ImageVerdict): string {
  return JSON.stringify([sentence, found, wanted, fix]);
}

function block(images: readonly ImageVerdict[], index: number): string {
  const [image] = images;
  if (image === undefined) return '';
  const head = index === 0 ? [] : [image.sentence];
  const names = images.flatMap((one) => (one.image === '' ? [] : [`image: ${one.image}`]));
  const lines = [...names, `found: ${image.found}`, `wanted: ${image.wanted}`];
  return [...head, ...lines, `fix: ${image.fix}`].map(clean).join('\n');
}

/** Control characters of a hostile reference never reach a terminal. */
function clean(line: string): string {
  return terminalText(line).slice(0, 1000);
}
