/**
 * A log file that stays below a size: full, it becomes `.1`, the one before it `.2`, and the oldest goes. Lines that
 * cannot be written (a full disk) are dropped and counted; a log must not take down what it tells about.
 */
import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

const LOG_FILE_BYTES = 5 * 1024 * 1024;
const KEPT_FILES = 3;

export class LogFile {
  readonly path: string;
  readonly #limit: number;
  #descriptor: number | undefined;
  #size = 0;
  #dropped = 0;

  constructor(path: string, limitBytes = LOG_FILE_BYTES) {
    this.path = path;
    this.#limit = limitBytes;
  }

  writeLine(line: string): void {
    const dropped = this.#dropped;
    const notice =
      dropped > 0 ? `${JSON.stringify({ level: 40, msg: 'lines were dropped', dropped })}\n` : '';
    const bytes = Buffer.from(`${notice}${line}\n`);
    try {
      if (this.#descriptor === undefined) this.#open();
      if (this.#size > 0 && this.#size + bytes.length > this.#limit) this.#rotate();
      this.#size += writeSync(this.#descriptor as number, bytes);
      this.#dropped = 0;
    } catch {
      this.#dropped = dropped + 1;
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #open(): void {
    this.#descriptor = openSync(this.path, 'a', 0o600);
    this.#size = fstatSync(this.#descriptor).size;
  }

  #rotate(): void {
    this.close();
    for (let age = KEPT_FILES - 1; age >= 1; age--) {
      try {
        renameSync(age === 1 ? this.path : `${this.path}.${age - 1}`, `${this.path}.${age}`);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    this.#open();
  }
}
