/**
 * Revoked and retired keys. Who holds a stolen key dates its signatures as he likes: so a time that
 * only the signer claims counts for nothing, and a key that is revoked from some time on still
 * stands only for what a trusted time (our own receipt, a timestamp authority, a log) puts before.
 */
import type { KeyStanding } from '../domain/attestor.ts';
import { formatTime, type Micros } from '../domain/time.ts';
import { refuse } from './refusal.ts';

/**
 * Refuses (`key-revoked`, `key-retired`) what a key signed from its revocation or retirement on,
 * and (`no-trusted-time`) whatever it signed where nobody trusted says when that existed.
 */
export function requireStanding(
  key: string,
  { revokedFrom, retiredFrom }: KeyStanding,
  trustedTime: Micros | undefined,
): void {
  requireBefore({ key, code: 'key-revoked', from: revokedFrom }, trustedTime);
  requireBefore({ key, code: 'key-retired', from: retiredFrom }, trustedTime);
}

interface End {
  readonly key: string;
  readonly code: 'key-revoked' | 'key-retired';
  readonly from: Micros | undefined;
}

function requireBefore({ key, code, from }: End, trustedTime: Micros | undefined): void {
  if (from === undefined) return;
  const ended = `key ${key} is ${code.slice('key-'.length)} from ${formatTime(from)} on`;
  if (trustedTime === undefined) {
    refuse('no-trusted-time', `${ended}, and no trusted time says that the signature is older`);
  }
  if (trustedTime < from) return;
  refuse(code, `${ended}; the signature was first seen at ${formatTime(trustedTime)}`);
}
