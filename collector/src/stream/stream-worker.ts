/** Calls into the worker thread, as promises. A worker that died is started anew by the next call. */
import { Worker } from 'node:worker_threads';
import { StreamFullError } from './stream.ts';
import type { WorkerAnswer, WorkerAnswers, WorkerRequest, WorkerStart } from './worker-messages.ts';

type Ask = WorkerRequest['ask'];
type Parameters<A extends Ask> = Omit<Extract<WorkerRequest, { ask: A }>, 'id' | 'ask'>;

interface Call {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

export class StreamWorker {
  readonly #start: WorkerStart;
  readonly #calls = new Map<number, Call>();
  #worker: Worker | undefined;
  #nextId = 1;

  constructor(start: WorkerStart) {
    this.#start = start;
  }

  /** Resolves once the thread has opened the files, with the head. */
  started(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#calls.set(0, { resolve: resolve as (value: unknown) => void, reject });
      this.#running();
    });
  }

  ask<A extends Ask>(ask: A, parameters: Parameters<A>): Promise<WorkerAnswers[A]> {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#calls.set(id, { resolve: resolve as (value: unknown) => void, reject });
      const request = { id, ask, ...parameters } as unknown as WorkerRequest;
      this.#running().postMessage(request, request.ask === 'append' ? [request.bytes.buffer] : []);
    });
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
    worker.on('message', (answer: WorkerAnswer) => this.#settle(answer));
    worker.on('error', (error) => this.#lost(worker, error as Error));
    worker.on('exit', () => this.#lost(worker, new Error('the stream closed')));
    return worker;
  }

  #settle(answer: WorkerAnswer): void {
    const call = this.#calls.get(answer.id);
    this.#calls.delete(answer.id);
    if (!call) return;
    if (answer.ok) call.resolve(answer.value);
    else call.reject(answer.full ? new StreamFullError(answer.message) : new Error(answer.message));
  }

  /** Nobody will answer these calls. What they asked may or may not have happened: the agent sends again. */
  #lost(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) call.reject(error);
  }
}
