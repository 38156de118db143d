/** Wrong policies, attestors, validations and calls of our own API. */
import {
  ATTESTATION_NOTE,
  ATTESTOR,
  bad,
  type BadRequest,
  get,
  invalid,
  missing,
  NOTE,
  P,
  post,
  put,
  URI,
} from './bad-request.ts';

const POLICY = `/v1/projects/${P}/policy`;
const ATTESTORS = `/v1/projects/${P}/attestors?attestorId=new`;
const enforcementMode = 'ENFORCED_BLOCK_AND_AUDIT_LOG';
const DENY = { evaluationMode: 'ALWAYS_DENY', enforcementMode };
const BY = { evaluationMode: 'REQUIRE_ATTESTATION', enforcementMode };
const OWNED = { noteReference: ATTESTATION_NOTE };
const PEM = '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n';

function policy(name: string, body: unknown, says: string | RegExp): BadRequest {
  const whole =
    typeof body === 'object' && !Array.isArray(body)
      ? { defaultAdmissionRule: DENY, ...body }
      : body;
  return invalid(`a policy: ${name}`, put(POLICY, whole), says);
}

function rule(name: string, parts: object, says: string | RegExp): BadRequest {
  return policy(name, { defaultAdmissionRule: parts }, says);
}

function pattern(text: string, says: string | RegExp): BadRequest {
  return policy(
    `the pattern ${text}`,
    { admissionWhitelistPatterns: [{ namePattern: text }] },
    says,
  );
}

function attestor(name: string, body: unknown, says: string | RegExp): BadRequest {
  return invalid(`an attestor: ${name}`, post(ATTESTORS, body), says);
}

function key(name: string, one: object, says: string | RegExp): BadRequest {
  return attestor(name, { userOwnedGrafeasNote: { ...OWNED, publicKeys: [one] } }, says);
}

function validation(name: string, body: unknown, says: string | RegExp): BadRequest {
  return invalid(
    `a validation: ${name}`,
    post(`/v1/${ATTESTOR}:validateAttestationOccurrence`, body),
    says,
  );
}

