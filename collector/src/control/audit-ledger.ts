/**
 * What the audit asked of devices, so that it asks once for each difference: a record that was put aside stays put
 * aside, and its device would be asked for ever. A difference that is found settled is forgotten, so that the same
 * loss later is a new one.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { DirectiveFields } from '@fleetmeter/proto';
import { inTransaction } from './control-database.ts';
import type { PendingDirectives } from './pending-directives.ts';

export interface AuditRequest {
  kind: 'usage' | 'inventory';
  /** Whom it is about. */
  deviceId: string;
  /** Who is asked: the same, until the sender of a copied identity has an own one. */
  senderDeviceId: string;
  /** Days since 1970 UTC; 0 for an inventory. */
  day: number;
  /** Says what differs: the same text is the same difference. */
  difference: string;
  directive: DirectiveFields;
}

/** Some 150 bytes each. Beyond it nobody is asked until differences are settled. */
const MOST_LEDGER_ROWS = 200_000;

export class AuditLedger {
  readonly #database: DatabaseSync;
  readonly #directives: Pick<PendingDirectives, 'put' | 'list'>;
  readonly #most: number;
  readonly #asked: StatementSync;
  readonly #note: StatementSync;
  readonly #count: StatementSync;
  readonly #list: StatementSync;
  readonly #forget: StatementSync;
  readonly #forgetOld: StatementSync;

  constructor(
    database: DatabaseSync,
    directives: Pick<PendingDirectives, 'put' | 'list'>,
    most = MOST_LEDGER_ROWS,
  ) {
    this.#database = database;
    this.#directives = directives;
    this.#most = most;
    const key = 'kind = ? AND day = ? AND device_id = ?';
    this.#asked = database.prepare(`SELECT difference FROM audit_requests WHERE ${key}`);
    this.#note = database.prepare('INSERT OR REPLACE INTO audit_requests VALUES (?, ?, ?, ?)');
    this.#count = database.prepare('SELECT count(*) AS n FROM audit_requests');
    this.#list = database.prepare('SELECT device_id FROM audit_requests WHERE kind = ? AND day = ?');
    this.#forget = database.prepare(`DELETE FROM audit_requests WHERE ${key}`);
    this.#forgetOld = database.prepare(`DELETE FROM audit_requests WHERE kind = 'usage' AND day < ?`);
  }

  /** One transaction; `now` in milliseconds since 1970. `postponed`: there was no room to remember the request; a later sweep asks. */
  ask(requests: readonly AuditRequest[], now: number): { asked: number; postponed: number } {
    return inTransaction(this.#database, () => {
      let rows = this.#count.get()?.n as number;
      let asked = 0;
      let postponed = 0;
      for (const { kind, day, deviceId, senderDeviceId, difference, directive } of requests) {
        const before = this.#asked.get(kind, day, deviceId)?.difference as string | undefined;
        if (before === difference) continue;
        // Asked for already by whoever processes its reports.
        const waiting = this.#directives.list(senderDeviceId, directive.epoch ?? undefined);
        if (directive.resync && waiting.some(({ resync }) => resync)) continue;
        if (before === undefined && rows >= this.#most) {
          postponed++;
          continue;
        }
        if (before === undefined) rows++;
        this.#note.run(kind, day, deviceId, difference);
        this.#directives.put(senderDeviceId, directive, now);
        asked++;
      }
      return { asked, postponed };
    });
  }

  /** Everything of this kind and day was looked at, and only these devices still differ. */
  settled(kind: AuditRequest['kind'], day: number, differing: ReadonlySet<string>): void {
    inTransaction(this.#database, () => {
      for (const row of this.#list.all(kind, day)) {
        const deviceId = row.device_id as string;
        if (!differing.has(deviceId)) this.#forget.run(kind, day, deviceId);
      }
    });
  }

  /** Days before this one are no longer looked at. */
  forgetDaysBefore(day: number): void {
    this.#forgetOld.run(day);
  }
}
