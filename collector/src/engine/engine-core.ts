import { join } from 'node:path';
import type { EngineResult, EngineSession } from './engine-database.ts';
import { openSessions } from './engine-database.ts';
import { isExhaustion, lockedOut } from './engine-error.ts';
import { type EngineLimits, threadPoolSize } from './engine-limits.ts';
import { EngineStartError } from './engine-start-error.ts';
import { type EngineSnapshot, type EngineStats, emptyStats } from './engine-stats.ts';
import { type ReadableDatabases, readerDatabase } from './gate/readable-names.ts';
import { engineFunctions } from './gate/reader-gate.ts';
import { AnswersInFlight } from './http/answers-in-flight.ts';
import { QueryKiller } from './query-killer.ts';
import { KeptLockOuts } from './read/kept-lock-outs.ts';
import type { ReaderBounds, StatementRequest, StatementResult } from './read/reader-query.ts';
import { prepareReaderSession, runReaderQuery } from './read/reader-query.ts';
import { SessionLane } from './session-lane.ts';
import { Renderings } from './write/renderings.ts';
import { Spool, type SpooledBody } from './write/spool.ts';
import { prepareWriterSession, runInsert, runWriterStatement } from './write/writer-statement.ts';

const beatMs = 2_000;

/**
 * The opened engine as lanes of sessions. Readers, inserts and the writer's other statements never share a
 * session, so none of them waits for another kind; within a lane the queue is bounded in length and time.
 */
export class EngineCore {
  readonly stats: EngineStats = emptyStats();
  readonly spool: Spool;
  readonly limits: EngineLimits;
  readonly lockOuts: KeptLockOuts;
  readonly answers: AnswersInFlight;
  readonly #sessions: EngineSession[];
  readonly #readers: SessionLane<EngineSession>;
  readonly #inserts: SessionLane<EngineSession>;
  readonly #writers: SessionLane<EngineSession>;
  readonly #killer: QueryKiller;
  readonly #renderings = new Renderings();
  readonly #beat: NodeJS.Timeout;
  #functions: ReadonlySet<string> = new Set();
  #isStuck = false;
  readonly #closing = new AbortController();
  /** Resolves with the reason when only a new process helps. */
  readonly unusable: Promise<string>;
  readonly #giveUp: (reason: string) => void;

  private constructor(sessions: EngineSession[], spool: Spool, limits: EngineLimits, lockOuts: KeptLockOuts) {
    this.#sessions = sessions;
    this.spool = spool;
    this.limits = limits;
    this.lockOuts = lockOuts;
    this.answers = new AnswersInFlight(limits.readerAnswersBytes, () => {
      this.stats.untaken += 1;
    });
    const [control, ...rest] = sessions;
    if (!control) throw new EngineStartError('no session could be opened');
    const inserts = rest.splice(0, limits.insertSessions);
    const writers = rest.splice(0, limits.writerSessions);
    const { promise, resolve } = Promise.withResolvers<string>();
    this.unusable = promise;
    this.#giveUp = resolve;
    this.#killer = new QueryKiller(control, () => this.#stuck());
    this.#inserts = new SessionLane('insert', inserts, 1_000, limits.writerQueueMs);
    this.#writers = new SessionLane('writer', writers, 1_000, limits.writerQueueMs);
    this.#readers = new SessionLane('reader', rest, limits.readerQueue, limits.readerQueueMs);
    this.#beat = setInterval(() => void this.#killer.beat(), beatMs);
  }

  static async open(
    dataDir: string,
    spoolDir: string,
    limits: EngineLimits,
    configFile?: string,
  ): Promise<EngineCore> {
    const needed = threadPoolSize(limits);
    if (Number(process.env.UV_THREADPOOL_SIZE ?? 4) < needed) {
      throw new EngineStartError(`UV_THREADPOOL_SIZE must be at least ${needed} before the process starts`);
    }
    const count = 1 + limits.insertSessions + limits.writerSessions + limits.readers;
    const sessions = openSessions(dataDir, count, configFile);
    try {
      // Only after the folder's lock is ours may the leftovers of another run be deleted.
      const spool = new Spool(spoolDir);
      const core = new EngineCore(sessions, spool, limits, KeptLockOuts.in(dataDir));
      await core.#prepare();
      return core;
    } catch (error) {
      for (const session of sessions) session.close();
      throw error;
    }
  }

  get silentMs(): number {
    return this.#killer.silentMs;
  }

