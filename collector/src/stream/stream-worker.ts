/** Calls into the worker thread. A worker that died is started anew by the next call. */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { type PortAnswer, PortCalls } from '../threads/port-calls.ts';
import { streamErrorOf } from './append-port.ts';
import type {
  WorkerAnswers,
  WorkerConnection,
  WorkerNews,
  WorkerRequest,
  WorkerStart,
} from './worker-messages.ts';

type Ask = WorkerRequest['ask'];
type Parameters<A extends Ask> = Omit<Extract<WorkerRequest, { ask: A }>, 'id' | 'ask'>;

export class StreamWorker {
  readonly #start: WorkerStart;
  readonly #onAppended: (head: number) => void;
  readonly #calls = new PortCalls({
    post: (request, transfer) => this.#running().postMessage(request, [...transfer]),
    errorOf: streamErrorOf,
  });
  #opening: { resolve: (head: number) => void; reject: (error: Error) => void } | undefined;
  #worker: Worker | undefined;

  /** `onAppended`: with the new head, whoever appended. */
  constructor(start: WorkerStart, onAppended: (head: number) => void) {
    this.#start = start;
    this.#onAppended = onAppended;
  }

  /** Resolves once the thread has opened the files, with the head. */
  started(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#opening = { resolve, reject };
      this.#running();
    });
  }

  ask<A extends Ask>(ask: A, parameters: Parameters<A>): Promise<WorkerAnswers[A]> {
    const request = { ask, ...parameters } as unknown as WorkerRequest;
    return this.#calls.ask(request, request.ask === 'append' ? [request.bytes.buffer] : []);
  }

  /** For an AppendPort in another thread; closes when the worker ends. */
  connect(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#running().postMessage({ connect: port1 } satisfies WorkerConnection, [port1]);
    return port2;
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    await this.ask('close', {}).catch(() => undefined);
    await exited;
  }

  #running(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL('./sqlite-stream-worker.ts', import.meta.url), {
      workerData: this.#start,
    });
    this.#worker = worker;
    worker.on('message', (message: PortAnswer | WorkerNews) => {
      if ('appended' in message) this.#onAppended(message.appended);
      else if ('opened' in message) this.#opening?.resolve(message.opened);
      else this.#calls.settle(message);
    });
    worker.on('error', (error) => this.#lost(worker, error as Error));
    worker.on('exit', () => this.#lost(worker, new Error('the stream closed')));
    return worker;
  }

  /** What was asked may or may not have happened: the agent sends again. */
  #lost(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#opening?.reject(error);
    this.#calls.abandon(error);
  }
}
