/**
 * Until when the releases of systems get security updates, as their makers publish it: the release
 * pages of Alpine, Debian (and Debian LTS), Ubuntu, Fedora, openSUSE, Rocky Linux and AlmaLinux,
 * and the life cycle pages of Red Hat, CentOS, Oracle, Amazon Linux, SUSE, Photon OS and Azure
 * Linux, as of 2026-11. A day, or a month that ends it. A release whose end is not certain is left
 * out: of it nothing is said.
 */
import {
  END_OF_LIFE,
  type ScanProblem,
  type SystemRelease,
  type SystemSupport,
} from '../domain/software-package.ts';
import { type Micros, parseTime } from '../domain/time.ts';
import { systemEcosystem } from './read-system.ts';

/** Free support's end, and that of what is paid for, by the ecosystem of the release. */
const SUPPORT: Readonly<Record<string, readonly [standard: string, extended?: string]>> = {
  'Alpine:v3.3': ['2017-11-01'],
  'Alpine:v3.4': ['2018-05-01'],
  'Alpine:v3.5': ['2018-11-01'],
  'Alpine:v3.6': ['2019-05-01'],
  'Alpine:v3.7': ['2019-11-01'],
  'Alpine:v3.8': ['2020-05-01'],
  'Alpine:v3.9': ['2020-11-01'],
  'Alpine:v3.10': ['2021-05-01'],
  'Alpine:v3.11': ['2021-11-01'],
  'Alpine:v3.12': ['2022-05-01'],
  'Alpine:v3.13': ['2022-11-01'],
  'Alpine:v3.14': ['2023-05-01'],
  'Alpine:v3.15': ['2023-11-01'],
  'Alpine:v3.16': ['2024-05-23'],
  'Alpine:v3.17': ['2024-11-22'],
  'Alpine:v3.18': ['2025-05-09'],
  'Alpine:v3.19': ['2025-11-01'],
  'Alpine:v3.20': ['2026-04-01'],
  'Alpine:v3.21': ['2026-11-01'],
  'Alpine:v3.22': ['2027-05-01'],
  // With Debian LTS, which everybody gets.
  'Debian:7': ['2018-05-31'],
  'Debian:8': ['2020-06-30'],
  'Debian:9': ['2022-06-30'],
  'Debian:10': ['2024-06-30'],
  'Debian:11': ['2026-08-31'],
  'Debian:12': ['2028-06-30'],
  'Debian:13': ['2030-06-30'],
  'Ubuntu:14.04:LTS': ['2019-04-25'],
  'Ubuntu:16.04:LTS': ['2021-04-30', '2026-04'],
  'Ubuntu:18.04:LTS': ['2023-05-31', '2028-04'],
  'Ubuntu:20.04:LTS': ['2025-05-31', '2030-04'],
  'Ubuntu:21.10': ['2022-07-14'],
  'Ubuntu:22.10': ['2023-07-20'],
  'Ubuntu:23.04': ['2024-01-25'],
  'Ubuntu:23.10': ['2024-07-11'],
  'Ubuntu:24.10': ['2025-07-10'],
  'Ubuntu:25.04': ['2026-01'],
  'Red Hat:enterprise_linux:6': ['2020-11-30', '2024-06-30'],
  'Red Hat:enterprise_linux:7': ['2024-06-30', '2028-06-30'],
  'Red Hat:enterprise_linux:8': ['2029-05-31'],
  'Red Hat:enterprise_linux:9': ['2032-05-31'],
  'Red Hat:enterprise_linux:10': ['2035-05-31'],
  'CentOS:6': ['2020-11-30'],
  'CentOS:7': ['2024-06-30'],
  'CentOS:8': ['2021-12-31'],
  'CentOS Stream:8': ['2024-05-31'],
  'CentOS Stream:9': ['2027-05-31'],
  'AlmaLinux:8': ['2029-03-01'],
  'AlmaLinux:9': ['2032-05-31'],
  'AlmaLinux:10': ['2035-05-31'],
  'Rocky Linux:8': ['2029-05-31'],
  'Rocky Linux:9': ['2032-05-31'],
  'Rocky Linux:10': ['2035-05-31'],
  'Oracle Linux:6': ['2021-03', '2024-12'],
  'Oracle Linux:7': ['2024-12', '2028-06'],
  'Oracle Linux:8': ['2029-07'],
  'Oracle Linux:9': ['2032-06'],
  'Amazon Linux:1': ['2023-12-31'],
  'Amazon Linux:2': ['2026-06-30'],
  'Amazon Linux:2023': ['2029-06-30'],
  'Fedora:36': ['2023-05-16'],
  'Fedora:37': ['2023-12-05'],
  'Fedora:38': ['2024-05-21'],
  'Fedora:39': ['2024-11-26'],
  'Fedora:40': ['2025-05-13'],
  'Fedora:41': ['2025-12'],
  'openSUSE:Leap 15.3': ['2022-12-31'],
  'openSUSE:Leap 15.4': ['2023-12-07'],
  'openSUSE:Leap 15.5': ['2024-12-31'],
  'openSUSE:Leap 15.6': ['2026-04-30'],
  'SUSE:Linux Enterprise Server 12 SP5': ['2024-10-31', '2027-10-31'],
  'SUSE:Linux Enterprise Server 15 SP3': ['2022-12-31', '2025-12-31'],
  'SUSE:Linux Enterprise Server 15 SP4': ['2023-12-31', '2026-12-31'],
  'SUSE:Linux Enterprise Server 15 SP5': ['2024-12-31', '2027-12-31'],
  'SUSE:Linux Enterprise Server 15 SP6': ['2025-12-31', '2028-12-31'],
  'SUSE:Linux Enterprise Server 15 SP7': ['2031-07-31'],
  'Photon OS:1.0': ['2022-02-28'],
  'Photon OS:2.0': ['2022-12-31'],
  'Photon OS:3.0': ['2024-03-01'],
  'Azure Linux:2': ['2025-07-31'],
};

/** The support of a system's release at a time; undefined where its end is not known. */
export function systemSupport(system: SystemRelease, now: Micros): SystemSupport | undefined {
  const ecosystem = systemEcosystem(system);
  if (ecosystem === undefined || !Object.hasOwn(SUPPORT, ecosystem)) return undefined;
  const [standard = '', extended] = SUPPORT[ecosystem] ?? [];
  const date = lastDay(standard);
  const ended = parseTime(`${date}T23:59:59Z`) < now;
  return { date, ended, ...(extended !== undefined && { extended: lastDay(extended) }) };
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A month ends on its last day; of leap years nobody needs to know one day in four years. */
function lastDay(date: string): string {
  const [, month = '', day] = date.split('-');
  return day === undefined ? `${date}-${MONTH_DAYS[Number(month) - 1]}` : date;
}

/** That a system's support has ended, which leaves a scan complete; undefined while it has not. */
export function endOfLifeProblem(system: SystemRelease, now: Micros): ScanProblem | undefined {
  const support = systemSupport(system, now);
  if (support?.ended !== true) return undefined;
  const sold =
    support.extended === undefined ? '' : `; its maker sells it until ${support.extended}`;
  const message =
    `the support of ${system.name} ended on ${support.date}${sold}: what is found in it later ` +
    'may never be published or mended; build on a newer release';
  return { code: END_OF_LIFE, message, fatal: false };
}
