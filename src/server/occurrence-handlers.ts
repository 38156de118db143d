/** Grafeas' methods on occurrences. */
import type { JsonObject } from '../domain/json.ts';
import type { Occurrence } from '../domain/note.ts';
import { batchOccurrencesFromJson } from '../google/batch-message.ts';
import { readListQuery, readUpdateMask } from '../google/list-message.ts';
import { noteToJson } from '../google/note-message.ts';
import {
  type OccurrenceBody,
  occurrenceFromJson,
  occurrenceToJson,
} from '../google/occurrence-message.ts';
import type { GrafeasVersion } from '../google/grafeas-table.ts';
import { packagesSummaryToJson, parseResourceName } from '../google/packages-summary.ts';
import { patchOccurrence } from '../google/patch-occurrence.ts';
import { vulnerabilitySummaryToJson } from '../google/vulnerability-summary.ts';
import { createOccurrence, createOccurrences } from '../operations/create-occurrence.ts';
import { deleteOccurrence } from '../operations/delete-occurrence.ts';
import { getOccurrence } from '../operations/get-occurrence.ts';
import { getOccurrenceNote } from '../operations/get-occurrence-note.ts';
import { listOccurrences } from '../operations/list-occurrences.ts';
import { countPackages } from '../operations/summarise-packages.ts';
import { summariseVulnerabilities } from '../operations/summarise-vulnerabilities.ts';
import { updateOccurrence } from '../operations/update-occurrence.ts';
import { type GoogleHandler, grafeasVersion, projectOf, withoutParent } from './google-call.ts';
import { occurrencePage } from './occurrence-page.ts';

/** Handlers of occurrences. */
export const OCCURRENCE_HANDLERS = {
  CreateOccurrence: async (deps, { caller, version, resource, request }) => {
    const wire = grafeasVersion(version);
    const occurrence = occurrenceFromJson(wire, request['occurrence']);
    const input = { caller, project: projectOf(resource), occurrence };
    return occurrenceToJson(wire, await createOccurrence(deps, input));
  },
  BatchCreateOccurrences: async (deps, { caller, version, resource, request }) => {
    const wire = grafeasVersion(version);
    const occurrences = batchOccurrencesFromJson(wire, withoutParent(request));
    const input = { caller, project: projectOf(resource), occurrences };
    const made = await createOccurrences(deps, input);
    return { occurrences: made.map((one) => occurrenceToJson(wire, one)) };
  },
  GetOccurrence: async (deps, { caller, version, resource }) =>
    printOnce(grafeasVersion(version), await getOccurrence(deps, { caller, name: resource })),
  ListOccurrences: async (deps, { caller, version, resource, request }) => {
    const input = { caller, project: projectOf(resource), ...readListQuery(request) };
    return occurrencePage(version, await listOccurrences(deps, input));
  },
  UpdateOccurrence: async (deps, { caller, version, resource, request }) => {
    const wire = grafeasVersion(version);
    const mask = readUpdateMask(request);
    const patch = (occurrence: Occurrence): OccurrenceBody =>
      patchOccurrence(wire, occurrence, { body: request['occurrence'], mask });
    return occurrenceToJson(wire, await updateOccurrence(deps, { caller, name: resource, patch }));
  },
  DeleteOccurrence: async (deps, { caller, resource }) => {
    await deleteOccurrence(deps, { caller, name: resource });
    return {};
  },
  GetOccurrenceNote: async (deps, { caller, version, resource }) =>
    noteToJson(grafeasVersion(version), await getOccurrenceNote(deps, { caller, name: resource })),
  GetVulnerabilityOccurrencesSummary: async (deps, { caller, version, resource, request }) => {
    const { filter } = readListQuery(request);
    const input = { caller, project: projectOf(resource), filter };
    return vulnerabilitySummaryToJson(
      grafeasVersion(version),
      await summariseVulnerabilities(deps, input),
    );
  },
  GeneratePackagesSummary: async (deps, { caller, resource }) => {
    const name = parseResourceName(resource);
    const count = await countPackages(deps, { caller, ...name });
    return packagesSummaryToJson(name.resourceUri, count);
  },
} as const satisfies Record<string, GoogleHandler>;

/** What was printed of an occurrence that is remembered as long as it is. */
const PRINTED = {
  v1: new WeakMap<Occurrence, JsonObject>(),
  v1beta1: new WeakMap<Occurrence, JsonObject>(),
};

function printOnce(version: GrafeasVersion, occurrence: Occurrence): JsonObject {
  const known = PRINTED[version].get(occurrence);
  const printed = known ?? occurrenceToJson(version, occurrence);
  if (known === undefined) PRINTED[version].set(occurrence, printed);
  return printed;
}
