/** The demo's plot, from two empty programs to seven answered reviews. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../src/domain/digest.ts';
import { type ReviewOutcome, type ScanOutcome, checkReview, checkScans } from './check-demo.ts';
import { type Programs, ROOT } from './child-programs.ts';
import { type DemoImage, buildDemoImage } from './demo-image.ts';
import {
  type DemoApi,
  PROJECT,
  createAttestation,
  createAttestorWithKey,
  readDecision,
  setPolicy,
} from './google-calls.ts';
import { choosePackageDatabase, plantVulnerability } from './choose-database.ts';
import { pushImage } from './push-image.ts';
import { type ReviewCase, reviewCases } from './review-cases.ts';
import { type ReviewTarget, makeReview, sendReview } from './send-review.ts';
import { showProgress } from './show-progress.ts';
import { makeDemoKey } from './sign-image.ts';

/** Where the demo's programs are, and what they keep. */
export interface DemoPlaces {
  readonly folder: string;
  readonly data: string;
  readonly http: string;
  readonly webhook: string;
  readonly registry: string;
  readonly ca: string;
  readonly adminTokenFile: string;
}

/** The two images as they were pushed. */
export interface DemoImages {
  /** Whose packages they have. */
  readonly origin: string;
  /** Registry and path of both. */
  readonly name: string;
  readonly signed: Digest;
  readonly unsigned: Digest;
}

/** Everything that the demo saw. */
export interface DemoResult {
  readonly places: DemoPlaces;
  readonly images: DemoImages;
  readonly scans: readonly [clean: ScanOutcome, planted: ScanOutcome];
  readonly reviews: readonly { readonly asked: ReviewCase; readonly outcome: ReviewOutcome }[];
  /** What was not as expected. */
  readonly faults: readonly string[];
}

/** What the demo works with. */
export interface DemoSetting {
  /** An empty folder for everything that is kept. */
  readonly folder: string;
  readonly programs: Programs;
  readonly bundled: boolean;
}

const REPOSITORY = 'demo/sample-k8s-app';
const TAGS = { signed: '1.0.2', unsigned: '1.0.0' } as const;
const LONG_AGO_DAYS = '36500';
const REGISTRY_AT = ['--listen', '127.0.0.1:0'];

/** Plays the demo; throws where a step itself fails. */
export async function playDemo({ folder, programs, bundled }: DemoSetting): Promise<DemoResult> {
  const places = await showProgress('starting server and registry', () =>
    startPrograms(folder, programs),
  );
  const token = (await readFile(places.adminTokenFile, 'utf8')).trim();
  const api = { http: places.http, token };
  const images = await showProgress('building and pushing two images', () =>
    pushImages(places, bundled),
  );
  await showProgress('importing advisories', () =>
    command(programs, [
      'advisories',
      'import',
      join(ROOT, 'demo/advisories'),
      '--complete',
      ...at(places),
    ]),
  );
  const scans = await showProgress('scanning both images', () =>
    scanBoth(programs, places, images),
  );
  await showProgress('making a key, an attestor and an attestation', () => attest(api, images));
  await setPolicy(api);
  const reviews = await showProgress('asking for seven verdicts', () =>
    askAll(places, { api, programs, images }),
  );
  const wrong = reviews.flatMap(({ asked, outcome }) => checkReview(asked, outcome));
  return { places, images, scans, reviews, faults: [...checkScans(...scans), ...wrong] };
}

async function startPrograms(folder: string, programs: Programs): Promise<DemoPlaces> {
  const data = join(folder, 'data');
  const listen = ['--http', '127.0.0.1:0', '--webhook', '127.0.0.1:0', '--grpc', '127.0.0.1:0'];
  const [server, registry] = await Promise.all([
    programs.serve('server', [
      'serve',
      '--offline',
      ...listen,
      '--data',
      data,
      '--project',
      PROJECT,
    ]),
    programs.serve('registry', ['registry', 'serve', join(folder, 'images'), ...REGISTRY_AT]),
  ]);
  const { http = '', webhook = '', ca = '', adminTokenFile = '' } = server;
  return { folder, data, http, webhook, registry: registry['http'] ?? '', ca, adminTokenFile };
}

