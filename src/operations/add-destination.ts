/** Adding a destination: from then on a project's events are written and sent there. */
import { type Caller, authorise } from '../domain/caller.ts';
import {
  type Destination,
  type DestinationKind,
  formatAddress,
  parseDestinationName,
} from '../domain/destination.ts';
import { AssayError } from '../domain/error.ts';
import { KIND_FIELDS } from '../domain/note.ts';
import { type EventSelection, EVENT_TYPES, parseEventTypes } from '../domain/notification-event.ts';
import { parseProjectId } from '../domain/resource-name.ts';
import type { Severity } from '../domain/severity.ts';
import { refuseUrl } from '../remote/destination-guard.ts';
import { parseWebhookSecret } from '../signing/webhook-signature.ts';
import { findAdvisoryGeneration } from '../store/advisory-rows.ts';
import { createDestination, listDestinations } from '../store/destination-rows.ts';
import type { Tx } from '../store/store-contract.ts';
import { askForAnnouncement } from './announcement-job.ts';
import { audit } from './audit.ts';
import { requireProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { wantsOccurrences } from './emit.ts';

/** What a destination is to be. */
export interface AddDestinationInput {
  readonly caller: Caller;
  readonly project: string;
  readonly name: string;
  readonly kind: DestinationKind;
  readonly url: string;
  readonly secret?: string;
  readonly topicProject?: string;
  /** As {@link parseEventTypes} reads them; empty: what its kind is for. */
  readonly events: readonly string[];
  readonly kinds: readonly string[];
  readonly minSeverity?: Severity;
  readonly resourcePrefix?: string;
}

/** A destination as it is shown: without its secret, and of its address the host and an end. */
export interface AddedDestination {
  readonly name: string;
  readonly kind: DestinationKind;
  readonly address: string;
  readonly types: readonly string[];
}

/** Destinations of one project. */
const MAX_DESTINATIONS = 10;
const MAX_URL = 2048;

/** What each kind is for: Pub/Sub has Google's topics, a chat what somebody should look at. */
const DEFAULT_EVENTS: Readonly<Record<DestinationKind, readonly string[]>> = {
  webhook: EVENT_TYPES,
  pubsub: ['occurrence.created', 'occurrence.updated', 'note.created', 'note.updated'],
  slack: ['admission.denied', 'policy', 'attestor'],
};

/**
 * Adds a destination; `permission-denied` for a host that must not be called, `already-exists` for
 * a name that is taken.
 */
export async function addDestination(
  deps: Deps,
  input: AddDestinationInput,
): Promise<AddedDestination> {
  const { caller, project } = input;
  authorise(caller, 'assay.notifications.manage', project);
  const destination = await readDestination(deps, input);
  await requireProject(deps, project);
  const { name, kind, url, selection } = destination;
  const { types } = selection;
  const added = { name, kind, address: formatAddress(url), types };
  await deps.store.write(async (tx) => {
    await refuseMany(tx, project);
    const first = !(await wantsOccurrences(tx, project));
    await createDestination(tx, destination);
    if (first && (await wantsOccurrences(tx, project))) await takeStock(deps, tx, project);
    await audit(deps, tx, {
      caller,
      project,
      action: 'add-destination',
      resource: `projects/${project}/destinations/${name}`,
      detail: { kind, address: added.address, types },
    });
  });
  return added;
}

async function readDestination(deps: Deps, input: AddDestinationInput): Promise<Destination> {
  const { kind, secret, topicProject } = input;
  const name = parseDestinationName(input.name);
  const selection = readSelection(input);
  checkSecret(input);
  const url = await readUrl(deps, input);
  return {
    id: deps.newId(),
    project: input.project,
    name,
    kind,
    url: url.href,
    ...(secret === undefined ? {} : { secret }),
    ...(topicProject === undefined ? {} : { topicProject: parseProjectId(topicProject) }),
    selection,
    createTime: deps.now(),
  };
}

function readSelection(input: AddDestinationInput): EventSelection {
  const { events, kinds, minSeverity, resourcePrefix } = input;
  refuseKinds(kinds);
  return {
    types: parseEventTypes(events.length === 0 ? DEFAULT_EVENTS[input.kind] : events),
    kinds,
    ...(minSeverity === undefined ? {} : { minSeverity }),
    ...(resourcePrefix === undefined ? {} : { resourcePrefix }),
  };
}

function refuseKinds(kinds: readonly string[]): void {
  const unknown = kinds.find((kind) => !Object.hasOwn(KIND_FIELDS, kind));
  if (unknown === undefined) return;
  const known = Object.keys(KIND_FIELDS).join(', ');
  const message = `kind ${JSON.stringify(unknown.slice(0, 64))} is not known; give ${known}`;
  throw new AssayError('invalid-argument', message);
}

/** The error does not repeat the URL, which may be a secret. */
async function readUrl(deps: Deps, { url: text, kind }: AddDestinationInput): Promise<URL> {
  const url = text.length <= MAX_URL ? URL.parse(text) : null;
  if (url === null) {
    const message = `the URL is not one of at most ${MAX_URL} characters; e.g. https://HOST/PATH`;
    throw new AssayError('invalid-argument', message);
  }
  refuseUrl(url);
  if (kind === 'pubsub' && url.search !== '') {
    const message = 'a Pub/Sub endpoint has no query; give e.g. https://pubsub.googleapis.com';
    throw new AssayError('invalid-argument', message);
  }
  url.hash = '';
  await deps.outbound.check?.(url);
  return url;
}

const SECRETS: Readonly<Record<DestinationKind, (secret: string | undefined) => void>> = {
  webhook: (secret) => {
    if (secret !== undefined) return void parseWebhookSecret(secret);
    throw wrong('a webhook needs a secret to sign with; give a --secret-file');
  },
  pubsub: (secret) => {
    if (secret === undefined || /^[\x21-\x7e]{1,4096}$/.test(secret)) return;
    throw wrong('the secret is no bearer token: printable ASCII without blanks is wanted');
  },
  slack: (secret) => {
    if (secret === undefined) return;
    throw wrong('a chat takes no secret but its URL; leave the --secret-file out');
  },
};

function checkSecret({ kind, secret, topicProject }: AddDestinationInput): void {
  SECRETS[kind](secret);
  if (kind === 'pubsub' || topicProject === undefined) return;
  throw wrong('topics are of Pub/Sub only; leave --topic-project out');
}

function wrong(message: string): AssayError {
  return new AssayError('invalid-argument', message);
}

async function refuseMany(tx: Tx, project: string): Promise<void> {
  if ((await listDestinations(tx, project)).length < MAX_DESTINATIONS) return;
  const message = `project ${project} has ${MAX_DESTINATIONS} destinations, which is the limit`;
  throw new AssayError('failed-precondition', `${message}; remove one first`);
}

/** What is known now is no news: it is noted, without events, before anything changes. */
async function takeStock(deps: Deps, tx: Tx, project: string): Promise<void> {
  const generation = await findAdvisoryGeneration(tx);
  await askForAnnouncement(deps, tx, { project, generation });
}
