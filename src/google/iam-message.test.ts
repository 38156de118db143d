/** IAM's messages: what clients send is read, what would be lost silently is refused by name. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../domain/json.ts';
import {
  checkGetIamPolicy,
  heldPermissionsToJson,
  iamPolicyToJson,
  setIamPolicyFromJson,
  testIamPermissionsFromJson,
} from './iam-message.ts';

const role = 'roles/binaryauthorization.attestorsVerifier';
const BINDING = { role, members: ['user:a@example.com'] };

describe('setIamPolicyFromJson', () => {
  it('reads what gcloud sends, its URL-safe etag as the bytes that it means', () => {
    const policy = { bindings: [BINDING], etag: '-_8BAg==', version: 3 };
    const read = setIamPolicyFromJson({ resource: 'projects/p/policy', policy });
    expect(read).toEqual({ bindings: [BINDING], etag: '+/8BAg==' });
  });

  it.each<[string, JsonObject]>([
    ['an empty policy', { policy: {} }],
    ['an empty etag', { policy: { etag: '' } }],
    ['Google’s default mask', { policy: {}, updateMask: 'bindings,etag' }],
    ['an empty condition', { policy: { bindings: [], auditConfigs: [] } }],
  ])('reads %s as a blind replace', (_fact, request) => {
    expect(setIamPolicyFromJson(request)).toEqual({ bindings: [] });
  });

  it.each<[string, JsonObject, string]>([
    ['no policy', {}, 'policy is missing'],
    [
      'a condition',
      { policy: { bindings: [{ ...BINDING, condition: { expression: 'true' } }] } },
      'policy.bindings[0].condition',
    ],
    ['audit settings', { policy: { auditConfigs: [{ service: 'x' }] } }, 'policy.auditConfigs'],
    ['version 2', { policy: { version: 2 } }, 'policy.version is 2; want 1 or 3'],
    ['an etag that is no base64', { policy: { etag: '!' } }, 'policy.etag'],
    ['a mask without bindings', { policy: {}, updateMask: 'etag' }, 'updateMask is "etag"'],
    ['an unknown field', { policy: { rules: [] } }, 'policy.rules is an unknown field'],
    ['a binding without role', { policy: { bindings: [{}] } }, 'policy.bindings[0].role'],
    ['an unknown role', { policy: { bindings: [{ role: 'roles/x' }] } }, 'policy.bindings: role'],
  ])('refuses %s, naming it', (_fact, request, message) => {
    expect(() => setIamPolicyFromJson(request)).toThrow(message);
  });
});

it('a requested version is 1 or 3', () => {
  for (const requestedPolicyVersion of [0, 1, '3', 3]) {
    checkGetIamPolicy({ options: { requestedPolicyVersion } });
  }
  checkGetIamPolicy({ resource: 'projects/p/policy' });
  expect(() => checkGetIamPolicy({ options: { requestedPolicyVersion: 2 } })).toThrow(
    'options.requestedPolicyVersion is 2; want 1 or 3',
  );
});

it('permissions that are asked for are named one by one, at most a hundred', () => {
  const permissions = ['containeranalysis.notes.get'];
  expect(testIamPermissionsFromJson({ permissions })).toEqual(permissions);
  expect(() => testIamPermissionsFromJson({ permissions: ['a.*'] })).toThrow('has a wildcard');
  const many = Array.from({ length: 101 }, (_, index) => `p.${index}`);
  expect(() => testIamPermissionsFromJson({ permissions: many })).toThrow('at most 100');
});

it('prints an etag also without bindings, and no empty lists', () => {
  expect(iamPolicyToJson({ bindings: [], etag: 'ACAB' })).toEqual({ version: 1, etag: 'ACAB' });
  expect(heldPermissionsToJson([])).toEqual({});
});
