import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LockOuts } from './lock-outs.ts';

const MOST_BYTES = 1_000_000;

/**
 * The lock-outs of a data folder. They are written by a process that is about to end itself, so at once and without
 * a sync: what a power cut takes of them is a statement that may be tried once more.
 */
export class KeptLockOuts extends LockOuts {
  readonly #file: string;
  /** Why the file could not be read: then nobody is locked out. */
  readonly unreadable: string | undefined;

  private constructor(file: string, state: unknown, unreadable: string | undefined) {
    super(state, Date.now());
    this.#file = file;
    this.unreadable = unreadable;
  }

  static in(dataDir: string): KeptLockOuts {
    const file = join(dataDir, 'lock-outs.json');
    try {
      const text = readFileSync(file, 'utf8');
      if (text.length > MOST_BYTES) throw new Error(`it has more than ${MOST_BYTES} bytes`);
      return new KeptLockOuts(file, JSON.parse(text), undefined);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return new KeptLockOuts(file, undefined, code === 'ENOENT' ? undefined : `${file}: ${message}`);
    }
  }

  /** Returns why it could not be kept; the lock-outs then end with the process. */
  keep(): string | undefined {
    try {
      const beside = `${this.#file}.new`;
      writeFileSync(beside, JSON.stringify(this.state), { mode: 0o600 });
      renameSync(beside, this.#file);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }
}
