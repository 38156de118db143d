import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  delegationOf,
  draftOf,
  type Drafts,
  GUN,
  inDays,
  keyOf,
  keysOf,
  MADE,
  type MadeKey,
  makeKey,
  type MadeKeys,
  makeKeys,
  metaOf,
  publish,
  roleOf,
  signDocument,
  SIGNED,
  signText,
  targetOf,
  trustIn,
} from '../../test/support/notary-repository.ts';
import { type Digest, parseDigest } from '../domain/digest.ts';
import { canonicalJson, type JsonObject } from '../domain/json.ts';
import { isProof } from './proof.ts';
import { type NotaryEvidence, type NotaryTrust, verifyNotary } from './verify-notary.ts';

const KEYS = await makeKeys();
const STRANGER = await makeKey('ecdsa');
const SUBJECT = parseDigest(SIGNED);
const OTHER = `sha256:${'cd'.repeat(32)}`;
const HONEST = publish(draftOf(KEYS), KEYS);
const SIGNERS = [
  { name: 'alice', key: KEYS.alice.pem },
  { name: 'bob', key: KEYS.bob.pem },
];

interface Asked {
  readonly evidence: NotaryEvidence;
  readonly trust: NotaryTrust;
  readonly subject: Digest;
}

/** A question about a repository whose drafts were changed before it was signed. */
function asked(change: (drafts: Drafts) => void, trust: Partial<NotaryTrust> = {}): Asked {
  const drafts = draftOf(KEYS);
  change(drafts);
  const { root, ...evidence } = publish(drafts, KEYS);
  return { evidence, trust: { ...trustIn(root), ...trust }, subject: SUBJECT };
}

/** A question about the honest repository with some of what was received exchanged. */
function sent(change: Partial<NotaryEvidence>, trust: Partial<NotaryTrust> = {}): Asked {
  const { root, ...evidence } = HONEST;
  const changed = { ...evidence, ...change };
  return { evidence: changed, trust: { ...trustIn(root), ...trust }, subject: SUBJECT };
}

/** Signs everything below targets anew, as who has these keys may. */
function withTargets(targets: Uint8Array, root = HONEST.root): Partial<NotaryEvidence> {
  const { delegations } = HONEST;
  const below = Object.fromEntries([...delegations].map(([name, one]) => [name, metaOf(one)]));
  const meta = { root: metaOf(root), targets: metaOf(targets), ...below };
  return { targets, ...withSnapshot({ ...draftOf(KEYS).snapshot, meta }) };
}

function withSnapshot(draft: JsonObject): Partial<NotaryEvidence> {
  const snapshot = signDocument(draft, [KEYS.snapshot]);
  const stamp = { ...draftOf(KEYS).timestamp, meta: { snapshot: metaOf(snapshot) } };
  return { snapshot, timestamp: signDocument(stamp, [KEYS.timestamp]) };
}

function flipped(bytes: Uint8Array, what: string, to: string): Uint8Array {
  const text = new TextDecoder().decode(bytes);
  expect(text).toContain(what);
  return new TextEncoder().encode(text.replace(what, to));
}

/** A second root: with the keys that it is given, signed by whom it is given. */
function secondRoot(
  next: { readonly version?: number; readonly keys?: readonly MadeKey[] },
  signers: readonly MadeKey[],
): Uint8Array {
  const { version = 2, keys = [NEXT] } = next;
  const draft = draftOf(KEYS).root;
  const { targets, snapshot, timestamp } = KEYS;
  const roles = { ...(draft['roles'] as JsonObject), root: roleOf(keys) };
  const all = keysOf([...keys, targets, snapshot, timestamp]);
  return signDocument({ ...draft, version, keys: all, roles }, signers);
}

const NEXT = await makeKey('ecdsa-x509');

/** Root 2 in place, with all that hangs on it. */
function rotated(root: Uint8Array): Asked {
  return sent({ ...withTargets(HONEST.targets, root), roots: [root] });
}

/** One key under two ids, so that a threshold of two looks met by one signer. */
async function twice(): Promise<Asked> {
  const certified = await makeKey('ecdsa-x509');
  const raw = createPublicKey(certified.privateKey).export({ type: 'spki', format: 'der' });
  const same: MadeKey = { ...certified, ...keyOf('ecdsa', raw) };
  const draft = draftOf(KEYS).root;
  const targetKeys = [certified, same, STRANGER];
  const roles = { ...(draft['roles'] as JsonObject), targets: roleOf(targetKeys, 2) };
  const keys = keysOf([KEYS.root, ...targetKeys, KEYS.snapshot, KEYS.timestamp]);
  const root = signDocument({ ...draft, keys, roles }, [KEYS.root]);
  return sent(withTargets(signDocument(draftOf(KEYS).targets, [certified, same]), root), { root });
}

