/**
 * Gathering what authorities of trust say of a request's images: all at once, within the time that
 * an admission has. Who does not answer in time is said to have not answered.
 */
import { isAssayError } from '../domain/error.ts';
import { formatImageReference } from '../domain/image-reference.ts';
import type { Micros } from '../domain/time.ts';
import type { TrustEvidence } from '../domain/verdict.ts';
import type { WantedTrust } from '../policy/judge-trust.ts';
import type { Deps } from './deps.ts';
import type { AskedAuthority, TrustAnswer } from './trust-question.ts';

/** An admission has to be answered while the API server waits, in milliseconds. */
const DEADLINE = 4000;
/** Images of one request that are asked about. */
const MAX_IMAGES = 20;

/** Whose policy asks, and what. */
export interface TrustSearch {
  readonly project: string;
  /** Of the request. */
  readonly namespace?: string | undefined;
  readonly wanted: readonly WantedTrust[];
  /** How long to wait for registries and notary servers, in milliseconds; default: four seconds. */
  readonly deadlineMs?: number;
}

/** Told of each time from which on the evidence may be another. */
type Until = (time: Micros) => void;

type Effects = Pick<Deps, 'checkTrust' | 'log' | 'now'>;

interface AskedWanted extends WantedTrust {
  readonly authority: AskedAuthority;
}

/** Gathers the evidence of every wanted authority; nothing is thrown and nothing left out. */
export async function gatherTrust(
  effects: Effects,
  { project, namespace, wanted, deadlineMs = DEADLINE }: TrustSearch,
  until: Until,
): Promise<readonly TrustEvidence[]> {
  const images = new Map<string, AskedWanted[]>();
  for (const one of wanted.filter(isAsked)) {
    const image = formatImageReference(one.reference);
    images.set(image, [...(images.get(image) ?? []), one]);
  }
  const gathered = [...images].map(async ([image, asked], index) =>
    index < MAX_IMAGES
      ? askAbout(effects, { project, namespace, image, asked, deadlineMs }, until)
      : unknown(image, asked, `more than ${MAX_IMAGES} images in one request; not asked about`),
  );
  return (await Promise.all(gathered)).flat();
}

/** An attestor's proofs are in the store, and gathered as such. */
function isAsked(one: WantedTrust): one is AskedWanted {
  return one.authority.kind !== 'attestor';
}

interface Question {
  readonly project: string;
  readonly namespace: string | undefined;
  readonly image: string;
  readonly asked: readonly AskedWanted[];
  readonly deadlineMs: number;
}

async function askAbout(
  { checkTrust, log, now }: Effects,
  { project, namespace, image, asked, deadlineMs }: Question,
  until: Until,
): Promise<readonly TrustEvidence[]> {
  const [first] = asked;
  if (first === undefined) return [];
  const authorities = asked.map(({ authority }) => authority);
  const question = { project, namespace, reference: first.reference, authorities };
  try {
    const { answers, validUntil } = await checkTrust(question, AbortSignal.timeout(deadlineMs));
    until(validUntil);
    return asked.map(({ place }, index) => evidenceOf(place, image, answers[index]));
  } catch (error) {
    log.warn({ err: error, image }, 'signatures could not be checked');
    until(now());
    const why = isAssayError(error) ? error.message : 'an unexpected error';
    return unknown(image, asked, `${why} (it has ${deadlineMs / 1000} seconds)`);
  }
}

function evidenceOf(place: string, image: string, answer: TrustAnswer | undefined): TrustEvidence {
  return { place, image, checks: [], ...answer };
}

function unknown(
  image: string,
  asked: readonly AskedWanted[],
  reason: string,
): readonly TrustEvidence[] {
  const outcome = 'could-not-check';
  return asked.map(({ place, authority: { kind } }) => {
    return { place, image, checks: [{ kind, outcome, step: 'registry', reason }] };
  });
}
