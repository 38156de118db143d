/**
 * Whether an export has every record that is published of an ecosystem, as far as its name, its
 * place and its size can tell. A sample that lies where an export would lie must not make images
 * look clean, so the place alone is believed only from a number of records on that is far below
 * that of any real export. Who knows better says so at the import.
 */
import type { FormName } from './advisory-forms.ts';

/** What an export is judged by. */
export interface ExportClaim {
  readonly form: FormName;
  /** What it is named for: an ecosystem in OSV's layout. */
  readonly name: string;
  /** The name of its file or folder. */
  readonly file: string;
  readonly records: number;
  /** The ecosystems that its records speak of, with their releases. */
  readonly ecosystems: Iterable<string>;
  /** What whoever imports it says; undefined: nothing. */
  readonly said?: boolean | undefined;
}

/**
 * The fewest records by which an `all.zip` is taken for OSV's export of an ecosystem (set in
 * 2026-11, far below what was published then). What truly may have a handful has no row.
 */
const FEWEST_RECORDS: ReadonlyMap<string, number> = new Map([
  ['AlmaLinux', 1000],
  ['Alpaquita', 1000],
  ['Alpine', 1000],
  ['Azure Linux', 500],
  ['Bitnami', 1000],
  ['Chainguard', 500],
  ['Debian', 1000],
  ['Go', 1000],
  ['Mageia', 500],
  ['Maven', 1000],
  ['NuGet', 200],
  ['Packagist', 1000],
  ['PyPI', 1000],
  ['Red Hat', 1000],
  ['Rocky Linux', 500],
  ['RubyGems', 500],
  ['SUSE', 1000],
  ['Ubuntu', 1000],
  ['Wolfi', 500],
  ['crates.io', 500],
  ['npm', 1000],
  ['openEuler', 500],
  ['openSUSE', 1000],
]);

interface WholeFile {
  readonly named: RegExp;
  readonly fewest: (name: string) => number;
}

/**
 * By which file a publisher gives out all that it has, by form. Amazon has none: its errata are
 * those of one repository of several.
 */
const WHOLE_FILES: ReadonlyMap<FormName, WholeFile> = new Map<FormName, WholeFile>([
  ['osv', { named: /^all\.zip$/, fewest: (name) => FEWEST_RECORDS.get(name) ?? 1 }],
  ['debian-tracker', { named: /^/, fewest: () => 1000 }],
  ['redhat-csaf', { named: /^csaf_vex_.*\.tar\b/, fewest: () => 1000 }],
  ['oracle-oval', { named: /^com\.oracle\.elsa-all\./, fewest: () => 1000 }],
]);

/**
 * The ecosystems of which an export has all. An OSV export that is named for an ecosystem is whole
 * for that one's releases only: its records speak of others besides.
 */
export function wholeEcosystems(claim: ExportClaim): readonly string[] {
  const { form, name, said } = claim;
  const all = [...claim.ecosystems];
  const own = form === 'osv' ? all.filter((one) => one.split(':', 1)[0] === name) : all;
  if (said === true) return own.length === 0 ? all : own;
  return said === undefined && looksWhole(claim) ? own : [];
}

function looksWhole({ form, name, file, records }: ExportClaim): boolean {
  const whole = WHOLE_FILES.get(form);
  return whole !== undefined && whole.named.test(file) && records >= whole.fewest(name);
}
