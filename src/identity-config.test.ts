/** Whom flags and file make the server believe, and what they must not say. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readIdentityConfig } from './identity-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-identity-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FLAGS = { oidcIssuer: 'https://i.example', oidcAudience: ['assay'], oidcClockSkew: '30' };

function fileOf(text: string): { readonly identityFile: string } {
  const identityFile = join(folder, 'identity.yaml');
  writeFileSync(identityFile, text);
  return { identityFile };
}

it('nobody is believed where nothing is said', async () => {
  expect(await readIdentityConfig({})).toEqual({ issuers: [], grants: [] });
});

it('flags name one issuer', async () => {
  const options = { ...FLAGS, oidcMember: 'user:{email}', oidcGroups: 'groups' };
  const { issuers } = await readIdentityConfig({ ...options, allowIssuerHost: ['10.0.0.1'] });
  expect(issuers).toEqual([
    {
      issuer: {
        name: 'oidc',
        issuer: 'https://i.example',
        audiences: ['assay'],
        algorithms: ['RS256', 'ES256', 'EdDSA'],
        clockSkew: 30,
        kubernetes: false,
        member: 'user:{email}',
        groups: 'groups',
      },
      place: { issuer: 'https://i.example', allowedHosts: ['10.0.0.1'] },
    },
  ]);
});

it('a file names several, with paths from where it is, and gives roles to members', async () => {
  const { issuers, grants } = await readIdentityConfig({
    ...FLAGS,
    ...fileOf(`
issuers:
  - name: prod.svc.id.goog
    issuer: kubernetes/serviceaccount
    audience: [assay, other]
    jwksFile: prod.json
    kubernetes: true
grants:
  - members: ['user:Ada@Example.com', 'principalSet://assay/issuers/oidc/group/ops']
    roles: [roles/containeranalysis.notes.viewer, agent]
    projects: [shop]
  - members: [domain:example.com]
    roles: [viewer]
    allProjects: true
`),
  });
  expect(issuers.map(({ issuer }) => issuer.name)).toEqual(['prod.svc.id.goog', 'oidc']);
  expect(issuers[0]?.place.file).toBe(join(folder, 'prod.json'));
  expect(grants).toEqual([
    {
      members: ['user:ada@example.com', 'principalSet://assay/issuers/oidc/group/ops'],
      roles: ['roles/containeranalysis.notes.viewer', 'agent'],
      projects: ['shop'],
    },
    { members: ['domain:example.com'], roles: ['viewer'] },
  ]);
});

describe('refuses', () => {
  const issuer = (more: string): string =>
    `issuers: [{name: a, issuer: 'https://a.example', audience: x, ${more}}]`;
  const grant = (more: string): string => `grants: [{members: [allUsers], ${more}}]`;

  it.each<[string, object, string]>([
    ['an issuer without audience', { ...FLAGS, oidcAudience: [] }, '--oidc-audience'],
    ['algorithm none', { ...FLAGS, oidcAlgorithm: ['none'] }, 'algorithms'],
    ['a shared secret', { ...FLAGS, oidcAlgorithm: ['HS256'] }, 'algorithms'],
    ['a skew of an hour', { ...FLAGS, oidcClockSkew: '3600' }, 'clockSkew'],
    ['a skew that is no number', { ...FLAGS, oidcClockSkew: 'x' }, '--oidc-clock-skew'],
    ['a member for everybody', { ...FLAGS, oidcMember: 'allUsers' }, 'member template'],
    ['a member without claim', { ...FLAGS, oidcMember: 'user:root@x' }, 'member template'],
    [
      'a member that is a token of ours',
      { ...FLAGS, oidcMember: 'principal://assay/tokens/{sub}' },
      'member template',
    ],
    [
      'a member that a claim chooses',
      { ...FLAGS, oidcMember: 'principal://{sub}' },
      'member template',
    ],
    ['a group for everybody', fileOfLater(issuer(`groupMember: allUsers`)), 'group template'],
    ['a group as member', { ...FLAGS, oidcMember: 'group:{sub}' }, 'member template'],
    [
      'keys at two places',
      { ...FLAGS, oidcJwksFile: 'f', oidcJwksUrl: 'https://i.example/k' },
      'both',
    ],
    ['an issuer that is no address', { ...FLAGS, oidcIssuer: 'file:///x' }, 'no http address'],
    ['a password in an address', { ...FLAGS, oidcJwksUrl: 'https://u:p@i.example/' }, 'no http'],
    ['a file that is no YAML', fileOfLater('{'), 'is no YAML'],
    ['an unknown word', fileOfLater('rules: []'), 'rules'],
    [
      'an issuer’s name with a slash',
      fileOfLater(issuer('').replace('name: a', 'name: a/b')),
      'name',
    ],
    [
      'two issuers of one name',
      fileOfLater(
        `issuers:\n${'  - {name: a, issuer: "https://a.example", audience: x}\n'.repeat(2)}`,
      ),
      'given twice',
    ],
    ['a grant for nowhere', fileOfLater(grant('roles: [viewer]')), 'allProjects'],
    [
      'a grant for both',
      fileOfLater(grant('roles: [viewer], projects: [p], allProjects: true')),
      'not both',
    ],
    ['an unknown role', fileOfLater(grant('roles: [root], allProjects: true')), 'role "root"'],
    ['a bad project', fileOfLater(grant('roles: [viewer], projects: [A]')), 'project id "A"'],
    [
      'a bad member',
      fileOfLater('grants: [{members: [ada], roles: [viewer], projects: [p]}]'),
      'member "ada"',
    ],
    ['a file that is not there', { identityFile: join(folder, 'none') }, 'does not exist'],
  ])('%s', async (_what, options, why) => {
    const { text, ...rest } = options as { text?: string };
    const given = text === undefined ? rest : { ...rest, ...fileOf(text) };
    await expect(readIdentityConfig(given)).rejects.toThrow(why);
  });
});

function fileOfLater(text: string): object {
  return { text };
}
