/** The shape of every input of our own API, checked before an operation sees it. */
import { z } from 'zod';
import { isFamilyName } from '../domain/advisory-feed.ts';
import { DESTINATION_KINDS } from '../domain/destination.ts';
import { AssayError } from '../domain/error.ts';
import { KIND_FIELDS, type NoteKind } from '../domain/note.ts';
import { SEVERITIES } from '../domain/severity.ts';
import { ROLE_NAMES } from '../domain/role.ts';
import type { OperationName } from '../operations/catalog.ts';
import { FEED_NAMES } from '../operations/feed-table.ts';

const project = z.string().min(1).max(128);
// The keys of the table are the kinds.
const KINDS = Object.keys(KIND_FIELDS) as NoteKind[];
const id = z.string().min(1).max(128);
const document = z.string().min(1).max(256);
const pattern = z.string().min(1).max(1024);
const role = z.enum(ROLE_NAMES);

const key = z.strictObject({
  text: z.string().min(1).max(262_144),
  algorithm: z.string().max(64).optional(),
  comment: z.string().max(1024).optional(),
});
const keys = z.array(key).max(100);
const threshold = z.number().int().min(1).max(100);
const attestor = { project, name: id };
const attestorKey = z.strictObject({ ...attestor, keyId: z.string().min(1).max(512) });
const image = z.string().min(1).max(4096);
const notaryServer = z.string().min(1).max(300);
const base64 = z.string().min(1).max(400_000);

