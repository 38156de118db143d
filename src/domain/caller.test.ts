/** Roles reach as far as they should, and a bound caller never leaves its projects. */
import { describe, expect, it } from 'vitest';
import { type Caller, authorise, authoriseSomewhere } from './caller.ts';
import type { Permission, RoleName } from './role.ts';

const BOUND: Caller = {
  name: 't',
  grants: [
    { role: 'admin', project: 'p' },
    { role: 'roles/containeranalysis.notes.viewer', project: 'q' },
  ],
};

describe('authorise', () => {
  it.each<[RoleName, Permission, boolean]>([
    ['viewer', 'containeranalysis.notes.get', true],
    ['viewer', 'containeranalysis.notes.create', false],
    ['editor', 'containeranalysis.notes.create', true],
    ['editor', 'binaryauthorization.policy.update', false],
    ['admin', 'binaryauthorization.policy.update', true],
    ['admin', 'assay.admissions.create', true],
    ['agent', 'assay.admissions.create', true],
    ['agent', 'containeranalysis.notes.get', false],
    ['editor', 'assay.admissions.create', false],
    ['roles/owner', 'assay.tokens.manage', true],
    ['roles/editor', 'assay.images.scan', true],
    ['roles/viewer', 'containeranalysis.notes.create', false],
    ['roles/containeranalysis.admin', 'containeranalysis.notes.setIamPolicy', true],
    ['roles/containeranalysis.admin', 'containeranalysis.notes.listOccurrences', false],
    ['roles/containeranalysis.notes.attacher', 'containeranalysis.notes.attachOccurrence', true],
    ['roles/containeranalysis.notes.attacher', 'containeranalysis.occurrences.create', false],
    [
      'roles/binaryauthorization.attestorsVerifier',
      'binaryauthorization.attestors.verifyImageAttested',
      true,
    ],
    ['roles/binaryauthorization.policyEditor', 'binaryauthorization.policy.setIamPolicy', false],
  ])('%s on %s: %s', (role, permission, allowed) => {
    const ask = (): void => authorise({ name: 't', grants: [{ role }] }, permission, 'p');
    const refusal = `t lacks permission ${permission} on project p`;
    expect(outcomeOf(ask)).toContain(allowed ? 'allowed' : refusal);
  });

  it('keeps a caller that is bound to projects from others and from what has none', () => {
    expect(() => authorise(BOUND, 'assay.decisions.get', 'p')).not.toThrow();
    expect(() => authorise(BOUND, 'containeranalysis.notes.get', 'q')).not.toThrow();
    expect(() => authorise(BOUND, 'assay.decisions.get', 'q')).toThrow(
      't lacks permission assay.decisions.get on project q; it needs the role viewer there, and ' +
        'has admin on project p, roles/containeranalysis.notes.viewer on project q',
    );
    expect(() => authorise(BOUND, 'assay.tokens.manage', undefined)).toThrow(
      't lacks permission assay.tokens.manage; it needs the role admin for all projects',
    );
  });

  it('says that who has no role has none', () => {
    expect(() => authorise({ name: 'n', grants: [] }, 'assay.tokens.manage', 'p')).toThrow(
      'has no role anywhere',
    );
  });
});

describe('authoriseSomewhere', () => {
  it('tells the projects where a caller has a permission', () => {
    const sees = authoriseSomewhere(BOUND, 'assay.projects.list');
    expect(['p', 'q', 'r', undefined].map(sees)).toEqual([true, false, false, false]);
  });

  it('refuses who has it nowhere', () => {
    const caller: Caller = { name: 't', grants: [{ role: 'agent' }] };
    expect(() => authoriseSomewhere(caller, 'assay.projects.list')).toThrow('lacks permission');
  });
});

function outcomeOf(ask: () => void): string {
  try {
    ask();
    return 'allowed';
  } catch (error) {
    return String(error);
  }
}
