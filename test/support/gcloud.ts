/** The stock gcloud, led to a server of ours by nothing but its documented settings. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ended } from './assay-command.ts';
import { runProgram } from './assay-command.ts';

/** A gcloud with a private configuration folder. */
export interface Gcloud {
  /** Runs `gcloud ARGS`. */
  run(...args: readonly string[]): Promise<Ended>;
  close(): void;
}

/** Where its calls go and as whom. */
export interface GcloudTarget {
  /** Base URL of the API, without a slash at its end. */
  readonly http: string;
  readonly tokenFile: string;
  readonly project: string;
  readonly cwd: string;
  /** The registry's address, by which it is the proxy of all calls but those to loopback. */
  readonly proxy?: string;
  /** Certificates that are trusted beyond that proxy (PEM). */
  readonly proxyCa?: string;
}

/** Leads a gcloud to a server. */
export function openGcloud(program: string, target: GcloudTarget): Gcloud {
  const config = mkdtempSync(join(tmpdir(), 'gcloud-'));
  const env = gcloudSettings(target, config);
  return {
    run: (...args) => runProgram(program, args, { env, cwd: target.cwd }),
    close: () => rmSync(config, { recursive: true, force: true }),
  };
}

const APIS = ['BINARYAUTHORIZATION', 'CONTAINERANALYSIS', 'ARTIFACTREGISTRY', 'SERVICEUSAGE'];

function gcloudSettings(target: GcloudTarget, config: string): Record<string, string> {
  const url = `${target.http}/`;
  return {
    CLOUDSDK_CONFIG: config,
    ...Object.fromEntries(APIS.map((api) => [`CLOUDSDK_API_ENDPOINT_OVERRIDES_${api}`, url])),
    // Where SBOM references lead; nothing of it is served, which is soon said.
    CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE: `${url}storage/v1/`,
    CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: target.tokenFile,
    CLOUDSDK_CORE_PROJECT: target.project,
    CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
    CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: '1',
    CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: '1',
    CLOUDSDK_SURVEY_DISABLE_PROMPTS: '1',
    no_proxy: '127.0.0.1,localhost',
    ...(target.proxy && { http_proxy: target.proxy, https_proxy: target.proxy }),
    ...(target.proxyCa && {
      CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE: target.proxyCa,
      // Where this machine sets it, it goes before gcloud's own setting.
      REQUESTS_CA_BUNDLE: target.proxyCa,
    }),
  };
}
