/** `assay attest …` as data. */
import {
  ATTACHED,
  ATTACHED_EXAMPLES,
  ATTACHED_TRUST,
  NOTATION,
  TREE,
  TRUST_ROOT,
} from './attached-spec.ts';
import type { CommandSpec, OptionSpec } from './command.ts';
import { NOTARY_OPTIONS } from './notary-spec.ts';
import {
  PLAIN_HTTP,
  PROJECT,
  PUBLIC_KEY,
  REGISTRIES,
  REGISTRY_ACCESS,
  TABLE_OR_JSON,
  WHERE,
} from './shared-options.ts';

const ATTESTOR: OptionSpec = {
  flags: '--attestor <name>',
  description: 'projects/P/attestors/A, or A of --project',
};
const SIGN: CommandSpec = {
  name: 'sign',
  arguments: '<image>',
  summary: 'Sign an image by digest, for an attestor or beside the image so that others verify.',
  examples: [
    'assay attest sign registry.example/shop/app@sha256:… --attestor built-by-ci --key key.pem',
    'assay attest sign "$IMAGE@$DIGEST" --attestor built-by-ci --key-env BINAUTH_PRIVATE_KEY \\\n' +
      '      --server https://assay.example --token-file token',
    'assay attest sign "$IMAGE@$DIGEST" --attestor built-by-ci --gpg-agent ci@shop.example',
    'assay attest sign "$IMAGE@$DIGEST" --cosign --key ci.pem',
    'COSIGN_PASSWORD=… assay attest sign "$IMAGE@$DIGEST" --cosign --referrer \\\n' +
      '      --key cosign.key --annotation env=prod --attestor built-by-ci',
    'assay attest sign "$IMAGE@$DIGEST" --dry-run',
  ],
  options: [
    ...WHERE,
    PROJECT,
    ATTESTOR,
    {
      flags: '--cosign',
      description: 'write a signature that cosign verifies; without --attestor, only that',
    },
    {
      flags: '--referrer',
      description: 'attach a sigstore bundle as an OCI 1.1 referrer; the same',
    },
    {
      flags: '--annotation <name=value>',
      description: 'sign this along, with --cosign and --referrer',
      many: true,
    },
    { flags: '--key <file>', description: 'private key: PEM, or cosign’s (with COSIGN_PASSWORD)' },
    {
      flags: '--key-env <name>',
      description: 'environment variable with the private key, PEM or PGP, in base64',
    },
    { flags: '--pgp-key <file>', description: 'armored PGP secret key' },
    { flags: '--gpg-agent <key>', description: 'key of gpg’s agent: id, fingerprint or address' },
    { flags: '--passphrase-file <file>', description: 'file with the key’s passphrase' },
    { flags: '--dry-run', description: 'print the payload that would be signed, and stop' },
    PLAIN_HTTP,
    ...REGISTRY_ACCESS,
  ],
  load: async () => (await import('./sign-command.ts')).signImage,
};

const VERIFY: CommandSpec = {
  name: 'verify',
  arguments: '<image>',
  summary: 'Verify the attestations of an image: exit 0 verified, 2 not, 3 could not check.',
  examples: [
    'assay attest verify registry.example/shop/app@sha256:… --attestor built-by-ci',
    'assay attest verify registry.example/shop/app:1.4 --key ci.pub.pem',
    ...ATTACHED_EXAMPLES,
    'assay attest verify registry.example/shop/app:1.4 --notation-policy trustpolicy.json \\\n' +
      '      --notation-trust-store ~/.config/notation/truststore',
    'assay attest verify registry.example/shop/app@sha256:… --key ci.pub.pem --data DIR -o json',
    'assay attest verify registry.example/shop/app:1.4 --notary-root root.json \\\n      ' +
      '--notary-server https://notary.example',
  ],
  options: [
    ...WHERE,
    PROJECT,
    ATTESTOR,
    ...NOTATION,
    PUBLIC_KEY,
    {
      flags: '--algorithm <name>',
      description: 'of a PEM key, e.g. RSA_PSS_4096_SHA512 (default: what openssl takes for it)',
    },
    ATTACHED,
    ...ATTACHED_TRUST,
    ...NOTARY_OPTIONS,
    PLAIN_HTTP,
    ...REGISTRIES,
    TABLE_OR_JSON,
  ],
  load: async () => (await import('./verify-ways.ts')).verifyImage,
};

const WAIT: CommandSpec = {
  name: 'wait',
  arguments: '<image>',
  summary: 'Wait until a review would find an image attested; print it by digest.',
  examples: [
    'assay attest wait registry.example/shop/app@sha256:… --attestor built-by-ci',
    'assay attest wait registry.example/shop/app:1.4 --timeout 600 \\\n      ' +
      '--attestor projects/security/attestors/scanned',
  ],
  options: [
    ...WHERE,
    ATTESTOR,
    { flags: '--timeout <seconds>', description: 'give up after so long', default: 300 },
    PROJECT,
    PLAIN_HTTP,
    ...REGISTRIES,
  ],
  load: async () => (await import('./attest-command.ts')).waitForAttestation,
};

/** Attestations of images. */
export const ATTEST: CommandSpec = {
  name: 'attest',
  summary: 'Attestations of images.',
  examples: [
    'assay attest sign registry.example/shop/app@sha256:… --attestor built-by-ci --key key.pem',
    'assay attest verify registry.example/shop/app@sha256:… --attestor built-by-ci',
    'assay attest wait registry.example/shop/app:1.4 --attestor built-by-ci',
  ],
  commands: [SIGN, VERIFY, TREE, TRUST_ROOT, WAIT],
};
