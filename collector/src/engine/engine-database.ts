import { randomUUID } from 'node:crypto';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Session } from 'chdb';
import { EngineError, fromEngine } from './engine-error.ts';
import { EngineStartError } from './engine-start-error.ts';

const washTries = 5;

export interface EngineResult {
  bytes: Buffer;
  /** Rows of the result, or rows written by an insert. */
  rows: number;
  /** Bytes of those rows in the engine's memory. */
  rowBytes: number;
  seconds: number;
}

/**
 * One serial connection into the embedded engine: the caller must await each `run` before the next.
 * The promise settles when the engine is really done, which is why no timeout or signal is passed down.
 */
export class EngineSession {
  readonly #session: Session;
  /** The database that unqualified names mean on this session now. */
  database = 'default';
  /** Bytes of an earlier query may still be in the engine's buffer. */
  #soiled = false;

  constructor(session: Session) {
    this.#session = session;
  }

  /**
   * Run one statement. What a failing query had already written stays in the engine's buffer and would come
   * out in front of the next result, of whoever asks next; so a failure is followed by a wash.
   */
  async run(sql: string, format = 'TabSeparated'): Promise<EngineResult> {
    if (this.#soiled) await this.#wash();
    this.#soiled = true;
    const result = await this.#ask(sql, format).catch(async (error: unknown) => {
      await this.#wash();
      throw error;
    });
    this.#soiled = false;
    return result;
  }

  async #ask(sql: string, format: string): Promise<EngineResult> {
    try {
      const result = await this.#session.queryAsync(sql, { format });
      const view = result.bytes();
      return {
        bytes: Buffer.from(view.buffer, view.byteOffset, view.byteLength),
        rows: result.rowsRead,
        rowBytes: result.bytesRead,
        seconds: result.elapsed,
      };
    } catch (error) {
      throw fromEngine(error);
    }
  }

  /** Ask for an unguessable word until nothing but that word comes back. */
  async #wash(): Promise<void> {
    for (let tries = 0; tries < washTries; tries += 1) {
      const word = randomUUID();
      const answer = await this.#ask(`SELECT '${word}' FORMAT RawBLOB`, 'RawBLOB').catch(() => undefined);
      if (answer?.bytes.toString('latin1') === word) {
        this.#soiled = false;
        return;
      }
    }
    throw new EngineError(236, 'ABORTED', 503, 'An engine session could not be cleaned; try again.', 5);
  }

  close(): void {
    this.#session.close();
  }
}

/** There are no control groups to be seen from within its jail, and the engine complains of that at length. */
const engineArguments = ['--memory_worker_use_cgroup=0'];

/** The only file that knows the embedded engine's package. One data folder per process. */
export function openSessions(dataDir: string, count: number, configFile?: string): EngineSession[] {
  const path = join(dataDir, 'db');
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new EngineStartError(
      `cannot write the data folder ${path} (${why}): choose another --data-dir or fix its owner`,
    );
  }
  const connectionArgs =
    configFile === undefined ? [...engineArguments] : [...engineArguments, `--config-file=${configFile}`];
  const sessions: EngineSession[] = [];
  try {
    for (let made = 0; made < count; made += 1)
      sessions.push(new EngineSession(new Session(path, { connectionArgs })));
  } catch (error) {
    for (const session of sessions) session.close();
    throw new EngineStartError(`cannot open the data folder ${path}: ${(error as Error).message}`);
  }
  return sessions;
}