const late = (days: number): number => (MADE + days * 86_400_000) * 1000;
const target = (digest: string): JsonObject => ({ '1.0': targetOf(digest) });
const keysWith = (key: MadeKey, id: string): JsonObject => ({
  ...keysOf([KEYS.root, KEYS.snapshot, KEYS.timestamp]),
  [id]: key.entry,
});

/** Attack, the step that refuses it, and how it is made. */
const ATTACKS: readonly (readonly [string, string, () => Asked | Promise<Asked>])[] = [
  [
    'changed byte in targets',
    'metadata-hash',
    () => sent({ targets: flipped(HONEST.targets, '"length":7143', '"length":7144') }),
  ],
  [
    'changed byte in the timestamp',
    'metadata-threshold',
    () => sent({ timestamp: flipped(HONEST.timestamp, '"version":3', '"version":4') }),
  ],
  [
    'changed byte in the snapshot',
    'metadata-hash',
    () => sent({ snapshot: flipped(HONEST.snapshot, '"version":3', '"version":4') }),
  ],
  [
    'bytes added to the snapshot',
    'metadata-length',
    () => sent({ snapshot: Buffer.concat([HONEST.snapshot, Buffer.from('\n')]) }),
  ],
  [
    'changed byte in a pinned root',
    'metadata-threshold',
    () =>
      sent(
        {},
        { root: flipped(HONEST.root, '"consistent_snapshot":false', '"consistent_snapshot":true') },
      ),
  ],
  [
    'targets signed by a stranger',
    'metadata-threshold',
    () => sent(withTargets(signDocument(draftOf(KEYS).targets, [STRANGER]))),
  ],
  [
    'a stranger signs under the id of the right key',
    'metadata-threshold',
    () =>
      sent(
        withTargets(signDocument(draftOf(KEYS).targets, [{ ...STRANGER, id: KEYS.targets.id }])),
      ),
  ],
  [
    'the snapshot’s key signs targets',
    'metadata-threshold',
    () => sent(withTargets(signDocument(draftOf(KEYS).targets, [KEYS.snapshot]))),
  ],
  [
    'one signature twice for a threshold of two',
    'metadata-threshold',
    () => {
      const draft = draftOf(KEYS).root;
      const roles = {
        ...(draft['roles'] as JsonObject),
        targets: roleOf([KEYS.targets, STRANGER], 2),
      };
      const keys = keysOf([KEYS.root, KEYS.targets, STRANGER, KEYS.snapshot, KEYS.timestamp]);
      const root = signDocument({ ...draft, roles, keys }, [KEYS.root]);
      const targets = signDocument(draftOf(KEYS).targets, [KEYS.targets, KEYS.targets]);
      return sent(withTargets(targets, root), { root });
    },
  ],
  ['one key under two ids for a threshold of two', 'metadata-threshold', twice],
  [
    'a threshold of nought',
    'metadata-structure',
    () =>
      asked((drafts) => {
        const roles = drafts.root['roles'] as JsonObject;
        drafts.root = { ...drafts.root, roles: { ...roles, targets: roleOf([KEYS.targets], 0) } };
      }),
  ],
  [
    'a threshold that cannot be met',
    'metadata-threshold',
    () =>
      asked((drafts) => {
        const roles = drafts.root['roles'] as JsonObject;
        drafts.root = { ...drafts.root, roles: { ...roles, targets: roleOf([KEYS.targets], 2) } };
      }),
  ],
  [
    'a key under an id that is not its own',
    'metadata-key',
    () =>
      asked((drafts) => {
        drafts.root = { ...drafts.root, keys: keysWith(STRANGER, KEYS.targets.id) };
      }),
  ],
  ['expired timestamp (freeze)', 'metadata-expired', () => sent({}, { now: late(15) })],
  [
    'expired targets',
    'metadata-expired',
    () => asked((drafts) => void (drafts.targets = { ...drafts.targets, expires: inDays(-1) })),
  ],
  [
    'expired delegation',
    'metadata-expired',
    () => asked((drafts) => void (drafts.releases = { ...drafts.releases, expires: inDays(-1) })),
  ],
  [
    'expired root',
    'metadata-expired',
    () => asked((drafts) => void (drafts.root = { ...drafts.root, expires: inDays(-1) })),
  ],
  [
    'mix and match: an older signed snapshot under a newer timestamp',
    'metadata-hash',
    () => {
      const older = asked((drafts) => void (drafts.snapshot = { ...drafts.snapshot, version: 2 }));
      return sent({ snapshot: older.evidence.snapshot });
    },
  ],
  [
    'mix and match: older signed targets under a newer snapshot',
    'metadata-hash',
    () => {
      const older = asked((drafts) => void (drafts.targets = { ...drafts.targets, version: 2 }));
      return sent({ targets: older.evidence.targets });
    },
  ],
  [
    'mix and match: a delegation that was signed before',
    'metadata-hash',
    () => {
      const older = asked((drafts) => void (drafts.releases = { ...drafts.releases, version: 2 }));
      return sent({ delegations: older.evidence.delegations });
    },
  ],
  [
    'mix and match: a root that the snapshot does not know',
    'metadata-hash',
    () => sent({ roots: [secondRoot({ keys: [KEYS.root] }, [KEYS.root])] }),
  ],
  ...['root', 'timestamp', 'snapshot', 'targets', 'targets/releases'].map(
    (role) =>
      [
        `rollback of ${role}`,
        'metadata-rollback',
        () => sent({}, { floors: { [role]: 4 } }),
      ] as const,
  ),
  [
    'endless timestamp',
    'too-large',
    () => sent({ timestamp: new Uint8Array(2 * 1024 * 1024).fill(0x20) }),
  ],
  [
    'endless nesting',
    'bad-payload',
    () => sent({ timestamp: new TextEncoder().encode('['.repeat(100_000)) }),
  ],
  [
    'endless signatures',
    'too-large',
    () => {
      const signers = Array.from({ length: 33 }, () => KEYS.timestamp);
      return sent({ timestamp: signDocument(draftOf(KEYS).timestamp, signers) });
    },
  ],
  [
    'endless roots',
    'too-large',
    () => sent({ roots: Array.from({ length: 33 }, () => HONEST.root) }),
  ],
  ['wrong repository', 'metadata-gun', () => sent({}, { gun: 'registry.example/shop/other' })],
  ['a name that the repository’s begins with', 'metadata-gun', () => sent({}, { gun: `${GUN}/x` })],
  [
    'delegation outside its paths',
    'delegation-path',
    () =>
      asked((drafts) => {
        const { delegations } = drafts.targets;
        const roles = [delegationOf('targets/releases', [KEYS.alice], ['2.'])];
        const narrow = { ...(delegations as JsonObject), roles };
        drafts.targets = { ...drafts.targets, delegations: narrow };
      }),
  ],
  [
    'signer’s delegation outside its paths',
    'delegation-path',
    () =>
      asked(
        (drafts) => {
          const { delegations } = drafts.targets;
          const roles = [delegationOf('targets/alice', [KEYS.alice], ['2.'])];
          drafts.targets = {
            ...drafts.targets,
            delegations: { ...(delegations as JsonObject), roles },
          };
        },
        { signers: SIGNERS.slice(0, 1) },
      ),
  ],
  [
    'delegation without a path',
    'delegation-path',
    () =>
      asked((drafts) => {
        const { delegations } = drafts.targets;
        const roles = [delegationOf('targets/releases', [KEYS.alice], [])];
        drafts.targets = {
          ...drafts.targets,
          delegations: { ...(delegations as JsonObject), roles },
        };
      }),
  ],
  [
    'one delegation twice',
    'metadata-structure',
    () =>
      asked((drafts) => {
        const { delegations } = drafts.targets;
        const role = delegationOf('targets/releases', [KEYS.alice]);
        const roles = [role, role];
        drafts.targets = {
          ...drafts.targets,
          delegations: { ...(delegations as JsonObject), roles },
        };
      }),
  ],
  ['a delegation kept back', 'metadata-missing', () => sent({ delegations: new Map() })],
  ['new root without the old keys', 'metadata-root', () => rotated(secondRoot({}, [NEXT]))],
  [
    'new root without its own keys',
    'metadata-threshold',
    () => rotated(secondRoot({}, [KEYS.root])),
  ],
  [
    'new root that skips a version',
    'metadata-root',
    () => rotated(secondRoot({ version: 3 }, [KEYS.root, NEXT])),
  ],
  [
    'new root of another repository',
    'metadata-gun',
    async () => {
      const foreign = await makeKey('ecdsa-x509', 'registry.example/evil');
      return rotated(secondRoot({ keys: [foreign] }, [KEYS.root, foreign]));
    },
  ],
  [
    'targets offered as a snapshot',
    'metadata-structure',
    () => {
      const stamp = { ...draftOf(KEYS).timestamp, meta: { snapshot: metaOf(HONEST.targets) } };
      const timestamp = signDocument(stamp, [KEYS.timestamp]);
      return sent({ snapshot: HONEST.targets, timestamp });
    },
  ],
  [
    'a key twice in one object',
    'bad-payload',
    () => sent({ timestamp: flipped(HONEST.timestamp, '"version":3', '"version":3,"version":3') }),
  ],
  [
    'a fraction as version',
    'metadata-canonical',
    () => sent({ timestamp: flipped(HONEST.timestamp, '"version":3', '"version":3.0') }),
  ],
  [
    'half a surrogate pair',
    'metadata-canonical',
    () =>
      sent({ timestamp: flipped(HONEST.timestamp, '"_type"', String.raw`"x":"\ud800","_type"`) }),
  ],
  [
    'signatures over another text',
    'metadata-threshold',
    () => {
      const draft = draftOf(KEYS).timestamp;
      const text = canonicalJson({ ...draft, version: 9 });
      return sent({ timestamp: signText(text, draft, [KEYS.timestamp]) });
    },
  ],
  ['a tag that is not signed', 'tag-unsigned', () => sent({}, { tag: '9.9' })],
  ['a tag of a prototype’s name', 'tag-unsigned', () => sent({}, { tag: 'constructor' })],
  ['moved tag', 'tag-digest', () => ({ ...sent({}), subject: parseDigest(OTHER) })],
  [
    'the signers disagree',
    'tag-signer',
    () =>
      asked((drafts) => void (drafts.bob = { ...drafts.bob, targets: target(OTHER) }), {
        signers: SIGNERS,
      }),
  ],
  [
    'a signer did not sign this tag',
    'tag-signer',
    () =>
      asked((drafts) => void (drafts.bob = { ...drafts.bob, targets: {} }), { signers: SIGNERS }),
  ],
  [
    'a signer who is nobody there',
    'tag-signer',
    () => sent({}, { signers: [{ name: 'carol', key: STRANGER.pem }] }),
  ],
  [
    'a signer’s role with another key',
    'tag-signer',
    () => sent({}, { signers: [{ name: 'alice', key: KEYS.bob.pem }] }),
  ],
  [
    'the release role cannot stand in for a signer',
    'tag-signer',
    () =>
      asked((drafts) => void (drafts.alice = { ...drafts.alice, targets: {} }), {
        signers: SIGNERS.slice(0, 1),
      }),
  ],
];

