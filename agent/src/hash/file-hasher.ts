/** Hashes files in worker threads, urgent ones first. Every call is answered exactly once, also after close(). */
import { isWorthAnotherThread, LONG_FILE_MS } from './another-thread.ts';
import type { HashOutcome } from './file-content.ts';
import { HashControl } from './hash-control.ts';
import { beginPace, HashPace, paceClock } from './hash-pace.ts';
import type { HashReply, HashRequest, HashWorkerData } from './hash-worker.ts';
import { IdleThread } from './idle-thread.ts';
import type { MachineState, RestReason } from './rest-decision.ts';
import { RestWatch } from './rest-watch.ts';

export interface FileHasherOptions {
  /** Threads at most; see isWorthAnotherThread. Default 2. */
  threads?: number;
  /** A thread ends after this many milliseconds without work. Default 30,000. */
  idleMs?: number;
  /** Bytes per second over all threads. Default Infinity. */
  bytesPerSecond?: number;
  /** Of one core, over the whole process while it hashes. Default Infinity. */
  cpuShare?: number;
  /** Default 8 GiB. */
  maxFileBytes?: number;
  /** Milliseconds of reading and hashing. Default 60,000. */
  maxFileMs?: number;
  /** 0 (normal) to 19 (nicest). Default 0. */
  niceness?: number;
  /** Looked at while there is work, to see whether hashing should rest. Default: it never rests. */
  machine?: () => MachineState;
}

export interface HashFigures {
  /** Since the start of this hasher. */
  filesHashed: number;
  bytesHashed: number;
  /** Also of files that were not hashed to their end. */
  bytesRead: number;
  threadCpuMs: number;
  /** Milliseconds that files waited because hashing rested. */
  restedMs: number;
  /** Now. */
  queued: number;
  threadsRunning: number;
  /** Why hashing rests; null: it does not. */
  rests: RestReason | null;
}

export interface HashOptions {
  /** Before those that are not. */
  urgent?: boolean;
  followLink?: boolean;
  /** Before all others, and also while hashing rests. */
  alsoAtRest?: boolean;
}

interface Job extends HashRequest {
  queue: Job[];
  answer(outcome: HashOutcome): void;
}

interface Slot {
  thread: IdleThread<HashRequest, HashReply>;
  job: Job | undefined;
  /** When the job was begun, monotonic. */
  sinceMs: number;
  /** CPU of the present thread as it last said. */
  cpuMs: number;
}

/**
 * Files handed to threads in one turn of the event loop. Node takes waiting messages in a loop of its own, and tiny
 * files are answered faster than they are taken: without a limit such a loop would go on for hundreds of files.
 */
const MOST_PER_TURN = 16;

/** Of the share of CPU: what a scan does after its last wait, and between two looks, has to fit in as well. */
const AIMED_AT = 0.95;

/** Callers wait for answers before they ask for more; a queue this long is a fault of the caller. */
export const MOST_QUEUED_FILES = 20_000;

/** Unless something else is asked for, larger files are not read. */
const MAX_FILE_BYTES = 8 * 1024 ** 3;

export class FileHasher {
  readonly #control = new HashControl();
  readonly #pace: HashPace;
  readonly #rest: RestWatch | undefined;
  readonly #slots: Slot[] = [];
  /** First those that are hashed also at rest, then urgent ones, then the others. */
  readonly #queues: readonly [Job[], Job[], Job[]] = [[], [], []];
  #filesHashed = 0;
  #bytesHashed = 0;
  #bytesRead = 0;
  #endedThreadsCpuMs = 0;
  #closed = false;
  #handedThisTurn = 0;
  readonly #isPaced: boolean;
  /** As it was when last nothing was to be done. */
  #bytesReadBefore = 0;
  #longFileTimer: NodeJS.Timeout | undefined;

  constructor(options: FileHasherOptions = {}) {
    const { bytesPerSecond = Number.POSITIVE_INFINITY, cpuShare = Number.POSITIVE_INFINITY } = options;
    const { nowUs, cpuUs } = paceClock();
    const workerData: HashWorkerData = {
      control: this.#control.buffer,
      limits: {
        maxFileBytes: options.maxFileBytes ?? MAX_FILE_BYTES,
        maxFileMs: options.maxFileMs ?? 60_000,
      },
      pace: beginPace(nowUs, cpuUs),
      rates: { bytesPerSecond, cpuShare: cpuShare * AIMED_AT },
      niceness: options.niceness ?? 0,
    };
    this.#pace = new HashPace(workerData.pace, workerData.rates);
    this.#isPaced = Number.isFinite(bytesPerSecond) || Number.isFinite(cpuShare);
    for (let index = 0; index < (options.threads ?? 2); index++)
      this.#slots.push(this.#slot(workerData, options.idleMs ?? 30_000));
    if (options.machine) this.#rest = this.#restWatch(options.machine);
  }

