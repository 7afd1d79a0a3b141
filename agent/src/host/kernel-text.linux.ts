/** A short text that the kernel makes anew for whoever reads it, as most of what is in /proc. */
import { closeSync, openSync, readSync } from 'node:fs';

/** What is longer is cut off. */
const MOST_BYTES = 128;
const buffer = Buffer.alloc(MOST_BYTES);

/** For what is read again and again: the file stays open, since opening it costs more than reading it. */
export class KernelText {
  readonly #path: string;
  #file: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** As it is now; undefined: it is not there, or cannot be read. */
  read(): string | undefined {
    try {
      this.#file ??= openSync(this.#path, 'r');
      return buffer.toString('latin1', 0, readSync(this.#file, buffer, 0, MOST_BYTES, 0));
    } catch {
      this.#close();
      return undefined;
    }
  }

  /** It may be another one that is there by then. */
  #close(): void {
    if (this.#file === undefined) return;
    closeSync(this.#file);
    this.#file = undefined;
  }
}
