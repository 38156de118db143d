/** Ranges of bytes in headers: what a client asks of a blob, and what a chunk says it is. */

/** First and last byte, both meant. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a `Range` header over content of `size` bytes (RFC 9110, section 14.2). `whole`: there is
 * none, or one that may be ignored (other units, several ranges); `none`: nothing in it exists.
 */
export function parseRange(header: string | undefined, size: number): Span | 'whole' | 'none' {
  const match = /^bytes=(?:(\d{1,15})-(\d{1,15})?|-(\d{1,15}))$/.exec(header?.trim() ?? '');
  if (match === null) return 'whole';
  const [, first, last, suffix] = match;
  const start = first === undefined ? Math.max(size - Number(suffix), 0) : Number(first);
  const end = last === undefined ? size - 1 : Number(last);
  if (end < start && last !== undefined) return 'whole';
  return start < size ? { start, end: Math.min(end, size - 1) } : 'none';
}

/**
 * Reads a chunk's `Content-Range`, which distribution-spec 1.1 writes `START-END`; undefined where
 * it is not that.
 */
export function parseContentRange(header: string): Span | undefined {
  const match = /^(?:bytes[ =])?(\d{1,15})-(\d{1,15})(?:\/(?:\d{1,15}|\*))?$/.exec(header.trim());
  if (match === null) return undefined;
  const span = { start: Number(match[1]), end: Number(match[2]) };
  return span.end < span.start ? undefined : span;
}
