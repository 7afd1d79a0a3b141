/**
 * A worker thread that exists only while there is work: it starts with the first request and ends when nothing was
 * asked for a while. It keeps the process alive only while a request is open.
 */
import { Worker } from 'node:worker_threads';

export interface IdleThreadOptions<Reply> {
  /** File URL of the thread's body. */
  body: URL;
  workerData?: unknown;
  /** The thread ends this many milliseconds after its last request was done. */
  idleMs: number;
  onReply(reply: Reply): void;
  /** The thread died with a request open; the next request starts a new one. */
  onDeath(error: Error): void;
}

/** Small heaps: without limits V8 sizes each thread's like that of a whole program. A thread that needs more dies. */
const HEAP_LIMITS = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 256 };

export class IdleThread<Request, Reply> {
  readonly #options: IdleThreadOptions<Reply>;
  #worker: Worker | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #busy = false;

  constructor(options: IdleThreadOptions<Reply>) {
    this.#options = options;
  }

  get running(): boolean {
    return this.#worker !== undefined;
  }

  /** It begins now, and ends like one whose request is done. */
  begin(): void {
    if (this.#worker) return;
    this.#worker = this.#start();
    this.rest();
  }

  post(request: Request): void {
    clearTimeout(this.#idleTimer);
    this.#busy = true;
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#worker.postMessage(request);
  }

  /** The open request is done: call it from onReply with the last reply to a request. */
  rest(): void {
    this.#busy = false;
    this.#worker?.unref();
    this.#idleTimer = setTimeout(() => void this.end(), this.#options.idleMs);
    this.#idleTimer.unref();
  }

  /** Ends the thread; an open request gets no reply. */
  async end(): Promise<void> {
    clearTimeout(this.#idleTimer);
    const worker = this.#worker;
    this.#worker = undefined;
    this.#busy = false;
    await worker?.terminate();
  }

  #start(): Worker {
    // Own execArgv: flags of the parent (debuggers, loaders of test tools) are not for a hashing thread.
    const worker = new Worker(this.#options.body, {
      workerData: this.#options.workerData,
      execArgv: [],
      resourceLimits: HEAP_LIMITS,
    });
    const died = (error: Error): void => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      const wasBusy = this.#busy;
      this.#busy = false;
      if (wasBusy) this.#options.onDeath(error);
    };
    worker.on('message', (reply: Reply) => {
      if (this.#worker === worker) this.#options.onReply(reply);
    });
    worker.on('error', (error) => died(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => died(new Error(`the thread ended with code ${code}`)));
    return worker;
  }
}
