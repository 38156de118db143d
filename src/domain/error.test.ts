/** The error table: well-formed rows, and one class that carries them. */
import { describe, expect, it } from 'vitest';
import { AssayError, ERROR_CODES, isAssayError } from './error.ts';

describe('ERROR_CODES', () => {
  it.each(Object.entries(ERROR_CODES))('%s is a whole row', (code, row) => {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(row.status).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(row.http).toBeGreaterThanOrEqual(400);
    expect(row.http).toBeLessThan(600);
    expect([1, 2, 3]).toContain(row.exit);
    expect(row.meaning).toMatch(/^[A-Z].*\.$/);
  });
});

describe('AssayError', () => {
  it('carries code, message, details and cause', () => {
    const cause = new Error('below');
    const error = new AssayError('not-found', 'no such note', { cause, details: { note: 'n' } });
    expect(error).toMatchObject({ name: 'AssayError', code: 'not-found', message: 'no such note' });
    expect(error.details).toEqual({ note: 'n' });
    expect(error.cause).toBe(cause);
    expect(Object.hasOwn(new AssayError('internal', 'x'), 'cause')).toBe(false);
  });

  it('is told from other errors, and by code', () => {
    const error = new AssayError('aborted', 'x');
    expect(isAssayError(error)).toBe(true);
    expect(isAssayError(error, 'aborted')).toBe(true);
    expect(isAssayError(error, 'internal')).toBe(false);
    expect(isAssayError({ name: 'AssayError', code: 'aborted' })).toBe(false);
    expect(isAssayError(undefined)).toBe(false);
  });
});