  /** `sender` is what a reader calls itself, as its shape. */
  async read(
    request: StatementRequest,
    sender: string,
    databases: ReadableDatabases,
    client: AbortSignal,
  ): Promise<StatementResult> {
    const refused = this.lockOuts.refusalOfSender(sender, Date.now());
    if (refused) throw lockedOut(refused.reason, refused.retryAfterSeconds);
    return this.#run(this.#readers, client, (session, signal) => {
      this.stats.queries += 1;
      return runReaderQuery(session, request, sender, { ...this.#bounds, databases }, signal);
    });
  }

  get #bounds(): Omit<ReaderBounds, 'databases'> {
    const [functions, killer] = [this.#functions, this.#killer];
    return { limits: this.limits, functions, killer, lockOuts: this.lockOuts };
  }

  #stuck(): void {
    // Two may come to their end in the same moment, and the engine starts anew once.
    if (this.#isStuck) return;
    this.#isStuck = true;
    this.lockOuts.strike(Date.now());
    const lost = this.lockOuts.keep();
    const notKept = lost === undefined ? '' : ` (and may come again: ${lost})`;
    this.#giveUp(`a query can neither end nor be ended${notKept}`);
  }

  write(request: StatementRequest, client: AbortSignal): Promise<StatementResult> {
    return this.#run(this.#writers, client, (session, signal) => {
      this.stats.queries += 1;
      return runWriterStatement(session, request, this.limits, this.#renderings, this.#killer, signal);
    });
  }

  async insert(request: StatementRequest, body: SpooledBody, client: AbortSignal): Promise<EngineResult> {
    const result = await this.#run(this.#inserts, client, (session, signal) =>
      runInsert(session, request, body, this.#renderings, this.#killer, signal),
    ).catch((error: unknown) => {
      // Inserts are small. What a bomb has taken of the address space is not given back for a long time.
      if (isExhaustion(error)) this.#giveUp('no memory is left, not even for an insert');
      throw error;
    });
    this.stats.inserts += 1;
    this.stats.insertedRows += result.rows;
    this.stats.insertedBytes += body.bytes;
    return result;
  }

  snapshot(): EngineSnapshot {
    const lanes = [this.#readers, this.#inserts, this.#writers];
    return {
      ...this.stats,
      lockOuts: this.lockOuts.report(Date.now()),
      running: lanes.reduce((sum, lane) => sum + lane.busy, 0),
      queued: lanes.reduce((sum, lane) => sum + lane.queued, 0),
    };
  }

  /**
   * Refuse what is new, kill what runs, and close the engine when it is idle. False when a query did not heed KILL:
   * then nothing in this process can close the engine.
   */
  async close(): Promise<boolean> {
    clearInterval(this.#beat);
    const lanes = [this.#readers, this.#inserts, this.#writers];
    for (const lane of lanes) lane.close();
    this.#closing.abort(new Error('the engine is shutting down'));
    const deadline = Date.now() + 10_000;
    while (lanes.some((lane) => lane.busy > 0) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    if (lanes.some((lane) => lane.busy > 0)) return false;
    for (const session of this.#sessions) session.close();
    return true;
  }

  async #prepare(): Promise<void> {
    const [control] = this.#sessions;
    if (!control) return;
    await control.run(`CREATE DATABASE IF NOT EXISTS ${readerDatabase}`);
    this.#functions = await engineFunctions(control);
    const idle = new AbortController().signal;
    await prepareAll(this.#readers, idle, (session) => prepareReaderSession(session, this.limits));
    await prepareAll(this.#inserts, idle, (session) => prepareWriterSession(session, this.limits));
    await prepareAll(this.#writers, idle, (session) => prepareWriterSession(session, this.limits));
  }

  async #run<T>(
    lane: SessionLane<EngineSession>,
    client: AbortSignal,
    work: (session: EngineSession, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const signal = AbortSignal.any([client, this.#closing.signal]);
    try {
      return await lane.use(signal, (session) => work(session, signal));
    } catch (error) {
      if (client.aborted) this.stats.killed += 1;
      throw error;
    }
  }
}

function prepareAll(
  lane: SessionLane<EngineSession>,
  signal: AbortSignal,
  prepare: (session: EngineSession) => Promise<void>,
): Promise<unknown> {
  return Promise.all(Array.from({ length: lane.size }, () => lane.use(signal, prepare)));
}

export const defaultSpoolDir = (dataDir: string) => join(dataDir, 'spool');
