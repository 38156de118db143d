/** A project whose policy requires one attestor, and every change of it that a test may want. */
import type { Digest } from '../../src/domain/digest.ts';
import { type AssayServer, valueAt } from './assay-server.ts';
import type { PgpSigner } from './pgp-signer.ts';

/** The image that is asked about. */
export interface AskedImage {
  readonly name: string;
  readonly digest: Digest;
}

/** What can be changed; each resolves once the server has acknowledged it, and throws otherwise. */
export interface AttestedProject {
  requireAttestation(): Promise<void>;
  allowAll(): Promise<void>;
  createNote(): Promise<void>;
  deleteNote(): Promise<void>;
  createAttestor(): Promise<void>;
  deleteAttestor(): Promise<void>;
  setKeys(signers: readonly PgpSigner[]): Promise<void>;
  /** Resolves to the occurrence's name. */
  attest(signer: PgpSigner, image: AskedImage): Promise<string>;
  deleteOccurrence(name: string): Promise<void>;
  addCluster(cluster: string): Promise<void>;
}

/** Creates the project `id` with nothing in it but its first policy. */
export async function createAttestedProject(
  server: AssayServer,
  id: string,
): Promise<AttestedProject> {
  const project = `projects/${id}`;
  const noteReference = `${project}/notes/n-${id}`;
  const attestor = `${project}/attestors/a-${id}`;
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await server.call(path, { method, ...(body === undefined ? {} : { body }) });
    if (answer.status === 200) return answer.json;
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.json)}`);
  };
  const setPolicy = async (rule: object): Promise<void> => {
    const enforcementMode = 'ENFORCED_BLOCK_AND_AUDIT_LOG';
    const defaultAdmissionRule = { ...rule, enforcementMode };
    await call('PUT', `/v1/${project}/policy`, { name: `${project}/policy`, defaultAdmissionRule });
  };
  await call('POST', '/api/v1/projects', { project: id });
  return {
    requireAttestation: () =>
      setPolicy({ evaluationMode: 'REQUIRE_ATTESTATION', requireAttestationsBy: [attestor] }),
    allowAll: () => setPolicy({ evaluationMode: 'ALWAYS_ALLOW' }),
    createNote: async () => {
      const body = { attestation: { hint: { humanReadableName: 'test' } } };
      await call('POST', `/v1/${project}/notes?noteId=n-${id}`, body);
    },
    deleteNote: async () => void (await call('DELETE', `/v1/${noteReference}`)),
    createAttestor: async () => {
      const body = { name: attestor, userOwnedGrafeasNote: { noteReference } };
      await call('POST', `/v1/${project}/attestors?attestorId=a-${id}`, body);
    },
    deleteAttestor: async () => void (await call('DELETE', `/v1/${attestor}`)),
    setKeys: async (signers) => {
      const publicKeys = signers.map(({ publicKey }) => ({ asciiArmoredPgpPublicKey: publicKey }));
      const userOwnedGrafeasNote = { noteReference, publicKeys };
      await call('PUT', `/v1/${attestor}`, { name: attestor, userOwnedGrafeasNote });
    },
    attest: async (signer, image) => {
      const created = await call('POST', `/v1/${project}/occurrences`, {
        kind: 'ATTESTATION',
        noteName: noteReference,
        resourceUri: `https://${image.name}@${image.digest}`,
        attestation: await signer.attest(image),
      });
      return String(valueAt(created, 'name'));
    },
    deleteOccurrence: async (name) => void (await call('DELETE', `/v1/${name}`)),
    addCluster: async (cluster) =>
      void (await call('POST', `/api/v1/${project}/clusters`, { cluster })),
  };
}
