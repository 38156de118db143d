/**
 * `providers.aws.sign_req`: a request with the headers of AWS Signature Version 4.
 * Specification: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac } from 'node:crypto';
import { BuiltinFailure, operandFailure } from '../model/builtin.ts';
import type { Builtin } from '../model/builtin.ts';
import type { RegoNumber } from '../model/number.ts';
import {
  RegoSet,
  formatValue,
  isObjectValue,
  makeObject,
  sortedPairs,
  typeOf,
  valueAt,
} from '../model/value.ts';
import type { ObjectValue, Value } from '../model/value.ts';
import { bytesOfText } from './byte-text.ts';
import { truncate } from './arithmetic-builtins.ts';
import { civilFrom, UTC } from './civil-time.ts';
import { goJson } from './encoding-builtins.ts';
import { formatByLayout } from './go-layout.ts';

const REQUEST_KEYS = ['method', 'url'];
const CONFIG_KEYS = ['aws_access_key', 'aws_region', 'aws_secret_access_key', 'aws_service'];
const ALGORITHM = 'AWS4-HMAC-SHA256';
/** Headers that proxies change, which are therefore never signed. */
const UNSIGNED = new Set(['authorization', 'user-agent', 'x-amzn-trace-id', 'transfer-encoding']);

type Headers = Readonly<Record<string, string>>;

/** The builtins of `providers.aws.`. */
export const awsBuiltins: readonly Builtin[] = [
  {
    name: 'providers.aws.sign_req',
    args: ['object', 'object', 'number'],
    result: 'object',
    call: ([request, config, time]) =>
      sign(
        request as ObjectValue,
        config as ObjectValue,
        BigInt(truncate(time as RegoNumber) as bigint),
      ),
  },
];

function sign(request: ObjectValue, config: ObjectValue, nanos: bigint): Value {
  checkKeys(config, { position: 2, keys: CONFIG_KEYS, what: 'AWS config parameters(s)' });
  checkTime(nanos);
  checkNames(request);
  checkKeys(request, { position: 1, keys: REQUEST_KEYS, what: 'request parameters(s)' });
  const unsigned = valueAt(config, 'disable_payload_signing');
  if (unsigned !== undefined && typeof unsigned !== 'boolean') {
    throw operandFailure(2, "invalid value for 'disable_payload_signing' in AWS config");
  }
  const url = parseUrl(text(request, 'url'));
  const given = headersOf(valueAt(request, 'headers'));
  const added = addedHeaders(request, config, { host: url.host, time: timeOf(nanos) });
  // Headers of the request are signed as they stand there, although they are replaced: as OPA does.
  const all: Headers = { ...added, ...lowered(given) };
  const authorization = authorize(
    {
      method: text(request, 'method'),
      url,
      headers: all,
      digest: added['x-amz-content-sha256'] ?? '',
    },
    config,
  );
  const kept = Object.entries(given).filter(([name]) => !Object.hasOwn(added, name.toLowerCase()));
  const headers = makeObject([...kept, ...Object.entries(added), ['Authorization', authorization]]);
  return makeObject([...sortedPairs(request), ['headers', headers]]);
}

const INT64 = 2n ** 63n;

function checkTime(nanos: bigint): void {
  if (-INT64 <= nanos && nanos < INT64) return;
  throw operandFailure(3, 'could not convert time_ns value into a unix timestamp');
}

/** What `http.send` knows: a request for it is what is signed. */
const REQUEST_NAMES: ReadonlySet<Value> = new Set(
  `
  body cache cache_ignored_headers caching_mode enable_redirect force_cache
  force_cache_duration_seconds force_json_decode force_yaml_decode headers
  max_retry_attempts method raise_error raw_body timeout tls_ca_cert
  tls_ca_cert_env_variable tls_ca_cert_file tls_client_cert tls_client_cert_env_variable
  tls_client_cert_file tls_client_key tls_client_key_env_variable tls_client_key_file
  tls_insecure_skip_verify tls_server_name tls_use_system_certs url
  `
    .trim()
    .split(/\s+/),
);

function checkNames(request: ObjectValue): void {
  const unknown = sortedPairs(request).flatMap(([key]) => (REQUEST_NAMES.has(key) ? [] : [key]));
  if (unknown.length === 0) return;
  throw operandFailure(1, `invalid request parameters(s): ${formatValue(RegoSet.of(unknown))}`);
}

interface Wanted {
  readonly position: number;
  readonly keys: readonly string[];
  readonly what: string;
}

