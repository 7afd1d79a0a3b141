/**
 * What the command line does with settings: on the same file as a running collector, which sees it within a quarter of
 * a second.
 */
import { inTransaction } from './control-database.ts';
import { openExistingControlDatabase } from './enrolment-desk.ts';
import { GroupSettings } from './group-settings.ts';
import { MetaValues } from './meta-values.ts';

export interface SettingsDesk extends Disposable {
  settings: GroupSettings;
  /** All of it or nothing. */
  together<T>(work: () => T): T;
}

/** Throws NoControlStoreError. */
export function openSettingsDesk(collectorDir: string): SettingsDesk {
  const database = openExistingControlDatabase(collectorDir);
  return {
    settings: new GroupSettings(database, new MetaValues(database)),
    together: (work) => inTransaction(database, work),
    [Symbol.dispose]: () => database.close(),
  };
}
