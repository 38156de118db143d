/**
 * Attestors on Google's wire: bodies of v1, v1beta1 and v1alpha2 to and from the domain's
 * attestor.
 */
import { type Attestor, type AttestorKey, ED25519 } from '../domain/attestor.ts';
import type { JsonObject } from '../domain/json.ts';
import { noteName as formatNoteName, parseNoteName } from '../domain/resource-name.ts';
import { formatTime } from '../domain/time.ts';
import { withoutAbsent } from './beta-note.ts';
import { BINAUTHZ_TABLES } from './binauthz-table.ts';
import type { ApiVersion } from './methods.ts';
import { fieldError, readAt, readMessage } from './read-message.ts';

/** What a client says of an attestor. */
export interface AttestorBody {
  /** As the body says it; a create takes the name from attestorId, an update from the path. */
  readonly name?: string;
  readonly description?: string;
  /** `projects/P/notes/N`. */
  readonly noteReference: string;
  /** As given: a PGP key's id is whatever the client sent, or empty. */
  readonly publicKeys: readonly AttestorKey[];
  /** The etag that the client has read; an update of another state is refused. */
  readonly etag?: string;
}

/**
 * Reads an attestor. Refuses unknown fields, a note reference of another form, a key that is
 * neither PGP nor PKIX or is both, an unknown algorithm, and a PKIX `keyId` other than the key's
 * `id`.
 */
export function attestorFromJson(version: ApiVersion, json: unknown): AttestorBody {
  const table = BINAUTHZ_TABLES[version];
  const message = readMessage(json, { table, type: 'Attestor', root: 'attestor' });
  const noteField = noteFieldOf(version);
  const note = message[noteField] as JsonObject;
  const { name, description, etag } = message;
  const keys = (note['publicKeys'] ?? []) as readonly JsonObject[];
  return {
    ...(withoutAbsent({ name, description, etag }) as Partial<AttestorBody>),
    noteReference: checkNote(noteField, note['noteReference'] as string),
    publicKeys: keys.map((key, index) =>
      readKey(key, ['attestor', noteField, 'publicKeys', index]),
    ),
  };
}

/** Prints an attestor in a version's terms. */
export function attestorToJson(version: ApiVersion, attestor: Attestor): JsonObject {
  const { name, description, noteReference, publicKeys, updateTime, etag } = attestor;
  const keys = publicKeys.map(keyToJson);
  return withoutAbsent({
    name,
    description,
    [noteFieldOf(version)]: { noteReference, ...(keys.length > 0 && { publicKeys: keys }) },
    updateTime: formatTime(updateTime),
    etag: etag === '' ? undefined : etag,
  });
}

function noteFieldOf(version: ApiVersion): 'userOwnedGrafeasNote' | 'userOwnedDrydockNote' {
  return version === 'v1' ? 'userOwnedGrafeasNote' : 'userOwnedDrydockNote';
}

function checkNote(field: string, reference: string): string {
  const path = ['attestor', field, 'noteReference'];
  const { project, note } = readAt(path, () => parseNoteName(reference));
  return formatNoteName(project, note);
}

function readKey(key: JsonObject, path: readonly (string | number)[]): AttestorKey {
  const pkix = key['pkixPublicKey'] as Readonly<Record<string, string>> | undefined;
  const { publicKeyPem = '', signatureAlgorithm = '', keyId = '' } = pkix ?? {};
  const id = (key['id'] ?? keyId) as string;
  if (keyId !== '' && keyId !== id) {
    const problem = `is ${JSON.stringify(keyId)}, but the key's id is ${JSON.stringify(id)}`;
    throw fieldError([...path, 'pkixPublicKey', 'keyId'], problem);
  }
  const { comment, asciiArmoredPgpPublicKey } = key;
  return {
    id,
    ...(withoutAbsent({ comment, asciiArmoredPgpPublicKey }) as Partial<AttestorKey>),
    // Absent it may be for Ed25519 only, which the enumeration has no name for: the key decides.
    ...(pkix && { pkixPublicKey: { publicKeyPem, signatureAlgorithm } }),
  };
}

/** Google's enumeration has no Ed25519: such a key is printed without an algorithm. */
function pkixToJson(pkix: NonNullable<AttestorKey['pkixPublicKey']>): JsonObject {
  const { publicKeyPem, signatureAlgorithm } = pkix;
  return signatureAlgorithm === ED25519 ? { publicKeyPem } : { publicKeyPem, signatureAlgorithm };
}

function keyToJson({
  id,
  comment,
  asciiArmoredPgpPublicKey,
  pkixPublicKey,
}: AttestorKey): JsonObject {
  return withoutAbsent({
    comment,
    id: id === '' ? undefined : id,
    asciiArmoredPgpPublicKey,
    pkixPublicKey: pkixPublicKey && pkixToJson(pkixPublicKey),
  });
}
