/**
 * Preloaded into a measured process: at its end it writes its peak memory in KiB as a line to descriptor 3.
 * Plain JavaScript, so that the process under measurement strips no types for it.
 */
import { writeSync } from 'node:fs';

process.once('exit', () => writeSync(3, `${process.resourceUsage().maxRSS}\n`));
