/** Binary Authorization's methods on attestors. */
import { attestorFromJson, attestorToJson } from '../google/attestor-message.ts';
import { listToJson, readCreateId, readListQuery } from '../google/list-message.ts';
import { validateAnswerToJson, validateRequestFromJson } from '../google/validate-message.ts';
import { createAttestor } from '../operations/create-attestor.ts';
import { deleteAttestor } from '../operations/delete-attestor.ts';
import { getAttestor } from '../operations/get-attestor.ts';
import { listAttestors } from '../operations/list-attestors.ts';
import { updateAttestor } from '../operations/update-attestor.ts';
import { validateAttestation } from '../operations/validate-attestation.ts';
import { type GoogleHandler, projectOf } from './google-call.ts';

/** Handlers of attestors. */
export const ATTESTOR_HANDLERS = {
  CreateAttestor: async (deps, { caller, version, resource, request }) => {
    const id = readCreateId(request, 'attestorId');
    const attestor = attestorFromJson(version, request['attestor']);
    const input = { caller, project: projectOf(resource), id, attestor };
    return attestorToJson(version, await createAttestor(deps, input));
  },
  GetAttestor: async (deps, { caller, version, resource }) =>
    attestorToJson(version, await getAttestor(deps, { caller, name: resource })),
  ListAttestors: async (deps, { caller, version, resource, request }) => {
    const input = { caller, project: projectOf(resource), ...readListQuery(request) };
    const page = await listAttestors(deps, input);
    const items = page.attestors.map((one) => attestorToJson(version, one));
    return listToJson('attestors', items, page.nextPageToken);
  },
  UpdateAttestor: async (deps, { caller, version, resource, request }) => {
    const input = {
      caller,
      name: resource,
      attestor: attestorFromJson(version, request['attestor']),
    };
    return attestorToJson(version, await updateAttestor(deps, input));
  },
  DeleteAttestor: async (deps, { caller, resource }) => {
    await deleteAttestor(deps, { caller, name: resource });
    return {};
  },
  ValidateAttestationOccurrence: async (deps, { caller, version, resource, request }) => {
    const occurrence = validateRequestFromJson(version, request);
    const reason = await validateAttestation(deps, { caller, name: resource, occurrence });
    return validateAnswerToJson(reason);
  },
} as const satisfies Record<string, GoogleHandler>;
