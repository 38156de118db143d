/**
 * `assay attest tree`: all that is attached to an image, what each is, what verifies and by whom,
 * and the attestations that attestors have of it.
 */
import { parseAttestorName } from '../domain/resource-name.ts';
import type { ShownAttestor } from '../operations/show-attestor.ts';
import type { NotationPlaces } from '../operations/open-notation-trust.ts';
import type { VerifiedImage } from '../operations/verify-image.ts';
import { lookAttached, readAttachedTrust } from './attached-command.ts';
import type { CliContext, CommandRun, OptionValues } from './command.ts';
import { reachOf, registryOptionsOf, textOption, textOptions } from './options.ts';
import { OUTCOME_EXIT_CODES } from './outcome-words.ts';
import { type KeptAttestations, printAttached } from './print-attached.ts';
import { readNotationPlaces } from './read-notation-options.ts';
import { withOperations } from './with-operations.ts';

/** `assay attest tree IMAGE`: exit 3 where a place could not be asked. */
export const showAttachments: CommandRun = async (context, args, options) => {
  const trust = await readAttachedTrust(context, options);
  const attestors = await readAttestors(context, options);
  const notation = readNotationPlaces(options);
  const shown = { ...trust, ...placesOf(notation), attestors, grade: 'attested' } as const;
  const found = await lookAttached(context, { image: args[0] ?? '', ...shown }, options, 'all');
  const kept = await readKept(context, found.image, options);
  await printAttached({ context, options, title: 'image', kept }, found);
  const all = [found, ...(found.platforms ?? []), ...(found.index ? [found.index] : [])];
  const problems = all.flatMap((one) => one.locations.flatMap((place) => place.problems));
  return problems.length > 0 ? OUTCOME_EXIT_CODES.undecided : 0;
};

function placesOf(notation: NotationPlaces | undefined): { readonly notation?: NotationPlaces } {
  return notation === undefined ? {} : { notation };
}

async function readAttestors(
  context: CliContext,
  options: OptionValues,
): Promise<readonly ShownAttestor[]> {
  return ofEach(context, options, async (call, name) => {
    const { project, attestor } = parseAttestorName(name);
    return (await call('show-attestor', { project, name: attestor })) as ShownAttestor;
  });
}

/** What attestors have of the image in their project, beside what is in the registry. */
async function readKept(
  context: CliContext,
  image: string,
  options: OptionValues,
): Promise<readonly KeptAttestations[]> {
  return ofEach(context, options, async (call, attestor) => {
    const input = { project: textOption(options, 'project'), image, attestor };
    return { attestor, ...((await call('verify-image', input)) as VerifiedImage) };
  });
}

type Call = (name: string, input: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** Asks for each attestor of `--attestor`; without one, neither server nor data folder. */
async function ofEach<Value>(
  context: CliContext,
  options: OptionValues,
  ask: (call: Call, name: string) => Promise<Value>,
): Promise<readonly Value[]> {
  const project = textOption(options, 'project') ?? '';
  const names = textOptions(options, 'attestor').map((name) =>
    name.includes('/') ? name : `projects/${project}/attestors/${name}`,
  );
  if (names.length === 0) return [];
  const reach = { ...reachOf(options), readOnly: true, ...registryOptionsOf(options) };
  return withOperations(context, reach, async (client) => {
    const values: Value[] = [];
    for (const name of names) values.push(await ask((...asked) => client.call(...asked), name));
    return values;
  });
}
