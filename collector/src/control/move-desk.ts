/** What the command line does with notices: on the same file as a running collector, which sees it within a second. */
import { openExistingControlDatabase } from './enrolment-desk.ts';
import { MetaValues } from './meta-values.ts';
import { MoveNotices } from './move-notices.ts';

export interface MoveDesk extends Disposable {
  notices: MoveNotices;
  /** 32 hex digits. */
  collectorId: string;
}

/** Throws NoControlStoreError. */
export function openMoveDesk(collectorDir: string): MoveDesk {
  const database = openExistingControlDatabase(collectorDir);
  return {
    notices: new MoveNotices(database),
    collectorId: Buffer.from(new MetaValues(database).secret('collector_id', 16)).toString('hex'),
    [Symbol.dispose]: () => database.close(),
  };
}
