/** Every notice of a move that was ever issued, and how many devices obey which. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { MoveNotice } from '@fleetmeter/proto';
import { inTransaction } from './control-database.ts';
import type { MetaValues } from './meta-values.ts';

export interface IssuedNotice {
  serial: number;
  /** Best first; none: it calls the move off. */
  addresses: string[];
  /** Fingerprints of the authorities that prove the collector there. */
  authorities: string[];
  /** Milliseconds since 1970. */
  issuedAt: number;
  validUntil: number;
  /** The signed envelope, as it goes to devices. */
  sealed: Uint8Array;
}

export type NoticeDraft = Pick<IssuedNotice, 'addresses' | 'authorities' | 'validUntil'>;

export class MoveNotices {
  readonly #database: DatabaseSync;
  readonly #newest: StatementSync;
  readonly #insert: StatementSync;
  readonly #counts: StatementSync;
  readonly #devices: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#newest = database.prepare('SELECT * FROM move_notices ORDER BY serial DESC LIMIT 1');
    this.#insert = database.prepare(
      `INSERT INTO move_notices (serial, addresses, authorities, issued_at, valid_until, sealed)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#counts = database.prepare(
      `SELECT notice_serial AS serial, count(*) AS devices FROM devices
       WHERE notice_serial > 0 AND revoked_at IS NULL GROUP BY notice_serial ORDER BY notice_serial`,
    );
    this.#devices = database.prepare('SELECT count(*) AS n FROM devices WHERE revoked_at IS NULL');
  }

  newest(): IssuedNotice | undefined {
    const row = this.#newest.get();
    if (!row) return undefined;
    return {
      serial: row.serial as number,
      addresses: JSON.parse(row.addresses as string) as string[],
      authorities: JSON.parse(row.authorities as string) as string[],
      issuedAt: row.issued_at as number,
      validUntil: row.valid_until as number,
      sealed: row.sealed as Uint8Array,
    };
  }

  /**
   * Gives the notice its serial and keeps it as `seal` signed it. Serials are times in seconds, so that they rise also
   * over a control store that came back from a backup.
   */
  issue(
    collectorId: string,
    draft: NoticeDraft,
    seal: (notice: MoveNotice) => Uint8Array,
    now: number,
  ): IssuedNotice {
    return inTransaction(this.#database, () => {
      const serial = Math.max((this.newest()?.serial ?? 0) + 1, Math.floor(now / 1000));
      const { addresses, authorities, validUntil } = draft;
      const sealed = seal({
        ...{ collectorId, serial, addresses, authorities },
        validUntil: Math.floor(validUntil / 1000),
      });
      const places = [JSON.stringify(addresses), JSON.stringify(authorities)] as const;
      this.#insert.run(serial, ...places, now, validUntil, sealed);
      return { ...draft, serial, issuedAt: now, sealed };
    });
  }

  /** Devices by the serial they said last, without those that said none and those that were revoked. */
  confirmations(): { serial: number; devices: number }[] {
    return this.#counts.all() as { serial: number; devices: number }[];
  }

  /** Devices that are not revoked. */
  deviceCount(): number {
    return this.#devices.get()?.n as number;
  }
}

/**
 * Whether this is the key that devices learned of this control store; the first one shown is. Notices by another one are
 * believed by nobody who joined before.
 */
export function isKnownNoticeKey(meta: MetaValues, publicKey: Uint8Array): boolean {
  const key = Buffer.from(publicKey).toString('hex');
  const known = meta.text('notice_key');
  if (known === '') meta.setText('notice_key', key);
  return known === '' || known === key;
}
