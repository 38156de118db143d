/** Tells on stderr what takes longer than a second, so that nobody wonders. */

const QUIET_MS = 1000;

/** Does a step; says so when it is not done after a second, and again when it is. */
export async function showProgress<T>(title: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  let told = false;
  const timer = setTimeout(() => {
    told = true;
    process.stderr.write(`demo: ${title} …\n`);
  }, QUIET_MS);
  try {
    const result = await work();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    if (told) process.stderr.write(`demo: ${title}: done after ${seconds} s\n`);
    return result;
  } finally {
    clearTimeout(timer);
  }
}
