/**
 * Our own verbs by name, each with its place under `/api/v1`: the server makes routes of this table
 * and the command line calls them, here or over HTTP, so that both can do the same things.
 */
import type { Caller } from '../domain/caller.ts';
import { ATTESTOR_CATALOG } from './attestor-catalog.ts';
import type { CatalogEntry } from './catalog-entry.ts';
import type { Deps } from './deps.ts';
import { NOTARY_CATALOG } from './notary-catalog.ts';
import { POLICY_CATALOG } from './policy-catalog.ts';

/** Every operation of our own API. */
export const CATALOG = {
  ...ATTESTOR_CATALOG,
  ...NOTARY_CATALOG,
  ...POLICY_CATALOG,
  'create-project': entry(
    'POST',
    '/api/v1/projects',
    async () => (await import('./create-project.ts')).createProject,
  ),
  'list-projects': entry(
    'GET',
    '/api/v1/projects',
    async () => (await import('./list-projects.ts')).listProjects,
  ),
  'add-cluster': entry(
    'POST',
    '/api/v1/projects/:project/clusters',
    async () => (await import('./add-cluster.ts')).addCluster,
  ),
  'list-clusters': entry(
    'GET',
    '/api/v1/projects/:project/clusters',
    async () => (await import('./list-clusters.ts')).listClusters,
  ),
  'import-advisories': entry(
    'POST',
    '/api/v1/advisories',
    async () => (await import('./import-advisories.ts')).importAdvisories,
  ),
  'list-advisory-sources': entry(
    'GET',
    '/api/v1/advisories',
    async () => (await import('./list-advisory-sources.ts')).listSources,
  ),
  'update-advisories': entry(
    'POST',
    '/api/v1/advisories/update',
    async () => (await import('./update-advisories.ts')).updateAdvisories,
  ),
  'set-match-rules': entry(
    'POST',
    '/api/v1/advisories/rules',
    async () => (await import('./set-match-rules.ts')).setMatchRules,
  ),
  'list-advisory-feeds': entry(
    'GET',
    '/api/v1/advisories/feeds',
    async () => (await import('./list-advisory-feeds.ts')).listAdvisoryFeeds,
  ),
  'scan-image': entry(
    'POST',
    '/api/v1/scans',
    async () => (await import('./scan-image.ts')).scanImage,
  ),
  'request-scan': entry(
    'POST',
    '/api/v1/projects/:project/scan-requests',
    async () => (await import('./queue-scan.ts')).queueScan,
  ),
  'list-images': entry(
    'GET',
    '/api/v1/projects/:project/images',
    async () => (await import('./list-images.ts')).listImages,
  ),
  'show-image': entry(
    'GET',
    '/api/v1/projects/:project/images/:image',
    async () => (await import('./list-images.ts')).showImage,
  ),
  'show-image-facts': entry(
    'GET',
    '/api/v1/projects/:project/images/:image/facts',
    async () => (await import('./show-image-facts.ts')).showImageFacts,
  ),
  'show-queue': entry(
    'GET',
    '/api/v1/scan-queue',
    async () => (await import('./show-queue.ts')).showQueue,
  ),
  'add-watch': entry(
    'POST',
    '/api/v1/projects/:project/watches',
    async () => (await import('./add-watch.ts')).addWatch,
  ),
  'list-watches': entry(
    'GET',
    '/api/v1/projects/:project/watches',
    async () => (await import('./list-watches.ts')).listWatches,
  ),
  'switch-watch': entry(
    'POST',
    '/api/v1/projects/:project/watches/:pattern/switch',
    async () => (await import('./add-watch.ts')).switchWatch,
  ),
  'remove-watch': entry(
    'DELETE',
    '/api/v1/projects/:project/watches/:pattern',
    async () => (await import('./add-watch.ts')).removeWatch,
  ),
  'check-attested': entry(
    'GET',
    '/api/v1/attested',
    async () => (await import('./check-attested.ts')).checkAttested,
  ),
  'summarise-fleet': entry(
    'GET',
    '/api/v1/projects/:project/image-summary',
    async () => (await import('./summarise-fleet.ts')).summariseFleet,
  ),
  'list-decisions': entry(
    'GET',
    '/api/v1/projects/:project/decisions',
    async () => (await import('./list-decisions.ts')).listDecisions,
  ),
  'show-decision': entry(
    'GET',
    '/api/v1/decisions/:id',
    async () => (await import('./show-decision.ts')).showDecision,
  ),
  'verify-decisions': entry(
    'GET',
    '/api/v1/decision-chain',
    async () => (await import('./verify-decisions.ts')).verifyDecisions,
  ),
  'create-token': entry(
    'POST',
    '/api/v1/tokens',
    async () => (await import('./create-token.ts')).createToken,
  ),
  'list-tokens': entry(
    'GET',
    '/api/v1/tokens',
    async () => (await import('./list-tokens.ts')).listTokens,
  ),
  'revoke-token': entry(
    'DELETE',
    '/api/v1/tokens/:id',
    async () => (await import('./revoke-token.ts')).revokeToken,
  ),
  'add-destination': entry(
    'POST',
    '/api/v1/projects/:project/destinations',
    async () => (await import('./add-destination.ts')).addDestination,
  ),
  'list-destinations': entry(
    'GET',
    '/api/v1/projects/:project/destinations',
    async () => (await import('./list-destinations.ts')).listDestinations,
  ),
  'remove-destination': entry(
    'DELETE',
    '/api/v1/projects/:project/destinations/:name',
    async () => (await import('./remove-destination.ts')).removeDestination,
  ),
  'test-destination': entry(
    'POST',
    '/api/v1/projects/:project/destinations/:name/test',
    async () => (await import('./test-destination.ts')).testDestination,
  ),
  'list-dead-letters': entry(
    'GET',
    '/api/v1/projects/:project/destinations/:name/dead-letters',
    async () => (await import('./dead-letters.ts')).listDeadLetters,
  ),
  'retry-dead-letters': entry(
    'POST',
    '/api/v1/projects/:project/destinations/:name/retry',
    async () => (await import('./dead-letters.ts')).retryDeadLetters,
  ),
  'add-vex-author': entry(
    'POST',
    '/api/v1/projects/:project/vex-authors',
    async () => (await import('./add-vex-author.ts')).addVexAuthor,
  ),
  'list-vex-authors': entry(
    'GET',
    '/api/v1/projects/:project/vex-authors',
    async () => (await import('./list-vex-authors.ts')).listVexAuthors,
  ),
  'remove-vex-author': entry(
    'DELETE',
    '/api/v1/projects/:project/vex-authors/:name',
    async () => (await import('./remove-vex-author.ts')).removeVexAuthor,
  ),
  'import-vex': entry(
    'POST',
    '/api/v1/projects/:project/vex-documents',
    async () => (await import('./import-vex.ts')).importVex,
  ),
  'list-vex': entry(
    'GET',
    '/api/v1/projects/:project/vex-documents',
    async () => (await import('./list-vex.ts')).listVex,
  ),
  'show-vex': entry(
    'GET',
    '/api/v1/projects/:project/vex-documents/:document',
    async () => (await import('./list-vex.ts')).showVex,
  ),
  'remove-vex': entry(
    'DELETE',
    '/api/v1/projects/:project/vex-documents/:document',
    async () => (await import('./remove-vex.ts')).removeVex,
  ),
} as const satisfies Record<string, CatalogEntry>;

/** A name of the catalog. */
export type OperationName = keyof typeof CATALOG;

/** Tells whether a text names an operation of the catalog. */
export function isOperationName(name: string): name is OperationName {
  return Object.hasOwn(CATALOG, name);
}

/** Runs an operation by name. `input` must already have the operation's shape. */
export async function runOperation(
  deps: Deps,
  name: OperationName,
  input: Readonly<Record<string, unknown>> & { readonly caller: Caller },
): Promise<unknown> {
  const run = (await CATALOG[name].load()) as (deps: Deps, input: unknown) => Promise<unknown>;
  return run(deps, input);
}

function entry(verb: CatalogEntry['verb'], path: string, load: CatalogEntry['load']): CatalogEntry {
  return { verb, path, load };
}
