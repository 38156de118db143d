/** Policies in Rego over files: one process for all objects, and facts where somebody tells. */
import { randomBytes } from 'node:crypto';
import type { FactsTable } from '../domain/image-facts.ts';
import type { JsonObject } from '../domain/json.ts';
import type { RegoDocument, RegoEvidence } from '../domain/rego-policy.ts';
import type { Micros } from '../domain/time.ts';
import type { AdmissionRequest } from '../domain/verdict.ts';
import { reviewOfObject } from '../kubernetes/admission-input.ts';

/** A request, and the object that it is about. */
export interface AskedObject {
  readonly request: AdmissionRequest;
  readonly object: JsonObject;
}

/** The clock, and who tells what is known of an image of a project. */
export interface OfflineRegoEffects {
  readonly now: () => Micros;
  /** Absent: nobody does, which a policy that asks is told. */
  readonly tellFacts?: (project: string, image: string) => Promise<FactsTable>;
}

/** Asks policies about objects, one after the other. */
export interface OfflineRego {
  readonly ask: (
    documents: readonly RegoDocument[],
    asked: AskedObject,
  ) => Promise<readonly RegoEvidence[]>;
  readonly close: () => Promise<void>;
}

/** Makes it; the engine is loaded, and its process started, by the first policy that is asked. */
export function openOfflineRego({ now, tellFacts }: OfflineRegoEffects): OfflineRego {
  const open = async () => {
    const { createRegoPool } = await import('./rego-pool.ts');
    return createRegoPool(1);
  };
  let pool: ReturnType<typeof open> | undefined;
  return {
    ask: async (documents, { request, object }) => {
      const { askRego, asksFacts } = await import('./ask-rego.ts');
      const isAsked = tellFacts !== undefined && documents.some(asksFacts);
      const facts = isAsked ? await gather(tellFacts, request) : undefined;
      pool ??= open();
      const effects = { now, randomBytes, runRego: (await pool).run };
      return askRego(effects, documents, { review: reviewOfObject(object, request), facts });
    },
    close: async () => (await pool)?.close(),
  };
}

async function gather(
  tellFacts: NonNullable<OfflineRegoEffects['tellFacts']>,
  { project, images }: AdmissionRequest,
): Promise<FactsTable> {
  const tables: FactsTable[] = [];
  for (const { image } of images) tables.push(await tellFacts(project, image));
  return Object.assign({}, ...tables) as FactsTable;
}
