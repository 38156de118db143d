/**
 * The last step of every change of advisories, in one transaction: it is made visible, told in the
 * audit trail and to whom it concerns, and the packages that it touches are given to the matcher.
 */
import type { Caller } from '../domain/caller.ts';
import { type AdvisoryImport, publishImport } from '../store/advisory-import-rows.ts';
import { type ImportedSource, listAdvisorySources } from '../store/advisory-rows.ts';
import type { Tx } from '../store/store-contract.ts';
import { audit } from './audit.ts';
import type { Deps } from './deps.ts';
import { type NewEvent, emit, emitMatchesChanged } from './emit.ts';
import { askForMatching } from './matching-job.ts';

/** Ecosystems that the event of an import names. */
const MAX_ECOSYSTEMS = 100;

/** What is published, by whom. */
export interface Publication {
  readonly caller: Caller;
  /** The operation, for the audit trail. */
  readonly action: string;
  readonly open: AdvisoryImport;
  /** All sources of the family from now on. */
  readonly sources: readonly ImportedSource[];
  /** Records that the family's event tells. */
  readonly records: number;
}

/** Publishes within a transaction. */
export async function publishAdvisories(deps: Deps, tx: Tx, given: Publication): Promise<void> {
  const { caller, action, open, sources, records } = given;
  const resource = `advisories/${open.family}`;
  const before = await ecosystemsOf(tx, open.family);
  await publishImport(tx, open, { sources, time: deps.now() });
  await audit(deps, tx, { caller, action, resource });
  await emit(deps, tx, [publishedEvent(open.family, records, sources)]);
  await askForMatching(deps, tx, open.generation);
  // Whether an image is known at all hangs on which ecosystems have a source, and a whole one.
  const after = await ecosystemsOf(tx, open.family);
  if (before !== after) await emitMatchesChanged(deps, tx);
}

async function ecosystemsOf(tx: Tx, family: string): Promise<string> {
  const sources = (await listAdvisorySources(tx)).filter((one) => one.family === family);
  const states = sources.map(({ ecosystem, complete }) => `${ecosystem} ${complete}`);
  return JSON.stringify([...new Set(states)].sort());
}

function publishedEvent(
  family: string,
  records: number,
  sources: readonly ImportedSource[],
): NewEvent {
  const ecosystems = sources.map(({ ecosystem }) => ecosystem).slice(0, MAX_ECOSYSTEMS);
  const subject = `advisories/${family}`;
  const data = { schemaVersion: 1, name: subject, records, ecosystems };
  return { type: 'assay.advisories.published', subject, data };
}
