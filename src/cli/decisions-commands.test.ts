/** What a request says of itself is text on a terminal, whatever characters it holds. */
import { expect, it } from 'vitest';
import type { CliContext } from './command.ts';
import { showDecision } from './decisions-commands.ts';

it('decisions show prints project, cluster and namespace without control characters', async () => {
  const hostile = 'a\u001b[2Jb';
  const verdict = { outcome: 'deny', allowed: false, images: [], policies: [] };
  const request = { cluster: hostile, namespace: hostile, images: [], annotations: {} };
  const decision = { id: 'd', time: 0, project: hostile };
  const found = { decision, evaluation: { engineVersion: '1', request, verdict } };
  let printed = '';
  const context = {
    env: {},
    stdout: { write: (text: string) => (printed += text), isTerminal: true, columns: 80 },
    openOperations: async () => ({ call: async () => found, close: async () => undefined }),
  } as unknown as CliContext;
  expect(await showDecision(context, ['d'], { data: 'x' })).toBe(0);
  expect(printed).not.toContain('\u001b');
  expect(printed.split('\\u{1b}[2J')).toHaveLength(4);
});
