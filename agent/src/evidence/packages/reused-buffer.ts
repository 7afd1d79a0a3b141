/** Reads many small files one after the other into the same memory: a buffer for each is garbage that costs more than reading it. */
import { closeSync, openSync, readSync } from 'node:fs';

const FIRST_BYTES = 65_536;

export class ReusedBuffer {
  #buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);

  /** All of the file, until the next call. Throws when it cannot be read. */
  read(path: string): Buffer {
    const file = openSync(path, 'r');
    try {
      let length = 0;
      for (;;) {
        if (length === this.#buffer.length) this.#grow();
        const read = readSync(file, this.#buffer, length, this.#buffer.length - length, null);
        if (read === 0) return this.#buffer.subarray(0, length);
        length += read;
      }
    } finally {
      closeSync(file);
    }
  }

  #grow(): void {
    const larger = Buffer.allocUnsafeSlow(this.#buffer.length * 2);
    this.#buffer.copy(larger);
    this.#buffer = larger;
  }
}
