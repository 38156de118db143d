/**
 * The load: keep-alive TLS connections that each send the next request as soon as the last answer
 * is whole. It writes and reads HTTP itself, so that it costs less than what it measures. Commands
 * are JSON lines on stdin, answered on stdout. Plain JavaScript, so that it strips no types.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { connect } from 'node:tls';

const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = /\r\ncontent-length: *(\d+)/i;

let bodies = [];

/** A repeatable draw of indexes (xorshift32). */
function createDraw(seed, count) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % count;
  };
}

function formatRequests({ hostname, pathname }) {
  return bodies.map((body) => {
    const head = `POST ${pathname}?timeout=30s HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
    return Buffer.from(head + body);
  });
}

/** Reads answers of known length from a stream of chunks; calls `whole` with each. */
function createReader(whole) {
  let held = Buffer.alloc(0);
  return (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const end = held.indexOf(HEAD_END);
    if (end < 0) return;
    const head = held.latin1Slice(0, end);
    const total = end + 4 + Number(LENGTH.exec(head)?.[1] ?? Number.NaN);
    if (!(held.length >= total)) return;
    const answer = held.subarray(0, total);
    held = held.subarray(total);
    whole(head.startsWith('HTTP/1.1 200'), answer, end + 4);
  };
}

/** Runs one connection until `next` has no more; resolves when its last answer is there. */
function runConnection({ url, requests, next, answered }) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = url;
    const socket = connect({ host: hostname, port, rejectUnauthorized: false }, send);
    let index = -1;
    let sent = 0;
    function send() {
      index = next();
      if (index < 0) return socket.end(resolve);
      sent = performance.now();
      socket.write(requests[index]);
    }
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('close', resolve);
    const read = createReader((ok, answer, bodyAt) => {
      answered({ index, ok, answer, bodyAt, ms: performance.now() - sent });
      send();
    });
    socket.on('data', read);
  });
}

async function runAll(url, { connections, next, answered }) {
  const requests = formatRequests(url);
  const one = () => runConnection({ url, requests, next, answered });
  const start = performance.now();
  await Promise.all(Array.from({ length: connections }, one));
  return performance.now() - start;
}

/** Asks every review once; answers the bodies in order. */
async function askEach({ url, connections }) {
  const answers = Array.from({ length: bodies.length }, () => '');
  let at = 0;
  const next = () => (at < bodies.length ? at++ : -1);
  const answered = ({ index, ok, answer, bodyAt }) => {
    if (ok) answers[index] = answer.toString('utf8', bodyAt);
  };
  const wallMs = await runAll(new URL(url), { connections, next, answered });
  return { answers, wallMs };
}

/** Draws reviews for some seconds; answers how many, how long they took and how many failed. */
async function draw({ url, connections, seconds, seed }) {
  const pick = createDraw(seed, bodies.length);
  const end = performance.now() + seconds * 1000;
  const next = () => (performance.now() < end ? pick() : -1);
  const latencies = [];
  let failed = 0;
  const answered = ({ ok, ms }) => {
    latencies.push(ms);
    if (!ok) failed += 1;
  };
  const wallMs = await runAll(new URL(url), { connections, next, answered });
  latencies.sort((a, b) => a - b);
  const at = (part) => latencies[Math.floor(latencies.length * part)];
  return { requests: latencies.length, failed, wallMs, p50: at(0.5), p99: at(0.99) };
}

bodies = JSON.parse(readFileSync(process.argv[2], 'utf8'));
process.stdout.write('{}\n');
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  const result = await (command.kind === 'each' ? askEach(command) : draw(command));
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
