/**
 * The store contract: what every database beneath the store must do; one suite over all of them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createTestDatabase,
  postgresPrograms,
  type TestDatabase,
} from '../../test/support/postgres.ts';
import { type IamPolicy, parseIamResource } from '../domain/iam-policy.ts';
import type { Advisory, Match } from '../domain/advisory.ts';
import { parseDigest } from '../domain/digest.ts';
import type { Note, Occurrence } from '../domain/note.ts';
import { readNoteFilter, readOccurrenceFilter } from '../google/read-filter.ts';
import type { BinauthzPolicy } from '../domain/policy-document.ts';
import { DAY, SECOND } from '../domain/time.ts';
import { addAdvisories, beginAdvisoryImport, publishAdvisoryImport } from './advisory-import.ts';
import { publishImport } from './advisory-import-rows.ts';
import { findAdvisories, findAdvisoryGeneration, listAdvisorySources } from './advisory-rows.ts';
import { appendAudit, listAudit } from './audit-rows.ts';
import {
  createAttestor,
  deleteAttestor,
  findAttestor,
  listAttestors,
  updateAttestor,
} from './attestor-rows.ts';
import { addCluster, findCluster, listClusters } from './cluster-rows.ts';
import {
  findDecision,
  findEvaluation,
  listDecisions,
  pruneDecisions,
  verifyDecisionChain,
} from './decision-log.ts';
import {
  appendTagEvent,
  findImage,
  findLinkedDigests,
  findTagEvent,
  saveDigestLinks,
  saveImage,
  saveIndex,
  saveSighting,
  type ImageRecord,
} from './image-rows.ts';
import { findLayerFacts, saveLayerFacts } from './layer-rows.ts';
import { findMatches, saveMatches } from './match-rows.ts';
import {
  createNote,
  createNotes,
  deleteNote,
  findAssessments,
  findNote,
  findNotes,
  listNotes,
  updateNote,
} from './note-rows.ts';
import {
  createOccurrences,
  deleteOccurrence,
  findAttestations,
  findOccurrence,
  listNoteOccurrences,
  listOccurrences,
  updateOccurrence,
} from './occurrence-rows.ts';
import { openStore } from './open-store.ts';
import { parsePostgresUrl } from './postgres-address.ts';
import { openPostgresStore } from './postgres-store.ts';
import { findPolicy, putPolicy } from './policy-rows.ts';
import { prepareAdvisory } from './prepared-advisory.ts';
import { createProject, findProject, listProjects } from './project-rows.ts';
import type { NewDecision, Store, StoreOptions, Tx } from './store-contract.ts';
import {
  findImageHeads,
  findNextName,
  findSightedSpan,
  listSeenTags,
  listSightedRange,
} from './sighted-repository-rows.ts';
import { deleteIamPolicy, findIamPolicy, setIamPolicy } from './iam-policy-rows.ts';
import { createToken, deleteToken, findToken, listTokens } from './token-rows.ts';

const T0 = 1_790_000_000_000_000;
const digest = (digit: string) => parseDigest(`sha256:${digit.repeat(64)}`);

/** UUIDv7 of a time in microseconds and a count. */
function id(time: number, count = 0): string {
  const hex = Math.floor(time / 1000)
    .toString(16)
    .padStart(12, '0');
  const end = count.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${end}`;
}

interface Opened {
  readonly store: Store;
  /** Removes what the store was kept in. */
  readonly remove: () => Promise<void>;
}

/** Opens an empty store in a new folder. */
async function inFolder(more: Pick<StoreOptions, 'mode' | 'writer'>): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-store-'));
  const store = await openStore({ folder, now: () => T0, newId: () => id(T0), ...more });
  return { store, remove: async () => rmSync(folder, { recursive: true }) };
}

/** A machine under load may be slower than servers are to be. */
const CALM = { revisionBound: 60_000 };
let database: Promise<TestDatabase> | undefined;

/** Opens an empty store in the one database of this file. */
async function inDatabase(): Promise<Opened> {
  database ??= createTestDatabase();
  const { url, password, clear } = await database;
  const access = { address: parsePostgresUrl(url), password: async () => password };
  return { store: await openPostgresStore({ ...access, ...CALM, now: () => T0 }), remove: clear };
}

afterAll(async () => (await database)?.drop());

const open: Record<string, () => Promise<Opened>> = {
  'SQLite in a thread': () => inFolder({ mode: 'serve' }),
  'SQLite on the calling thread': () => inFolder({ mode: 'command', writer: 'inline' }),
  'PostgreSQL (needs postgres)': inDatabase,
};

describe.each(Object.keys(open))('the store contract: %s', (name) => {
  let opened: Opened | undefined;
  let store: Store;
  beforeEach(async (context) => {
    if (name.includes('needs postgres') && !postgresPrograms) context.skip();
    opened = await (open[name] ?? expect.fail())();
    ({ store } = opened);
  });
  afterEach(async () => {
    await opened?.store.close();
    await opened?.remove();
  });

  describe('write', () => {
    it('shows a committed change to the next read, and raises the revision', async () => {
      const before = store.revision();
      await store.write((tx) => createProject(tx, { id: 'shop', createTime: T0 }));
      expect(await findProject(store, 'shop')).toEqual({ id: 'shop', createTime: T0 });
      expect(store.revision()).toBe(before + 1);
    });

    it('keeps nothing of a write that throws, and goes on', async () => {
      const broken = store.write(async (tx) => {
        await createProject(tx, { id: 'lost', createTime: T0 });
        throw new Error('no');
      });
      await expect(broken).rejects.toThrow('no');
      expect(store.revision()).toBe(0);
      expect(await findProject(store, 'lost')).toBeUndefined();
      await store.write((tx) => createProject(tx, { id: 'kept', createTime: T0 }));
      expect(await listProjects(store)).toHaveLength(1);
    });

    it('runs one after another', async () => {
      const add = (name: string) =>
        store.write(async (tx) => {
          const seen = await listClusters(tx, 'p');
          await addCluster(tx, { project: 'p', location: 'l', name, createTime: seen.length });
        });
      await Promise.all(['a', 'b', 'c', 'd'].map(add));
      expect((await listClusters(store, 'p')).map(({ createTime }) => createTime)).toEqual([
        0, 1, 2, 3,
      ]);
    });

    it('shows a write that need not be durable yet like any other', async () => {
      const add = (id: string) => (tx: Tx) => createProject(tx, { id, createTime: T0 });
      await store.write(add('first'), 'with-next');
      expect(await findProject(store, 'first')).toBeDefined();
      await store.write(add('second'));
      await store.write(add('third'), 'with-next');
      expect(await listProjects(store)).toHaveLength(3);
    });

    it('refuses a transaction after its end', async () => {
      const tx = await store.write(async (inner) => ({ inner }));
      await expect(listProjects(tx.inner)).rejects.toThrow('after its end');
    });

    it('answers a statement that the database refuses with an error of ours', async () => {
      const wrong = store.write((tx) => tx.run(tx.sql.deleteFrom('nothing' as 'note')));
      await expect(wrong).rejects.toMatchObject({ code: 'internal' });
    });
  });

  it('keeps IAM policies, each changed by the etag that it has', async () => {
    const of = parseIamResource('projects/p/notes/n');
    const bindings = [{ role: 'roles/containeranalysis.notes.viewer', members: ['allUsers'] }];
    const set = (etag: string, expectedEtag?: string) =>
      store.write((tx) => {
        const policy = { bindings: bindings as IamPolicy['bindings'], etag };
        return setIamPolicy(tx, of, { policy, updateTime: T0, expectedEtag, unsetEtag: 'ACAB' });
      });
    expect(await findIamPolicy(store, of)).toBeUndefined();
    await expect(set('AAAB', 'AAAA')).rejects.toMatchObject({ code: 'aborted' });
    await set('AAAB', 'ACAB');
    await expect(set('AAAC', 'ACAB')).rejects.toMatchObject({ code: 'aborted' });
    await set('AAAC', 'AAAB');
    await set('AAAD');
    expect(await findIamPolicy(store, of)).toEqual({ bindings, etag: 'AAAD' });
    expect(await findIamPolicy(store, { ...of, kind: 'occurrence' })).toBeUndefined();
    await store.write((tx) => deleteIamPolicy(tx, of));
    expect(await findIamPolicy(store, of)).toBeUndefined();
  });

  it('keeps projects, clusters, tokens and the audit trail', async () => {
    const cluster = { project: 'p', location: 'eu', name: 'c', createTime: T0 };
    const token = { id: 't', hash: 'h', name: 'admin', roles: ['admin'], createTime: T0 } as const;
    const bound = {
      ...token,
      id: 'u',
      hash: 'i',
      project: 'p',
      expireTime: T0 + DAY,
      roles: ['agent', 'roles/containeranalysis.notes.viewer'] as const,
      member: 'serviceAccount:ci@shop.example',
    };
    const entry = { id: id(T0), time: T0, project: 'p', caller: 'cli', action: 'a', resource: 'r' };
    const created = await store.write(async (tx) => {
      await createToken(tx, token);
      await createToken(tx, bound);
      await appendAudit(tx, { ...entry, detail: { x: 1 } });
      await addCluster(tx, cluster);
      return [await addCluster(tx, cluster), await createProject(tx, { id: 'p', createTime: T0 })];
    });
    expect(created).toEqual([false, true]);
    expect(await findCluster(store, cluster)).toEqual(cluster);
    expect(await findToken(store, 'h')).toEqual(token);
    expect(await findToken(store, 'i')).toEqual(bound);
    expect(await listTokens(store)).toHaveLength(2);
    expect(await listAudit(store, 'p', 10)).toEqual([{ ...entry, detail: { x: 1 } }]);
    expect(await store.write((tx) => deleteToken(tx, 't'))).toBe(true);
    expect(await findToken(store, 'h')).toBeUndefined();
  });

  it('counts policy revisions and refuses a stale etag', async () => {
    const parsed: BinauthzPolicy = {
      name: 'projects/p/policy',
      admissionWhitelistPatterns: ['a/*'],
      defaultAdmissionRule: {
        evaluationMode: 'ALWAYS_ALLOW',
        enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
        requireAttestationsBy: [],
      },
      clusterAdmissionRules: {},
    };
    const key = { project: 'p', kind: 'BinauthzPolicy', name: 'policy' } as const;
    const policy = { ...key, source: 'text', parsed, createTime: T0, etag: 'one' };
    await store.write((tx) => putPolicy(tx, policy));
    const second = await store.write((tx) => putPolicy(tx, { ...policy, etag: 'two' }, 'one'));
    expect(second.revision).toBe(2);
    const stale = store.write((tx) => putPolicy(tx, { ...policy, etag: 'three' }, 'one'));
    await expect(stale).rejects.toMatchObject({ code: 'aborted' });
    expect(await findPolicy(store, key)).toEqual(second);
  });

  it('keeps attestors by name, with etags and pages', async () => {
    const attestor = (name: string) => ({
      name: `projects/p-roject/attestors/${name}`,
      noteReference: 'projects/p-roject/notes/n',
      publicKeys: [{ id: 'AB' }],
      updateTime: T0,
      etag: 'one',
    });
    await store.write(async (tx) => {
      for (const name of ['a1', 'b1', 'c1']) await createAttestor(tx, attestor(name));
    });
    const twice = store.write((tx) => createAttestor(tx, attestor('a1')));
    await expect(twice).rejects.toMatchObject({ code: 'already-exists' });
    const first = await listAttestors(store, { project: 'p-roject', pageSize: 2 });
    expect(first.attestors.map(({ name }) => name.at(-2))).toEqual(['a', 'b']);
    const rest = { project: 'p-roject', pageSize: 2, pageToken: first.nextPageToken };
    const last = await listAttestors(store, rest);
    expect(last).toEqual({ attestors: [attestor('c1')] });
    const changed = { ...attestor('a1'), description: 'new', etag: 'two' };
    await store.write((tx) => updateAttestor(tx, changed, 'one'));
    const stale = store.write((tx) => updateAttestor(tx, changed, 'one'));
    await expect(stale).rejects.toMatchObject({ code: 'aborted' });
    expect(await findAttestor(store, changed.name)).toEqual(changed);
    await store.write((tx) => deleteAttestor(tx, changed.name));
    const gone = store.write((tx) => deleteAttestor(tx, changed.name));
    await expect(gone).rejects.toMatchObject({ code: 'not-found' });
  });

  describe('notes and occurrences', () => {
    const note: Note = {
      name: 'projects/p-roject/notes/n',
      kind: 'ATTESTATION',
      createTime: T0,
      updateTime: T0,
      detail: { hint: { humanReadableName: 'x' } },
    };
    const occurrence = (count: number, more: Partial<Occurrence> = {}): Occurrence => ({
      name: `projects/p-roject/occurrences/o${String(count).padStart(4, '0')}`,
      kind: 'ATTESTATION',
      resourceUri: `https://reg.example/app${count % 10}@${digest('a')}`,
      noteName: note.name,
      createTime: T0 + Math.floor(count / 3) * SECOND,
      updateTime: T0,
      detail: { count },
      ...more,
    });
    const walk = async (filter: string, pageSize: number): Promise<string[]> => {
      const names: string[] = [];
      let pageToken: string | undefined;
      do {
        const list = { filter: readOccurrenceFilter(filter), pageSize, pageToken };
        const page = await listOccurrences(store, 'p-roject', list);
        names.push(...page.occurrences.map(({ name }) => name.slice(-4)));
        pageToken = page.nextPageToken;
      } while (pageToken !== undefined);
      return names;
    };
    const some = Array.from({ length: 60 }, (_, count) =>
      occurrence(count, {
        ...(count % 2 === 0 ? {} : { kind: 'VULNERABILITY' }),
        detail: { effectiveSeverity: count % 3 === 0 ? 'CRITICAL' : 'LOW' },
      }),
    );

    it('creates, reads, updates and deletes', async () => {
      await store.write((tx) => createNote(tx, note));
      expect(await findNote(store, note.name)).toEqual(note);
      const changed = { ...note, shortDescription: 's', updateTime: T0 + 1 };
      await store.write((tx) => updateNote(tx, changed));
      const filter = readNoteFilter('kind="ATTESTATION"');
      const notes = await listNotes(store, { project: 'p-roject', filter, pageSize: 5 });
      expect(notes).toEqual({ notes: [changed] });
      await store.write((tx) => createOccurrences(tx, [occurrence(1)]));
      await store.write((tx) => updateOccurrence(tx, occurrence(1, { remediation: 'r' })));
      expect(await findOccurrence(store, occurrence(1).name)).toMatchObject({ remediation: 'r' });
      await store.write((tx) => deleteOccurrence(tx, occurrence(1).name));
      await store.write((tx) => deleteNote(tx, note.name));
      expect(await findNote(store, note.name)).toBeUndefined();
    });

    it('finds the assessments of a product, with and without its scheme', async () => {
      const about = (product: string | undefined): Note['detail'] =>
        product === undefined ? {} : { product: { genericUri: product } };
      const made = (id: string, kind: Note['kind'], product?: string): Note => ({
        name: `projects/p-roject/notes/${id}`,
        kind,
        createTime: T0,
        updateTime: T0,
        detail: about(product),
      });
      const vex = 'VULNERABILITY_ASSESSMENT';
      const kept = [
        made('a', vex, 'https://r.example/app'),
        made('b', vex, 'r.example/app@sha256:1'),
        made('c', vex, `https://r.example/${'a'.repeat(3000)}`),
        made('d', 'BUILD', 'https://r.example/app'),
        made('e', vex),
      ];
      await store.write((tx) => createNotes(tx, kept));
      const found = async (image: string, digest = image): Promise<string[]> =>
        (await findAssessments(store, 'p-roject', [digest, image])).map(({ name }) =>
          name.slice(-1),
        );
      expect(await found('r.example/app')).toEqual(['a']);
      expect(await found('https://r.example/app', 'https://r.example/app@sha256:1')).toEqual([
        'a',
        'b',
      ]);
      expect(await findAssessments(store, 'other', ['r.example/app', ''])).toEqual([]);
      const moved = made('a', vex, 'https://r.example/next');
      await store.write((tx) => updateNote(tx, moved));
      expect(await found('r.example/app')).toEqual([]);
      expect(await found('r.example/next')).toEqual(['a']);
    });

    it('creates notes whole or not at all, and finds them by name', async () => {
      const names = Array.from({ length: 250 }, (_, n) => `projects/p-roject/notes/n${n}`);
      const notes = names.map((name) => ({ ...note, name }));
      await store.write((tx) => createNotes(tx, notes));
      const far = ['projects/other-1/notes/n1', 'projects/p-roject/notes/none'];
      const found = await findNotes(store, [...names, ...names, ...far]);
      expect([...found.keys()].toSorted()).toEqual(names.toSorted());
      expect((await findNotes(store, [names[7] ?? ''])).get(names[7] ?? '')).toEqual(notes[7]);
      expect(await findNotes(store, [])).toEqual(new Map());
      const both = store.write((tx) => createNotes(tx, [note, { ...note, name: names[0] ?? '' }]));
      await expect(both).rejects.toMatchObject({ code: 'already-exists' });
      expect(await findNote(store, note.name)).toBeUndefined();
    });

    it('creates a batch whole or not at all', async () => {
      await store.write((tx) => createOccurrences(tx, [occurrence(2)]));
      const both = store.write((tx) => createOccurrences(tx, [occurrence(1), occurrence(2)]));
      await expect(both).rejects.toMatchObject({ code: 'already-exists' });
      expect(await walk('', 10)).toEqual(['0002']);
    });

    it.each([
      ['', () => true],
      ['kind="VULNERABILITY"', (n: number) => n % 2 === 1],
      ['kind="PACKAGE_VULNERABILITY"', (n: number) => n % 2 === 1],
      ['NOT kind="VULNERABILITY"', (n: number) => n % 2 === 0],
      ['has_prefix(resourceUrl, "https://reg.example/app1")', (n: number) => n % 10 === 1],
      ['has_prefix(resource_url, "reg.example/app1")', (n: number) => n % 10 === 1],
      [`resourceUri="reg.example/app2@${digest('a')}"`, (n: number) => n % 10 === 2],
      [`resourceUri="https://reg.example/app2@${digest('a')}"`, (n: number) => n % 10 === 2],
      ['has_suffix(noteId, "n") AND kind="ATTESTATION"', (n: number) => n % 2 === 0],
      ['has_suffix(noteId, "longer than it")', () => false],
      ['severity>=HIGH', (n: number) => n % 2 === 1 && n % 3 === 0],
      ['noteProjectId="p-roject" AND noteId="n"', () => true],
      ['noteProjectId="other"', () => false],
      ['name="projects/p-roject/occurrences/o0007"', (n: number) => n === 7],
      [
        'kind="VULNERABILITY" OR name="projects/p-roject/occurrences/o0002"',
        (n: number) => n % 2 === 1 || n === 2,
      ],
    ])('filters by %s over pages of any size', async (filter, wanted) => {
      await store.write((tx) => createOccurrences(tx, some));
      const names = some.filter((_, n) => wanted(n)).map(({ name }) => name.slice(-4));
      expect(await walk(filter, 7)).toEqual(names);
      expect(await walk(filter, 1000)).toEqual(names);
    });

    it('gives short pages rather than reading on without bound', async () => {
      const many = Array.from({ length: 11_000 }, (_, count) =>
        occurrence(count, { remediation: 'x' }),
      );
      const last = occurrence(11_000, { resourceUri: 'https://other.example/x' });
      await store.write((tx) => createOccurrences(tx, [...many, last]));
      const list = { filter: readOccurrenceFilter('has_suffix(resourceUrl, "/x")'), pageSize: 10 };
      const first = await listOccurrences(store, 'p-roject', list);
      expect(first.occurrences).toEqual([]);
      expect(first.nextPageToken).toBeDefined();
      expect(await walk('has_suffix(resourceUrl, "/x")', 10)).toEqual(['1000']);
      expect(await walk('has_prefix(resourceUrl, "reg.example/")', 1000)).toHaveLength(11_000);
    });

    it('finds attestations by note and resource, the scheme aside', async () => {
      const far = { name: 'projects/other-1/occurrences/o1' };
      await store.write((tx) => createOccurrences(tx, [...some, occurrence(4, far)]));
      const resource = `reg.example/app4@${digest('a')}`;
      const found = await findAttestations(store, { note: note.name, resource, limit: 50 });
      expect(found).toHaveLength(7);
      const filter = readOccurrenceFilter(`resourceUrl="${resource}"`);
      const listed = await listNoteOccurrences(store, note.name, { filter, pageSize: 100 });
      expect(listed.occurrences).toHaveLength(7);
    });

    it('refuses a page token with a NUL in it, which not every database can read', async () => {
      await store.write((tx) => createOccurrences(tx, some));
      const list = { filter: readOccurrenceFilter(''), pageSize: 2 };
      const { nextPageToken = '' } = await listOccurrences(store, 'p-roject', list);
      const key = JSON.parse(Buffer.from(nextPageToken, 'base64url').toString()) as unknown[];
      const forged = JSON.stringify([...key.slice(0, -1), 'a\u0000']);
      const pageToken = Buffer.from(forged).toString('base64url');
      const listing = listOccurrences(store, 'p-roject', { ...list, pageToken });
      await expect(listing).rejects.toMatchObject({ code: 'invalid-argument' });
    });

    it.each(['x', '####', 'W10', 'bnVsbA', 'a'.repeat(5000), 'WyJ4IiwxLCJhIl0'])(
      'refuses the made-up page token %s',
      async (pageToken) => {
        const list = { filter: readOccurrenceFilter(''), pageSize: 5, pageToken };
        const refused = listOccurrences(store, 'p-roject', list);
        await expect(refused).rejects.toMatchObject({ code: 'invalid-argument' });
      },
    );

    it('refuses the page token of another filter or project', async () => {
      await store.write((tx) => createOccurrences(tx, some));
      const list = { filter: readOccurrenceFilter('kind="ATTESTATION"'), pageSize: 5 };
      const { nextPageToken: pageToken } = await listOccurrences(store, 'p-roject', list);
      const other = { filter: readOccurrenceFilter('kind="BUILD"'), pageSize: 5, pageToken };
      for (const refused of [
        listOccurrences(store, 'p-roject', other),
        listOccurrences(store, 'other-1', { ...list, pageToken }),
      ]) {
        await expect(refused).rejects.toThrow('another list or filter');
      }
    });
  });

  describe('layers, images and matches', () => {
    const found = { type: 'deb', architecture: 'amd64', origin: 'installed' } as const;
    const image: ImageRecord = {
      digest: digest('1'),
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      configDigest: digest('2'),
      platform: 'linux/amd64',
      layers: [digest('3'), digest('4')],
      packageSet: {
        system: { id: 'debian', version: '12', name: 'Debian 12' },
        status: 'COMPLETE',
        problems: [],
        packages: ['libssl3', 'openssl'].map((name) => ({
          ...found,
          name,
          version: '3.0.1-1',
          ecosystem: 'Debian:12',
          purl: `pkg:deb/debian/${name}@3.0.1-1`,
          source: { name: 'openssl', version: '3.0.1-1' },
          path: 'var/lib/dpkg/status',
          layer: digest('4'),
        })),
      },
      status: 'COMPLETE',
      problems: [],
      readTime: T0,
      extractorVersion: 1,
    };
    const match: Match = {
      advisoryId: 'CVE-1',
      aliases: [],
      summary: 's',
      severity: 'HIGH',
      severitySource: 'x',
      references: [],
    };

    it('gives back what was kept, with layers and package ids', async () => {
      await store.write((tx) => saveImage(tx, image));
      await store.write((tx) => saveImage(tx, { ...image, digest: digest('5') }));
      const first = await findImage(store, digest('1'));
      const second = await findImage(store, digest('5'));
      expect(first).toMatchObject(image);
      expect(second?.packageSetId).toBe(first?.packageSetId);
      expect(first?.packageSet.packages.map(({ packageId }) => packageId)).toEqual([1, 2]);
      expect(await findImage(store, digest('9'))).toBeUndefined();
    });

    it('keeps layer facts per extractor version', async () => {
      const facts = {
        digest: digest('3'),
        diffId: digest('4'),
        compressedBytes: 1,
        uncompressedBytes: 2,
        entryCount: 0,
        entries: [],
        whiteouts: [],
        opaqueDirectories: [],
        problems: [],
      };
      await store.write((tx) => saveLayerFacts(tx, facts, 1));
      expect(await findLayerFacts(store, digest('3'), 1)).toEqual(facts);
      expect(await findLayerFacts(store, digest('3'), 2)).toBeUndefined();
    });

    it('replaces matches by generation and keeps the first time of those that stay', async () => {
      await store.write((tx) => saveImage(tx, image));
      const old = { ...match, advisoryId: 'CVE-2' };
      const save = (generation: number, matches: readonly Match[], time: number) =>
        store.write((tx) => saveMatches(tx, [{ packageId: 1, generation, matches }], time));
      await save(1, [match, old], T0);
      await save(2, [match], T0 + 5);
      expect(await findMatches(store, [1, 2, 77])).toEqual([
        { packageId: 1, generation: 2, stale: false, matches: [match] },
        { packageId: 2, generation: 0, stale: false, matches: [] },
      ]);
      const times = store.sql.selectFrom('package_match').select(['first_time', 'change_time']);
      expect(await store.all(times)).toMatchObject([{ first_time: T0, change_time: T0 }]);
      await save(3, [{ ...match, summary: 'new' }], T0 + 9);
      expect(await store.all(times)).toMatchObject([{ first_time: T0, change_time: T0 + 9 }]);
    });

    it('keeps links, sightings and tag events', async () => {
      const link = { kind: 'index-manifest', parent: digest('1'), child: digest('2') } as const;
      const seen = { project: 'p', resourceUri: 'https://r/a', digest: digest('1') };
      const event = { id: id(T0), time: T0, repository: 'r/a', tag: 't', source: 'scan' };
      await store.write(async (tx) => {
        await saveDigestLinks(tx, [link, link]);
        await saveSighting(tx, { ...seen, time: T0 });
        await saveSighting(tx, { ...seen, time: T0 + 5 });
        await appendTagEvent(tx, { ...event, digest: digest('1') });
        await appendTagEvent(tx, { ...event, id: id(T0, 1), digest: digest('2') });
      });
      expect(await findLinkedDigests(store, 'index-manifest', digest('1'))).toEqual([digest('2')]);
      const sightings = await store.all(store.sql.selectFrom('image_sighting').selectAll());
      expect(sightings).toMatchObject([{ resource_uri: 'r/a', first_seen: T0, last_seen: T0 + 5 }]);
      const newest = await findTagEvent(store, { repository: 'r/a', tag: 't' });
      expect(newest?.digest).toBe(digest('2'));
    });

    it('tells in short what was sighted below an address', async () => {
      const named = ['r/p/a', 'r/p/a', 'r/p/a-b', 'r/p/a/c', 'r/px/d'];
      const tags = ['v1', 'v1', 'v0'].map((tag, n) => ({ tag, digest: digest(String(n)) }));
      await store.write(async (tx) => {
        for (const [n, one] of named.entries()) {
          const resourceUri = `${one}@${digest(String(n))}`;
          const seen = { project: 'p', resourceUri, digest: digest(String(n)), time: T0 + n };
          await saveSighting(tx, seen);
        }
        for (const [n, event] of tags.entries()) {
          const more = { id: id(T0, n), time: T0 + n, repository: 'r/p/a', source: 'scan' };
          await appendTagEvent(tx, { ...more, ...event });
        }
        await saveImage(tx, { ...image, size: 7, created: T0 });
        await saveIndex(tx, { digest: digest('2'), mediaType: 'i', readTime: T0, size: 9 });
      });
      const range = { project: 'p', prefix: 'r/p/' };
      const next = (after?: string) =>
        findNextName(store, { ...range, ...(after && { after }) }, /^[^@]+(?=@)/);
      expect(await next()).toBe('a-b');
      expect(await next('a-b@')).toBe('a/c');
      expect(await next('a/c@')).toBe('a');
      expect(await next('a@')).toBeUndefined();
      const first = await listSightedRange(store, { ...range, limit: 3 });
      expect(first.map(({ digest: one }) => one)).toEqual(['2', '3', '0'].map(digest));
      const after = { resourceUri: `r/p/a@${digest('0')}`, digest: digest('0') };
      const rest = await listSightedRange(store, { ...range, limit: 3, after });
      expect(rest.map(({ digest: one }) => one)).toEqual([digest('1')]);
      const span = await findSightedSpan(store, { project: 'p', prefix: 'r/p/a@' });
      expect(span).toEqual({ firstSeen: T0, lastSeen: T0 + 1 });
      expect(await findSightedSpan(store, { project: 'q', prefix: 'r/p/' })).toBeUndefined();
      const list = { repository: 'r/p/a', limit: 2 };
      expect(await listSeenTags(store, list)).toEqual([tags[2], tags[1]]);
      expect(await listSeenTags(store, { ...list, after: 'v0' })).toEqual([tags[1]]);
      const heads = await findImageHeads(store, ['1', '2', '3'].map(digest));
      const { mediaType } = image;
      expect([...heads]).toEqual(
        expect.arrayContaining([
          [digest('1'), { mediaType, size: 7, created: T0 }],
          [digest('2'), { mediaType: 'i', size: 9 }],
        ]),
      );
      expect(heads.size).toBe(2);
      expect(await findImage(store, digest('2'))).toBeUndefined();
    });
  });

  describe('advisories', () => {
    const advisory = (advisoryId: string, ecosystem: string): Advisory => ({
      id: advisoryId,
      aliases: [],
      summary: '',
      modified: T0,
      severity: 'LOW',
      severitySource: 'x',
      references: [],
      affected: [{ ecosystem, name: 'openssl', ranges: [], versions: [] }],
    });
    const begin = (name: string, family = 'Debian') =>
      beginAdvisoryImport(store, { id: name, family, time: T0 });
    const source = (family: string, ecosystem: string) => ({
      family,
      ecosystem,
      source: `${family}/all.zip`,
      updated: T0,
      records: 1,
      complete: true,
    });
    const load = async (family: string, advisories: readonly Advisory[]) => {
      const open = await begin(`${family}${advisories.length}`, family);
      await addAdvisories(store, open, advisories.map(prepareAdvisory));
      const ecosystems = advisories.flatMap(({ affected }) => affected.map((a) => a.ecosystem));
      const sources = [...new Set(ecosystems)].map((ecosystem) => source(family, ecosystem));
      const published = { sources, time: T0 };
      await publishAdvisoryImport(store, open, (tx) => publishImport(tx, open, published));
      return open;
    };
    const keys = ['Debian:12', 'Alpine:v3.18'].map((ecosystem) => ({ ecosystem, name: 'openssl' }));
    const ids = async () =>
      (await findAdvisories(store, keys)).map((list) => list.map((a) => a.id));

    it('replaces the families that an import carries and no others', async () => {
      await load('Debian', [advisory('D1', 'Debian:12'), advisory('D2', 'Debian:12')]);
      await load('Alpine', [advisory('A1', 'Alpine:v3.18')]);
      expect(await ids()).toEqual([['D1', 'D2'], ['A1']]);
      await load('Debian', [advisory('D3', 'Debian:12')]);
      expect(await ids()).toEqual([['D3'], ['A1']]);
      expect(await findAdvisoryGeneration(store)).toBe(3);
      expect(await store.all(store.sql.selectFrom('advisory').select('id'))).toHaveLength(2);
      const sources = await listAdvisorySources(store);
      expect(sources.map(({ ecosystem }) => ecosystem)).toEqual(['Alpine:v3.18', 'Debian:12']);
    });

    it('shows nothing before publication and removes what a broken import left', async () => {
      await load('Debian', [advisory('D1', 'Debian:12')]);
      const many = Array.from({ length: 1200 }, (_, n) => advisory(`X${n}`, 'Debian:12'));
      const broken = await begin('broken');
      await addAdvisories(store, broken, many.map(prepareAdvisory));
      expect(await ids()).toEqual([['D1'], []]);
      await begin('next');
      const late = addAdvisories(store, broken, many.map(prepareAdvisory));
      await expect(late).rejects.toMatchObject({ code: 'aborted' });
      for (const table of ['advisory', 'advisory_package'] as const) {
        const count = store.sql.selectFrom(table).select((c) => c.fn.countAll().as('count'));
        expect(await store.first(count)).toEqual({ count: 1 });
      }
    });
  });

  describe('decisions', () => {
    const decision = (n: number, more: Partial<NewDecision> = {}): NewDecision => ({
      id: id(T0 + n * 1000, n),
      time: T0 + n * 1000,
      project: n % 2 === 0 ? 'even' : 'odd',
      cluster: `eu.c${n % 3}`,
      outcome: n % 5 === 0 ? 'deny' : 'allow',
      allowed: n % 5 !== 0,
      evaluationId: `sha256:${n % 4}`,
      count: 1,
      evaluationJson: () => JSON.stringify({ n: n % 4 }),
      ...more,
    });
    const append = (from: number, to: number) =>
      Promise.all(
        Array.from({ length: to - from }, (_, n) => store.appendDecision(decision(from + n))),
      );
    const walk = async (list: { project: string; cluster?: string; outcome?: 'deny' }) => {
      const times: number[] = [];
      let pageToken: string | undefined;
      do {
        const page = await listDecisions(store, { ...list, pageSize: 7, pageToken });
        times.push(...page.decisions.map(({ time }) => (time - T0) / 1000));
        pageToken = page.nextPageToken;
      } while (pageToken !== undefined);
      return times;
    };
    const numbers = (count: number) => Array.from({ length: count }, (_, n) => n).reverse();

    it('finds every decision and what it evaluated', async () => {
      await append(0, 450);
      for (const n of [0, 1, 199, 200, 201, 449]) {
        const { evaluationJson: _, ...entry } = decision(n);
        expect(await findDecision(store, entry.id)).toEqual(entry);
        expect(await findEvaluation(store, entry.evaluationId)).toEqual({ n: n % 4 });
      }
      expect(await findDecision(store, id(T0, 77))).toBeUndefined();
      await expect(findDecision(store, 'x')).rejects.toThrow('UUIDv7');
      const batches = await store.all(store.sql.selectFrom('decision_batch').select('count'));
      expect(batches.map(({ count }) => count)).toEqual([200, 200, 50]);
    });

    it('finds a decision that was committed long after its id was made', async () => {
      await append(1000, 1010);
      await Promise.all([store.appendDecision(decision(3)), store.appendDecision(decision(1011))]);
      expect(await findDecision(store, decision(3).id)).toMatchObject({ time: T0 + 3000 });
    });

    it('lists newest first by project, cluster and outcome', async () => {
      await append(0, 30);
      await append(30, 60);
      const even = numbers(60).filter((n) => n % 2 === 0);
      expect(await walk({ project: 'even' })).toEqual(even);
      expect(await walk({ project: 'even', cluster: 'eu.c1' })).toEqual(
        even.filter((n) => n % 3 === 1),
      );
      expect(await walk({ project: 'even', outcome: 'deny' })).toEqual(
        even.filter((n) => n % 5 === 0),
      );
      expect(await walk({ project: 'none' })).toEqual([]);
    });

    it('asks for an evaluation only while it may not be stored', async () => {
      let asked = 0;
      const evaluationJson = () => {
        asked += 1;
        return '{}';
      };
      for (let n = 0; n < 5; n += 1) {
        await store.appendDecision(decision(n, { evaluationId: 'sha256:x', evaluationJson }));
      }
      expect(asked).toBe(1);
    });

    it('tells a changed, a moved and a missing batch', async () => {
      for (let n = 0; n < 4; n += 1) await append(n * 10, n * 10 + 10);
      expect(await verifyDecisionChain(store)).toEqual({ intact: true, batches: 4 });
      const change = (payload: string) =>
        store.write((tx) =>
          tx.run(tx.sql.updateTable('decision_batch').set({ payload }).where('sequence', '=', 2)),
        );
      await change('{}');
      expect(await verifyDecisionChain(store)).toMatchObject({ intact: false, sequence: 2 });
      await store.write((tx) =>
        tx.run(tx.sql.deleteFrom('decision_batch').where('sequence', '=', 2)),
      );
      expect(await verifyDecisionChain(store)).toMatchObject({ problem: 'batch 2 is missing' });
    });

    it('prunes whole batches by age and bytes, and the chain goes on', async () => {
      const day = (n: number) => decision(n, { time: T0 + n * DAY, id: id(T0 + n * DAY) });
      for (let n = 0; n < 6; n += 1) await store.appendDecision(day(n));
      const time = T0 + 9 * DAY;
      const byAge = await pruneDecisions(store, { before: T0 + 2 * DAY, time });
      expect(byAge).toEqual({ batches: 2, decisions: 2 });
      expect(await findDecision(store, day(1).id)).toBeUndefined();
      expect(await findDecision(store, day(2).id)).toBeDefined();
      expect(await verifyDecisionChain(store)).toEqual({ intact: true, batches: 4 });
      await pruneDecisions(store, { before: 0, maxBytes: 0, time });
      await append(0, 3);
      expect(await verifyDecisionChain(store)).toEqual({ intact: true, batches: 1 });
      expect(await findEvaluation(store, 'sha256:1')).toBeDefined();
    });
  });
});