describe('what is refused of Notary’s metadata', () => {
  it.each(ATTACKS)('%s: %s', async (_attack, step, make) => {
    const { subject, evidence, trust } = await make();
    const answer = await verifyNotary(subject, evidence, trust);
    expect(isProof(answer) ? 'verified' : answer.step).toBe(step);
  });
});

describe('what verifies', () => {
  const verify = ({ subject, evidence, trust }: Asked) => verifyNotary(subject, evidence, trust);

  it('a tag by the release role: roles, keys, versions and the earliest expiry are named', async () => {
    const answer = await verify(sent({}, { floors: { root: 1, timestamp: 3, targets: 3 } }));
    expect(answer).toMatchObject({
      kind: 'notary',
      grade: 'verified',
      subject: SIGNED,
      signer: 'targets/releases',
      gun: GUN,
      tag: '1.0',
      length: 7143,
      validUntil: (MADE + 14 * 86_400_000) * 1000 + 123,
      roles: [
        { role: 'root', version: 1, keys: [KEYS.root.id] },
        { role: 'timestamp', version: 3, keys: [KEYS.timestamp.id] },
        { role: 'snapshot', version: 3, keys: [KEYS.snapshot.id] },
        { role: 'targets', version: 3, keys: [KEYS.targets.id] },
        { role: 'targets/releases', version: 3, keys: [KEYS.alice.id] },
      ],
    });
  });

  it('a tag that only targets sign', async () => {
    const answer = await verify(sent({}, { tag: 'legacy' }));
    expect(answer).toMatchObject({ grade: 'verified', signer: 'targets' });
  });

  it('a tag that every signer signed for one digest, by RSA in both forms', async () => {
    const answer = await verify(sent({}, { signers: SIGNERS }));
    expect(answer).toMatchObject({ grade: 'verified', signer: 'targets/alice, targets/bob' });
  });

  it('a root that the old keys and its own signed', async () => {
    const answer = await verify(rotated(secondRoot({}, [KEYS.root, NEXT])));
    expect(answer).toMatchObject({
      roles: [{ role: 'root', version: 2, keys: [NEXT.id] }, {}, {}, {}, {}],
    });
  });

  it('a root certified for all repositories below a name', async () => {
    const root = await makeKey('ecdsa-x509', 'registry.example/shop/*');
    const keys: MadeKeys = { ...KEYS, root };
    const { root: pinned, ...evidence } = publish(draftOf(keys), keys);
    expect(await verifyNotary(SUBJECT, evidence, trustIn(pinned))).toMatchObject({
      grade: 'verified',
    });
  });
});
