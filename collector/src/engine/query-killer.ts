import type { EngineSession } from './engine-database.ts';
import { sqlString } from './sql-literal.ts';

const retryMs = 200;

export interface QueryDeadline {
  afterMs: number;
  graceMs: number;
  /** It was told to end and did not. */
  onLate: () => void;
}

/**
 * Stops queries from a session of its own: there is no other way to interrupt the embedded engine. A query is
 * known by its mark, which its runner puts into the setting `log_comment`. The same session proves every few
 * seconds that the engine still answers.
 */
export class QueryKiller {
  readonly #session: EngineSession;
  #tail: Promise<unknown> = Promise.resolve();
  #answeredAt: number;
  readonly #onStuck: (mark: string) => void;

  /** `onStuck` is told of a query that outlived its deadline and its grace, and did not heed KILL. */
  constructor(session: EngineSession, onStuck: (mark: string) => void) {
    this.#session = session;
    this.#onStuck = onStuck;
    this.#answeredAt = Date.now();
  }

  /** Milliseconds since the engine last answered a trivial question. */
  get silentMs(): number {
    return Date.now() - this.#answeredAt;
  }

  /**
   * Run `work`, which started a query with `mark`; kill that query when `signal` aborts. Settles only when
   * the engine is done with it, so that its session is free again. KILL is repeated because a query aborted
   * at its birth is not yet in the list of queries. With a deadline it is killed then as well, reported as late
   * when it is still there after a third of `graceMs`, and as stuck after all of it: some functions look at
   * nothing before they are done.
   */
  async guard<T>(
    signal: AbortSignal,
    mark: string,
    work: () => Promise<T>,
    deadline?: QueryDeadline,
  ): Promise<T> {
    signal.throwIfAborted();
    let timer: NodeJS.Timeout | undefined;
    const kill = () => {
      void this.#run(`KILL QUERY WHERE Settings['log_comment'] = ${sqlString(mark)} ASYNC`);
      timer ??= setInterval(kill, retryMs);
    };
    signal.addEventListener('abort', kill, { once: true });
    const late = deadline && setTimeout(kill, deadline.afterMs);
    const heedless = deadline && setTimeout(deadline.onLate, deadline.afterMs + deadline.graceMs / 3);
    const stuck = deadline && setTimeout(() => this.#onStuck(mark), deadline.afterMs + deadline.graceMs);
    try {
      return await work();
    } finally {
      signal.removeEventListener('abort', kill);
      clearInterval(timer);
      clearTimeout(late);
      clearTimeout(heedless);
      clearTimeout(stuck);
    }
  }

  async beat(): Promise<void> {
    await this.#run('SELECT 1');
  }

  #run(sql: string): Promise<void> {
    const run = async () => {
      await this.#session.run(sql);
      this.#answeredAt = Date.now();
    };
    const done = this.#tail.then(run).catch(() => undefined);
    this.#tail = done;
    return done;
  }
}
