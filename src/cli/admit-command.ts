/**
 * `assay admit FILE`: the same judgement as the webhook's, without a server. A policy of trust asks
 * the registries of its images, one in Rego what the data folder knows of them; nothing else leaves
 * this machine.
 */
import { AssayError } from '../domain/error.ts';
import type { FactsTable } from '../domain/image-facts.ts';
import type { Verdict } from '../domain/verdict.ts';
import { terminalText } from '../domain/terminal-text.ts';
import type { OfflineVerdict } from '../operations/admit-offline.ts';
import type { CommandRun, OperationsClient, OptionValues } from './command.ts';
import { explainVerdict } from './explain-verdict.ts';
import { OUTCOME_EXIT_CODES } from './outcome-words.ts';
import { reachOf, registryOptionsOf, textOption, textOptions } from './options.ts';
import { printDocument } from './print-values.ts';
import { withOperations } from './with-operations.ts';

/** `assay admit FILE --policy F [--attestors F --attestations F] [--cluster L.N] …` */
export const runAdmit: CommandRun = async (context, args, options) => {
  const { admitOffline } = await import('../operations/admit-offline.ts');
  const policies = textOptions(options, 'policy');
  if (policies.length === 0) throw noPolicy();
  const verdicts = await admitOffline(
    {
      now: () => context.now(),
      env: context.env,
      tellFacts: (project, image) =>
        withOperations(context, { ...reachOf(options), readOnly: true }, (client) =>
          tellFacts(client, { project, image }),
        ),
    },
    {
      file: args[0] ?? '',
      policies,
      registries: registryOptionsOf(options),
      project: textOption(options, 'project') ?? 'default',
      ...optional(options, 'attestors'),
      ...optional(options, 'attestations'),
      ...optional(options, 'cluster'),
      ...optional(options, 'namespace'),
      ...optional(options, 'trustDomain'),
      ...optional(options, 'systemPolicy'),
    },
  );
  const format = textOption(options, 'output') ?? 'table';
  if (format === 'table') {
    context.stdout.write(verdicts.map(explain).join('\n'));
  } else {
    const shown = verdicts.map(({ object, verdict }) => ({ object, ...verdict }));
    await printDocument(context, { schemaVersion: 1, verdicts: shown }, format);
  }
  return worst(verdicts.map(({ verdict }) => exitCodeOf(verdict)));
};

/** Where a file has many objects, each verdict says which one it is about. */
function explain(
  { object, verdict }: OfflineVerdict,
  index: number,
  all: readonly OfflineVerdict[],
): string {
  const which = all.length === 1 ? '' : `${index + 1} of ${all.length}: ${terminalText(object)}\n`;
  return which + summary(verdict) + explainVerdict(verdict);
}

/** What the data folder, or a server, knows of an image: only policies in Rego that ask read it. */
async function tellFacts(
  client: OperationsClient,
  input: { readonly project: string; readonly image: string },
): Promise<FactsTable> {
  return (await client.call('show-image-facts', input)) as FactsTable;
}

/** A request that is let in by break-glass or dry run passes, as it would in the cluster. */
function exitCodeOf(verdict: Verdict): number {
  return verdict.allowed ? OUTCOME_EXIT_CODES.allow : OUTCOME_EXIT_CODES[verdict.outcome];
}

/** One denial denies the file, whatever else is unknown; a file without a verdict is unknown. */
function worst(codes: readonly number[]): number {
  const { allow, deny, undecided } = OUTCOME_EXIT_CODES;
  if (codes.includes(deny)) return deny;
  return codes.length === 0 || codes.includes(undecided) ? undecided : allow;
}

function summary(verdict: Verdict): string {
  const how = verdict.breakGlass ? ' (break-glass)' : verdict.dryRun ? ' (dry run)' : '';
  return `${verdict.allowed ? 'ALLOWED' : 'DENIED'}${how}, by ${verdict.policies.join(', ')}\n`;
}

function noPolicy(): AssayError {
  const message = '--policy is missing; give a file: --policy policy.yaml';
  return new AssayError('invalid-argument', message);
}

function optional<K extends string>(options: OptionValues, name: K): { [key in K]?: string } {
  const value = textOption(options, name);
  return value === undefined ? {} : ({ [name]: value } as { [key in K]?: string });
}
