/**
 * Preloaded to count modules: every file that import or require loads is told once, as a line on
 * descriptor 3. Node's own modules are not files. Plain JavaScript, since it is itself preloaded.
 */
import { writeSync } from 'node:fs';
import { registerHooks } from 'node:module';

const seen = new Set();

registerHooks({
  load(url, context, nextLoad) {
    if (!url.startsWith('node:') && !seen.has(url)) {
      seen.add(url);
      writeSync(3, `${url}\n`);
    }
    return nextLoad(url, context);
  },
});
