/** Changing a tag beside others who do so too. */
import { describe, expect, it } from 'vitest';
import { parseDigest } from '../domain/digest.ts';
import { AssayError, isAssayError } from '../domain/error.ts';
import { changeTag, type MakeNext } from './change-tag.ts';
import type { FetchedManifest, RegistryClient } from './registry-client.ts';
import { digestOf } from './verify-stream.ts';

const PLACE = { repository: { domain: 'r.test', path: 'a' }, tag: 't', settleMs: 1 };

/** A registry of one tag; somebody else may write after a read or after our write. */
function registryOf(others: {
  onRead?: () => string | undefined;
  onPush?: () => string | undefined;
}) {
  let kept: string | undefined;
  const pushes: string[] = [];
  const client = {
    async manifest(): Promise<FetchedManifest> {
      const bytes = Buffer.from(kept ?? '');
      const found = kept === undefined ? undefined : digestOf(bytes);
      kept = others.onRead?.() ?? kept;
      if (found === undefined) throw new AssayError('not-found', 'no tag');
      return { bytes, mediaType: undefined, digest: parseDigest(found) };
    },
    async pushManifest({ bytes }: { readonly bytes: Uint8Array }) {
      kept = Buffer.from(bytes).toString();
      pushes.push(kept);
      kept = others.onPush?.() ?? kept;
      return { digest: digestOf(bytes) };
    },
  } as unknown as RegistryClient;
  return { client, pushes, kept: () => kept };
}

/** Adds `me` to a list, once. */
const addMe: MakeNext = async (before) => {
  const names = before === undefined ? [] : Buffer.from(before.bytes).toString().split(',');
  if (names.includes('me')) return undefined;
  return { bytes: Buffer.from([...names, 'me'].join(',')), mediaType: 'x/y' };
};

const once = (...texts: readonly string[]): (() => string | undefined) => {
  const left = [...texts];
  return () => left.shift();
};

describe('changing a tag', () => {
  it('writes what is not there', async () => {
    const { client, kept } = registryOf({});
    expect((await changeTag(client, PLACE, addMe)).written).toBe(true);
    expect(kept()).toBe('me');
  });

  it('writes nothing where nothing is to be changed', async () => {
    const { client, pushes } = registryOf({ onRead: once('me,other') });
    await changeTag(client, PLACE, addMe);
    expect((await changeTag(client, PLACE, addMe)).written).toBe(false);
    expect(pushes).toEqual([]);
  });

  it('begins again where the tag moved between reading and writing', async () => {
    const { client, kept, pushes } = registryOf({ onRead: once('other') });
    await changeTag(client, PLACE, addMe);
    expect([kept(), pushes]).toEqual(['other,me', ['other,me']]);
  });

  it('adds once more where somebody has overwritten it', async () => {
    const { client, kept, pushes } = registryOf({ onPush: once('other') });
    await changeTag(client, PLACE, addMe);
    expect([kept(), pushes]).toEqual(['other,me', ['me', 'other,me']]);
  });

  it('gives up where others never come to rest', async () => {
    const { client, pushes } = registryOf({ onPush: () => 'other' });
    const error: unknown = await changeTag(client, PLACE, addMe).catch((reason: unknown) => reason);
    expect([isAssayError(error, 'aborted'), pushes.length < 20]).toEqual([true, true]);
  });
});