async function pushImages(places: DemoPlaces, bundled: boolean): Promise<DemoImages> {
  const database = await choosePackageDatabase({ bundled });
  const signed = await buildDemoImage(database);
  const unsigned = await buildDemoImage(plantVulnerability(database));
  const push = (image: DemoImage, tag: string): Promise<void> =>
    pushImage({ registry: places.registry, path: REPOSITORY }, image, tag);
  await push(signed, TAGS.signed);
  await push(unsigned, TAGS.unsigned);
  return {
    origin: database.origin,
    name: `${new URL(places.registry).host}/${REPOSITORY}`,
    signed: signed.manifest.digest,
    unsigned: unsigned.manifest.digest,
  };
}

function at({ http, adminTokenFile }: DemoPlaces): readonly string[] {
  return ['--server', http, '--token-file', adminTokenFile];
}

async function command(programs: Programs, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await programs.run(args);
  if (code === 0) return stdout;
  throw new Error(`assay ${args.join(' ')} ended with ${code}:\n${stderr}${stdout}`);
}

async function scanBoth(
  programs: Programs,
  places: DemoPlaces,
  { name, signed, unsigned }: DemoImages,
): Promise<readonly [ScanOutcome, ScanOutcome]> {
  const scan = async (digest: Digest): Promise<ScanOutcome> => {
    const options = ['--output', 'json', '--max-advisory-age', LONG_AGO_DAYS, '--project', PROJECT];
    const args = ['scan', `${name}@${digest}`, ...options, ...at(places)];
    const { code, stdout, stderr } = await programs.run(args);
    if (code === 0 || code === 3) return JSON.parse(stdout) as ScanOutcome;
    throw new Error(`assay ${args.join(' ')} ended with ${code}:\n${stderr}`);
  };
  return Promise.all([scan(signed), scan(unsigned)]);
}

async function attest(api: DemoApi, { name, signed }: DemoImages): Promise<void> {
  const key = await makeDemoKey();
  await createAttestorWithKey(api, key);
  await createAttestation(api, key, { name, digest: signed });
}

interface Asking {
  readonly api: DemoApi;
  readonly programs: Programs;
  readonly images: DemoImages;
}

async function askAll(places: DemoPlaces, asking: Asking): Promise<DemoResult['reviews']> {
  const { images } = asking;
  const target = { url: `${places.webhook}/image_policy`, ca: await readFile(places.ca, 'utf8') };
  const cases = reviewCases({ ...images, signedTag: TAGS.signed });
  const reviews: { asked: ReviewCase; outcome: ReviewOutcome }[] = [];
  for (const asked of cases) {
    reviews.push({ asked, outcome: await ask({ asked, target, data: places.data }, asking) });
  }
  return reviews;
}

async function ask(
  { asked, target, data }: { asked: ReviewCase; target: ReviewTarget; data: string },
  { api, programs }: Asking,
): Promise<ReviewOutcome> {
  const answer = await sendReview(target, makeReview(asked.image, asked.annotations));
  const decisionId = answer.auditAnnotations['decision'] ?? '';
  const { found, sentence } = await readDecision(api, decisionId);
  const denial = answer.reason.split('\n', 1)[0] ?? '';
  const explanation = await command(programs, ['decisions', 'show', decisionId, '--data', data]);
  return {
    verdict: answer.allowed ? 'ALLOWED' : 'DENIED',
    reason: answer.reason,
    auditAnnotations: answer.auditAnnotations,
    decisionId,
    why:
      answer.allowed && sentence !== ''
        ? `let in by the annotation, else: ${sentence}`
        : denial || found,
    explanation,
  };
}
