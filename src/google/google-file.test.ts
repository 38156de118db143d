import { describe, expect, it } from 'vitest';
import { isAssayError } from '../domain/error.ts';
import { readAttestationFile, readAttestorFile } from './google-file.ts';

const ATTESTOR = `name: projects/p/attestors/a
userOwnedGrafeasNote:
  noteReference: projects/p/notes/n
  publicKeys:
  - asciiArmoredPgpPublicKey: |
      -----BEGIN PGP PUBLIC KEY BLOCK-----
`;
const WANT = {
  name: 'projects/p/attestors/a',
  noteReference: 'projects/p/notes/n',
  publicKeys: [{ id: '', asciiArmoredPgpPublicKey: '-----BEGIN PGP PUBLIC KEY BLOCK-----\n' }],
  etag: '',
  updateTime: 0,
};
const indent = (text: string, by: string) => text.trimEnd().split('\n').join(`\n${by}`);
const OCCURRENCE = {
  name: 'projects/p/occurrences/o',
  resourceUri: 'https://r.example/i@sha256:x',
  noteName: 'projects/p/notes/n',
  createTime: '1970-01-01T00:00:01Z',
  kind: 'ATTESTATION',
  attestation: { serializedPayload: 'e30', signatures: [{ publicKeyId: 'k', signature: '-_8=' }] },
};
const BETA = {
  resource: { uri: 'r.example/i' },
  noteName: 'projects/p/notes/n',
  attestation: { attestation: { pgpSignedAttestation: { signature: 's', pgpKeyId: 'k' } } },
};

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isAssayError(error)) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('attestor files', () => {
  it.each([
    ['one message', ATTESTOR],
    ['a list', `- ${indent(ATTESTOR, '  ')}\n`],
    ['a list answer', `attestors:\n- ${indent(ATTESTOR, '  ')}\n`],
    ['documents, as gcloud prints them', `---\n${ATTESTOR}`],
    ['v1beta1', ATTESTOR.replace('Grafeas', 'Drydock')],
  ])('%s', (_name, text) => {
    expect(readAttestorFile(text)).toEqual([WANT]);
  });

  it('several documents, and what the server adds', () => {
    const full = `${ATTESTOR}etag: '"e"'\nupdateTime: '1970-01-01T00:00:00.000005Z'\n`;
    expect(readAttestorFile(`${ATTESTOR}---\n${full}`)).toEqual([
      WANT,
      { ...WANT, etag: '"e"', updateTime: 5 },
    ]);
  });

  it.each(['', '{}', '[]', '{"attestors":[]}', '# none\n'])('nothing in %j', (text) => {
    expect(readAttestorFile(text)).toEqual([]);
  });

  it.each([
    ['a text', 'hello', 'line 1, column 1: found "hello"; want one of Google\'s messages'],
    ['a number in a list', '- 1\n', 'line 1, column 3: found 1; want'],
    [
      'no name',
      ATTESTOR.replace(/^name.*\n/, ''),
      'line 1, column 1: attestor.name: name "" is not',
    ],
    [
      'a wrong field',
      ATTESTOR.replace('noteReference', 'note'),
      'line 3, column 3: attestor.userOwnedGrafeasNote.note is an unknown field',
    ],
    [
      'a wrong field in a list answer',
      `attestors:\n- ${indent(ATTESTOR, '  ')}\n- nam: x\n`,
      'line 8, column 3: attestor.nam is an unknown field',
    ],
    ['a key given twice', `${ATTESTOR}name: x\n`, 'line 7, column 1: Map keys must be unique'],
    ['an occurrence', JSON.stringify(OCCURRENCE), 'attestor.resourceUri is an unknown field'],
    [
      'too much',
      ' '.repeat(5_000_000),
      'the file has 5000000 characters; at most 4194304 are read',
    ],
  ])('%s is refused', (_name, text, message) => {
    expect(refusal(() => readAttestorFile(text))).toContain(message);
  });
});

describe('attestation files', () => {
  it('a list answer of v1, other kinds left out', () => {
    const build = { ...OCCURRENCE, kind: 'BUILD', attestation: undefined, build: {} };
    const text = JSON.stringify({ occurrences: [OCCURRENCE, build], nextPageToken: 't' });
    expect(readAttestationFile(text)).toEqual([
      {
        name: 'projects/p/occurrences/o',
        kind: 'ATTESTATION',
        resourceUri: 'https://r.example/i@sha256:x',
        noteName: 'projects/p/notes/n',
        createTime: 1_000_000,
        updateTime: 0,
        detail: {
          serializedPayload: 'e30=',
          signatures: [{ publicKeyId: 'k', signature: '+/8=' }],
        },
      },
    ]);
  });

  it('v1beta1, without name and times', () => {
    expect(readAttestationFile(JSON.stringify([BETA]))).toMatchObject([
      {
        name: '',
        resourceUri: 'r.example/i',
        detail: { signatures: [{ publicKeyId: 'k', signature: 'cw==' }] },
      },
    ]);
  });

  it('a broken one is named with its place', () => {
    const broken = { ...OCCURRENCE, attestation: { serializedPayload: '!' } };
    const text = JSON.stringify([OCCURRENCE, broken], undefined, 1);
    expect(refusal(() => readAttestationFile(text))).toMatch(
      /^line \d+, column 4: occurrence\.attestation\.serializedPayload is "!"; want bytes in base64$/,
    );
  });
});
