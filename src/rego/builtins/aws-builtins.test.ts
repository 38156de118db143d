import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { regoAnswer, regoValue } from '../../../test/support/call-builtin.ts';
import type { Value } from '../model/value.ts';

/** The access key of AWS' own documentation of Signature Version 4. */
const CONFIG = {
  aws_access_key: 'AKIDEXAMPLE',
  aws_secret_access_key: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  aws_region: 'us-east-1',
  aws_service: 'service',
};
/** 2015-08-30T12:36:00Z. */
const TIME = 1_440_938_160_000_000_000n;

function signed(request: Value, config: Value = CONFIG, time: Value = TIME): Record<string, Value> {
  const call = 'providers.aws.sign_req(input[0], input[1], input[2])';
  return (regoValue(call, [request, config, time]) as { headers: Record<string, Value> }).headers;
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

test('a request is signed as the specification says, step by step', () => {
  const body = sha256('');
  const canonical = [
    'GET',
    '/',
    'Param1=value1&Param2=value2',
    'host:example.amazonaws.com',
    `x-amz-content-sha256:${body}`,
    'x-amz-date:20150830T123600Z',
    '',
    'host;x-amz-content-sha256;x-amz-date',
    body,
  ].join('\n');
  const scope = '20150830/us-east-1/service/aws4_request';
  const text = ['AWS4-HMAC-SHA256', '20150830T123600Z', scope, sha256(canonical)].join('\n');
  const key = ['20150830', 'us-east-1', 'service', 'aws4_request'].reduce<Buffer>(
    hmac,
    Buffer.from(`AWS4${CONFIG.aws_secret_access_key}`),
  );
  const url = 'https://example.amazonaws.com/?Param1=value1&Param2=value2';
  expect(signed({ method: 'GET', url })).toEqual({
    Authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope},SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=${hmac(key, text).toString('hex')}`,
    host: 'example.amazonaws.com',
    'x-amz-content-sha256': body,
    'x-amz-date': '20150830T123600Z',
  });
});

const URL = { method: 'put', url: 'https://a.example/' };

test('a raw body counts before a body, and a token is signed along', () => {
  const both = signed({ ...URL, body: { a: 1 }, raw_body: 'x' });
  expect(both['x-amz-content-sha256']).toBe(sha256('x'));
  expect(signed({ ...URL, body: { a: '<' } })['x-amz-content-sha256']).toBe(
    sha256('{"a":"\\u003c"}'),
  );
  const token = signed(URL, { ...CONFIG, aws_session_token: 't' });
  expect(token['x-amz-security-token']).toBe('t');
  expect(token['Authorization']).toContain('x-amz-security-token,');
});

test('headers are kept and signed, but for those that proxies change', () => {
  const headers = signed({ ...URL, headers: { 'X-A': 'b', 'User-Agent': 'c', n: 1 } });
  expect(headers).toMatchObject({ 'X-A': 'b', 'User-Agent': 'c', n: '' });
  expect(headers['Authorization']).toContain(
    'SignedHeaders=host;n;x-a;x-amz-content-sha256;x-amz-date,',
  );
});

const REFUSED: readonly (readonly [problem: string, request: Value, config: Value, time: Value])[] =
  [
    ['operand 1 missing required request parameters(s): {"method"}', { url: 'x' }, CONFIG, 1],
    ['operand 1 invalid request parameters(s): {"foo"}', { ...URL, foo: 1 }, CONFIG, 1],
    [
      'operand 1 invalid values for required request parameters(s): {"url"}',
      { ...URL, url: 1 },
      CONFIG,
      1,
    ],
    ['operand 2 missing required AWS config parameters(s)', URL, {}, 1],
    [
      'operand 2 invalid values for required AWS config parameters(s): {"aws_region"}',
      URL,
      { ...CONFIG, aws_region: 1 },
      1,
    ],
    [
      "operand 2 invalid value for 'disable_payload_signing' in AWS config",
      URL,
      { ...CONFIG, disable_payload_signing: 1 },
      1,
    ],
    ['operand 3 could not convert time_ns value into a unix timestamp', URL, CONFIG, 2n ** 63n],
    ['must be object but got string', { ...URL, headers: 'x' }, CONFIG, 1],
    ['invalid url', { ...URL, url: 'x' }, CONFIG, 1],
  ];

test.each(REFUSED)('%s', (problem, request, config, time) => {
  const call = 'providers.aws.sign_req(input[0], input[1], input[2])';
  expect(regoAnswer(call, [request, config, time])).toContain(problem);
});
