/** One line of progress on stderr, only where stderr is a terminal. */
import type { CliContext } from './command.ts';

/** A line that is written over, then cleared. */
export interface Progress {
  readonly show: (text: string) => void;
  readonly end: () => void;
}

const CLEAR = '\r\u001b[K';

/** A progress line for this context; silent where stderr is not a terminal. */
export function progressTo(context: CliContext): Progress {
  if (!context.stderr.isTerminal) return { show: () => undefined, end: () => undefined };
  return {
    show: (text) => context.stderr.write(`${CLEAR}${text.slice(0, 78)}`),
    end: () => context.stderr.write(CLEAR),
  };
}
