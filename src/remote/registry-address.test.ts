/** Which addresses are this machine, which may be in the clear, and which are never followed. */
import { describe, expect, it } from 'vitest';

import { isLoopbackHost } from '../domain/loopback.ts';
import {
  credentialHost,
  parseMirrors,
  parseTarget,
  registryOrigin,
  withoutQuery,
} from './registry-address.ts';

describe('isLoopbackHost', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.9.8.7', true],
    ['localhost', true],
    ['[::1]', true],
    ['127.0.0.1.evil.test', false],
    ['localhost.evil.test', false],
    ['evil-localhost', false],
    ['128.0.0.1', false],
    ['10.0.0.1', false],
    ['[::ffff:10.0.0.1]', false],
    ['0.0.0.0', false],
  ])('%s: %s', (host, wanted) => {
    expect(isLoopbackHost(host)).toBe(wanted);
  });
});

describe('registryOrigin', () => {
  it.each([
    ['docker.io', {}, 'https://registry-1.docker.io'],
    ['registry.test', {}, 'https://registry.test'],
    ['10.0.0.1:5000', {}, 'https://10.0.0.1:5000'],
    ['10.0.0.1:5000', { plainHttp: true }, 'http://10.0.0.1:5000'],
    ['localhost:5000', {}, 'http://localhost:5000'],
    ['127.0.0.1:5000', {}, 'http://127.0.0.1:5000'],
    ['[::1]:5000', {}, 'http://[::1]:5000'],
    ['localhost:5000', { plainHttp: false }, 'https://localhost:5000'],
    ['localhost:5000', { caFile: 'ca.pem' }, 'https://localhost:5000'],
  ])('%s with %j is %s', (domain, access, wanted) => {
    expect(registryOrigin(domain, access).origin).toBe(wanted);
  });
});

describe('parseTarget', () => {
  const remote = new URL('https://registry.test/v2/');
  const local = new URL('http://127.0.0.1:5000/v2/');

  it.each([
    ['https://storage.test/x', remote, 'https://storage.test/x'],
    ['/x', remote, 'https://registry.test/x'],
    ['https://storage.test/x', local, 'https://storage.test/x'],
    ['http://localhost:1/x', local, 'http://localhost:1/x'],
  ])('follows %s from %s', (text, from, wanted) => {
    expect(parseTarget(text, from, 'redirect').href).toBe(wanted);
  });

  it.each([
    ['http://registry.test/x', remote],
    ['http://127.0.0.1/x', remote],
    ['https://localhost/x', remote],
    ['//127.0.0.1/x', remote],
    ['http://10.0.0.1/x', local],
    ['ftp://registry.test/x', remote],
    ['https://u:p@registry.test/x', remote],
  ])('attack: %s from %s is refused', (text, from) => {
    expect(() => parseTarget(text, from, 'redirect')).toThrow(/only https/);
  });

  it('keeps user, query and fragment out of what is shown', () => {
    expect(withoutQuery(new URL('https://u:p@h.test/x?token=t#f'))).toBe('https://h.test/x');
  });
});

describe('mirrors', () => {
  const mirrors = parseMirrors(['gcr.io=http://127.0.0.1:5000', 'docker.io=https://m.example']);

  it('take the place of their registry and of no other, also for credentials', () => {
    expect(registryOrigin('gcr.io', { mirrors }).href).toBe('http://127.0.0.1:5000/');
    expect(registryOrigin('docker.io', { mirrors }).href).toBe('https://m.example/');
    expect(registryOrigin('eu.gcr.io', { mirrors }).href).toBe('https://eu.gcr.io/');
    expect(credentialHost('gcr.io', { mirrors })).toBe('127.0.0.1:5000');
    expect(credentialHost('eu.gcr.io', { mirrors })).toBe('eu.gcr.io');
  });

  it.each([
    'gcr.io',
    'gcr.io=',
    '=http://127.0.0.1',
    'gcr.io=http://mirror.example',
    'gcr.io=ftp://mirror.example',
    'gcr.io=https://mirror.example/path',
    'gcr.io=https://user:secret@mirror.example',
    'gcr.io/path=https://mirror.example',
  ])('are refused where one is %s', (text) => {
    expect(() => parseMirrors([text])).toThrow(/^--registry-mirror: /);
    expect(() => parseMirrors([text])).not.toThrow(/secret/);
  });
});