  /** Never rejects for what a file is. Throws when the queue is full. */
  hash(path: string, options: HashOptions = {}): Promise<HashOutcome> {
    if (this.#closed) return Promise.resolve({ kind: 'cancelled' });
    if (this.#queued() >= MOST_QUEUED_FILES)
      throw new Error(`more than ${MOST_QUEUED_FILES} files wait for being hashed`);
    const { urgent = false, followLink = false, alsoAtRest = false } = options;
    if (!this.#isBusy()) this.#bytesReadBefore = this.#bytesRead;
    return new Promise((answer) => {
      const queue = this.#queues[alsoAtRest ? 0 : urgent ? 1 : 2];
      queue.push({ path, followLink, alsoAtRest, queue, answer });
      this.#rest?.wake();
      this.#next();
    });
  }

  /** Milliseconds that other work of a scan has to wait now, so that all of it keeps to the share of CPU. */
  paceMs(): number {
    const { nowUs, cpuUs } = paceClock();
    return this.#pace.delayAfter(0, nowUs, cpuUs);
  }

  figures(): HashFigures {
    return {
      filesHashed: this.#filesHashed,
      bytesHashed: this.#bytesHashed,
      bytesRead: this.#bytesRead,
      threadCpuMs: this.#endedThreadsCpuMs + this.#slots.reduce((sum, slot) => sum + slot.cpuMs, 0),
      restedMs: Math.round(this.#rest?.restedMs ?? 0),
      queued: this.#queued(),
      threadsRunning: this.#slots.filter((slot) => slot.thread.running).length,
      rests: this.#rest?.reason ?? null,
    };
  }

  /** Cancels what is open and ends the threads. Resolves when they have ended. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#rest?.close();
    clearTimeout(this.#longFileTimer);
    this.#control.stop();
    for (const job of this.#queues.flatMap((queue) => queue.splice(0))) job.answer({ kind: 'cancelled' });
    await Promise.all(this.#slots.map((slot) => slot.thread.end()));
    for (const slot of this.#slots) this.#done(slot, { kind: 'cancelled' });
  }

  #slot(workerData: HashWorkerData, idleMs: number): Slot {
    const slot: Slot = {
      job: undefined,
      sinceMs: 0,
      cpuMs: 0,
      thread: new IdleThread({
        body: new URL('./hash-worker.ts', import.meta.url),
        workerData,
        idleMs,
        onReply: ({ outcome, bytesRead, cpuMs }: HashReply) => {
          this.#bytesRead += bytesRead;
          // A lower figure than before comes from a new thread.
          if (cpuMs < slot.cpuMs) this.#endedThreadsCpuMs += slot.cpuMs;
          slot.cpuMs = cpuMs;
          slot.thread.rest();
          if (outcome.kind === 'put-back') this.#putBack(slot);
          else this.#done(slot, outcome);
        },
        onDeath: () => this.#done(slot, { kind: 'skipped', reason: 'unreadable' }),
      }),
    };
    return slot;
  }

  #next(): void {
    const free = this.#slots.filter((slot) => !slot.job);
    const isRunning = ({ thread }: Slot): boolean => thread.running;
    for (const slot of [...free.filter(isRunning), ...free.filter((each) => !isRunning(each))]) {
      if (this.#handedThisTurn >= MOST_PER_TURN) return;
      if (!slot.thread.running && !this.#isWorthAnotherThread()) return;
      const job = this.#nextJob();
      if (!job) return;
      slot.job = job;
      slot.sinceMs = performance.now();
      if (this.#handedThisTurn++ === 0) setImmediate(() => this.#nextTurn());
      const { path, followLink, alsoAtRest } = job;
      slot.thread.post({ path, followLink, alsoAtRest });
    }
  }

  /** Asks itself once more when the file that is open now may have become a long one. */
  #isWorthAnotherThread(): boolean {
    const sinceMs = this.#slots.flatMap((slot) => (slot.job ? [slot.sinceMs] : []));
    const longestOpenMs = sinceMs.length > 0 ? performance.now() - Math.min(...sinceMs) : undefined;
    const isWorth = isWorthAnotherThread({
      longestOpenMs,
      bytesInARow: this.#bytesRead - this.#bytesReadBefore,
      isPaced: this.#isPaced,
      waitsForNobody: this.#queues[0].length > 0,
    });
    if (isWorth || this.#longFileTimer || this.#queued() === 0) return isWorth;
    this.#longFileTimer = setTimeout(
      () => {
        this.#longFileTimer = undefined;
        if (!this.#closed) this.#next();
      },
      Math.ceil(LONG_FILE_MS - (longestOpenMs ?? 0)),
    ).unref();
    return isWorth;
  }

  #nextJob(): Job | undefined {
    const [alsoAtRest, urgent, patient] = this.#queues;
    if (this.#rest?.reason) return alsoAtRest.shift();
    return alsoAtRest.shift() ?? urgent.shift() ?? patient.shift();
  }

  #isBusy(): boolean {
    return this.#queued() > 0 || this.#slots.some((slot) => slot.job);
  }

  #queued(): number {
    return this.#queues.reduce((sum, queue) => sum + queue.length, 0);
  }

  #restWatch(machine: NonNullable<FileHasherOptions['machine']>): RestWatch {
    return new RestWatch({
      look: machine,
      nowMs: () => performance.now(),
      isBusy: () => this.#isBusy(),
      onChange: (reason) => {
        this.#control.rest(reason !== undefined);
        if (!this.#closed) this.#next();
      },
    });
  }

  /** It is begun again when hashing works again. */
  #putBack(slot: Slot): void {
    const { job } = slot;
    slot.job = undefined;
    if (!job) return;
    if (this.#closed) job.answer({ kind: 'cancelled' });
    else job.queue.unshift(job);
    if (!this.#closed) this.#next();
  }

  #nextTurn(): void {
    this.#handedThisTurn = 0;
    if (!this.#closed) this.#next();
  }

  #done(slot: Slot, outcome: HashOutcome): void {
    const job = slot.job;
    slot.job = undefined;
    if (!job) return;
    if (outcome.kind === 'hashed') {
      this.#filesHashed++;
      this.#bytesHashed += outcome.content.identity.size;
    }
    job.answer(outcome);
    if (!this.#closed) this.#next();
  }
}
