/** Devices that hold a join string and wait for an administrator to let them in. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { DeviceNames } from './device-groups.ts';

/** Beyond it nobody else may wait; one that has not asked for WAITING_KEPT_MS makes room. */
export const MOST_WAITING = 10_000;
const WAITING_KEPT_MS = 7 * 24 * 3600 * 1000;
/** When it asked last is written down this often: each time costs a wait for the disk. */
const NOTED_EVERY_MS = 3600 * 1000;

export type Decision = 'approved' | 'rejected';

export interface WaitingDevice extends DeviceNames {
  /** Names its key, and the device as long as it has no id. */
  keyId: string;
  tokenId: string;
  /** Milliseconds since 1970. */
  askedAt: number;
  lastAskedAt: number;
  decision: Decision | undefined;
}

export class WaitingDevices {
  readonly #byKeyId: StatementSync;
  readonly #insert: StatementSync;
  readonly #note: StatementSync;
  readonly #drop: StatementSync;
  readonly #expire: StatementSync;
  readonly #count: StatementSync;
  readonly #list: StatementSync;
  readonly #decide: StatementSync;
  readonly #decideAll: StatementSync;
  readonly #most: number;

  constructor(database: DatabaseSync, most = MOST_WAITING) {
    this.#most = most;
    this.#byKeyId = database.prepare('SELECT * FROM waiting_devices WHERE key_id = ?');
    this.#insert = database.prepare(
      `INSERT INTO waiting_devices (key_id, token_id, hostname, management_id, group_tag, asked_at, last_asked_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#note = database.prepare('UPDATE waiting_devices SET last_asked_at = ? WHERE key_id = ?');
    this.#drop = database.prepare('DELETE FROM waiting_devices WHERE key_id = ?');
    this.#expire = database.prepare('DELETE FROM waiting_devices WHERE last_asked_at < ?');
    this.#count = database.prepare('SELECT count(*) AS n FROM waiting_devices');
    this.#list = database.prepare('SELECT * FROM waiting_devices ORDER BY asked_at, key_id');
    this.#decide = database.prepare(
      'UPDATE waiting_devices SET decision = ?1 WHERE key_id = ?2 AND decision IS NOT ?1',
    );
    this.#decideAll = database.prepare('UPDATE waiting_devices SET decision = ? WHERE decision IS NULL');
  }

  /** What was decided about it; 'full' when there is no room for one more to wait. Notes that it asked. */
  ask(keyId: string, tokenId: string, names: DeviceNames, now: number): Decision | 'waits' | 'full' {
    const row = this.#byKeyId.get(keyId);
    if (row) {
      const { decision, lastAskedAt } = waitingOf(row);
      if (now - lastAskedAt >= NOTED_EVERY_MS) this.#note.run(now, keyId);
      return decision ?? 'waits';
    }
    if (this.count() >= this.#most) this.#expire.run(now - WAITING_KEPT_MS);
    if (this.count() >= this.#most) return 'full';
    this.#insert.run(keyId, tokenId, names.hostname, names.managementId, names.groupTag, now, now);
    return 'waits';
  }

  /** It has joined. */
  drop(keyId: string): void {
    this.#drop.run(keyId);
  }

  count(): number {
    return this.#count.get()?.n as number;
  }

  /** In the order in which they asked, also those about which was decided and which have not asked since. */
  list(): WaitingDevice[] {
    return this.#list.all().map(waitingOf);
  }

  /** False when no such device waits, or the same was decided already. */
  decide(keyId: string, decision: Decision): boolean {
    return this.#decide.run(decision, keyId).changes > 0;
  }

  /** About all of whom nothing was decided; returns how many. */
  decideAll(decision: Decision): number {
    return Number(this.#decideAll.run(decision).changes);
  }
}

function waitingOf(row: Record<string, unknown>): WaitingDevice {
  return {
    keyId: row.key_id as string,
    tokenId: row.token_id as string,
    hostname: row.hostname as string,
    managementId: row.management_id as string,
    groupTag: row.group_tag as string,
    askedAt: row.asked_at as number,
    lastAskedAt: row.last_asked_at as number,
    decision: (row.decision as Decision | null) ?? undefined,
  };
}
