/** Roles reach as far as they should, and a bound caller never leaves its project. */
import { describe, expect, it } from 'vitest';
import { type Caller, type Permission, authorise } from './caller.ts';

describe('authorise', () => {
  it.each<[Caller['role'], Permission, boolean]>([
    ['viewer', 'containeranalysis.notes.get', true],
    ['viewer', 'containeranalysis.notes.create', false],
    ['editor', 'containeranalysis.notes.create', true],
    ['editor', 'binaryauthorization.policy.update', false],
    ['admin', 'binaryauthorization.policy.update', true],
    ['admin', 'assay.admissions.create', true],
    ['agent', 'assay.admissions.create', true],
    ['agent', 'containeranalysis.notes.get', false],
    ['editor', 'assay.admissions.create', false],
  ])('%s on %s: %s', (role, permission, allowed) => {
    const ask = (): void => authorise({ name: 't', role }, permission, 'p');
    const refusal = `t lacks permission ${permission} on project p`;
    expect(outcomeOf(ask)).toContain(allowed ? 'allowed' : refusal);
  });

  it('keeps a caller that is bound to a project from others and from what has none', () => {
    const bound: Caller = { name: 't', role: 'admin', project: 'p' };
    expect(() => authorise(bound, 'assay.decisions.get', 'p')).not.toThrow();
    expect(() => authorise(bound, 'assay.decisions.get', 'q')).toThrow(
      't lacks permission assay.decisions.get on project q; it is bound to project p',
    );
    expect(() => authorise(bound, 'assay.tokens.manage', undefined)).toThrow('lacks permission');
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
