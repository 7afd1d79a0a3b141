/**
 * Permits for copies to become devices of their own. A ticket is given to an epoch whose sender was proven to be one
 * of two; it stands for the new device's id, which exists from then on although nobody holds its key yet.
 */
import { hash, randomBytes } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';

const TICKET_BYTES = 32;

export interface SplitTicket {
  /** 32 random bytes, for the copy alone. */
  ticket: Uint8Array;
  /** Of the device that the copy becomes. */
  deviceId: string;
}

/** An identity that was found to have more than one holder. */
export interface SplitDevice {
  /** Whose identity was copied. */
  originalDeviceId: string;
  /** What the copy became, or becomes when it takes up its ticket. */
  deviceId: string;
  /** Milliseconds since 1970 of the proof. */
  provenAt: number;
  /** When the copy enrolled with its ticket; undefined while it has not. */
  joinedAt: number | undefined;
}

/** No ticket of this device. */
export class SplitTicketRefusedError extends Error {
  override name = 'SplitTicketRefusedError';
}

export class SplitTickets {
  readonly #insert: StatementSync;
  readonly #find: StatementSync;
  readonly #use: StatementSync;
  readonly #list: StatementSync;
  readonly #withdraw: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(
      'INSERT INTO split_tickets (ticket_hash, device_id, original_device_id, epoch_no, proven_at) VALUES (?, ?, ?, ?, ?)',
    );
    this.#find = database.prepare(
      'SELECT device_id, original_device_id, public_key FROM split_tickets WHERE ticket_hash = ?',
    );
    this.#use = database.prepare(
      'UPDATE split_tickets SET public_key = ?, joined_at = ? WHERE ticket_hash = ?',
    );
    this.#withdraw = database.prepare(
      `DELETE FROM directives WHERE device_id = ? AND action = 'split'
       AND epoch IN (SELECT epoch_id FROM epochs WHERE owner_device_id = ?)`,
    );
    this.#list = database.prepare(
      'SELECT device_id, original_device_id, proven_at, joined_at FROM split_tickets ORDER BY proven_at DESC, device_id LIMIT ?',
    );
  }

  issue(originalDeviceId: string, epochNo: number, now: number): SplitTicket {
    const ticket = Uint8Array.from(randomBytes(TICKET_BYTES));
    const deviceId = randomBytes(8).toString('hex');
    this.#insert.run(hashOf(ticket), deviceId, originalDeviceId, epochNo, now);
    return { ticket, deviceId };
  }

  /**
   * The device the ticket stands for, which is not offered again; the same one for the same key for ever. Throws SplitTicketRefusedError for a
   * ticket that is unknown, of another device, or taken up by another key.
   */
  redeem(ticket: Uint8Array, originalDeviceId: string, rawPublicKey: Uint8Array, now: number): string {
    const ticketHash = hashOf(ticket);
    const row = this.#find.get(ticketHash);
    if (!row || row.original_device_id !== originalDeviceId)
      throw new SplitTicketRefusedError(`device ${originalDeviceId} was given no such ticket`);
    const taken = row.public_key as Uint8Array | null;
    if (taken && Buffer.compare(taken, rawPublicKey) !== 0)
      throw new SplitTicketRefusedError('another key has taken this ticket up');
    if (!taken) this.#use.run(rawPublicKey, now, ticketHash);
    this.#withdraw.run(originalDeviceId, row.device_id as string);
    return row.device_id as string;
  }

  /** Newest first. */
  list(limit: number): SplitDevice[] {
    return this.#list.all(limit).map((row) => ({
      deviceId: row.device_id as string,
      originalDeviceId: row.original_device_id as string,
      provenAt: row.proven_at as number,
      joinedAt: (row.joined_at as number | null) ?? undefined,
    }));
  }
}

function hashOf(ticket: Uint8Array): Uint8Array {
  return Uint8Array.from(hash('sha256', ticket, 'buffer'));
}
