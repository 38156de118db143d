/** What `assay attest` asks of what is attached in a registry, as data. */
import type { CommandSpec, OptionSpec } from './command.ts';
import {
  PLAIN_HTTP,
  PROJECT,
  PUBLIC_KEY,
  REGISTRIES,
  TABLE_OR_JSON,
  WHERE,
} from './shared-options.ts';

/** What is believed of what is attached in the registry. */
export const ATTACHED_TRUST: readonly OptionSpec[] = [
  {
    flags: '--certificate-identity <text>',
    description: 'who must have signed, as the certificate names it: an address or a URL',
  },
  {
    flags: '--certificate-identity-regexp <pattern>',
    description: 'the same by a pattern (RE2), which must match the whole of it',
  },
  {
    flags: '--certificate-oidc-issuer <url>',
    description: 'the provider that must have vouched for the signer',
  },
  {
    flags: '--certificate-oidc-issuer-regexp <pattern>',
    description: 'the same by a pattern, which must match the whole of it',
  },
  {
    flags: '--trust-root <file>',
    description: 'trusted_root.json with the authorities and logs to believe, or public-good',
  },
  {
    flags: '--type <name>',
    description: 'an attestation with this predicate: slsaprovenance1, cyclonedx, … or a URI',
  },
  {
    flags: '--index <reference>',
    description: 'tag or digest of an index there, whose proofs count for the images that it lists',
  },
  {
    flags: '--grade <grade>',
    description: 'the least that counts: verified, or attested (in the index, signed by nobody)',
  },
  {
    flags: '--annotation <name=value>',
    description: 'must be among the signed annotations',
    many: true,
  },
  { flags: '--builder-id <uri>', description: 'the builder that SLSA provenance must name' },
  { flags: '--source-repository <place>', description: 'its source, e.g. git.example/shop/app' },
  { flags: '--source-branch <name>', description: 'the branch that was built' },
  { flags: '--source-tag <name>', description: 'the tag that was built' },
  { flags: '--build-type <uri>', description: 'how it was built, as the provenance names it' },
  {
    flags: '--build-parameter <path=value>',
    description: 'an external parameter of the build, e.g. inputs.release=true',
    many: true,
  },
];

/** Notation's own trust. */
export const NOTATION: readonly OptionSpec[] = [
  {
    flags: '--notation-policy <file>',
    description: 'Notation’s trust policy, by which its signatures in the registry are verified',
  },
  { flags: '--notation-trust-store <dir>', description: 'Notation’s truststore, with x509/ca/…' },
];

/** Chooses what is attached in the registry. */
export const ATTACHED: OptionSpec = {
  flags: '--attached',
  description: 'by what is attached in the registry (cosign, sigstore bundles); no server is asked',
};

/** How it is asked for. */
export const ATTACHED_EXAMPLES: readonly string[] = [
  'assay attest verify registry.example/shop/app:1.4 --attached --key cosign.pub',
  'assay attest verify registry.example/shop/app:1.4 --trust-root trusted_root.json \\\n      ' +
    '--certificate-identity ci@shop.example \\\n      ' +
    '--certificate-oidc-issuer https://accounts.example --type slsaprovenance1',
];

/** `assay attest tree` */
export const TREE: CommandSpec = {
  name: 'tree',
  arguments: '<image>',
  summary: 'Show all that is attached to an image in its registry, where, and what verifies.',
  examples: [
    'assay attest tree registry.example/shop/app:1.4',
    'assay attest tree registry.example/shop/app:1.4 --attestor built-by-ci',
    'assay attest tree registry.example/shop/app:1.4 --notation-policy trustpolicy.json \\\n' +
      '      --notation-trust-store ~/.config/notation/truststore',
    'assay attest tree registry.example/shop/app:1.4 --key cosign.pub --output json',
  ],
  options: [
    ...WHERE,
    PROJECT,
    {
      flags: '--attestor <name>',
      description: 'believe its keys, and show its attestations: projects/P/attestors/A, or A',
      many: true,
    },
    ...NOTATION,
    PUBLIC_KEY,
    ...ATTACHED_TRUST,
    PLAIN_HTTP,
    ...REGISTRIES,
    TABLE_OR_JSON,
  ],
  load: async () => (await import('./tree-command.ts')).showAttachments,
};

/** `assay attest trust-root` */
export const TRUST_ROOT: CommandSpec = {
  name: 'trust-root',
  summary: 'Fetch a trust root of sigstore from its TUF mirror into a folder; refuse older ones.',
  examples: [
    'assay attest trust-root --folder sigstore',
    'assay attest trust-root --folder own --mirror https://tuf.example/ --tuf-root root.json',
  ],
  options: [
    { flags: '--folder <dir>', description: 'where trusted_root.json and what was seen are kept' },
    {
      flags: '--mirror <url>',
      description: 'the TUF repository (default: that of sigstore’s public instance)',
    },
    {
      flags: '--tuf-root <file>',
      description: 'the root.json that is trusted of the mirror (default: the bundled public one)',
    },
    { flags: '--mirror-ca <file>', description: 'authority (PEM) that is believed for the mirror' },
    TABLE_OR_JSON,
  ],
  load: async () => (await import('./trust-root-command.ts')).fetchRoot,
};