const INPUTS: Readonly<Record<OperationName, z.ZodType<Record<string, unknown>>>> = {
  'create-attestor': z.strictObject({
    ...attestor,
    description: z.string().max(4096).optional(),
    note: z.string().max(300).optional(),
    keys: keys.optional(),
    threshold: threshold.optional(),
  }),
  'list-attestors': z.strictObject({ project }),
  'show-attestor': z.strictObject(attestor),
  'delete-attestor': z.strictObject(attestor),
  'add-attestor-keys': z.strictObject({ ...attestor, keys: keys.min(1) }),
  'remove-attestor-key': attestorKey,
  'revoke-attestor-key': attestorKey.extend({ from: z.number().int().nonnegative().optional() }),
  'retire-attestor-key': attestorKey,
  'set-attestor-threshold': z.strictObject({ ...attestor, threshold }),
  'create-attestation': z.strictObject({
    project,
    attestor: z.string().min(1).max(256),
    image,
    payload: base64,
    signature: base64,
    publicKeyId: z.string().max(512),
  }),
  'verify-image': z.strictObject({
    project,
    image,
    attestor: z.string().min(1).max(256).optional(),
    keys: keys.max(4).optional(),
  }),
  'approve-notary-root': z.strictObject({
    project,
    repository: image,
    server: notaryServer,
    fingerprint: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  }),
  'list-notary-roots': z.strictObject({ project }),
  'verify-signed-tag': z.strictObject({
    project,
    image,
    server: notaryServer,
    root: z.string().min(1).max(1_500_000).optional(),
    signers: z
      .array(z.strictObject({ name: id, key: z.string().min(1).max(65_536) }))
      .max(16)
      .optional(),
  }),
  'set-policy-document': z.strictObject({
    project,
    source: z.string().min(1).max(4_194_304),
    etag: z.string().max(256).optional(),
  }),
  'list-policy-documents': z.strictObject({ project }),
  'get-policy-document': z.strictObject({ project, kind: id }),
  'create-project': z.strictObject({ project }),
  'list-projects': z.strictObject({}),
  'add-cluster': z.strictObject({ project, cluster: z.string().max(256) }),
  'list-clusters': z.strictObject({ project }),
  'import-advisories': z.strictObject({
    path: z.string().min(1).max(4096),
    complete: z.boolean().optional(),
  }),
  'list-advisory-sources': z.strictObject({}),
  'set-match-rules': z.strictObject({
    sources: z.array(z.string().max(128)).max(32).optional(),
    severities: z.array(z.string().max(128)).max(32).optional(),
  }),
  'update-advisories': z.strictObject({
    sources: z.array(z.enum(FEED_NAMES)).min(1).max(32).optional(),
    ecosystems: z.array(z.string().refine(isFamilyName)).min(1).max(200).optional(),
  }),
  'list-advisory-feeds': z.strictObject({}),
  'scan-image': z.strictObject({
    image: z.string().min(1).max(4096),
    project: project.default('default'),
    maxAdvisoryAge: z.number().nonnegative().optional(),
  }),
  'request-scan': z.strictObject({ project, image: z.string().min(1).max(4096) }),
  'list-images': z.strictObject({
    project,
    prefix: z.string().max(1024).optional(),
    pageSize: z.coerce.number().int().min(1).max(200).default(50),
    pageToken: z.string().max(4096).optional(),
  }),
  'show-image': z.strictObject({ project, image: z.string().min(1).max(4096) }),
  'show-image-facts': z.strictObject({ project, image }),
  'show-queue': z.strictObject({}),
  'add-watch': z.strictObject({
    project,
    pattern,
    pollEvery: z.number().positive().optional(),
    firstSight: z.boolean().optional(),
  }),
  'list-watches': z.strictObject({ project }),
  'switch-watch': z.strictObject({ project, pattern, on: z.boolean() }),
  'remove-watch': z.strictObject({ project, pattern }),
  'check-attested': z.strictObject({
    image: z.string().min(1).max(4096),
    attestor: z.string().min(1).max(256),
  }),
  'summarise-fleet': z.strictObject({
    project,
    failOn: z.enum(SEVERITIES).optional(),
    advisory: z.string().min(1).max(256).optional(),
  }),
  'list-decisions': z.strictObject({
    project,
    pageSize: z.coerce.number().int().min(1).max(1000).default(20),
    outcome: z.enum(['allow', 'deny', 'undecided']).optional(),
    cluster: z.string().max(256).optional(),
  }),
  'show-decision': z.strictObject({ id }),
  'verify-decisions': z.strictObject({}),
  'create-token': z
    .strictObject({
      role: role.optional(),
      roles: z.array(role).min(1).max(32).optional(),
      name: z.string().max(200),
      lifetime: z.number().positive(),
      project: project.optional(),
      member: z.string().max(1024).optional(),
    })
    .transform(({ role: one, roles, ...rest }) => ({ ...rest, roles: roles ?? [one ?? 'viewer'] })),
  'list-tokens': z.strictObject({}),
  'revoke-token': z.strictObject({ id }),
  'add-destination': z.strictObject({
    project,
    name: id,
    kind: z.enum(DESTINATION_KINDS),
    url: z.string().max(4096),
    secret: z.string().max(8192).optional(),
    topicProject: project.optional(),
    events: z.array(z.string().max(64)).max(64).default([]),
    kinds: z.array(z.enum(KINDS)).max(64).default([]),
    minSeverity: z.enum(SEVERITIES).optional(),
    resourcePrefix: z.string().max(4096).optional(),
  }),
  'list-destinations': z.strictObject({ project }),
  'remove-destination': z.strictObject({ project, name: id }),
  'test-destination': z.strictObject({ project, name: id }),
  'list-dead-letters': z.strictObject({ project, name: id }),
  'retry-dead-letters': z.strictObject({ project, name: id, event: id.optional() }),
  'add-vex-author': z.strictObject({
    project,
    name: id,
    key: z.string().min(1).max(262_144),
    algorithm: z.string().max(64).optional(),
  }),
  'list-vex-authors': z.strictObject({ project }),
  'remove-vex-author': z.strictObject({ project, name: id, keyId: z.string().max(512).optional() }),
  'import-vex': z.strictObject({
    project,
    document: z.string().min(1),
    signature: z.string().min(1).max(400_000).optional(),
  }),
  'list-vex': z.strictObject({ project }),
  'show-vex': z.strictObject({ project, document }),
  'remove-vex': z.strictObject({ project, document }),
};

/** Checks an operation's input; throws `invalid-argument` that names the first wrong field. */
export function checkInput(name: OperationName, input: unknown): Record<string, unknown> {
  const result = INPUTS[name].safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw new AssayError(
    'invalid-argument',
    `${field === '' ? 'the request' : field}: ${issue?.message}`,
  );
}
