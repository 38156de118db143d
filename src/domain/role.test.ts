/** The table of roles: every permission is somebody's, admin's are all, and names are checked. */
import { expect, it } from 'vitest';
import { PERMISSIONS, type Permission, parseRole, roleHolds, rolesThatHold } from './role.ts';

const ALL = Object.keys(PERMISSIONS) as Permission[];

it.each(ALL)('admin and roles/owner hold %s, and a message can name who else does', (one) => {
  expect(roleHolds('admin', one) && roleHolds('roles/owner', one)).toBe(true);
  expect(rolesThatHold(one)[0]).toBe(PERMISSIONS[one]);
  for (const name of rolesThatHold(one)) expect(roleHolds(name, one)).toBe(true);
});

it.each(['owner', 'roles/none', 'projects/p/roles/custom', 'Viewer', 'toString', ''])(
  'refuses %j, naming those that exist',
  (text) => {
    expect(() => parseRole(text)).toThrow(
      'give one of viewer, editor, admin, agent, notifier, roles/viewer',
    );
  },
);
