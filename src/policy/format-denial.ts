/** A denied developer's text: the field's own sentence first, then what, why and what to do. */
import { terminalText } from '../domain/terminal-text.ts';
import type { ImageVerdict, Verdict } from '../domain/verdict.ts';

/** Longest reason that is sent to an API server, in characters. */
const MAX_REASON = 4096;
const MAX_IMAGES = 5;

/**
 * Prints why a request was denied. The first line is the sentence alone, as tools look for it;
 * then image, found, wanted and fix of each denied image, those that block the request before those
 * that a dry run lets in, then where to read more.
 */
export function formatDenial(verdict: Verdict, decisionId: string): string {
  const failed = verdict.images.filter((image) => image.outcome !== 'allow');
  const denied = failed.toSorted((a, b) => Number(b.enforced) - Number(a.enforced));
  const first = clean(denied[0]?.sentence ?? 'Denied: the request names no image');
  const blocks = denied.slice(0, MAX_IMAGES).map((image, index) => block(image, index));
  const more = denied.length > MAX_IMAGES ? [`and ${denied.length - MAX_IMAGES} more images`] : [];
  const tail = `decision: ${decisionId} (assay decisions show ${decisionId})`;
  const text = [first, ...blocks, ...more].join('\n');
  return `${text.slice(0, MAX_REASON - tail.length - 1)}\n${tail}`;
}

function block(image: ImageVerdict, index: number): string {
  const head = index === 0 ? [] : [image.sentence];
  const name = image.image === '' ? [] : [`image: ${image.image}`];
  const lines = [...name, `found: ${image.found}`, `wanted: ${image.wanted}`];
  return [...head, ...lines, `fix: ${image.fix}`].map(clean).join('\n');
}

/** Control characters of a hostile reference never reach a terminal. */
function clean(line: string): string {
  return terminalText(line).slice(0, 1000);
}
