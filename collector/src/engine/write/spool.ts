import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tooLarge } from '../engine-error.ts';
import { EngineStartError } from '../engine-start-error.ts';

/** A received body on disk. The engine reads it as a file; its bytes never stand in a statement. */
export interface SpooledBody {
  path: string;
  bytes: number;
  discard(): Promise<void>;
}

/** Characters that file patterns of the engine would expand; a spool path with one would name other files. */
const patternCharacters = /[*?{}[\]\0\n]/;

/** A private folder of private files: nothing in it survives a start, because no answer depended on it. */
export class Spool {
  readonly #folder: string;

  constructor(folder: string) {
    if (patternCharacters.test(folder)) {
      throw new EngineStartError(`the spool folder ${folder} has a character of * ? { } [ ] in its name`);
    }
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(folder)) {
      if (name.endsWith('.body')) rmSync(join(folder, name), { force: true });
    }
    this.#folder = folder;
  }

  /** Write `head` and then the stream to a file of at most `maxBytes`; rejects with a 413 beyond. */
  async keep(head: Buffer, rest: AsyncIterable<Buffer>, maxBytes: number): Promise<SpooledBody> {
    const path = join(this.#folder, `${randomUUID()}.body`);
    const discard = () => rm(path, { force: true });
    const file = await open(path, 'wx', 0o600);
    let bytes = 0;
    const add = async (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge(`An insert may bring at most ${maxBytes} bytes of data.`);
      await file.appendFile(chunk);
    };
    try {
      if (head.length > 0) await add(head);
      for await (const chunk of rest) await add(chunk);
    } catch (error) {
      await file.close();
      await discard();
      throw error;
    }
    await file.close();
    return { path, bytes, discard };
  }
}