function checkKeys(object: ObjectValue, { position, keys, what }: Wanted): void {
  const missing = keys.filter((key) => valueAt(object, key) === undefined);
  const invalid = keys.filter((key) => typeof valueAt(object, key) !== 'string');
  if (missing.length > 0) {
    throw operandFailure(position, `missing required ${what}: ${formatValue(RegoSet.of(missing))}`);
  }
  if (invalid.length > 0) {
    throw operandFailure(
      position,
      `invalid values for required ${what}: ${formatValue(RegoSet.of(invalid))}`,
    );
  }
}

function text(object: ObjectValue, key: string): string {
  return valueAt(object, key) as string;
}

/** The parts of an address as they are written: what is signed is never normalised. */
interface Address {
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

const ADDRESS = /^[a-z][a-z\d+.-]*:\/\/(?:[^/?#@]*@)?([^/?#@]+)([^?#]*)(?:\?([^#]*))?/i;

function parseUrl(url: string): Address {
  const [, host, path = '', query = ''] = ADDRESS.exec(url) ?? [];
  if (!host) throw new BuiltinFailure(`invalid url ${JSON.stringify(url)}`);
  return { host, path, query };
}

function headersOf(value: Value | undefined): Headers {
  if (value === undefined) return {};
  if (!isObjectValue(value)) throw operandFailure(0, `must be object but got ${typeOf(value)}`);
  return Object.fromEntries(
    sortedPairs(value).map(([name, item]) => [headerText(name), headerText(item)]),
  );
}

function headerText(value: Value): string {
  return typeof value === 'string' ? value : '';
}

function lowered(headers: Headers): Headers {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

function timeOf(nanos: bigint): string {
  return formatByLayout(
    { ...civilFrom(nanos, UTC), offset: 0, abbreviation: 'UTC' },
    '20060102T150405Z',
  );
}

/** The headers that a signature of version 4 needs, whatever the request said of them. */
function addedHeaders(
  request: ObjectValue,
  config: ObjectValue,
  { host, time }: { host: string; time: string },
): Headers {
  const token = valueAt(config, 'aws_session_token');
  const body = bodyText(request);
  const isUnsigned = valueAt(config, 'disable_payload_signing') === true;
  const base = {
    host,
    'x-amz-content-sha256': isUnsigned ? 'UNSIGNED-PAYLOAD' : sha256(body),
    'x-amz-date': time,
  };
  return typeof token === 'string' ? { ...base, 'x-amz-security-token': token } : base;
}

function bodyText(request: ObjectValue): string {
  const body = valueAt(request, 'body');
  const raw = valueAt(request, 'raw_body');
  if (raw !== undefined) return typeof raw === 'string' ? raw : '';
  return body === undefined ? '' : goJson(body);
}

interface Signed {
  readonly method: string;
  readonly url: Address;
  readonly headers: Headers;
  /** Of the body, or `UNSIGNED-PAYLOAD`. */
  readonly digest: string;
}

function authorize({ method, url, headers, digest }: Signed, config: ObjectValue): string {
  const names = Object.keys(headers)
    .filter((name) => !UNSIGNED.has(name))
    .sort();
  const lines = names.map(
    (name) => `${name}:${(headers[name] ?? '').trim().replaceAll(/ +/g, ' ')}\n`,
  );
  const canonical = [method, url.path, url.query, lines.join(''), names.join(';'), digest].join(
    '\n',
  );
  const time = headers['x-amz-date'] ?? '';
  const day = time.slice(0, 8);
  const scope = `${day}/${text(config, 'aws_region')}/${text(config, 'aws_service')}/aws4_request`;
  const toSign = [ALGORITHM, time, scope, sha256(canonical)].join('\n');
  const signature = hmac(signingKey(config, day), toSign).toString('hex');
  const credential = `${text(config, 'aws_access_key')}/${scope}`;
  const signed = names.join(';');
  return `${ALGORITHM} Credential=${credential},SignedHeaders=${signed},Signature=${signature}`;
}

function signingKey(config: ObjectValue, day: string): Buffer {
  const parts = [day, text(config, 'aws_region'), text(config, 'aws_service'), 'aws4_request'];
  const start = Buffer.from(`AWS4${text(config, 'aws_secret_access_key')}`);
  return parts.reduce<Buffer>(hmac, start);
}

function hmac(key: Buffer, value: string): Buffer {
  return createHmac('sha256', key).update(value).digest();
}

function sha256(value: string): string {
  return createHash('sha256').update(bytesOfText(value)).digest('hex');
}
