/** Hashes files in worker threads, urgent ones first. Every call is answered exactly once, also after close(). */
import type { HashOutcome } from './file-content.ts';
import type { HashReply, HashRequest, HashWorkerData } from './hash-worker.ts';
import { IdleThread } from './idle-thread.ts';

export interface FileHasherOptions {
  /** Threads; the second one keeps small files flowing while the first reads a very large one. Default 2. */
  threads?: number;
  /** A thread ends after this many milliseconds without work. Default 30,000. */
  idleMs?: number;
  /** Bytes per second over all threads. Default Infinity. */
  bytesPerSecond?: number;
  /** Default 8 GiB. */
  maxFileBytes?: number;
  /** Milliseconds of reading and hashing. Default 60,000. */
  maxFileMs?: number;
  /** 0 (normal) to 19 (nicest). Default 0. */
  niceness?: number;
}

export interface HashFigures {
  /** Since the start of this hasher. */
  filesHashed: number;
  bytesHashed: number;
  threadCpuMs: number;
  /** Now. */
  queued: number;
  threadsRunning: number;
}

interface Job extends HashRequest {
  answer(outcome: HashOutcome): void;
}

interface Slot {
  thread: IdleThread<HashRequest, HashReply>;
  job: Job | undefined;
  /** CPU of the present thread as it last said. */
  cpuMs: number;
}

/**
 * Files handed to threads in one turn of the event loop. Node takes waiting messages in a loop of its own, and tiny
 * files are answered faster than they are taken: without a limit such a loop would go on for hundreds of files.
 */
const MOST_PER_TURN = 16;

/** Callers wait for answers before they ask for more; a queue this long is a fault of the caller. */
export const MOST_QUEUED_FILES = 20_000;

/** Unless something else is asked for, larger files are not read. */
export const MAX_FILE_BYTES = 8 * 1024 ** 3;

export class FileHasher {
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));
  readonly #slots: Slot[] = [];
  readonly #urgent: Job[] = [];
  readonly #patient: Job[] = [];
  #filesHashed = 0;
  #bytesHashed = 0;
  #endedThreadsCpuMs = 0;
  #closed = false;
  #handedThisTurn = 0;

  constructor(options: FileHasherOptions = {}) {
    const threads = options.threads ?? 2;
    const workerData: HashWorkerData = {
      stop: this.#stop.buffer as SharedArrayBuffer,
      limits: {
        maxFileBytes: options.maxFileBytes ?? MAX_FILE_BYTES,
        maxFileMs: options.maxFileMs ?? 60_000,
      },
      bytesPerSecond: (options.bytesPerSecond ?? Number.POSITIVE_INFINITY) / threads,
      niceness: options.niceness ?? 0,
    };
    for (let index = 0; index < threads; index++)
      this.#slots.push(this.#slot(workerData, options.idleMs ?? 30_000));
  }

  /** Never rejects for what a file is. Throws when the queue is full. */
  hash(path: string, { urgent = false, followLink = false } = {}): Promise<HashOutcome> {
    if (this.#closed) return Promise.resolve({ kind: 'cancelled' });
    if (this.#urgent.length + this.#patient.length >= MOST_QUEUED_FILES)
      throw new Error(`more than ${MOST_QUEUED_FILES} files wait for being hashed`);
    return new Promise((answer) => {
      (urgent ? this.#urgent : this.#patient).push({ path, followLink, answer });
      this.#next();
    });
  }

  figures(): HashFigures {
    return {
      filesHashed: this.#filesHashed,
      bytesHashed: this.#bytesHashed,
      threadCpuMs: this.#endedThreadsCpuMs + this.#slots.reduce((sum, slot) => sum + slot.cpuMs, 0),
      queued: this.#urgent.length + this.#patient.length,
      threadsRunning: this.#slots.filter((slot) => slot.thread.running).length,
    };
  }

  /** Cancels what is open and ends the threads. Resolves when they have ended. */
  async close(): Promise<void> {
    this.#closed = true;
    Atomics.store(this.#stop, 0, 1);
    Atomics.notify(this.#stop, 0);
    for (const job of [...this.#urgent.splice(0), ...this.#patient.splice(0)])
      job.answer({ kind: 'cancelled' });
    await Promise.all(this.#slots.map((slot) => slot.thread.end()));
    for (const slot of this.#slots) this.#done(slot, { kind: 'cancelled' });
  }

  #slot(workerData: HashWorkerData, idleMs: number): Slot {
    const slot: Slot = {
      job: undefined,
      cpuMs: 0,
      thread: new IdleThread({
        body: new URL('./hash-worker.ts', import.meta.url),
        workerData,
        idleMs,
        onReply: ({ outcome, cpuMs }: HashReply) => {
          // A lower figure than before comes from a new thread.
          if (cpuMs < slot.cpuMs) this.#endedThreadsCpuMs += slot.cpuMs;
          slot.cpuMs = cpuMs;
          slot.thread.rest();
          this.#done(slot, outcome);
        },
        onDeath: () => this.#done(slot, { kind: 'skipped', reason: 'unreadable' }),
      }),
    };
    return slot;
  }

  #next(): void {
    for (const slot of this.#slots) {
      if (slot.job) continue;
      if (this.#handedThisTurn >= MOST_PER_TURN) return;
      const job = this.#urgent.shift() ?? this.#patient.shift();
      if (!job) return;
      slot.job = job;
      if (this.#handedThisTurn++ === 0) setImmediate(() => this.#nextTurn());
      slot.thread.post({ path: job.path, followLink: job.followLink });
    }
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
