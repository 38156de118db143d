/** `assay decisions …`: what was decided, and one decision explained step by step. */
import type { Decision, Evaluation } from '../domain/decision.ts';
import { terminalText } from '../domain/terminal-text.ts';
import { formatTime } from '../domain/time.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { CommandRun } from './command.ts';
import { explainVerdict } from './explain-verdict.ts';
import { numberOption, reachOf, textOption } from './options.ts';
import { printDocument, printList } from './print-values.ts';
import { withOperations } from './with-operations.ts';

interface ExplainedDecision {
  readonly decision: Decision;
  readonly evaluation: Evaluation;
}

/** `assay decisions list` */
export const listDecisions: CommandRun = (context, _args, options) =>
  withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const outcome = textOption(options, 'outcome');
    const values = (await client.call('list-decisions', {
      project: textOption(options, 'project'),
      pageSize: numberOption(options, 'limit', 1),
      ...(outcome === undefined ? {} : { outcome }),
    })) as readonly ExplainedDecision[];
    const form = {
      columns: ['DECISION', 'TIME', 'ANSWER', 'IMAGE'],
      whole: ['DECISION', 'TIME', 'ANSWER'],
      row: (one: ExplainedDecision) => [
        one.decision.id,
        formatTime(one.decision.time).slice(5, 16).replace('T', ' '),
        wordOf(one.evaluation.verdict),
        imagesOf(one.evaluation),
      ],
      empty: 'no decision yet; the webhook makes one with every review',
    };
    await printList(context, { name: 'decisions', values, form }, options);
    return 0;
  });

/** `assay decisions show ID` */
export const showDecision: CommandRun = (context, args, options) =>
  withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const found = (await client.call('show-decision', { id: args[0] })) as ExplainedDecision;
    const format = textOption(options, 'output') ?? 'table';
    if (format !== 'table') {
      await printDocument(context, { schemaVersion: 1, ...found }, format);
      return 0;
    }
    const { decision, evaluation } = found;
    const { request, verdict } = evaluation;
    const head = [
      `decision   ${decision.id}`,
      `time       ${formatTime(decision.time)}`,
      ...evaluated(decision),
      `project    ${terminalText(decision.project)}${clusterOf(evaluation)}`,
      `namespace  ${terminalText(request.namespace ?? '-')}`,
      `answer     ${answerOf(verdict)}`,
      `policies   ${verdict.policies.join(', ')} (engine ${evaluation.engineVersion})`,
    ];
    context.stdout.write(`${head.join('\n')}\n${explainVerdict(verdict)}`);
    return 0;
  });

interface ChainAnswer {
  readonly intact: boolean;
  readonly batches?: number;
  readonly sequence?: number;
  readonly problem?: string;
}

/** `assay decisions verify` */
export const verifyDecisions: CommandRun = (context, _args, options) =>
  withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const check = (await client.call('verify-decisions', {})) as ChainAnswer;
    context.stdout.write(
      check.intact
        ? `intact: ${check.batches} batches of decisions, each with the hash of the one before\n`
        : `BROKEN at batch ${check.sequence}: ${check.problem}\n`,
    );
    return check.intact ? 0 : 2;
  });

/** When the verdict was evaluated, where it stood already when it was answered. */
function evaluated({ time, evaluateTime = time }: Decision): readonly string[] {
  return evaluateTime === time ? [] : [`evaluated  ${formatTime(evaluateTime)}`];
}

/** The answer in a word, for lists. */
function wordOf(verdict: Verdict): string {
  if (verdict.breakGlass) return 'break-glass';
  if (verdict.dryRun) return 'dry run';
  if (verdict.allowed) return 'allowed';
  return verdict.outcome === 'undecided' ? 'undecided' : 'denied';
}

/** The answer in one or two words, saying how a denial was let in. */
function answerOf(verdict: Verdict): string {
  if (verdict.breakGlass) return `ALLOWED (break-glass; ${verdict.outcome})`;
  if (verdict.dryRun) return `ALLOWED (dry run; ${verdict.outcome})`;
  if (verdict.allowed) return 'ALLOWED';
  return verdict.outcome === 'undecided' ? 'DENIED (undecided)' : 'DENIED';
}

function clusterOf({ request: { cluster } }: Evaluation): string {
  return cluster === undefined ? '' : `, cluster ${terminalText(cluster)}`;
}

function imagesOf(evaluation: Evaluation): string {
  const [first, ...rest] = evaluation.request.images;
  return `${first?.image ?? '-'}${rest.length === 0 ? '' : ` +${rest.length}`}`;
}
