/** What `npm run demo -- --keep` prints: where everything is, and what to try there. */
import { join } from 'node:path';
import { MAIN } from './child-programs.ts';
import { PROJECT } from './google-calls.ts';
import type { DemoResult } from './play-demo.ts';
import { makeReview } from './send-review.ts';

/** Addresses and commands to try while the demo's programs run. */
export function formatAddresses({ places, images, reviews }: DemoResult): string {
  const { http, webhook, registry, ca, adminTokenFile, folder, data } = places;
  const unsigned = `${images.name}@${images.unsigned}`;
  const last = reviews.at(1)?.outcome.decisionId ?? '';
  return `
Everything runs until Ctrl-C, which ends it and removes ${folder}

API       ${http}
webhook   ${webhook}/image_policy
registry  ${registry}
data      ${data}
signed    ${images.name}@${images.signed}
unsigned  ${unsigned}

In another terminal, with assay:
  export ASSAY_DATA=${shell(data)}
  alias assay=${shell(`${shell(process.execPath)} ${shell(MAIN)}`)}
  assay decisions list --project ${PROJECT}
  assay decisions show ${last}
  assay scan ${unsigned} --project ${PROJECT} --max-advisory-age 36500

or over the API, as from another machine:
  assay decisions list --project ${PROJECT} --server ${http} --token-file ${shell(adminTokenFile)}

with curl:
  curl -s -H "Authorization: Bearer $(cat ${shell(adminTokenFile)})" \\
    '${http}/v1beta1/projects/${PROJECT}/occurrences?filter=kind%3D%22ATTESTATION%22'
  curl -s --cacert ${shell(ca)} -H 'content-type: application/json' \\
    --data ${shell(JSON.stringify(makeReview(unsigned, {})))} \\
    ${webhook}/image_policy

with gcloud, where it is installed:
  export CLOUDSDK_API_ENDPOINT_OVERRIDES_BINARYAUTHORIZATION=${http}/
  export CLOUDSDK_API_ENDPOINT_OVERRIDES_CONTAINERANALYSIS=${http}/
  export CLOUDSDK_AUTH_ACCESS_TOKEN_FILE=${shell(adminTokenFile)}
  export CLOUDSDK_CORE_PROJECT=${PROJECT}
  gcloud container binauthz policy export
  gcloud container binauthz attestors list

Logs: ${join(folder, 'server.log')}, ${join(folder, 'registry.log')}`;
}

/** A text as one word of a shell: quoted only where it must be. */
function shell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
