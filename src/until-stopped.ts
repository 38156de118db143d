/** How a long-running command is told to end. */

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process as the system does. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
}
