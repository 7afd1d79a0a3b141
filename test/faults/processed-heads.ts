/** What stands for the fact tables: the newest sequence of each device that was processed, on stable storage. */
import { DatabaseSync } from 'node:sqlite';
import { Report } from '@fleetmeter/proto';
import { reopenVerifiedEnvelope } from '@fleetmeter/proto/opening';
import type { StreamRecord } from '../../collector/src/stream/stream.ts';

const MOST_MESSAGE_BYTES = 8 * 1024 * 1024;

export class ProcessedHeads {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    this.#database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
       CREATE TABLE IF NOT EXISTS heads (device TEXT PRIMARY KEY, sequence INTEGER)`,
    );
  }

  note(records: readonly StreamRecord[]): void {
    this.#database.exec('BEGIN');
    const put = this.#database.prepare('INSERT OR REPLACE INTO heads VALUES (?, ?)');
    for (const record of records) put.run(record.deviceId, sequenceOf(record));
    this.#database.exec('COMMIT');
  }

  all(): Map<string, number> {
    const rows = this.#database.prepare('SELECT device, sequence FROM heads').all();
    return new Map(rows.map((row) => [row.device as string, row.sequence as number]));
  }

  close(): void {
    this.#database.close();
  }
}

export function sequenceOf({ envelope }: Pick<StreamRecord, 'envelope'>): number {
  return Report.decode(reopenVerifiedEnvelope(envelope, 'Report', MOST_MESSAGE_BYTES).message).sequence;
}
