/**
 * Makes the one definition of Google's APIs that everything reads, out of google-proto-files and
 * protos/: a FileDescriptorSet for gRPC, and the same in the short notation that REST, the commands
 * and the reference page read without a library. Runs before check, test, build and the others, and
 * does nothing in a few milliseconds where nothing changed. What it makes is never committed.
 */
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'src/google/generated');
const DEFINITION = join(FOLDER, 'api-definition.ts');
const DESCRIPTORS = join(FOLDER, 'descriptor-set.ts');
const STAMP = 'inputs sha256:';

/** The services whose methods, with all that their messages need, are in the set. */
const SERVICES = [
  'grafeas.v1.Grafeas',
  'grafeas.v1beta1.GrafeasV1Beta1',
  'google.devtools.containeranalysis.v1.ContainerAnalysis',
  'google.devtools.containeranalysis.v1beta1.ContainerAnalysisV1Beta1',
  'google.cloud.binaryauthorization.v1.BinauthzManagementServiceV1',
  'google.cloud.binaryauthorization.v1.SystemPolicyV1',
  'google.cloud.binaryauthorization.v1.ValidationHelperV1',
  'google.cloud.binaryauthorization.v1beta1.BinauthzManagementServiceV1Beta1',
  'google.cloud.binaryauthorization.v1beta1.SystemPolicyV1Beta1',
  'google.cloud.binaryauthorization.v1beta1.ValidationHelperV1Beta1',
  'google.cloud.binaryauthorization.v1alpha2.BinauthzManagementServiceV1Alpha2',
  'google.cloud.binaryauthorization.v1alpha2.SystemPolicyV1Alpha2',
  'google.cloud.binaryauthorization.v1alpha2.ValidationHelperV1Alpha2',
  'google.iam.v1.IAMPolicy',
  'google.devtools.artifactregistry.v1.ArtifactRegistry',
  'google.api.serviceusage.v1.ServiceUsage',
  'google.longrunning.Operations',
];

/** Messages that no service names. */
const DETAILS = [
  'google.rpc.ErrorInfo',
  'google.api.serviceusage.v1.EnableServiceResponse',
  'google.api.serviceusage.v1.BatchEnableServicesResponse',
];

/** The folders of google-proto-files that hold them. */
const FOLDERS = [
  'grafeas',
  'google/api/serviceusage/v1',
  'google/cloud/binaryauthorization',
  'google/devtools/artifactregistry/v1',
  'google/devtools/containeranalysis',
  'google/iam/v1',
  'google/longrunning',
  'google/rpc',
];

/** Makes both files where one is missing or of other inputs. */
export async function makeDescriptors(): Promise<void> {
  const stamp = inputStamp();
  if (isMadeOf(DEFINITION, stamp) && isMadeOf(DESCRIPTORS, stamp)) return;
  const { formatDefinition, formatDescriptorSet } = await import('./format-definition.ts');
  const set = buildSet();
  mkdirSync(FOLDER, { recursive: true });
  write(DESCRIPTORS, formatDescriptorSet(set, stamp));
  write(DEFINITION, formatDefinition(set, { services: SERVICES, stamp }));
}

/** A digest over everything that the result is made of; a package's manifest stands for it. */
function inputStamp(): string {
  const scripts = ['scripts/make-descriptors.ts', 'scripts/format-definition.ts', 'buf.yaml'];
  const packages = ['google-proto-files', '@bufbuild/buf', '@bufbuild/protobuf'];
  const manifests = packages.map((name) => `node_modules/${name}/package.json`);
  const protos = globSync('protos/**/*.proto', { cwd: ROOT }).toSorted();
  const hash = createHash('sha256');
  for (const path of [...scripts, ...manifests, ...protos]) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(ROOT, path)))
      .update('\0');
  }
  return `${STAMP}${hash.digest('hex')}`;
}

function isMadeOf(file: string, stamp: string): boolean {
  try {
    return readFileSync(file, 'utf8').includes(stamp);
  } catch {
    return false;
  }
}

function buildSet(): Uint8Array {
  const paths = [
    ...FOLDERS.map((folder) => `node_modules/google-proto-files/${folder}`),
    'protos/google',
  ];
  const args = [
    'build',
    '--exclude-source-info',
    ...[...SERVICES, ...DETAILS].flatMap((type) => ['--type', type]),
    ...paths.flatMap((path) => ['--path', path]),
    '--output',
    '-#format=binpb',
  ];
  const buf = fileURLToPath(import.meta.resolve('@bufbuild/buf/bin/buf'));
  return execFileSync(process.execPath, [buf, ...args], {
    cwd: ROOT,
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Whoever reads the file while it is made has the old or the new one. */
function write(file: string, text: string): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, file);
}

if (process.argv[1] === import.meta.filename) await makeDescriptors();
