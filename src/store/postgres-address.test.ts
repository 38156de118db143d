/** The URL of `--database`: what it may say, and what it never repeats. */
import { describe, expect, it } from 'vitest';
import { formatPostgresAddress, parsePostgresUrl } from './postgres-address.ts';

const here = { host: 'localhost', port: 5432, user: 'u', database: 'd', tls: false };

describe('a database URL', () => {
  it.each([
    ['a host on this machine', 'postgres://u@localhost/d', here],
    ['the other scheme', 'postgresql://u@localhost/d', here],
    ['no host', 'postgres:///d?user=u', here],
    ['a port', 'postgres://u@127.0.0.1:6000/d', { ...here, host: '127.0.0.1', port: 6000 }],
    ['IPv6', 'postgres://u@[::1]/d', { ...here, host: '::1' }],
    ['escapes', 'postgres://a%40b@localhost/d%20e', { ...here, user: 'a@b', database: 'd e' }],
    ['another machine, with TLS', 'postgres://u@db/d', { ...here, host: 'db', tls: true }],
    ['TLS here', 'postgres://u@localhost/d?sslmode=verify-full', { ...here, tls: true }],
    ['no TLS there', 'postgres://u@db/d?sslmode=disable', { ...here, host: 'db' }],
    [
      'an authority',
      'postgres://u@db/d?sslrootcert=/etc/ca.pem',
      { ...here, host: 'db', tls: true, authorityFile: '/etc/ca.pem' },
    ],
    ['a socket', 'postgres:///d?host=/run/pg&user=u', { ...here, host: '/run/pg' }],
  ])('says %s', (_fact, url, address) => {
    expect(parsePostgresUrl(url)).toEqual(address);
    const { tls: _tls, ...place } = parsePostgresUrl(formatPostgresAddress(address));
    expect(address).toMatchObject(place);
  });

  it.each([
    ['a password', 'postgres://u:hunter2@h/d', '--database-password-file'],
    ['a password after an escape', 'postgres://u%3A:hunter2@h/d', '--database-password-file'],
    ['another scheme', 'mysql://u:hunter2@h/d', 'postgres://USER@HOST'],
    ['no URL', 'hunter2', 'postgres://USER@HOST'],
    ['a password as a parameter', 'postgres://u@h/d?password=hunter2', 'parameter password'],
    ['no user', 'postgres://h/d', 'names no user'],
    ['no database', 'postgres://u@h', 'names no database'],
    ['TLS that checks nobody', 'postgres://u@h/d?sslmode=require', 'verify-full'],
    ['a broken escape', 'postgres://u@h/%zz', '%'],
  ])('is refused with %s, which is not repeated', (_fact, url, problem) => {
    expect(() => parsePostgresUrl(url)).toThrow(problem);
    expect(() => parsePostgresUrl(url)).not.toThrow('hunter2');
  });
});
