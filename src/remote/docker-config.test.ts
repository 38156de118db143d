/** Which entry of Docker's file belongs to which registry; a look-alike never does. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { AssayError } from '../domain/error.ts';
import { dockerConfigPath, findCredential, readDockerConfig } from './docker-config.ts';

const ENTRY = { auth: Buffer.from('u:p:q').toString('base64') };
const FOUND = { kind: 'basic', username: 'u', password: 'p:q' };

describe('findCredential', () => {
  it.each([
    ['registry.test', 'registry.test'],
    ['registry.test:5000', 'registry.test:5000'],
    ['https://registry.test', 'registry.test'],
    ['https://registry.test/v2/', 'registry.test'],
    ['http://registry.test:5000/v1/', 'registry.test:5000'],
    ['Registry.Test', 'registry.test'],
    ['https://index.docker.io/v1/', 'docker.io'],
    ['docker.io', 'docker.io'],
  ])('the key %s is for %s', (key, domain) => {
    expect(findCredential({ auths: { [key]: ENTRY } }, domain)).toEqual(FOUND);
  });

  it.each([
    ['registry.test', 'registry.test:5000'],
    ['registry.test:5000', 'registry.test'],
    ['registry.test', 'evil-registry.test'],
    ['registry.test', 'registry.test.evil'],
    ['evil/registry.test', 'registry.test'],
    ['registry.test/team', 'registry.test'],
    ['https://user@registry.test', 'registry.test'],
    ['https://index.docker.io/v1/', 'index.docker.io.evil'],
    ['registry.test', 'docker.io'],
  ])('attack: the key %s is not for %s', (key, domain) => {
    expect(findCredential({ auths: { [key]: ENTRY } }, domain)).toEqual({ kind: 'none' });
  });

  it.each([
    ['a user and a password', { username: 'u', password: 'p:q' }, FOUND],
    [
      'an identity token first',
      { ...ENTRY, identitytoken: 't' },
      { kind: 'identity-token', token: 't' },
    ],
    ['an empty entry', {}, { kind: 'none' }],
    ['no object', 'text', { kind: 'none' }],
  ])('reads %s', (_, entry, wanted) => {
    expect(findCredential({ auths: { h: entry } }, 'h')).toEqual(wanted);
  });

  it.each([
    ['a helper for this host', { credHelpers: { h: 'ecr' } }, { kind: 'helper', helper: 'ecr' }],
    ['a helper for another host', { credHelpers: { g: 'ecr' } }, { kind: 'none' }],
    [
      'a store that has this host',
      { credsStore: 's', auths: { h: {} } },
      { kind: 'helper', helper: 's' },
    ],
    ['a store that lacks it', { credsStore: 's', auths: { g: {} } }, { kind: 'none' }],
  ])('names %s', (_, config, wanted) => {
    expect(findCredential(config, 'h')).toEqual(wanted);
  });

  it('refuses an auth that is not USER:PASSWORD, without showing it', () => {
    const config = { auths: { h: { auth: Buffer.from('s3cret').toString('base64') } } };
    expect(() => findCredential(config, 'h')).toThrow(/"auth" of h .* docker login h/);
    expect(() => findCredential(config, 'h')).not.toThrow(/s3cret/);
  });
});

describe('readDockerConfig', () => {
  it('takes the folder of DOCKER_CONFIG', () => {
    expect(dockerConfigPath({ DOCKER_CONFIG: '/x' })).toBe('/x/config.json');
    expect(dockerConfigPath({})).toMatch(/\.docker\/config\.json$/);
  });

  it.each(['{"auths": s3cret', '[]', '1'])('refuses %j without quoting it', async (text) => {
    const path = join(await mkdtemp(join(tmpdir(), 'assay-docker-')), 'config.json');
    await writeFile(path, text);
    const error = await readDockerConfig(path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AssayError);
    expect(String(error)).not.toContain('s3cret');
  });

  it('refuses a named file that is missing', async () => {
    await expect(readDockerConfig('/nonexistent/config.json')).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});
