/** Reading a JWK set that a person named: a file, or an address by the guard of issuers' keys. */
import type { Micros } from '../domain/time.ts';
import { openKeySource } from '../remote/key-source.ts';

/** The public keys of a set in JSON; refuses addresses in one's own network but this machine's. */
export async function readKeyPlace(place: string, now: () => Micros): Promise<string> {
  const where = /^https?:\/\//i.test(place) ? { url: place } : { file: place };
  const source = openKeySource({ issuer: place, allowedHosts: [], ...where }, now);
  try {
    const { keys } = await source.keysFor(undefined);
    return JSON.stringify({ keys: keys.map(publicPart) });
  } finally {
    await source.close();
  }
}

/** What makes a key private stays where it was. */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

function publicPart(key: object): object {
  return Object.fromEntries(Object.entries(key).filter(([name]) => !PRIVATE.includes(name)));
}
