/** `assay scan IMAGE`: the scan, printed as table, JSON or SARIF, and the exit code it earns. */
import { AssayError } from '../domain/error.ts';
import type { ScanResult } from '../domain/scan-result.ts';
import {
  DECLARED_TOO,
  type GateOutcome,
  INSTALLED_ONLY,
  judgeGate,
  type ScanGate,
} from '../domain/scan-gate.ts';
import { isSeverity } from '../domain/severity.ts';
import { DAY } from '../domain/time.ts';
import type { CliContext, CommandRun, OptionValues } from './command.ts';
import { absoluteImage } from './local-path.ts';
import { isOn, numberOption, reachOf, textOption, textOptions } from './options.ts';
import { printDocument, tableWidth } from './print-values.ts';
import { progressTo } from './progress.ts';
import { withOperations } from './with-operations.ts';

/** `assay scan IMAGE` */
export const runScan: CommandRun = async (context, args, options) => {
  const gate = gateOf(options);
  const progress = progressTo(context);
  const reach = {
    ...reachOf(options),
    progress: progress.show,
    plainHttp: isOn(options, 'plainHttp'),
    mirrors: textOptions(options, 'registryMirror'),
  };
  const scan = withOperations(context, reach, async (client) => {
    const input = {
      image: absoluteImage(args[0] ?? ''),
      project: textOption(options, 'project'),
      maxAdvisoryAge: numberOption(options, 'maxAdvisoryAge', 0) * DAY,
    };
    return (await client.call('scan-image', input)) as readonly ScanResult[];
  });
  const results = await scan.finally(progress.end);
  await print(context, results, options);
  return EXIT_CODES[judgeGate(results, gate)];
};

async function print(
  context: CliContext,
  results: readonly ScanResult[],
  options: OptionValues,
): Promise<void> {
  const format = textOption(options, 'output') ?? 'table';
  if (format === 'sarif') {
    const { formatScanSarif } = await import('../report/scan-sarif.ts');
    context.stdout.write(formatScanSarif(results));
  } else if (format === 'table') {
    const { formatScanTable } = await import('../report/scan-table.ts');
    const look = { color: context.color, now: context.now(), width: tableWidth(context) };
    context.stdout.write(formatScanTable(results, look));
  } else {
    const { scanToJson } = await import('../report/scan-json.ts');
    await printDocument(context, scanToJson(results), format);
  }
}

/** 3 where anything is unknown, 2 where a finding reaches the limit, else 0 unless undecided. */
const EXIT_CODES: Readonly<Record<GateOutcome, number>> = { pass: 0, fail: 2, undecided: 3 };

function gateOf(options: OptionValues): ScanGate {
  const failOn = textOption(options, 'failOn');
  const counted = isOn(options, 'includeDeclared') ? DECLARED_TOO : INSTALLED_ONLY;
  const base = { counted, failOnEndOfLife: isOn(options, 'failOnEndOfLife') };
  if (failOn === undefined) return base;
  if (isSeverity(failOn)) return { ...base, failOn };
  throw new AssayError('invalid-argument', `--fail-on ${failOn} is no severity`);
}
