/**
 * Dense numbers for executables, and which of them have processed evidence. Numbers start at 1, are committed
 * before anybody sees them, and are never reused: rows in the engine name executables by them.
 */
import { randomBytes } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ExecutableId } from '@fleetmeter/proto';
import { inTransaction } from './control-database.ts';
import { ExecutableIndex, type SharedExecutables } from './executable-index.ts';

const ID_BYTES = 8;
const NUMBER_BYTES = 4;
const MAX_NUMBER = 0xffff_ffff;

export class ExecutableNumbers {
  readonly #database: DatabaseSync;
  readonly #insertIds: StatementSync;
  readonly #insertProcessed: StatementSync;
  readonly #findIds: StatementSync;
  readonly #listeners = new Set<(shared: SharedExecutables) => void>();
  #index = new ExecutableIndex();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#insertIds = database.prepare('INSERT INTO executable_numbers (first_number, ids) VALUES (?, ?)');
    this.#insertProcessed = database.prepare('INSERT INTO processed_evidence (numbers, lost) VALUES (?, ?)');
    this.#findIds = database.prepare(
      'SELECT first_number, ids FROM executable_numbers WHERE first_number <= ? ORDER BY first_number DESC LIMIT 1',
    );
    this.#load();
  }

  get count(): number {
    return this.#index.size;
  }

  /** For threads that look executables up. */
  get shared(): SharedExecutables {
    return this.#index.shared;
  }

  /** Calls back whenever `shared` is another one. Returns how to stop that. */
  onMoved(listener: (shared: SharedExecutables) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** See ControlStore.internExecutables. */
  intern(ids: Uint8Array): { numbers: Uint32Array; created: number[] } {
    const view = viewOf(ids);
    const numbers = new Uint32Array(Math.floor(ids.length / ID_BYTES));
    const created: number[] = [];
    const firstNumber = this.#index.size + 1;
    let moved = false;
    for (let index = 0; index < numbers.length; index++) {
      const low = view.getUint32(index * ID_BYTES, true);
      const high = view.getUint32(index * ID_BYTES + 4, true);
      let number = this.#index.numberAt(low, high);
      if (number === 0) {
        number = firstNumber + created.length;
        moved = this.#index.add(low, high, number) || moved;
        created.push(index);
      }
      numbers[index] = number;
    }
    if (moved) this.#tellMoved();
    if (created.length > 0) this.#commitIds(firstNumber, ids, created);
    return { numbers, created };
  }

  /**
   * Takes over numbers that somebody else gave, ascending and above all that are known. A number that nothing is known
   * of, or whose id has one already, is used up by an id that no executable has. Runs inside the caller's transaction.
   */
  adopt(found: readonly { executableNo: number; executableId: ExecutableId }[]): void {
    const last = found.at(-1)?.executableNo ?? 0;
    const first = this.#index.size + 1;
    if (last < first) return;
    const ids = randomBytes((last - first + 1) * ID_BYTES);
    const taken = new Set<ExecutableId>();
    for (const { executableNo, executableId } of found) {
      const bytes = Buffer.from(executableId, 'hex').reverse();
      const known = this.#index.numberAt(bytes.readUInt32LE(0), bytes.readUInt32LE(4)) !== 0;
      if (executableNo < first || known || taken.has(executableId)) continue;
      taken.add(executableId);
      ids.set(bytes, (executableNo - first) * ID_BYTES);
    }
    this.#commitIds(
      first,
      ids,
      Array.from({ length: last - first + 1 }, (_, index) => index),
    );
    for (let number = first, at = 0; number <= last; number++, at += ID_BYTES)
      this.#index.add(ids.readUInt32LE(at), ids.readUInt32LE(at + 4), number);
    this.#tellMoved();
  }

  /** Positions of numbers without processed evidence. */
  undescribed(numbers: Uint32Array): number[] {
    const positions: number[] = [];
    for (let position = 0; position < numbers.length; position++)
      if (!this.#index.isDescribed(numbers[position] as number)) positions.push(position);
    return positions;
  }

  /** Of these ids those without processed evidence, at most `limit`, in the given order. */
  withoutEvidence(ids: Uint8Array, limit: number): ExecutableId[] {
    return hexIds(ids, this.#index.missingEvidence(ids, limit).places);
  }

  /** 0 when it has none yet. */
  numberOf(id: ExecutableId): number {
    return this.#index.numberOf(id);
  }

  /**
   * Remembers that the evidence of these ids is in the tables, and returns the numbers of those for which that is
   * new. Runs inside the caller's transaction.
   */
  markEvidenceProcessed(ids: readonly ExecutableId[]): Uint32Array {
    if (ids.length === 0) return new Uint32Array(0);
    const bytes = Buffer.alloc(ids.length * ID_BYTES);
    ids.forEach((id, index) => {
      bytes.writeUInt32LE(Number.parseInt(id.slice(8), 16), index * ID_BYTES);
      bytes.writeUInt32LE(Number.parseInt(id.slice(0, 8), 16), index * ID_BYTES + 4);
    });
    const fresh = this.intern(bytes).numbers.filter((number) => !this.#index.isDescribed(number));
    if (fresh.length === 0) return fresh;
    this.#insertProcessed.run(packedNumbers(fresh), 0);
    this.#setDescribed(fresh, true);
    return fresh;
  }

  /** The evidence of these numbers is no longer in the tables: it is missing again. */
  markEvidenceLost(numbers: readonly number[]): void {
    if (numbers.length === 0) return;
    this.#insertProcessed.run(packedNumbers(numbers), 1);
    this.#setDescribed(numbers, false);
  }

  /** The id of each number; numbers that were never given are left out. */
  idsOf(numbers: Iterable<number>): Map<number, ExecutableId> {
    const ids = new Map<number, ExecutableId>();
    for (const number of numbers) {
      const row = this.#findIds.get(number);
      const place = row ? (number - (row.first_number as number)) * ID_BYTES : 0;
      const list = row?.ids as Uint8Array | undefined;
      if (!list || place + ID_BYTES > list.length) continue;
      ids.set(number, hexIds(list, [place])[0] as ExecutableId);
    }
    return ids;
  }

  /** Puts memory back to what the file says, after a transaction that this took part in failed. */
  reload(): void {
    this.#index = new ExecutableIndex();
    this.#load();
    this.#tellMoved();
  }

  #commitIds(firstNumber: number, ids: Uint8Array, created: readonly number[]): void {
    const packed = Buffer.alloc(created.length * ID_BYTES);
    created.forEach((index, position) => {
      packed.set(ids.subarray(index * ID_BYTES, (index + 1) * ID_BYTES), position * ID_BYTES);
    });
    try {
      if (firstNumber + created.length - 1 > MAX_NUMBER) throw new Error('no executable numbers are left');
      inTransaction(this.#database, () => this.#insertIds.run(firstNumber, packed));
    } catch (error) {
      // Numbers that were not committed must not be seen by the next caller.
      if (!this.#database.isTransaction) this.reload();
      throw error;
    }
  }

  #load(): void {
    for (const row of this.#database
      .prepare('SELECT first_number, ids FROM executable_numbers ORDER BY first_number')
      .iterate()) {
      const ids = row.ids as Uint8Array;
      const view = viewOf(ids);
      for (let at = 0, number = row.first_number as number; at < ids.length; at += ID_BYTES, number++) {
        this.#index.add(view.getUint32(at, true), view.getUint32(at + 4, true), number);
      }
    }
    const batches = this.#database.prepare('SELECT numbers, lost FROM processed_evidence ORDER BY batch');
    for (const row of batches.iterate()) {
      const numbers = row.numbers as Uint8Array;
      const view = viewOf(numbers);
      for (let at = 0; at < numbers.length; at += NUMBER_BYTES)
        this.#index.setDescribed(view.getUint32(at, true), row.lost === 0);
    }
  }

  #setDescribed(numbers: Iterable<number>, described: boolean): void {
    let moved = false;
    for (const number of numbers) moved = this.#index.setDescribed(number, described) || moved;
    if (moved) this.#tellMoved();
  }

  #tellMoved(): void {
    for (const listener of this.#listeners) listener(this.#index.shared);
  }
}

function packedNumbers(numbers: ArrayLike<number>): Buffer {
  const packed = Buffer.alloc(numbers.length * NUMBER_BYTES);
  for (let index = 0; index < numbers.length; index++)
    packed.writeUInt32LE(numbers[index] as number, index * NUMBER_BYTES);
  return packed;
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The ids at these places as text; one conversion for all of them, since a first inventory has thousands. */
function hexIds(ids: Uint8Array, places: readonly number[]): ExecutableId[] {
  const bigEndian = Buffer.allocUnsafe(places.length * ID_BYTES);
  for (const [index, place] of places.entries())
    bigEndian.set(ids.subarray(place, place + ID_BYTES), index * ID_BYTES);
  bigEndian.swap64();
  const hex = bigEndian.toString('hex');
  return places.map((_, index) => hex.slice(index * 16, index * 16 + 16));
}
