/** Hashes files in worker threads, urgent ones first. Every call is answered exactly once, also after close(). */
import { isWorthAnotherThread, LONG_FILE_MS } from './another-thread.ts';
import type { HashOutcome } from './file-content.ts';
import { HashControl } from './hash-control.ts';
import { beginPace, HashPace, paceClock } from './hash-pace.ts';
import { HashQueue, isSmall, type WaitingFile } from './hash-queue.ts';
import type { HashedFile, HashReply, HashRequest, HashWorkerData } from './hash-worker.ts';
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
  /** A rest in which files were put off has ended. */
  onWorkAgain?: () => void;
  /** Body of a thread. For tests of threads that die. */
  threadBody?: URL;
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
  /** Not waiting for the end of a rest: the answer is 'put-off' then, and onWorkAgain is called when it has ended. */
  puttingOff?: boolean;
  /** As far as the caller knows; without it the file is taken for a large one. */
  bytes?: number;
}

interface Slot {
  thread: IdleThread<HashRequest, HashReply>;
  /** Handed to the thread, in the order in which it answers. */
  inHand: WaitingFile[][];
  /** When the first of these was begun, monotonic. */
  sinceMs: number;
  /** CPU of the present thread as it last said. */
  cpuMs: number;
}

/**
 * Files handed to threads in one turn of the event loop, and what goes together with the last of them. Node takes waiting
 * messages in a loop of its own, and tiny files are answered faster than they are taken: without a limit such a loop would
 * go on for hundreds of files.
 */
const MOST_PER_TURN = 16;

/**
 * As fast as it goes, a thread has the next small files before it is done with the last ones, so that it need not wait for the
 * event loop between them. At a pace it waits anyway.
 */
