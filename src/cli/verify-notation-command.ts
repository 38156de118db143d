/** `assay attest verify --notation-policy`: Notation's signatures by its own trust policy. */
import { terminalText } from '../domain/terminal-text.ts';
import type { NotationAnswer } from '../operations/verify-notation-image.ts';
import type { CommandRun } from './command.ts';
import { registriesOf, textOption } from './options.ts';
import { OUTCOME_EXIT_CODES, VERIFIED_WORDS } from './outcome-words.ts';
import { printDocument } from './print-values.ts';
import { readNotationPlaces } from './read-notation-options.ts';

/** `assay attest verify IMAGE --notation-policy FILE --notation-trust-store DIR` */
export const verifyByNotation: CommandRun = async (context, args, options) => {
  const { verifyNotationImage } = await import('../operations/verify-notation-image.ts');
  const places = readNotationPlaces(options) ?? { policy: '', trustStore: '' };
  const input = { image: args[0] ?? '', ...places, registry: registriesOf(context, options) };
  const answer = await verifyNotationImage({ now: () => context.now() }, input);
  const format = textOption(options, 'output') ?? 'table';
  if (format === 'table') context.stdout.write(`${lines(answer).map(terminalText).join('\n')}\n`);
  else await printDocument(context, { schemaVersion: 1, ...answer }, format);
  return OUTCOME_EXIT_CODES[answer.outcome];
};

function lines(answer: NotationAnswer): readonly string[] {
  const { image, outcome, policy, found, proofs, refusals } = answer;
  const word = policy?.level === 'skip' ? 'SKIPPED' : VERIFIED_WORDS[outcome];
  const by = policy === undefined ? [] : [`  policy: ${policy.name} (${policy.level})`];
  return [
    `${word}  ${image}`,
    ...by,
    ...proofs.flatMap(({ kind, grade, signer, checked }) => [
      `  + ${kind} ${grade}: ${signer}`,
      ...checked.map((line) => `      ${line}`),
    ]),
    ...refusals.map(({ kind, step, why }) => `  x ${kind} [${step}] ${why}`),
    `  found: ${found}`,
  ];
}
