/** The attestor that `--attestor` names. */
import { AssayError } from '../domain/error.ts';
import type { OptionValues } from './command.ts';
import { textOption } from './options.ts';

/** `projects/P/attestors/A`, or A of `--project`. */
export function readAttestorName(options: OptionValues): string {
  const text = textOption(options, 'attestor') ?? '';
  if (text.includes('/')) return text;
  if (text !== '') return `projects/${textOption(options, 'project')}/attestors/${text}`;
  throw new AssayError(
    'invalid-argument',
    '--attestor is missing; give projects/PROJECT/attestors/ID, or the id of one of --project',
  );
}
