/** The database's options: together, alone, and with a password where everybody sees it. */
import { describe, expect, it } from 'vitest';
import { readDatabaseConfig } from './database-config.ts';

describe('the database options', () => {
  it('are absent for a data folder', () => {
    expect(readDatabaseConfig({})).toBeUndefined();
  });

  it('name a server and the file of its password', () => {
    const options = { database: 'postgres://u@localhost/d', databasePasswordFile: 'secret' };
    expect(readDatabaseConfig(options)).toMatchObject({
      address: { user: 'u', database: 'd' },
      passwordFile: 'secret',
    });
  });

  it.each([
    ['a password in the URL', { database: 'postgres://u:hunter2@h/d' }],
    ['a password file alone', { databasePasswordFile: 'secret' }],
  ])('are refused with %s', (_fact, options) => {
    expect(() => readDatabaseConfig(options)).toThrow('--database-password-file');
    expect(() => readDatabaseConfig(options)).not.toThrow('hunter2');
  });
});
