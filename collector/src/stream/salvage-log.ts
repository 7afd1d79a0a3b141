/**
 * What a damaged write-ahead log still holds. SQLite stops at the first frame whose checksum does not hold and forgets
 * all that follow, however many commits those were, since each checksum builds on the one before. The records in them
 * have checksums of their own, so the log can be given right checksums, in a copy, and be read for what is sound.
 *
 * A power cut in the middle of a commit leaves such a log as well: its last frames in any order. Nothing in them was
 * acknowledged, and keeping what is whole of them does no harm.
 */
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC = 0x377f0682;
const SALTS_AT = 8;
const PAGE_BYTES = 4096;
const FORMAT = 3_007_000;

/** A row as it is stored. */
export type SalvagedRow = Record<string, unknown>;
/** A log is moved into its file every thousand pages; a batch more may be in it. */
const MOST_ROWS = 65_536;

export class SalvagedLog {
  readonly #copy: string;

  private constructor(copy: string) {
    this.#copy = copy;
  }

  /**
   * A copy of the database with its log made readable; undefined when SQLite would leave out no commit of it. To be
   * called before SQLite opens the database, which begins the log anew; `remove` it afterwards.
   */
  static of(database: string): SalvagedLog | undefined {
    const log = readLog(database);
    const sealed = log && sealedAnew(log);
    if (!sealed) return undefined;
    const salvaged = new SalvagedLog(`${database}.salvage`);
    salvaged.remove();
    copyFileSync(database, salvaged.#copy);
    writeFileSync(`${salvaged.#copy}-wal`, sealed);
    return salvaged;
  }

  /** Of the rows with offsets beyond `after` those that can be read at all; what they hold is for the caller to check. */
  rowsBeyond(after: number, columns: string): SalvagedRow[] {
    const rows: SalvagedRow[] = [];
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(this.#copy);
      const single = database.prepare(`SELECT ${columns} FROM records WHERE "offset" = ?`);
      const last = Math.min(newestOffset(database), after + MOST_ROWS);
      for (let offset = after + 1; offset <= last; offset++) {
        const row = rowAt(single, offset);
        if (row) rows.push(row);
      }
    } catch {
      // Nothing of this log can be read; what SQLite makes of it is all there is.
    } finally {
      try {
        database?.close();
      } catch {}
    }
    return rows;
  }

  remove(): void {
    for (const suffix of ['', '-wal', '-shm']) rmSync(this.#copy + suffix, { force: true });
  }
}

function newestOffset(database: DatabaseSync): number {
  try {
    return (database.prepare('SELECT max("offset") AS last FROM records').get()?.last as number | null) ?? 0;
  } catch {
    // The page that says so is one of those that are damaged.
    return Number.POSITIVE_INFINITY;
  }
}

function rowAt(single: StatementSync, offset: number): SalvagedRow | undefined {
  try {
    return single.get(offset);
  } catch {
    return undefined;
  }
}

function readLog(database: string): Buffer | undefined {
  const path = `${database}-wal`;
  if (!existsSync(path)) return undefined;
  const log = readFileSync(path);
  return log.length < HEADER_BYTES + FRAME_HEADER_BYTES + PAGE_BYTES ? undefined : log;
}

/** The log with right checksums up to its last commit; undefined when it has none behind its first bad frame. */
function sealedAnew(log: Buffer): Buffer | undefined {
  const salts = saltsOf(log);
  const frameBytes = FRAME_HEADER_BYTES + PAGE_BYTES;
  const frames = Math.floor((log.length - HEADER_BYTES) / frameBytes);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(MAGIC, 0);
  header.writeUInt32BE(FORMAT, 4);
  header.writeUInt32BE(PAGE_BYTES, 8);
  header.writeUInt32BE(log.readUInt32BE(12), 12);
  salts.copy(header, 16);
  let sum = checksum(header.subarray(0, 24), [0, 0]);
  writeSum(header, 24, sum);
  let sound = header.equals(log.subarray(0, HEADER_BYTES));
  const pieces: Buffer[] = [header];
  let lastCommit = 0;
  let lastSoundCommit = 0;
  for (let index = 0; index < frames; index++) {
    const from = HEADER_BYTES + index * frameBytes;
    const frame = Buffer.from(log.subarray(from, from + frameBytes));
    // Of the round before, or damaged where it says of which round it is.
    if (!frame.subarray(SALTS_AT, SALTS_AT + 8).equals(salts)) {
      sound = false;
      continue;
    }
    sum = checksum(frame.subarray(FRAME_HEADER_BYTES), checksum(frame.subarray(0, 8), sum));
    const before = Buffer.from(frame.subarray(16, FRAME_HEADER_BYTES));
    writeSum(frame, 16, sum);
    sound &&= before.equals(frame.subarray(16, FRAME_HEADER_BYTES));
    pieces.push(frame);
    if (frame.readUInt32BE(4) === 0) continue;
    lastCommit = pieces.length;
    if (sound) lastSoundCommit = pieces.length;
  }
  return lastCommit > lastSoundCommit ? Buffer.concat(pieces.slice(0, lastCommit)) : undefined;
}

/**
 * Of the round that was being written. A header that does not hold may still look like the damaged frame behind it, and
 * most frames may be of the round before: then those of the first frame that is not alone with its own.
 */
function saltsOf(log: Buffer): Buffer {
  const header = log.subarray(0, HEADER_BYTES);
  const sealed = Buffer.from(header);
  // Nothing but zeros has a right checksum too.
  sealed.writeUInt32BE(MAGIC, 0);
  writeSum(sealed, 24, checksum(header.subarray(0, 24), [0, 0]));
  const inHeader = header.subarray(16, 24);
  if (sealed.equals(header)) return inHeader;
  const salts: string[] = [];
  for (let at = HEADER_BYTES + SALTS_AT; at + 8 <= log.length; at += FRAME_HEADER_BYTES + PAGE_BYTES)
    salts.push(log.toString('latin1', at, at + 8));
  const counts = new Map<string, number>();
  for (const each of salts) counts.set(each, (counts.get(each) ?? 0) + 1);
  const shared = salts.find((each) => (counts.get(each) ?? 0) > 1);
  return shared === undefined ? inHeader : Buffer.from(shared, 'latin1');
}

type Sum = readonly [number, number];

/** SQLite's checksum of a log: over pairs of 32-bit words, here always little-endian as the magic number says. */
function checksum(bytes: Buffer, [first, second]: Sum): Sum {
  let [a, b] = [first, second];
  for (let at = 0; at < bytes.length; at += 8) {
    a = (a + bytes.readUInt32LE(at) + b) >>> 0;
    b = (b + bytes.readUInt32LE(at + 4) + a) >>> 0;
  }
  return [a, b];
}

function writeSum(bytes: Buffer, at: number, [first, second]: Sum): void {
  bytes.writeUInt32BE(first, at);
  bytes.writeUInt32BE(second, at + 4);
}
