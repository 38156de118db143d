/** Which way of verifying an option belongs to. */

/** Options of `assay attest verify` that only what is attached in a registry can answer. */
export const ATTACHED_OPTIONS: readonly string[] = [
  'attached',
  'certificateIdentity',
  'certificateIdentityRegexp',
  'certificateOidcIssuer',
  'certificateOidcIssuerRegexp',
  'trustRoot',
  'index',
  'grade',
  'type',
  'annotation',
  'builderId',
  'sourceRepository',
  'sourceBranch',
  'sourceTag',
  'buildType',
  'buildParameter',
];
