/**
 * The receiver as the rest of the collector sees it: a thread that listens for agents, asks for what only this thread may
 * write, and is started again should it end by itself.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { ServerSecureContext } from '../authority/authority.ts';
import type { SharedExecutables } from '../control/executable-index.ts';
import type { ReceiverDesk } from '../control/receiver-desk.ts';
import type { ReceiverStoreStart } from '../control/receiver-store.ts';
import type { SharedStream } from '../stream/append-way.ts';
import { failedAnswer, type PortAnswer, PortCalls } from '../threads/port-calls.ts';
import type {
  AskedByReceiver,
  AskedOfReceiver,
  ReceiverGreeting,
  ReceiverStart,
  ToldToReceiver,
} from './receiver-messages.ts';

export interface ReceiverOptions extends Omit<ReceiverStart, 'store' | 'appendWay'> {
  control: {
    readonly receiverStart: ReceiverStoreStart;
    onExecutablesMoved(listener: (executables: SharedExecutables) => void): () => void;
  };
  desk: ReceiverDesk;
  stream: Pick<SharedStream, 'appendWay'>;
  log: Pick<Logger, 'error' | 'info'>;
  /** Called when it has ended by itself. */
  onEnded?: () => void;
}

type FromReceiver = ReceiverGreeting | PortAnswer | ({ id: number } & AskedByReceiver);

const RESTART_MS = { first: 500, longest: 30_000 };
/** It bounds what is in hand by itself; more is a leak, and ends the thread instead of the collector. */
const HEAP_MIB = 1024;
/** Beyond what the server grants requests in hand. */
const CLOSE_PATIENCE_MS = 8_000;

export class ReceiverThread {
  readonly #options: ReceiverOptions;
  readonly #calls = new PortCalls({
    post: (request) => {
      if (!this.#worker) throw new Error('the receiver is being started again');
      this.#worker.postMessage(request);
    },
  });
  readonly #stopListening: () => void;
  #worker: Worker | undefined;
  /** Where it listened last. */
  #listens: { host: string; port: number } | undefined;
  #isUp = false;
  #tls: ServerSecureContext | undefined;
  #restartMs = RESTART_MS.first;
  #restart: NodeJS.Timeout | undefined;
  #closing = false;

  /** Listens when it resolves. Rejects with what listen() says, for example EADDRINUSE. */
  static async start(options: ReceiverOptions): Promise<ReceiverThread> {
    const thread = new ReceiverThread(options);
    try {
      await thread.#start();
      return thread;
    } catch (error) {
      thread.#stopListening();
      throw error;
    }
  }

  private constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#tls = options.tls;
    this.#stopListening = options.control.onExecutablesMoved((executables) =>
      this.#tell({ tell: 'executables', executables }),
    );
  }

  get port(): number {
    return this.#listens?.port ?? this.#options.port;
  }

  /** False while it is started again. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Of the connections from now on. Without TLS there is nothing to set. */
  setSecureContext(context: ServerSecureContext): void {
    this.#tls = context;
    this.#tell({ tell: 'certificate', context });
  }

  /** Processing found that these devices named so many executables that nobody had named before. */
  named(devices: ReadonlyMap<string, number>): void {
    if (devices.size > 0) this.#tell({ tell: 'named', devices });
  }

  /** What is counted there, as Prometheus reads it. */
  metrics(): Promise<string> {
    return this.#ask({ ask: 'metrics' });
  }

  /** Takes no more requests, finishes those in hand. */
  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#restart);
    this.#stopListening();
    const worker = this.#worker;
    if (!worker) return;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    await Promise.race([
      this.#ask({ ask: 'close' }).then(() => exited),
      sleep(CLOSE_PATIENCE_MS, undefined, { ref: false }),
    ]).catch(() => undefined);
    await worker.terminate();
  }

  #ask<T>(request: AskedOfReceiver): Promise<T> {
    return this.#calls.ask<T>(request);
  }

  /** One that is being started again hears of it then. */
  #tell(message: ToldToReceiver): void {
    this.#worker?.postMessage(message);
  }

  #start(): Promise<void> {
    const { control, desk: _desk, stream, log: _log, onEnded: _ended, ...start } = this.#options;
    const appendWay = stream.appendWay();
    const workerData: ReceiverStart = {
      ...start,
      ...{ port: this.port, tls: this.#tls, store: control.receiverStart, appendWay },
    };
    const worker = new Worker(new URL('./receiver-worker.ts', import.meta.url), {
      workerData,
      transferList: 'port' in appendWay ? [appendWay.port] : [],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    });
    this.#worker = worker;
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromReceiver) => {
        if ('ok' in message) this.#calls.settle(message);
        else if ('ask' in message) void this.#answer(worker, message);
        else if ('cannot' in message)
          reject(Object.assign(new Error(message.cannot.message), message.cannot));
        else {
          this.#listens = message.listens;
          this.#isUp = true;
          resolve();
        }
      });
      let fault: unknown;
      worker.on('error', (error) => {
        fault = error;
      });
      worker.on('exit', () => {
        const error = fault instanceof Error ? fault : new Error('the thread that receives has ended');
        reject(error);
        this.#ended(worker, error);
      });
    });
  }

  async #answer(worker: Worker, request: { id: number } & AskedByReceiver): Promise<void> {
    const { id } = request;
    try {
      if (request.ask === 'append-port') {
        const way = this.#options.stream.appendWay();
        if (!('port' in way)) throw new Error('this stream is appended to without a port');
        worker.postMessage({ id, ok: true, value: way.port } satisfies PortAnswer, [way.port]);
        return;
      }
      const { desk } = this.#options;
      const value = await (request.ask === 'join' ? desk.join(request.request) : desk.note(request.notes));
      worker.postMessage({ id, ok: true, value } satisfies PortAnswer);
    } catch (error) {
      worker.postMessage(failedAnswer(id, error));
    }
  }

  #ended(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#isUp = false;
    this.#calls.abandon(error);
    // Before it ever listened, whoever starts it is told.
    if (this.#closing || !this.#listens) return;
    const { log, onEnded } = this.#options;
    onEnded?.();
    log.error(
      { error: String(error.stack ?? error) },
      'the thread that receives has ended: it is started again',
    );
    this.#startSoon();
  }

  #startSoon(): void {
    if (this.#restart) return;
    this.#restart = setTimeout(() => void this.#startAgain(), this.#restartMs).unref();
    this.#restartMs = Math.min(RESTART_MS.longest, this.#restartMs * 2);
  }

  async #startAgain(): Promise<void> {
    this.#restart = undefined;
    if (this.#closing) return;
    try {
      await this.#start();
      this.#options.log.info('the thread that receives works again');
      this.#restartMs = RESTART_MS.first;
    } catch (error) {
      this.#options.log.error({ error: String(error) }, 'the thread that receives cannot be started');
      this.#startSoon();
    }
  }
}
