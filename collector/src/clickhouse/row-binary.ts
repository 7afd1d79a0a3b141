/** Reads answers in RowBinary: rows without names or types, integers little-endian, lengths in LEB128. */

/** The piece at hand ends within the row. */
class RowIncomplete extends Error {
  override name = 'RowIncomplete';
}
/** Thrown for control flow, once for each piece: without the cost of a stack. */
const INCOMPLETE = new RowIncomplete('the answer ends within a row');

/**
 * The rows of an answer that comes in pieces, each as soon as it is complete, so that a large answer neither lies in
 * memory twice nor is read in one go. `read` takes one row; rows may be of any length. Rejects when the answer ends
 * within a row.
 */
export async function* readRows<T>(
  pieces: AsyncIterable<Buffer>,
  read: (row: RowBinaryReader) => T,
): AsyncGenerator<T> {
  const lists = new ListPool();
  let rest = Buffer.alloc(0);
  for await (const piece of pieces) {
    const reader = new RowBinaryReader(rest.length === 0 ? piece : Buffer.concat([rest, piece]), lists);
    let complete = 0;
    try {
      while (!reader.ended) {
        const row = read(reader);
        complete = reader.at;
        yield row;
      }
    } catch (error) {
      if (error !== INCOMPLETE) throw error;
    }
    rest = reader.after(complete);
  }
  if (rest.length > 0) throw new RowIncomplete(`the answer ends ${rest.length} bytes into a row`);
}

export class RowBinaryReader {
  readonly #bytes: Buffer;
  readonly #lists: ListPool;
  #at = 0;

  constructor(bytes: Buffer, lists: ListPool) {
    this.#bytes = bytes;
    this.#lists = lists;
  }

  get at(): number {
    return this.#at;
  }

  get ended(): boolean {
    return this.#at >= this.#bytes.length;
  }

  after(at: number): Buffer<ArrayBuffer> {
    return this.#bytes.subarray(at) as Buffer<ArrayBuffer>;
  }

  uint8(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }

  uint32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  uint64(): bigint {
    return this.#bytes.readBigUInt64LE(this.#take(8));
  }

  string(): string {
    const length = this.#length();
    const at = this.#take(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  uint32Array(): Uint32Array {
    const length = this.#length();
    const bytes = length * Uint32Array.BYTES_PER_ELEMENT;
    const at = this.#take(bytes);
    const values = this.#lists.list(length);
    new Uint8Array(values.buffer, values.byteOffset, bytes).set(this.#bytes.subarray(at, at + bytes));
    return values;
  }

  /** Where so many bytes begin; they are read then. */
  #take(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) throw INCOMPLETE;
    this.#at = at + length;
    return at;
  }

  #length(): number {
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#take(1));
      length |= (byte & 127) << shift;
      if (byte < 128) return length;
    }
  }
}

const POOL_VALUES = 1 << 16;

/** Lists side by side in large arrays: an array of its own costs a list of 2,000 more than its copy. */
class ListPool {
  #free = new Uint32Array(0);

  list(length: number): Uint32Array {
    if (length > POOL_VALUES / 4) return new Uint32Array(length);
    if (length > this.#free.length) this.#free = new Uint32Array(POOL_VALUES);
    const taken = this.#free.subarray(0, length);
    this.#free = this.#free.subarray(length);
    return taken;
  }
}
