/** What the command line does with notices: on the same file as a running collector, which sees it within a second. */
import { openExistingControlDatabase } from './enrolment-desk.ts';
import { MetaValues } from './meta-values.ts';
import { isKnownNoticeKey, MoveNotices } from './move-notices.ts';

export interface MoveDesk extends Disposable {
  notices: MoveNotices;
  /** Whether devices that joined before today believe notices of this key. */
  isKnownKey: (publicKey: Uint8Array) => boolean;
  /** 32 hex digits. */
  collectorId: string;
}

/** Throws NoControlStoreError. */
export function openMoveDesk(collectorDir: string): MoveDesk {
  const database = openExistingControlDatabase(collectorDir);
  const meta = new MetaValues(database);
  return {
    isKnownKey: (publicKey) => isKnownNoticeKey(meta, publicKey),
    notices: new MoveNotices(database),
    collectorId: Buffer.from(meta.secret('collector_id', 16)).toString('hex'),
    [Symbol.dispose]: () => database.close(),
  };
}
