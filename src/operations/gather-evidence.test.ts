/**
 * How far evidence is looked for: junk beside a proof hides nothing, and never costs without end.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Attestor } from '../domain/attestor.ts';
import { parseDigest } from '../domain/digest.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import type { Occurrence } from '../domain/note.ts';
import { createAttestor } from '../store/attestor-rows.ts';
import { saveSighting } from '../store/image-rows.ts';
import { createNote, deleteNote } from '../store/note-rows.ts';
import { createOccurrences } from '../store/occurrence-rows.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store-contract.ts';
import type { Deps } from './deps.ts';
import { type GatheredEvidence, gatherEvidence } from './gather-evidence.ts';

const DIGEST = parseDigest(`sha256:${'a'.repeat(64)}`);
const KEY = 'https://keys.example/1';
const folder = mkdtempSync(join(tmpdir(), 'assay-evidence-'));

let store: Store;
let project = '';
let projects = 0;
let clock = 1_000_000;
let checked: string[] = [];
let resolved: string[] = [];
let deps: Deps;

beforeAll(async () => {
  const options = { now: () => clock, newId: () => `id-${(clock += 1)}` };
  store = await openStore({ folder, mode: 'serve', writer: 'inline', ...options });
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  deps = {
    store,
    log,
    now: () => clock,
    // The attestation whose payload says so verifies; each of the others holds one bad signature.
    checkAttestation: async ({ occurrence }: { occurrence: Occurrence }) => {
      checked.push(occurrence.name);
      const proof = occurrence.detail['proof'] === true;
      const other = occurrence.detail['key'] === 'other';
      const [publicKeyId, step] = other ? ['other', 'unknown-key'] : [KEY, 'bad-signature'];
      const result = proof ? 'verified' : 'refused';
      const checks = [{ occurrence: occurrence.name, publicKeyId, result, step, reason: 'said' }];
      return { checks, validUntil: Number.MAX_SAFE_INTEGER };
    },
    resolveTag: async ({ tag = '' }: { tag?: string }) => {
      resolved.push(tag);
      return DIGEST;
    },
  } as unknown as Deps;
});

beforeEach(async () => {
  [checked, resolved, project] = [[], [], `p${(projects += 1)}`];
  const name = `projects/${project}/notes/n`;
  const times = { createTime: 1, updateTime: 1 };
  const attestor: Attestor = {
    name: `projects/${project}/attestors/a`,
    noteReference: name,
    publicKeys: [{ id: KEY }],
    updateTime: 1,
    etag: '',
  };
  await store.write(async (tx) => {
    await createNote(tx, { name, kind: 'ATTESTATION', detail: {}, ...times } as never);
    await createAttestor(tx, attestor);
  });
});

afterAll(async () => {
  await store?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function attest(
  details: readonly Occurrence['detail'][],
  resourceUri = `https://gcr.io/p/app@${DIGEST}`,
): Promise<void> {
  const occurrences = details.map((detail, index): Occurrence => ({
    name: `projects/${project}/occurrences/o${index}`,
    kind: 'ATTESTATION',
    resourceUri,
    noteName: `projects/${project}/notes/n`,
    // Several of one microsecond, so that pages meet between them.
    createTime: 1000 + Math.floor(index / 7),
    updateTime: 1000,
    detail,
  }));
  await store.write((tx) => createOccurrences(tx, occurrences));
}

function gather(): Promise<GatheredEvidence> {
  const reference = parseImageReference(`gcr.io/p/app@${DIGEST}`);
  const attestor = `projects/${project}/attestors/a`;
  return gatherEvidence(deps, project, { attestations: [{ attestor, reference }], tags: [] });
}

const junk = (count: number, key = 'other'): { key: string }[] =>
  Array.from({ length: count }, () => ({ key }));

describe('attestations of an image by an attestor', () => {
  it('end with the first that verifies', async () => {
    await attest([{}, {}, { proof: true }, { key: 'other' }]);
    const { evidence } = await gather();
    expect(evidence.attestations[0]?.checks.map(({ result }) => result)).toEqual(['verified']);
    expect(checked.map((name) => name.split('/').at(-1))).toEqual(['o3', 'o2']);
  });

  it('are looked for beyond the newest hundred', async () => {
    await attest([{ proof: true }, ...junk(450)]);
    const { evidence } = await gather();
    expect(evidence.attestations[0]?.checks).toMatchObject([{ result: 'verified' }]);
    expect(new Set(checked).size).toBe(451);
  });

  it.each([
    ['more than a thousand', [{ proof: true }, ...junk(1001)], 1000],
    ['more than 200 signatures under the id of a key', [{ proof: true }, ...junk(201, '')], 200],
  ])('%s without a proof are undecided, saying how many', async (_name, details, looked) => {
    await attest(details);
    const { evidence } = await gather();
    const [first, ...rest] = evidence.attestations[0]?.checks ?? [];
    expect(first).toMatchObject({
      result: 'undecided',
      reason: expect.stringContaining(`${looked}`),
    });
    expect(rest).toHaveLength(100);
    expect(checked).toHaveLength(looked);
  });

  it('that were all looked at and refused stay refused, however many are kept', async () => {
    await attest(junk(150));
    const { evidence } = await gather();
    const checks = evidence.attestations[0]?.checks ?? [];
    expect(new Set(checks.map(({ result }) => result))).toEqual(new Set(['refused']));
    expect(checks).toHaveLength(101);
  });

  it('are found under every name of the image', async () => {
    await attest([{ proof: true }], `HTTPS://index.docker.io/library/app@${DIGEST}`);
    const reference = parseImageReference(`app@${DIGEST}`);
    const attestor = `projects/${project}/attestors/a`;
    const wanted = { attestations: [{ attestor, reference }], tags: [] };
    const { evidence } = await gatherEvidence(deps, project, wanted);
    expect(evidence.attestations[0]?.checks).toMatchObject([{ result: 'verified' }]);
  });

  it('are none once the note is gone', async () => {
    await attest([{ proof: true }]);
    await store.write((tx) => deleteNote(tx, `projects/${project}/notes/n`));
    expect((await gather()).evidence.attestations).toMatchObject([
      { state: 'no-note', checks: [] },
    ]);
  });
});

it('looks up five tags of a request and says so of the others', async () => {
  const resourceUri = `gcr.io/p/app@${DIGEST}`;
  await store.write((tx) => saveSighting(tx, { project, resourceUri, digest: DIGEST, time: 1 }));
  const tags = ['1', '2', '3', '4', '5', '6', '7'].map((tag) =>
    parseImageReference(`gcr.io/p/app:${tag}`),
  );
  const { evidence } = await gatherEvidence(deps, project, { attestations: [], tags });
  expect(resolved.toSorted()).toEqual(['1', '2', '3', '4', '5']);
  const too = 'not looked up: too many tags in one request';
  expect(evidence.tags.map(({ how }) => how === too)).toEqual([
    ...Array(5).fill(false),
    true,
    true,
  ]);
});
