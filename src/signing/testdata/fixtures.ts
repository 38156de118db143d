/** Keys and signatures made by gpg 2.2.40 over `payload.json`, in November 2026; for tests. */
import { readFileSync } from 'node:fs';
import { parseTime } from '../../domain/time.ts';

/** After all that the fixtures were made, before what expires in them later than 2026. */
export const NOW = parseTime('2026-11-20T12:00:00Z');

/** The bytes of a file of this folder. */
export function readFixture(name: string): Uint8Array {
  return Uint8Array.from(readFileSync(new URL(name, import.meta.url)));
}

/** The text of a file of this folder. */
export function readFixtureText(name: string): string {
  return Buffer.from(readFixture(name)).toString('utf8');
}
