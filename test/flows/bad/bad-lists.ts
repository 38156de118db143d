/** Wrong lists: filters, pages and cursors. */
import { type BadRequest, get, invalid, NOTE, P } from './bad-request.ts';

const OCCURRENCES = `/v1/projects/${P}/occurrences`;

function filter(name: string, text: string, says: string | RegExp): BadRequest {
  return invalid(
    `a filter: ${name}`,
    get(`${OCCURRENCES}?filter=${encodeURIComponent(text)}`),
    says,
  );
}

function query(name: string, text: string, says: string | RegExp): BadRequest {
  return invalid(`a list: ${name}`, get(`${OCCURRENCES}?${text}`), says);
}

/** The rows. */
export const BAD_LISTS: readonly BadRequest[] = [
  filter('half a comparison', 'kind=', /value|end/),
  filter('no operator', 'kind "VULNERABILITY"', /operator|comparison|character|column|position/),
  filter('an open parenthesis', '(kind="BUILD"', /parenthesis|\)/),
  filter('a parenthesis too many', 'kind="BUILD")', /\)|parenthesis|unexpected/),
  filter('an open quote', 'kind="BUILD', 'lacks its closing'),
  filter('AND with nothing after it', 'kind="BUILD" AND', /end|AND/),
  filter('OR with nothing before it', 'OR kind="BUILD"', /OR/),
  filter('NOT of nothing', 'NOT', /NOT|end/),
  filter('an unknown field', 'colour="red"', /colour/),
  filter('a field of the language', '__proto__="a"', /__proto__/),
  filter('a path of the language', 'vulnerability.constructor="a"', /constructor/),
  filter('an unknown function', 'contains(resourceUrl, "a")', /contains/),
  filter('a function without arguments', 'has_prefix()', /has_prefix|argument|field/),
  filter('a function with one argument', 'has_prefix(resourceUrl)', /has_prefix|argument|,/),
  filter('a kind that is none', 'kind="HOUSE"', /HOUSE/),
  filter('a time that is none', 'createTime>"yesterday"', /yesterday|time/),
  filter('a severity that is none', 'severity>="AWFUL"', /AWFUL|severity/),
  filter('a control character', 'kind="BUILD"\u0001', 'at position 13: found "\\u0001"'),
  filter(
    'nesting without end',
    `${'('.repeat(1000)}kind="BUILD"${')'.repeat(1000)}`,
    /deep|nest|parenthes/,
  ),
  filter(
    'terms without end',
    Array.from({ length: 1500 }, () => 'kind="A"').join(' OR '),
    /at most|terms|HOUSE|"A"|characters/,
  ),
  filter('20,000 characters', `kind="${'B'.repeat(20_000)}"`, /at most 16384|16,384/),
  query('a negative size', 'pageSize=-1', 'pageSize is "-1"; want a number from 1 to 1000'),
  query('a size in words', 'pageSize=many', 'pageSize is "many"'),
  query('half an item', 'pageSize=1.5', 'pageSize is "1.5"'),
  query('a size of 40 digits', `pageSize=${'9'.repeat(40)}`, 'pageSize'),
  query('a size in other digits', 'pageSize=%D9%A1', 'pageSize'),
  query('a size in snake_case', 'page_size=-5', 'pageSize is "-5"'),
  query('a token of nothing', 'pageToken=abc', /token/i),
  query('a token of no base64', 'pageToken=***', /token/i),
  query(
    'a token of 5000 characters',
    `pageToken=${'a'.repeat(5000)}`,
    'pageToken has 5000 characters',
  ),
  query('a token of the language', 'pageToken=__proto__', /token/i),
  invalid(
    'notes: a filter that is none',
    get(`/v1/projects/${P}/notes?filter=%3D`),
    /character|column|position|field/,
  ),
  invalid('notes: a token of nothing', get(`/v1/projects/${P}/notes?pageToken=abc`), /token/i),
  invalid('a note’s occurrences: no size', get(`/v1/${NOTE}/occurrences?pageSize=x`), 'pageSize'),
  invalid('attestors: a negative size', get(`/v1/projects/${P}/attestors?pageSize=-3`), 'pageSize'),
  invalid(
    'attestors: a token of nothing',
    get(`/v1/projects/${P}/attestors?pageToken=%00`),
    /token/i,
  ),
  invalid(
    'a summary: a filter that is none',
    get(`${OCCURRENCES}:vulnerabilitySummary?filter=(`),
    /\(|end|character/,
  ),
  invalid(
    'a filter of no UTF-8',
    get(`${OCCURRENCES}?filter=kind%3D%22%FF%22`),
    /character|UTF-8|kind|�/,
  ),
];