const MOST_IN_HAND = { paced: 1, unpaced: 2 } as const;

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
  readonly #queue = new HashQueue();
  #filesHashed = 0;
  #bytesHashed = 0;
  #bytesRead = 0;
  #endedThreadsCpuMs = 0;
  #closed = false;
  /** Files were put off in the rest that holds now. */
  #hasPutOff = false;
  readonly #onWorkAgain: (() => void) | undefined;
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
    this.#onWorkAgain = options.onWorkAgain;
    this.#pace = new HashPace(workerData.pace, workerData.rates);
    this.#isPaced = Number.isFinite(bytesPerSecond) || Number.isFinite(cpuShare);
    for (let index = 0; index < (options.threads ?? 2); index++)
      this.#slots.push(this.#slot(workerData, options));
    if (options.machine) this.#rest = this.#restWatch(options.machine);
  }

  /** Many files are about to come: as fast as it goes, a thread is there when the first does. */
  expectMany(): void {
    if (!this.#isPaced && !this.#closed) this.#slots[0]?.thread.begin();
  }

  /** Never rejects for what a file is. Throws when the queue is full. */
  hash(path: string, options: HashOptions = {}): Promise<HashOutcome> {
    if (this.#closed) return Promise.resolve({ kind: 'cancelled' });
    if (this.#queue.size >= MOST_QUEUED_FILES)
      throw new Error(`more than ${MOST_QUEUED_FILES} files wait for being hashed`);
    const { urgent = false, followLink = false, alsoAtRest = false, puttingOff = false, bytes } = options;
    if (!this.#isBusy()) this.#bytesReadBefore = this.#bytesRead;
    return new Promise((answer) => {
      this.#queue.push({ path, followLink, alsoAtRest, urgent, puttingOff, bytes, answer });
      this.#rest?.wake();
      this.#putOff();
      this.#next();
    });
  }

  /** Milliseconds that other work of a scan has to wait now, so that all of it keeps to the share of CPU. */
  paceMs(): number {
    if (!this.#isPaced) return 0;
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
      queued: this.#queue.size,
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
    for (const file of this.#queue.drain()) file.answer({ kind: 'cancelled' });
    await Promise.all(this.#slots.map((slot) => slot.thread.end()));
    for (const slot of this.#slots)
      for (const file of slot.inHand.splice(0).flat()) file.answer({ kind: 'cancelled' });
  }

  #slot(workerData: HashWorkerData, { threadBody, idleMs = 30_000 }: FileHasherOptions): Slot {
    const slot: Slot = {
      inHand: [],
      sinceMs: 0,
      cpuMs: 0,
      thread: new IdleThread({
        body: threadBody ?? new URL('./hash-worker.ts', import.meta.url),
        workerData,
        idleMs,
        onReply: ({ files, cpuMs }: HashReply) => {
          // A lower figure than before comes from a new thread.
          if (cpuMs < slot.cpuMs) this.#endedThreadsCpuMs += slot.cpuMs;
          slot.cpuMs = cpuMs;
          if (slot.inHand.length <= 1) slot.thread.rest();
          this.#answered(slot, files);
        },
        onDeath: () => this.#died(slot),
      }),
    };
    return slot;
  }

  /** One handful to each first, so that no thread is idle while another has two. */
  #next(): void {
    const most = this.#isPaced ? MOST_IN_HAND.paced : MOST_IN_HAND.unpaced;
    const running = this.#slots.filter(({ thread }) => thread.running);
    const runningFirst = [...running, ...this.#slots.filter(({ thread }) => !thread.running)];
    for (let inHand = 0; inHand < most; inHand++)
      for (const slot of runningFirst) if (slot.inHand.length === inHand && !this.#hand(slot)) return;
  }

  /** False: nothing is to be handed to any thread now. */
  #hand(slot: Slot): boolean {
    if (this.#handedThisTurn >= MOST_PER_TURN) return false;
    if (!slot.thread.running && !this.#isWorthAnotherThread()) return true;
    const [before] = slot.inHand;
    // What is urgent would wait for a large file that it is handed behind, or that is handed behind a few.
    if (before && !before.every(isSmall)) return true;
    const files = this.#queue.take({
      atRest: this.#rest?.reason !== undefined,
      onlySmall: before !== undefined,
    });
    if (files.length === 0) return before !== undefined;
    if (!before) slot.sinceMs = performance.now();
    slot.inHand.push(files);
    if (this.#handedThisTurn === 0) setImmediate(() => this.#nextTurn());
    this.#handedThisTurn += files.length;
    slot.thread.post({
      files: files.map(({ path, followLink, alsoAtRest }) => ({ path, followLink, alsoAtRest })),
    });
    return true;
  }

  /** Asks itself once more when the file that is open now may have become a long one. */
  #isWorthAnotherThread(): boolean {
    const sinceMs = this.#slots.flatMap((slot) => (slot.inHand.length > 0 ? [slot.sinceMs] : []));
    const longestOpenMs = sinceMs.length > 0 ? performance.now() - Math.min(...sinceMs) : undefined;
    const isWorth = isWorthAnotherThread({
      longestOpenMs,
      bytesInARow: this.#bytesRead - this.#bytesReadBefore,
      bytesWaiting: this.#queue.bytes,
      isPaced: this.#isPaced,
      waitsForNobody: this.#queue.waitsForNobody,
    });
    if (isWorth || this.#longFileTimer || this.#queue.size === 0) return isWorth;
    this.#longFileTimer = setTimeout(
      () => {
        this.#longFileTimer = undefined;
        if (!this.#closed) this.#next();
      },
      Math.ceil(LONG_FILE_MS - (longestOpenMs ?? 0)),
    ).unref();
    return isWorth;
  }

  #isBusy(): boolean {
    return this.#queue.size > 0 || this.#slots.some((slot) => slot.inHand.length > 0);
  }

  /** While hashing rests: what does not wait for its end. */
  #putOff(): void {
    if (this.#rest?.reason === undefined) return;
    for (const file of this.#queue.takePuttingOff()) {
      this.#hasPutOff = true;
      file.answer({ kind: 'put-off' });
    }
  }

  #restWatch(machine: NonNullable<FileHasherOptions['machine']>): RestWatch {
    return new RestWatch({
      look: machine,
      nowMs: () => performance.now(),
      isBusy: () => this.#isBusy() || this.#hasPutOff,
      onChange: (reason) => {
        this.#control.rest(reason !== undefined);
        if (this.#closed) return;
        this.#putOff();
        if (reason === undefined && this.#hasPutOff) {
          this.#hasPutOff = false;
          this.#onWorkAgain?.();
        }
        this.#next();
      },
    });
  }

  #nextTurn(): void {
    this.#handedThisTurn = 0;
    if (!this.#closed) this.#next();
  }

  #answered(slot: Slot, outcomes: readonly HashedFile[]): void {
    const files = slot.inHand.shift() ?? [];
    slot.sinceMs = performance.now();
    const putBack: WaitingFile[] = [];
    for (const [index, { outcome, bytesRead }] of outcomes.entries()) {
      const file = files[index] as WaitingFile;
      this.#bytesRead += bytesRead;
      if (outcome.kind !== 'put-back') this.#answer(file, outcome);
      else if (this.#closed) file.answer({ kind: 'cancelled' });
      else putBack.push(file);
    }
    // They are begun again when hashing works again.
    this.#queue.putBack(putBack);
    if (this.#closed) return;
    this.#putOff();
    this.#next();
  }

  /** Nobody knows of which file the thread died when it had several; a file that was alone is not read again. */
  #died(slot: Slot): void {
    const [first = [], ...behind] = slot.inHand.splice(0);
    this.#queue.putBack(behind.flat());
    if (first.length > 1) this.#queue.putBackAlone(first);
    else for (const file of first) file.answer({ kind: 'skipped', reason: 'unreadable' });
    if (!this.#closed) this.#next();
  }

  #answer(file: WaitingFile, outcome: HashOutcome): void {
    if (outcome.kind === 'hashed') {
      this.#filesHashed++;
      this.#bytesHashed += outcome.content.identity.size;
    }
    file.answer(outcome);
  }
}
