/** Options of `assay serve` about whom it believes. */
import type { OptionSpec } from './command.ts';

/** Issuers of tokens, and the roles of members. */
export const IDENTITY_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--identity-file <file>',
    description: 'issuers of tokens, and roles of members (YAML)',
  },
  { flags: '--oidc-issuer <url>', description: 'issuer of tokens that are believed' },
  { flags: '--oidc-audience <text>', description: 'whom its tokens must be for', many: true },
  { flags: '--oidc-jwks-file <file>', description: 'its keys; default: by its discovery' },
  { flags: '--oidc-jwks-url <url>', description: 'where its keys are; default: by its discovery' },
  { flags: '--oidc-ca-file <file>', description: 'authority of its own certificate (PEM)' },
  {
    flags: '--oidc-algorithm <name>',
    description: 'its algorithms; default RS256, ES256 and EdDSA',
    many: true,
  },
  {
    flags: '--oidc-clock-skew <seconds>',
    description: 'how far its clock may differ',
    default: '30',
  },
  {
    flags: '--oidc-member <template>',
    description: 'member that a claim makes, e.g. user:{email}; default a principal by {sub}',
  },
  { flags: '--oidc-groups <claim>', description: 'claim that lists groups' },
  { flags: '--oidc-kubernetes', description: 'its tokens are service accounts’ of a cluster' },
  {
    flags: '--allow-issuer-host <host>',
    description: 'issuer in the server’s own network that may be called',
    many: true,
  },
];
