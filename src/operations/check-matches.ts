/**
 * At the start of a server: what the store knows of matches is looked through in the background,
 * for a job may have been lost with an older version, and all of it is made anew where this version
 * matches otherwise than the one that wrote it. Until then the old answer stands, unless asked for.
 */
import { MATCHER_VERSION } from '../scanner/match/match-package.ts';
import { findAdvisoryGeneration } from '../store/advisory-rows.ts';
import { forgetMatched } from '../store/match-rows.ts';
import { findSetting, saveSetting } from '../store/setting-rows.ts';
import type { Deps } from './deps.ts';
import { askForSweep } from './matching-job.ts';

const SETTING = 'matcher_version';

/** Asks for every package to be looked at; nothing is asked while there are no advisories. */
export async function checkMatches(deps: Deps): Promise<void> {
  if ((await findAdvisoryGeneration(deps.store)) === 0) return;
  const version = String(MATCHER_VERSION);
  await deps.store.write(async (tx) => {
    if ((await findSetting(tx, SETTING)) !== version) {
      await forgetMatched(tx);
      await saveSetting(tx, SETTING, version);
    }
    await askForSweep(deps, tx);
  });
}
