/** Files, the executables they are, and the digest of what is installed. Callers open the transactions. */
import {
  decodeEvidence,
  digestFromParts,
  digestSumBytes,
  type ExecutableFormat,
  type ExecutableId,
  type InventoryDigest,
} from '@fleetmeter/proto';
import type { FileIdentity, FoundFile } from '../watch/found-file.ts';
import type { StateDatabase } from './state-database.ts';

export interface InventoryState {
  digest: InventoryDigest;
  /** The highest mark given to a touched id. */
  touchCounter: number;
}

export interface ExecutableRow {
  executableNo: number;
  executableId: ExecutableId;
  digestPart: Uint8Array;
  /** How many files are this executable now. */
  files: number;
}

type Row = Record<string, unknown>;
const PAGE = 1000;
const FILE_COLUMNS =
  'path, format, device, inode, size, mtime_ns, ctime_ns, evidence FROM files JOIN executables USING (executable_no)';
/** See sameStateAtPath. */
const SAME_STATE = ['inode', 'size', 'mtime_ns', 'ctime_ns']
  .map((column) => `files.${column} = excluded.${column}`)
  .join(' AND ');
const EXECUTABLE_COLUMNS = 'executable_no, executable_id, digest_part, files';

export class InventoryTable {
  readonly #database: StateDatabase;
  constructor(database: StateDatabase) {
    this.#database = database;
  }

  state(): InventoryState {
    const row = this.#database.sql('SELECT * FROM inventory_state').get() as Row;
    return {
      digest: digestFromParts(row.digest_count as number, row.digest_sum as Uint8Array),
      touchCounter: row.touch_counter as number,
    };
  }

  writeState(state: InventoryState): void {
    this.#database
      .sql('UPDATE inventory_state SET digest_count = ?, digest_sum = ?, touch_counter = ?')
      .run(state.digest.count, digestSumBytes(state.digest), state.touchCounter);
  }

