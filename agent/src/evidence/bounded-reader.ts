/**
 * Reads pieces of one untrusted file, and never more of it than a limit, however its own tables point around. Small
 * pieces near each other cost one read: each read takes a block, and the newest block is kept.
 */
import type { ByteReader } from './elf.ts';
import { LimitNote } from './limit-note.ts';

const BLOCK_BYTES = 4096;

export interface BoundedReaderLimits {
  /** Bytes taken from the file in all, counted again when they are read again. */
  mostBytes: number;
  /** Reads of the file in all. */
  mostReads: number;
}

/** What it returns stays as it is: later reads take new memory. */
export class BoundedReader {
  /** Also for the limits of whoever reads with it. */
  readonly limits: LimitNote;
  readonly #read: ByteReader;
  #bytesLeft: number;
  #readsLeft: number;
  #blockAt = 0;
  #block: Buffer = Buffer.alloc(0);

  /** `limits`: of the reader that this one reads a part of. */
  constructor(
    read: ByteReader,
    { mostBytes, mostReads }: BoundedReaderLimits,
    limits: LimitNote = new LimitNote(),
  ) {
    this.limits = limits;
    this.#read = read;
    this.#bytesLeft = mostBytes;
    this.#readsLeft = mostReads;
  }

  /** Exactly `length` bytes from `offset`, or undefined: they are not all there, or a limit is reached. */
  part(offset: number, length: number): Buffer | undefined {
    const bytes = this.upTo(offset, length);
    return bytes.length === length ? bytes : undefined;
  }

  /** At most `length` bytes from `offset`: fewer at the end of the file, none when a limit is reached. */
  upTo(offset: number, length: number): Buffer {
    if (!Number.isSafeInteger(offset) || offset < 0 || !(length > 0)) return Buffer.alloc(0);
    const inBlock = offset - this.#blockAt;
    if (inBlock >= 0 && inBlock + length <= this.#block.length)
      return this.#block.subarray(inBlock, inBlock + length);
    if (this.limits.exceeds(length, this.#bytesLeft) || this.limits.exceeds(1, this.#readsLeft))
      return Buffer.alloc(0);
    const wanted = Math.min(Math.max(length, BLOCK_BYTES), this.#bytesLeft);
    this.#readsLeft--;
    this.#bytesLeft -= wanted;
    const bytes = this.#read(offset, wanted);
    this.#blockAt = offset;
    this.#block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.#block.subarray(0, length);
  }
}
