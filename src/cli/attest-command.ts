/** `assay attest …`: waiting in a pipeline until an image may be deployed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ErrorCode, isAssayError } from '../domain/error.ts';
import { terminalText } from '../domain/terminal-text.ts';
import { SECOND } from '../domain/time.ts';
import type { AttestedAnswer } from '../operations/check-attested.ts';
import type { CliContext, CommandRun, OperationsClient } from './command.ts';
import { numberOption, reachOf, registryOptionsOf } from './options.ts';
import { OUTCOME_EXIT_CODES } from './outcome-words.ts';
import { readAttestorName } from './read-attestor-name.ts';
import { withOperations } from './with-operations.ts';

/** Pauses between two checks, in milliseconds: the first ones are short. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 2000;

/** What may pass while somebody waits: a server that restarts, a tag that is not pushed yet. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['unavailable', 'not-found']);

interface Check {
  readonly outcome: AttestedAnswer['outcome'];
  /** Empty where the image was not found yet. */
  readonly image: string;
  readonly found: string;
  readonly fix: string;
}

/** `assay attest wait IMAGE --attestor A` */
export const waitForAttestation: CommandRun = (context, args, options) => {
  const attestor = readAttestorName(options);
  const image = args[0] ?? '';
  const reach = { ...reachOf(options), readOnly: true, ...registryOptionsOf(options) };
  const deadline = context.now() + numberOption(options, 'timeout', 0) * SECOND;
  return withOperations(context, reach, async (client) => {
    const last = await waitUntil(context, deadline, checkerOf(client, { image, attestor }));
    if (last.outcome === 'allow') {
      context.stdout.write(`${last.image}\n`);
      return OUTCOME_EXIT_CODES.allow;
    }
    const lines = [`not attested in time: ${last.found}`, `fix: ${last.fix}`];
    context.stderr.write(`${lines.map((line) => terminalText(line)).join('\n')}\n`);
    return OUTCOME_EXIT_CODES[last.outcome];
  });
};

/** Checks until it passes or the deadline does; tells each new state once. */
async function waitUntil(
  context: CliContext,
  deadline: number,
  check: () => Promise<Check>,
): Promise<Check> {
  let said = '';
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
    const now = await check();
    const left = (deadline - context.now()) / 1000;
    if (now.outcome === 'allow' || left <= 0) return now;
    const line = `waiting for ${now.image || 'the image'}: ${now.found}`;
    if (line !== said) context.stderr.write(`${terminalText(line)}\n`);
    said = line;
    await sleep(Math.min(pause, left));
  }
}

/** A check of the image; its tag is looked up once, so that what was waited for is one digest. */
function checkerOf(
  client: OperationsClient,
  asked: { readonly image: string; readonly attestor: string },
): () => Promise<Check> {
  let { image } = asked;
  return async () => {
    try {
      const answer = (await client.call('check-attested', { ...asked, image })) as AttestedAnswer;
      image = answer.image;
      return answer;
    } catch (error) {
      if (!isAssayError(error) || !PASSING.has(error.code)) throw error;
      const fix = 'see that the server and the registry answer, and that the image is pushed';
      return { outcome: 'undecided', image: '', found: error.message, fix };
    }
  };
}
