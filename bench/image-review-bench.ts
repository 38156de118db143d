/**
 * ImageReviews at saturation, drawn from many different ones, each decision durable before its
 * answer, beside a bare fastify route that parses the same bodies and answers the same bytes.
 */
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BenchResult } from './figure.ts';
import {
  fillServer,
  type ReadyLine,
  type ReviewServer,
  startProgram,
  stopProgram,
} from './review-server.ts';
import { attestedImages, listReviews, REVIEWS } from './review-set.ts';

const ROUNDS = 5;
const SECONDS = 3;
const CONNECTIONS = 32;
/** Clock ticks per second in /proc, fixed on Linux. */
const TICKS = 100;

/** Where the build is and where there is room for a data folder. */
export interface ImageReviewBench {
  readonly main: string;
  readonly folder: string;
}

interface Round {
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Part of the time in which the server computed. */
  readonly busy: number;
}

type Ask = (command: object) => Promise<unknown>;

/** Measures both servers in turn under the same load. */
export async function benchImageReview(bench: ImageReviewBench): Promise<BenchResult> {
  const [server, load] = pins();
  const started: ReviewServer['process'][] = [];
  const start = async (command: readonly string[]) => {
    const program = await startProgram(command);
    started.push(program.process);
    return program;
  };
  try {
    const reviews = listReviews();
    const bodies = join(bench.folder, 'reviews.json');
    await writeFile(bodies, JSON.stringify(reviews.map(({ body }) => body)));
    const own = await start([...server, ...serveCommand(bench)]);
    const ready = own.ready as ReadyLine;
    await fillServer(ready, attestedImages());
    const generator = await start([...load, process.execPath, script('generate-load.mjs'), bodies]);
    const ask = createAsk(generator.process);
    const url = `${ready.webhook}/image_policy`;
    const answers = await warm(
      ask,
      url,
      reviews.map(({ allowed }) => allowed),
    );
    const answersFile = join(bench.folder, 'answers.json');
    await writeFile(answersFile, JSON.stringify(answers));
    const tls = ['server.pem', 'server.key'].map((name) => join(dirname(ready.ca), name));
    const bare = await start([
      ...server,
      process.execPath,
      script('bare-server.mjs'),
      ...tls,
      answersFile,
    ]);
    const bareUrl = `${(bare.ready as { webhook: string }).webhook}/image_policy`;
    const subjects = [
      { process: own.process, url },
      { process: bare.process, url: bareUrl },
    ] as const;
    return toResult(await runRounds(ask, subjects), server.length > 0);
  } finally {
    for (const child of started) await stopProgram(child);
  }
}

function serveCommand({ main, folder }: ImageReviewBench): readonly string[] {
  const listen = ['--http', '127.0.0.1:0', '--webhook', '127.0.0.1:0', '--grpc', '127.0.0.1:0'];
  return [
    process.execPath,
    main,
    'serve',
    '--offline',
    '--data',
    join(folder, 'data'),
    ...listen,
    '--log-level',
    'error',
  ];
}

function script(name: string): string {
  return new URL(name, import.meta.url).pathname;
}

/** Server and generator each on a core of their own, where the machine lets us say so. */
function pins(): readonly [server: readonly string[], load: readonly string[]] {
  const found = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;
  return found
    ? [
        ['taskset', '-c', '0'],
        ['taskset', '-c', '1'],
      ]
    : [[], []];
}

function createAsk(generator: ReviewServer['process']): Ask {
  const { stdin, stdout } = generator;
  if (stdin === null || stdout === null) throw new Error('the generator has no pipes');
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  return async (command) => {
    stdin.write(`${JSON.stringify(command)}\n`);
    return JSON.parse((await lines.next()).value as string);
  };
}

/** One pass over all reviews; each must get the answer that its images deserve. */
async function warm(
  ask: Ask,
  url: string,
  expected: readonly boolean[],
): Promise<readonly string[]> {
  const { answers } = (await ask({ kind: 'each', url, connections: CONNECTIONS })) as {
    answers: string[];
  };
  for (const [at, allowed] of expected.entries()) {
    const answer = JSON.parse(answers[at] || '{}') as { status?: { allowed?: boolean } };
    if (answer.status?.allowed !== allowed) {
      throw new Error(`review ${at} should have allowed=${allowed}; the answer is ${answers[at]}`);
    }
  }
  return answers;
}

async function runRounds(
  ask: Ask,
  subjects: readonly [own: ReviewServer, bare: ReviewServer],
): Promise<{ readonly own: readonly Round[]; readonly bare: readonly Round[] }> {
  const own: Round[] = [];
  const bare: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    bare.push(await runRound(ask, subjects[1], round + 1));
    own.push(await runRound(ask, subjects[0], round + 1));
  }
  return { own, bare };
}

async function runRound(ask: Ask, { process, url }: ReviewServer, seed: number): Promise<Round> {
  const before = await cpuSeconds(process.pid);
  const drawn = (await ask({
    kind: 'draw',
    url,
    connections: CONNECTIONS,
    seconds: SECONDS,
    seed: seed * 7919,
  })) as { requests: number; failed: number; wallMs: number; p50: number; p99: number };
  const seconds = (await cpuSeconds(process.pid)) - before;
  if (drawn.failed > 0) throw new Error(`${drawn.failed} of ${drawn.requests} requests failed`);
  return {
    cpuUs: (seconds * 1e6) / drawn.requests,
    perSecond: (drawn.requests * 1000) / drawn.wallMs,
    p50: drawn.p50,
    p99: drawn.p99,
    busy: (seconds * 1000) / drawn.wallMs,
  };
}

/** CPU of a whole process with all its threads (proc(5), utime and stime). */
async function cpuSeconds(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

function toResult(
  { own, bare }: { readonly own: readonly Round[]; readonly bare: readonly Round[] },
  pinned: boolean,
): BenchResult {
  const pick = (key: keyof Round) => ({
    ours: own.map((round) => round[key]),
    baseline: bare.map((round) => round[key]),
  });
  const where = pinned ? 'server on core 0, generator on core 1' : 'not pinned to cores';
  return {
    name: 'ImageReview',
    figures: [
      {
        name: 'ImageReview, CPU per request',
        unit: 'µs',
        ...pick('cpuUs'),
        limit: { of: 'ratio', atMost: 2.5 },
      },
      { name: 'ImageReview, requests', unit: '1/s', ...pick('perSecond') },
      { name: 'ImageReview, latency p50', unit: 'ms', ...pick('p50') },
      { name: 'ImageReview, latency p99', unit: 'ms', ...pick('p99') },
      { name: 'ImageReview, server busy', unit: 'cores', ...pick('busy') },
    ],
    notes: [
      `ImageReview: ${CONNECTIONS} keep-alive TLS connections at saturation, drawn from ${REVIEWS} ` +
        `reviews after one pass over all, ${SECONDS} s a round, ${where}; baseline: bare fastify`,
    ],
  };
}
