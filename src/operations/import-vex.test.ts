/** VEX documents from configured authors, and every way in that is none. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NOW, openFakeDeps, type FakeDeps } from '../../test/support/fake-deps.ts';
import { cycloneDx, openVex, VEX_FORMS } from '../../test/support/vex-documents.ts';
import {
  makePgpDocumentSigner,
  makePkixSigner,
  type PkixSigner,
  sha256Of,
} from '../../test/support/vex-signers.ts';
import type { Caller } from '../domain/caller.ts';
import { isAssayError } from '../domain/error.ts';
import type { Json } from '../domain/json.ts';
import { SECOND } from '../domain/time.ts';
import { addVexAuthor } from './add-vex-author.ts';
import { createProject } from './create-project.ts';
import { importVex, type ImportedVex } from './import-vex.ts';
import { listVexAuthors } from './list-vex-authors.ts';
import { listVex, showVex } from './list-vex.ts';
import { removeVexAuthor } from './remove-vex-author.ts';
import { removeVex } from './remove-vex.ts';

const caller: Caller = { name: 'root', grants: [{ role: 'admin' }] };
const shop = { caller, project: 'shop' };
const DIGEST = `sha256:${'a'.repeat(64)}`;

let fake: FakeDeps;
let team: PkixSigner;
let clock = NOW;

beforeEach(async () => {
  clock = NOW;
  fake = await openFakeDeps({ now: () => clock });
  team = makePkixSigner();
  await addVexAuthor(fake.deps, { ...shop, name: 'team', key: team.publicKey });
});
afterEach(() => fake.close());

function bytesOf(json: Json): Buffer {
  return Buffer.from(JSON.stringify(json));
}

function bring(document: Uint8Array, signature?: Uint8Array): Promise<ImportedVex> {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  return importVex(fake.deps, {
    ...shop,
    document: base64(document),
    ...(signature === undefined ? {} : { signature: base64(signature) }),
  });
}

function bringSigned(json: Json, by = team): Promise<ImportedVex> {
  const bytes = bytesOf(json);
  return bring(bytes, by.sign(bytes));
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  const before = await listVex(fake.deps, shop);
  const said = await work.then(
    () => 'was taken in',
    (error: unknown) => (isAssayError(error) ? error.message : String(error)),
  );
  expect(await listVex(fake.deps, shop)).toEqual(before);
  return said;
}

describe('a signed document is taken in', () => {
  it.each(VEX_FORMS)('of the form %s', async (format, make) => {
    const { document } = await bringSigned(make());
    expect(document).toMatchObject({
      format,
      author: 'team',
      claimedAuthor: 'The Example Team',
      statementCount: 1,
      evidence: { form: 'pkix', digest: sha256Of(bytesOf(make())) },
    });
    expect(await showVex(fake.deps, { ...shop, document: document.documentId })).toMatchObject({
      standing: 'counts',
      statements: [{ vulnerability: 'CVE-2024-0001', status: 'not_affected' }],
    });
  });

  it('with a signature in base64', async () => {
    const bytes = bytesOf(openVex());
    const signature = Buffer.from(`${team.sign(bytes).toString('base64')}\n`);
    expect((await bring(bytes, signature)).document.evidence.form).toBe('pkix');
  });

  it('in a DSSE envelope', async () => {
    const bytes = bytesOf(openVex());
    const { document } = await bring(team.envelope(bytes, 'application/json'));
    expect(document.evidence).toMatchObject({ form: 'dsse', digest: sha256Of(bytes) });
  });

  it('in an in-toto statement, about its subject only', async () => {
    const predicateType = 'https://openvex.dev/ns/v0.2.0';
    const statement = {
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'app', digest: { sha256: 'a'.repeat(64) } }],
      predicateType,
      predicate: openVex(),
    };
    const { document } = await bring(
      team.envelope(bytesOf(statement), 'application/vnd.in-toto+json'),
    );
    const { statements } = await showVex(fake.deps, { ...shop, document: document.id });
    expect(statements[0]?.products).toMatchObject([{ image: { digest: DIGEST } }]);
  });

  it('with a detached PGP signature, and clearsigned', async () => {
    const signer = await makePgpDocumentSigner();
    await addVexAuthor(fake.deps, { ...shop, name: 'vendor', key: signer.publicKey });
    clock = Date.now() * 1000;
    const bytes = bytesOf(openVex());
    const detached = await bring(bytes, await signer.detach(bytes));
    expect(detached.document).toMatchObject({
      author: 'vendor',
      evidence: { form: 'pgp-detached' },
    });
    const other = JSON.stringify(openVex({ id: 'https://vex.example/2' }), null, 2);
    const clearsigned = await bring(await signer.clearsign(other));
    expect(clearsigned.document.evidence.form).toBe('pgp-message');
  });

  it('once: the same again changes nothing', async () => {
    const first = await bringSigned(openVex());
    const again = await bringSigned(openVex());
    expect(again).toMatchObject({ unchanged: true, document: { id: first.document.id } });
  });

  it('a newer version takes the place of the older', async () => {
    await bringSigned(openVex());
    const newer = await bringSigned(openVex({ version: 2, status: 'affected' }));
    expect(newer).toMatchObject({ replaced: '1', unchanged: false });
    const [only, ...others] = await listVex(fake.deps, shop);
    expect([only?.version, others]).toEqual(['2', []]);
  });
});

describe('attacks', () => {
  it('a document without a signature', async () => {
    const said = await refusalOf(bring(bytesOf(openVex())));
    expect(said).toContain('the document is not signed');
    expect(said).toContain('gpg --armor --detach-sign FILE');
  });

  it('a signature over other bytes', async () => {
    const signature = team.sign(bytesOf(openVex()));
    const said = await refusalOf(bring(bytesOf(openVex({ status: 'fixed' })), signature));
    expect(said).toContain('no VEX author of project shop signed this document');
    const blank = Buffer.concat([bytesOf(openVex()), Buffer.from('\n')]);
    expect(await refusalOf(bring(blank, signature))).toContain('over other bytes');
  });

  it('a detached PGP signature over other bytes, or over their line ends only', async () => {
    const signer = await makePgpDocumentSigner();
    await addVexAuthor(fake.deps, { ...shop, name: 'vendor', key: signer.publicKey });
    clock = Date.now() * 1000;
    const text = JSON.stringify(openVex(), null, 2);
    const signature = await signer.detach(Buffer.from(text));
    const other = Buffer.from(text.replaceAll('\n', '\r\n'));
    expect(await refusalOf(bring(other, signature))).toContain('signed this document');
  });

  it('a clearsigned document with text around it', async () => {
    const signer = await makePgpDocumentSigner();
    await addVexAuthor(fake.deps, { ...shop, name: 'vendor', key: signer.publicKey });
    clock = Date.now() * 1000;
    const signed = await signer.clearsign(JSON.stringify(openVex()));
    const around = Buffer.concat([signed, bytesOf(openVex({ status: 'fixed' }))]);
    expect(await refusalOf(bring(around))).toContain('after the armor');
  });

  it('the key of somebody who is no author', async () => {
    const said = await refusalOf(bringSigned(openVex(), makePkixSigner()));
    expect(said).toContain('of none of the keys');
  });

  it('the name of an author in the document of somebody else', async () => {
    const stranger = makePkixSigner();
    const said = await refusalOf(bringSigned({ ...openVex(), author: 'team' }, stranger));
    expect(said).toContain('signed this document');
  });

  it('the key of another project', async () => {
    const other = makePkixSigner();
    const named = { caller, project: 'other', name: 'team', key: other.publicKey };
    await addVexAuthor(fake.deps, named);
    expect(await refusalOf(bringSigned(openVex(), other))).toContain('project shop signed');
  });

  it('a key that was taken away', async () => {
    const [{ keys } = { keys: [] }] = await listVexAuthors(fake.deps, shop);
    const keyId = keys[0]?.id ?? '';
    await removeVexAuthor(fake.deps, { ...shop, name: 'team', keyId });
    expect(await refusalOf(bringSigned(openVex()))).toContain('of none of the keys');
  });

  it('a project without authors', async () => {
    await removeVexAuthor(fake.deps, { ...shop, name: 'team' });
    expect(await refusalOf(bringSigned(openVex()))).toContain('has no VEX author');
  });

  it('a key that is twice in JSON, so that two readers read two things', async () => {
    const text = JSON.stringify(openVex()).replace('{', '{"statements":[],');
    const bytes = Buffer.from(text);
    const said = await refusalOf(bring(bytes, team.sign(bytes)));
    expect(said).toContain('the key "statements" twice');
  });

  it('an envelope that is signed as something else', async () => {
    const envelope = team.envelope(bytesOf(openVex()), 'application/vnd.in-toto+json');
    expect(await refusalOf(bring(envelope))).toContain("envelope's payloadType");
    const plain = team.envelope(bytesOf(openVex()), 'text/plain');
    expect(await refusalOf(bring(plain))).toContain("envelope's payloadType");
  });

  it('the type of an envelope changed after it was signed', async () => {
    const envelope = team.envelope(bytesOf(openVex()), 'text/plain').toString();
    const changed = Buffer.from(envelope.replace('text/plain', 'text/json'));
    expect(await refusalOf(bring(changed))).toContain('over other bytes');
  });

  it('a document without a purl that names something', async () => {
    const said = await refusalOf(bringSigned(openVex({ product: 'pkg:deb/debian/' })));
    expect(said).toContain('so it could be anything');
  });

  it('a document of 1,000,000 statements', async () => {
    const document = { ...openVex(), statements: Array.from({ length: 1_000_000 }, () => ({})) };
    expect(await refusalOf(bringSigned(document))).toContain('at most 400000 are read');
  });

  it('a document that is dated in the future, so that it would win for ever', async () => {
    for (const make of [openVex, cycloneDx]) {
      const said = await refusalOf(bringSigned(make({ time: '2026-11-20T12:06:00Z' })));
      expect(said).toContain('yet to come');
    }
    expect(await bringSigned(openVex({ time: '2026-11-20T12:04:00Z' }))).toBeDefined();
  });

  it('a rollback to an older version, also after the newer was removed', async () => {
    await bringSigned(openVex());
    const { document } = await bringSigned(openVex({ version: 2, status: 'affected' }));
    expect(await refusalOf(bringSigned(openVex()))).toContain('is known in version 2');
    await removeVex(fake.deps, { ...shop, document: document.id });
    expect(await refusalOf(bringSigned(openVex()))).toContain('is known in version 2');
    expect(await bringSigned(openVex({ version: 2, status: 'affected' }))).toBeDefined();
  });

  it('another content under the same version', async () => {
    await bringSigned(openVex({ status: 'affected' }));
    expect(await refusalOf(bringSigned(openVex()))).toContain('have its version raised');
  });

  it('a key of one author given to another', async () => {
    const again = { ...shop, name: 'mallory', key: team.publicKey };
    await expect(addVexAuthor(fake.deps, again)).rejects.toThrow("author team's already");
  });

  it.each([
    ['a private key', '-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----', 'private'],
    ['a text', 'hello', 'PEM block PUBLIC KEY'],
  ])('%s for a public one', async (_fact, key, problem) => {
    await expect(addVexAuthor(fake.deps, { ...shop, name: 'x', key })).rejects.toThrow(problem);
  });
});

it('a document counts until its key expires, or is taken away', async () => {
  clock = Date.now() * 1000;
  const signer = await makePgpDocumentSigner(3600);
  await addVexAuthor(fake.deps, { ...shop, name: 'vendor', key: signer.publicKey });
  const bytes = bytesOf(openVex());
  await bring(bytes, await signer.detach(bytes));
  const standing = async (): Promise<unknown> => (await listVex(fake.deps, shop))[0]?.standing;
  expect(await standing()).toBe('counts');
  clock += 3601 * SECOND;
  expect(await standing()).toBe('signature-expired');
  const [, vendor] = await listVexAuthors(fake.deps, shop);
  const keyId = vendor?.keys[0]?.id ?? '';
  await removeVexAuthor(fake.deps, { ...shop, name: 'vendor', keyId });
  expect(await standing()).toBe('key-removed');
  await removeVexAuthor(fake.deps, { ...shop, name: 'vendor' });
  expect(await standing()).toBeUndefined();
});

it('a caller of one project neither reads nor brings anything to another', async () => {
  await createProject(fake.deps, { caller, project: 'other' });
  const bound: Caller = { name: 'b', grants: [{ role: 'admin', project: 'shop' }] };
  const other = { caller: bound, project: 'other' };
  for (const work of [
    listVex(fake.deps, other),
    listVexAuthors(fake.deps, other),
    importVex(fake.deps, { ...other, document: 'e30=' }),
    removeVex(fake.deps, { ...other, document: 'x' }),
    addVexAuthor(fake.deps, { ...other, name: 'team', key: team.publicKey }),
  ]) {
    await expect(work).rejects.toThrow('lacks permission');
  }
});
