/** What a control store that came back from a backup must not take up where it left off. */

import { BackupHold } from './backup-hold.ts';
import { inTransaction, openControlDatabase } from './control-database.ts';
import { SETTINGS_VERSION_COUNTER } from './group-settings.ts';
import { MetaValues } from './meta-values.ts';

/**
 * More changes of settings than anybody makes between a backup and its restore: devices may know versions that the
 * backup does not, and must not take another content for one of those.
 */
const VERSIONS_SKIPPED = 1_000_000;

/** Of the file of a control store that nobody has open. Throws when it is none, or of a later version. */
export function settleRestoredControl(path: string): { checkpoint: number } {
  const database = openControlDatabase(path);
  try {
    const meta = new MetaValues(database);
    return inTransaction(database, () => {
      new BackupHold(meta).release();
      // Whoever lost the right to ask about persons since would have it again.
      database.exec('UPDATE person_tokens SET revoked_at = unixepoch() * 1000 WHERE revoked_at IS NULL');
      meta.setCounter(SETTINGS_VERSION_COUNTER, meta.counter(SETTINGS_VERSION_COUNTER) + VERSIONS_SKIPPED);
      return { checkpoint: meta.counter('checkpoint') };
    });
  } finally {
    database.close();
  }
}