  fileAt(path: string): FoundFile | undefined {
    return found(this.#database.sql(`SELECT ${FILE_COLUMNS} WHERE path = ?`).get(path));
  }

  identityAt(path: string): FileIdentity | undefined {
    const row = this.#database
      .sql('SELECT device, inode, size, mtime_ns, ctime_ns FROM files WHERE path = ?')
      .get(path);
    return row && identityIn(row);
  }

  fileWith(identity: FileIdentity): FoundFile | undefined {
    const { inode, device, size, mtimeNs, ctimeNs } = identity;
    const where = 'inode = ? AND device = ? AND size = ? AND mtime_ns = ? AND ctime_ns = ? LIMIT 1';
    const statement = this.#database.sql(`SELECT ${FILE_COLUMNS} WHERE ${where}`);
    return found(statement.get(inode, device, size, mtimeNs, ctimeNs));
  }

  /** Files in path order, `PAGE` at a time: a caller that pauses between files sees the changes of the meantime. */
  *files(): Iterable<FoundFile> {
    const statement = this.#database.sql(`SELECT ${FILE_COLUMNS} WHERE path > ? ORDER BY path LIMIT ${PAGE}`);
    for (let after = ''; ; ) {
      const page = statement.all(after).map((row) => found(row) as FoundFile);
      yield* page;
      const last = page.at(-1);
      if (!last || page.length < PAGE) return;
      after = last.path;
    }
  }

  *paths(): Iterable<string> {
    const statement = this.#database.sql(`SELECT path FROM files WHERE path > ? ORDER BY path LIMIT ${PAGE}`);
    for (let after = ''; ; ) {
      const page = statement.all(after).map((row) => row.path as string);
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      after = last;
    }
  }

  executableOfFile(path: string): ExecutableRow | undefined {
    const where = 'WHERE executable_no = (SELECT executable_no FROM files WHERE path = ?)';
    return executable(this.#database.sql(`SELECT ${EXECUTABLE_COLUMNS} FROM executables ${where}`).get(path));
  }

  /** The executable's row; made when the evidence is new. */
  keepExecutable(
    executableId: ExecutableId,
    evidence: Uint8Array,
    digestPart: Uint8Array,
    day: number,
  ): ExecutableRow {
    const row = this.#database
      .sql(
        `INSERT INTO executables (executable_id, evidence, digest_part, kept_since) VALUES (?, ?, ?, ?)
         ON CONFLICT (executable_id) DO UPDATE SET kept_since = excluded.kept_since
         RETURNING ${EXECUTABLE_COLUMNS}`,
      )
      .get(executableId, evidence, digestPart, day);
    return executable(row) as ExecutableRow;
  }

  /** `day`: when it was hashed, unless it is known in this state already. */
  writeFile(file: FoundFile, executableNo: number, day: number): void {
    const { path, format, identity } = file;
    this.#database
      .sql(
        `INSERT INTO files (path, executable_no, format, device, inode, size, mtime_ns, ctime_ns, hashed_on)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (path) DO UPDATE SET executable_no = excluded.executable_no, format = excluded.format,
           hashed_on = iif(${SAME_STATE}, hashed_on, excluded.hashed_on), device = excluded.device,
           inode = excluded.inode, size = excluded.size, mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns`,
      )
      .run(
        path,
        executableNo,
        format,
        identity.device,
        identity.inode,
        identity.size,
        identity.mtimeNs,
        identity.ctimeNs,
        day,
      );
  }

  removeFile(path: string): void {
    this.#database.sql('DELETE FROM files WHERE path = ?').run(path);
    this.#database.sql('DELETE FROM ran_in_homes WHERE path = ?').run(path);
  }

  /** Day on which the file was hashed in its present state; 0: not known. */
  hashedOn(path: string): number {
    const row = this.#database.sql('SELECT hashed_on FROM files WHERE path = ?').get(path);
    return (row?.hashed_on as number | undefined) ?? 0;
  }

  noteRan(path: string, day: number): void {
    this.#database.sql('INSERT OR IGNORE INTO ran_in_homes VALUES (?, ?)').run(path, day);
  }

  ranPaths(): string[] {
    return this.#database
      .sql('SELECT path FROM ran_in_homes')
      .all()
      .map((row) => row.path as string);
  }

  /** Day on which it was first seen that somebody ran it from a home; undefined: never, or no longer there. */
  ranOn(path: string): number | undefined {
    const row = this.#database.sql('SELECT ran_on FROM ran_in_homes WHERE path = ?').get(path);
    return row?.ran_on as number | undefined;
  }

  writePresence(executableNo: number, files: number, touched: number | undefined, day: number): void {
    this.#database
      .sql(
        'UPDATE executables SET files = ?, touched = coalesce(?, touched), kept_since = ? WHERE executable_no = ?',
      )
      .run(files, touched ?? null, day, executableNo);
  }

  /** Ids whose presence changed after the mark, and whether each is present now. */
  touchedSince(mark: number): { present: ExecutableId[]; absent: ExecutableId[] } {
    const present: ExecutableId[] = [];
    const absent: ExecutableId[] = [];
    const rows = this.#database.sql('SELECT executable_id, files FROM executables WHERE touched > ?');
    for (const row of rows.iterate(mark))
      ((row.files as number) > 0 ? present : absent).push(row.executable_id as string);
    return { present, absent };
  }

  /** Whether it is installed, and the mark of the last change of that. */
  presenceOf(executableId: ExecutableId): { files: number; touched: number } | undefined {
    const row = this.#database
      .sql('SELECT files, touched FROM executables WHERE executable_id = ?')
      .get(executableId);
    return row && { files: row.files as number, touched: row.touched as number };
  }

  presentIds(): ExecutableId[] {
    const rows = this.#database.sql('SELECT executable_id FROM executables WHERE files > 0').all();
    return rows.map((row) => row.executable_id as string);
  }

  *presentDigestParts(): Iterable<Uint8Array> {
    const rows = this.#database.sql('SELECT digest_part FROM executables WHERE files > 0').all();
    for (const row of rows) yield row.digest_part as Uint8Array;
  }

  evidenceOf(executableId: ExecutableId): Uint8Array | undefined {
    const row = this.#database
      .sql('SELECT evidence FROM executables WHERE executable_id = ?')
      .get(executableId);
    return row?.evidence as Uint8Array | undefined;
  }

  isInstalled(executableId: ExecutableId): boolean {
    const row = this.#database.sql('SELECT files FROM executables WHERE executable_id = ?').get(executableId);
    return ((row?.files as number | undefined) ?? 0) > 0;
  }

  /** Forgets evidence that is neither installed, nor in kept usage, nor owed to the collector. */
  forgetUnneeded(ackedTouch: number, beforeDay: number): void {
    this.#database
      .sql(
        `DELETE FROM executables WHERE files = 0 AND touched <= ? AND kept_since < ?
         AND executable_id NOT IN (SELECT executable_id FROM usage)`,
      )
      .run(ackedTouch, beforeDay);
  }
}

function found(row: Row | undefined): FoundFile | undefined {
  if (!row) return undefined;
  return {
    path: row.path as string,
    format: row.format as ExecutableFormat,
    identity: identityIn(row),
    evidence: decodeEvidence(row.evidence as Uint8Array),
  };
}

function identityIn(row: Row): FileIdentity {
  return {
    device: row.device as string,
    inode: row.inode as string,
    size: row.size as number,
    mtimeNs: row.mtime_ns as string,
    ctimeNs: row.ctime_ns as string,
  };
}

function executable(row: Row | undefined): ExecutableRow | undefined {
  if (!row) return undefined;
  return {
    executableNo: row.executable_no as number,
    executableId: row.executable_id as string,
    digestPart: row.digest_part as Uint8Array,
    files: row.files as number,
  };
}
