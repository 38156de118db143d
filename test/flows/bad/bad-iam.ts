/** Wrong IAM policies, permissions, services and what is left for later. */
import {
  ATTESTOR,
  bad,
  type BadRequest,
  get,
  invalid,
  missing,
  NOTE,
  P,
  post,
} from './bad-request.ts';

const SET = `/v1/${ATTESTOR}:setIamPolicy`;
const READER = 'roles/binaryauthorization.attestorsVerifier';
const ADA = 'user:ada@example.org';

function iam(name: string, policy: unknown, says: string | RegExp): BadRequest {
  return invalid(`an IAM policy: ${name}`, post(SET, { policy }), says);
}

function binding(name: string, one: object, says: string | RegExp): BadRequest {
  return iam(name, { bindings: [{ role: READER, members: [ADA], ...one }] }, says);
}

const LATER = { status: 501, code: 'UNIMPLEMENTED' };

/** The rows. */
export const BAD_IAM: readonly BadRequest[] = [
  invalid('an IAM policy: none', post(SET, {}), 'policy'),
  iam('a list', [], 'want an object'),
  iam('bindings as object', { bindings: {} }, 'bindings is {}; want a list'),
  iam('an unknown field', { rules: [] }, 'rules is an unknown field'),
  iam(
    'a role bound twice',
    { bindings: Array.from({ length: 2 }, () => ({ role: READER, members: [ADA] })) },
    'has two bindings',
  ),
  binding('a role that is none', { role: 'roles/none' }, 'roles/none'),
  binding('a role of the language', { role: '__proto__' }, '__proto__'),
  binding('a role of no form', { role: 'viewer!' }, 'viewer!'),
  binding('no role', { role: '' }, /role/),
  binding('a member of no kind', { members: ['ada'] }, 'member "ada"'),
  binding('a member of nothing', { members: [''] }, /member/),
  binding('a member with a NUL byte', { members: ['user:a\u0000b'] }, /member/),
  binding('members as text', { members: ADA }, 'want a list'),
  binding('a member without end', { members: [`user:${'a'.repeat(5000)}`] }, /member|characters/),
  binding('a condition', { condition: { expression: 'true', title: 't' } }, 'condition'),
  bad('an IAM policy: a stale etag', post(SET, { policy: { bindings: [], etag: 'AAAA' } }), {
    status: 409,
    code: 'ABORTED',
    says: 'has changed since it was read',
  }),
  invalid(
    'an IAM policy: an etag of no base64',
    post(SET, { policy: { bindings: [], etag: '***' } }),
    /etag/,
  ),
  missing(
    'an IAM policy of nobody',
    post(`/v1/projects/${P}/attestors/none:setIamPolicy`, { policy: { bindings: [] } }),
    'none',
  ),
  missing(
    'an IAM policy of no note',
    post(`/v1/projects/${P}/notes/none:getIamPolicy`, {}),
    'none',
  ),
  invalid(
    'permissions: a wildcard',
    post(`/v1/${ATTESTOR}:testIamPermissions`, { permissions: ['binaryauthorization.*'] }),
    'permissions[0] has a wildcard',
  ),
  invalid(
    'permissions: a list of numbers',
    post(`/v1/${ATTESTOR}:testIamPermissions`, { permissions: [1] }),
    'want text',
  ),
  invalid(
    'permissions: text',
    post(`/v1/${NOTE}:testIamPermissions`, { permissions: 'a' }),
    'want a list',
  ),
  bad('a platform policy', get(`/v1/projects/${P}/platforms/gke/policies`), {
    ...LATER,
    says: 'not supported',
  }),
  bad('continuous validation', get(`/v1alpha2/projects/${P}/continuousValidationConfig`), {
    ...LATER,
    says: 'not supported',
  }),
  bad('an on-demand scan', post(`/v1/projects/${P}/locations/eu/scans:analyzePackages`, {}), {
    ...LATER,
    says: 'not supported',
  }),
];
