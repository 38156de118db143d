/**
 * FIRST's daily file of EPSS scores (https://www.first.org/epss/data_stats): a comment with model
 * and date, a heading, then a line for each CVE. Read line by line: it has hundreds of thousands.
 */
import { isCve } from '../../domain/cve.ts';
import { AssayError } from '../../domain/error.ts';
import type { ExploitForecast } from '../../domain/exploit-signal.ts';
import { type Micros, parseTime } from '../../domain/time.ts';

/** The most that a file may hold; real ones have some 300,000 lines of 30 bytes. */
export const EPSS_LIMITS = { bytes: 256 * 1024 * 1024, rows: 2_000_000, line: 256 } as const;

/** Scores of one day. */
export interface EpssScores {
  /** e.g. `v2025.03.14`. */
  readonly model: string;
  readonly date: Micros;
  /** Read as they are asked for; throws `invalid-advisory`, naming the line, at a wrong one. */
  readonly forecasts: () => Generator<ExploitForecast, void, void>;
}

const COMMENT = /^#\s*model_version:([\w.-]{1,32}),\s*score_date:(\S{1,40})$/;
const HEADING = 'cve,epss,percentile';
const NUMBER = /^\d{1,3}(?:\.\d{1,20})?(?:[eE]-\d{1,3})?$/;

/** Reads the head of a file; refuses one without date and heading. */
export function parseEpss(text: string): EpssScores {
  const comment = lineAt(text, 0, 1);
  const [, model, date = ''] = COMMENT.exec(comment.text) ?? [];
  if (model === undefined) throw wrongLine(comment, '#model_version:VERSION,score_date:TIME');
  const heading = lineAt(text, comment.next, 2);
  if (heading.text !== HEADING) throw wrongLine(heading, HEADING);
  return {
    model,
    date: readDate(date, comment),
    forecasts: () => readForecasts(text, heading.next),
  };
}

function* readForecasts(text: string, start: number): Generator<ExploitForecast, void, void> {
  const seen = new Set<string>();
  for (let at = start, number = 3; at < text.length; number += 1) {
    const line = lineAt(text, at, number);
    at = line.next;
    if (line.text === '') continue;
    const forecast = readForecast(line);
    if (seen.has(forecast.cve)) throw wrongLine(line, 'each CVE once');
    seen.add(forecast.cve);
    if (seen.size > EPSS_LIMITS.rows) {
      throw new AssayError('too-large', `more than ${EPSS_LIMITS.rows} scores; is it EPSS?`);
    }
    yield forecast;
  }
}

function readForecast(line: Line): ExploitForecast {
  const [cve = '', score = '', percentile = '', ...more] = line.text.split(',');
  if (more.length > 0 || !isCve(cve) || !isShare(score) || !isShare(percentile)) {
    throw wrongLine(line, 'CVE,SCORE,PERCENTILE with both numbers from 0 to 1');
  }
  return { cve, score: Number(score), percentile: Number(percentile) };
}

function isShare(text: string): boolean {
  return NUMBER.test(text) && Number(text) <= 1;
}

/** The files write the offset as `+0000`, newer ones as `Z`. */
function readDate(text: string, line: Line): Micros {
  try {
    return parseTime(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  } catch (cause) {
    throw wrongLine(line, 'a score_date such as 2025-08-25T12:55:00Z', cause);
  }
}

interface Line {
  readonly number: number;
  readonly text: string;
  /** Where the next one begins. */
  readonly next: number;
}

function lineAt(text: string, start: number, number: number): Line {
  const found = text.indexOf('\n', start);
  const end = found < 0 ? text.length : found;
  const line = { number, text: text.slice(start, Math.min(end, start + EPSS_LIMITS.line)) };
  if (end - start > EPSS_LIMITS.line) {
    throw wrongLine({ ...line, next: end }, `at most ${EPSS_LIMITS.line} characters`);
  }
  return { ...line, text: line.text.trimEnd(), next: end + 1 };
}

function wrongLine({ number, text }: Line, wanted: string, cause?: unknown): AssayError {
  const found = JSON.stringify(text.slice(0, 100));
  const message = `line ${number} is ${found}; ${wanted} is wanted`;
  return new AssayError('invalid-advisory', message, { cause });
}
