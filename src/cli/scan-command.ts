/** `assay scan IMAGE`: the scan, printed as table, JSON or SARIF, and the exit code it earns. */
import { AssayError } from '../domain/error.ts';
import type { ScanResult } from '../domain/scan-result.ts';
import {
  DECLARED_TOO,
  type GateOutcome,
  hasFreshKev,
  INSTALLED_ONLY,
  judgeGate,
  type ScanGate,
} from '../domain/scan-gate.ts';
import { filterScan, type ScanFilter } from '../domain/scan-filter.ts';
import { isSeverity } from '../domain/severity.ts';
import { DAY } from '../domain/time.ts';
import type { CliContext, CommandRun, OptionValues } from './command.ts';
import { absoluteImage } from './local-path.ts';
import { isOn, numberOption, reachOf, registryOptionsOf, textOption } from './options.ts';
import { printDocument, tableWidth } from './print-values.ts';
import { progressTo } from './progress.ts';
import { withOperations } from './with-operations.ts';

/** `assay scan IMAGE` */
export const runScan: CommandRun = async (context, args, options) => {
  const gate = gateOf(options);
  const filter = filterOf(options);
  const progress = progressTo(context);
  const reach = {
    ...reachOf(options),
    progress: progress.show,
    ...registryOptionsOf(options),
  };
  const scan = withOperations(context, reach, async (client) => {
    const input = {
      image: absoluteImage(args[0] ?? ''),
      project: textOption(options, 'project'),
      maxAdvisoryAge: numberOption(options, 'maxAdvisoryAge', 0) * DAY,
    };
    return (await client.call('scan-image', input)) as readonly ScanResult[];
  });
  const results = (await scan.finally(progress.end)).map((one) => filterScan(one, filter));
  await print(context, results, options);
  if (gate.failOnKev === true && !results.every(hasFreshKev)) context.stderr.write(NO_KEV);
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
    context.stdout.write(await formatText(context, results, options));
  } else {
    const { scanToJson } = await import('../report/scan-json.ts');
    await printDocument(context, scanToJson(results), format);
  }
}

async function formatText(
  context: CliContext,
  results: readonly ScanResult[],
  options: OptionValues,
): Promise<string> {
  const id = textOption(options, 'id');
  const look = { color: context.color, width: tableWidth(context) };
  if (id !== undefined) {
    const { formatFindingPages } = await import('../report/finding-page.ts');
    return formatFindingPages(results, id, look);
  }
  const { formatScanTable } = await import('../report/scan-table.ts');
  const showSuppressed = isOn(options, 'showSuppressed');
  return formatScanTable(results, { ...look, now: context.now(), showSuppressed });
}

const NO_KEV =
  'without a fresh catalog of known exploited vulnerabilities nobody can tell; import one:\n' +
  'assay advisories import known_exploited_vulnerabilities.json\n';

/** 3 where anything is unknown, 2 where a finding reaches the limit, else 0 unless undecided. */
const EXIT_CODES: Readonly<Record<GateOutcome, number>> = { pass: 0, fail: 2, undecided: 3 };

function filterOf(options: OptionValues): ScanFilter {
  const id = textOption(options, 'id');
  const hasLeast = textOption(options, 'minEpss') !== undefined;
  const minEpss = hasLeast ? numberOption(options, 'minEpss', 0) : 0;
  if (minEpss > 1) {
    throw new AssayError('invalid-argument', `--min-epss is ${minEpss}; give a number from 0 to 1`);
  }
  return { onlyFixed: isOn(options, 'onlyFixed'), minEpss, ...(id !== undefined && { id }) };
}

function gateOf(options: OptionValues): ScanGate {
  const failOn = textOption(options, 'failOn');
  const counted = isOn(options, 'includeDeclared') ? DECLARED_TOO : INSTALLED_ONLY;
  const base = {
    counted,
    failOnEndOfLife: isOn(options, 'failOnEndOfLife'),
    failOnKev: isOn(options, 'failOnKev'),
  };
  if (failOn === undefined) return base;
  if (isSeverity(failOn)) return { ...base, failOn };
  throw new AssayError('invalid-argument', `--fail-on ${failOn} is no severity`);
}