/** The rows. */
export const BAD_POLICIES: readonly BadRequest[] = [
  policy('a list', [], 'policy is []; want an object'),
  policy('no default rule', { defaultAdmissionRule: undefined }, 'defaultAdmissionRule is missing'),
  policy('an unknown field', { rules: [] }, 'policy.rules is an unknown field'),
  policy(
    'a mode that is none',
    { globalPolicyEvaluationMode: 'MAYBE' },
    'is "MAYBE"; want ENABLE or DISABLE',
  ),
  policy('a description of 5000 characters', { description: 'a'.repeat(5000) }, 'at most 4096'),
  rule('no evaluation mode', { enforcementMode }, 'evaluationMode is missing'),
  rule('no enforcement mode', { evaluationMode: 'ALWAYS_DENY' }, 'enforcementMode is missing'),
  rule('attestation by nobody', BY, 'REQUIRE_ATTESTATION needs at least one attestor'),
  rule(
    'attestors that nobody asks',
    { ...DENY, requireAttestationsBy: [ATTESTOR] },
    'must be empty',
  ),
  rule(
    'an attestor of no form',
    { ...BY, requireAttestationsBy: ['ci'] },
    'name "ci" is not of the form',
  ),
  rule(
    'an attestor that is not there',
    { ...BY, requireAttestationsBy: [`projects/${P}/attestors/none`] },
    'none does not exist',
  ),
  rule(
    'a hundred and one attestors',
    { ...BY, requireAttestationsBy: Array.from({ length: 101 }, () => ATTESTOR) },
    'at most 100',
  ),
  policy('a cluster without place', { clusterAdmissionRules: { prod: DENY } }, 'LOCATION.CLUSTER'),
  policy(
    'a namespace in capitals',
    { kubernetesNamespaceAdmissionRules: { Prod: DENY } },
    'namespace "Prod"',
  ),
  policy(
    'an account without namespace',
    { kubernetesServiceAccountAdmissionRules: { sa: DENY } },
    'NAMESPACE:SERVICEACCOUNT',
  ),
  policy(
    'an identity of no form',
    { istioServiceIdentityAdmissionRules: { 'a/b': DENY } },
    'spiffe://DOMAIN/ns/',
  ),
  policy(
    'rules in two maps',
    { clusterAdmissionRules: { 'z.c': DENY }, kubernetesNamespaceAdmissionRules: { n: DENY } },
    'one map only',
  ),
  policy(
    'rules of the language',
    '{"defaultAdmissionRule":{"evaluationMode":3,"enforcementMode":1},"clusterAdmissionRules":{"__proto__":{"evaluationMode":3,"enforcementMode":1}}}',
    '__proto__',
  ),
  policy(
    '1001 patterns',
    {
      admissionWhitelistPatterns: Array.from({ length: 1001 }, () => ({
        namePattern: 'a.example/*',
      })),
    },
    'at most 1000',
  ),
  pattern('*', 'wildcard in the registry'),
  pattern('gcr.io/*/app', 'only one * or ** is allowed, at the end'),
  pattern('https://gcr.io/app', 'has a scheme'),
  pattern('nginx*', /did you mean docker\.io\/library\/nginx\*/),
  pattern(`gcr.io/${'a'.repeat(2000)}`, 'at most 1024'),
  bad('a policy: a stale etag', put(POLICY, { defaultAdmissionRule: DENY, etag: 'AAAA' }), {
    status: 409,
    code: 'ABORTED',
    says: 'has changed since it was read',
  }),
  bad('a policy: an etag of no base64', put(POLICY, { defaultAdmissionRule: DENY, etag: '"x"' }), {
    status: 409,
    code: 'ABORTED',
    says: 'read it again',
  }),
  missing(
    'a policy of v1beta1 of no project',
    get('/v1beta1/projects/nowhere/policy'),
    'project nowhere does not exist',
  ),

  attestor('nothing', {}, 'userOwnedGrafeasNote is missing'),
  attestor('no note', { userOwnedGrafeasNote: {} }, 'noteReference is missing'),
  attestor(
    'a note of no form',
    { userOwnedGrafeasNote: { noteReference: 'n' } },
    'name "n" is not of the form',
  ),
  attestor(
    'the other version’s field',
    { userOwnedDrydockNote: OWNED },
    'userOwnedDrydockNote is an unknown field',
  ),
  attestor(
    'a note of another kind',
    { userOwnedGrafeasNote: { noteReference: NOTE } },
    /kind BUILD|ATTESTATION/,
  ),
  key('a key that is none', {}, 'has no key; give asciiArmoredPgpPublicKey or pkixPublicKey'),
  key(
    'a key that is two',
    {
      asciiArmoredPgpPublicKey: 'a',
      pkixPublicKey: { publicKeyPem: PEM, signatureAlgorithm: 'ECDSA_P256_SHA256' },
    },
    'has both',
  ),
  key('a PGP key of words', { asciiArmoredPgpPublicKey: 'not a key' }, /key/),
  key(
    'a PEM of nothing',
    { pkixPublicKey: { publicKeyPem: PEM, signatureAlgorithm: 'ECDSA_P256_SHA256' } },
    /key/,
  ),
  key(
    'an algorithm that is none',
    { pkixPublicKey: { publicKeyPem: PEM, signatureAlgorithm: 'MD5' } },
    'signatureAlgorithm is "MD5"',
  ),
  key('no algorithm', { pkixPublicKey: { publicKeyPem: PEM } }, 'signatureAlgorithm is missing'),
  missing(
    'an attestor: a note that is not there',
    post(ATTESTORS, { userOwnedGrafeasNote: { noteReference: `projects/${P}/notes/none` } }),
    'notes/none',
  ),
  bad(
    'an attestor that is there',
    post(`/v1/projects/${P}/attestors?attestorId=ci`, { userOwnedGrafeasNote: OWNED }),
    { status: 409, code: 'ALREADY_EXISTS', says: 'already exists' },
  ),
  bad(
    'an attestor: a stale etag',
    put(`/v1/${ATTESTOR}`, { name: ATTESTOR, userOwnedGrafeasNote: OWNED, etag: 'AAAA' }),
    { status: 409, code: 'ABORTED', says: 'has changed since it was read' },
  ),
  invalid(
    'an attestor: another note',
    put(`/v1/${ATTESTOR}`, { name: ATTESTOR, userOwnedGrafeasNote: { noteReference: NOTE } }),
    'cannot change',
  ),
  missing(
    'an update of no attestor',
    put(`/v1/projects/${P}/attestors/none`, { userOwnedGrafeasNote: OWNED }),
    'none does not exist',
  ),
  missing(
    'a deletion of no attestor',
    { method: 'DELETE', path: `/v1/projects/${P}/attestors/none` },
    'none does not exist',
  ),
  missing(
    'a deletion of no note',
    { method: 'DELETE', path: `/v1/projects/${P}/notes/none` },
    'notes/none',
  ),
  missing(
    'a deletion of no occurrence',
    { method: 'DELETE', path: `/v1/projects/${P}/occurrences/none` },
    'none',
  ),

  validation('nothing', {}, 'attestation is missing'),
  validation(
    'no payload',
    { attestation: {}, occurrenceNote: ATTESTATION_NOTE, occurrenceResourceUri: URI },
    'serializedPayload is missing',
  ),
  validation(
    'no resource',
    { attestation: { serializedPayload: 'AAAA' }, occurrenceNote: ATTESTATION_NOTE },
    'occurrenceResourceUri is missing',
  ),
  validation(
    'no note',
    { attestation: { serializedPayload: 'AAAA' }, occurrenceResourceUri: URI },
    'occurrenceNote is missing',
  ),
  validation(
    'a resource that is none',
    {
      attestation: { serializedPayload: 'AAAA' },
      occurrenceNote: ATTESTATION_NOTE,
      occurrenceResourceUri: 'not a reference',
    },
    /reference|resource/i,
  ),
  missing(
    'a validation by nobody',
    post(`/v1/projects/${P}/attestors/none:validateAttestationOccurrence`, {
      attestation: { serializedPayload: 'AAAA' },
      occurrenceNote: ATTESTATION_NOTE,
      occurrenceResourceUri: URI,
    }),
    'none does not exist',
  ),

  invalid('our API: no project', post('/api/v1/projects', {}), 'project'),
  invalid(
    'our API: a project in capitals',
    post('/api/v1/projects', { project: 'Shop' }),
    'project id "Shop"',
  ),
  invalid(
    'our API: a field too many',
    post('/api/v1/projects', { project: 'a', owner: 'b' }),
    'owner',
  ),
  invalid('our API: a list', post('/api/v1/projects', []), 'not a JSON object'),
  bad('our API: a project that is there', post('/api/v1/projects', { project: P }), {
    status: 409,
    code: 'ALREADY_EXISTS',
    says: 'project default exists',
  }),
  invalid(
    'our API: a cluster of no form',
    post(`/api/v1/projects/${P}/clusters`, { cluster: 'prod' }),
    'LOCATION.CLUSTER',
  ),
  invalid(
    'our API: a token of no role',
    post('/api/v1/tokens', { role: 'king', name: 'a', lifetime: 1 }),
    'role',
  ),
  invalid(
    'our API: a token for no time',
    post('/api/v1/tokens', { role: 'viewer', name: 'a', lifetime: 0 }),
    'lifetime',
  ),
  invalid('our API: no decision', get('/api/v1/decisions/x%00'), /id|decision/),
  invalid('our API: decisions without project', get('/api/v1/projects/P!/decisions'), /project/),
  invalid(
    'our API: an image that is none',
    post('/api/v1/scans', { image: 'not a reference' }),
    'not a reference',
  ),
  missing(
    'our API: a token that is not there',
    { method: 'DELETE', path: '/api/v1/tokens/none' },
    'none',
  ),
];
