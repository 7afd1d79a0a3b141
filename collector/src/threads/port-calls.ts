/**
 * Calls from one thread to another, as promises. Each request carries a number, and gets one answer with the same; the
 * other side may answer in any order.
 */
import type { Transferable } from 'node:worker_threads';

export type PortAnswer =
  | { id: number; ok: true; value: unknown }
  | { id: number; ok: false; name: string; message: string };

interface Call {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

export interface PortCallsOptions {
  post(request: object, transfer: readonly Transferable[]): void;
  /** The error that an answer stands for; a plain one when not given. */
  errorOf?: (name: string, message: string) => Error;
}

export class PortCalls {
  readonly #options: PortCallsOptions;
  readonly #calls = new Map<number, Call>();
  #nextId = 1;

  constructor(options: PortCallsOptions) {
    this.#options = options;
  }

  ask<T>(request: object, transfer: readonly Transferable[] = []): Promise<T> {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#calls.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#options.post({ ...request, id }, transfer);
    });
  }

  settle(answer: PortAnswer): void {
    const call = this.#calls.get(answer.id);
    this.#calls.delete(answer.id);
    if (!call) return;
    if (answer.ok) call.resolve(answer.value);
    else {
      const { errorOf = (_name, message) => new Error(message) } = this.#options;
      call.reject(errorOf(answer.name, answer.message));
    }
  }

  /** Nobody will answer these calls: what they asked may or may not have happened. */
  abandon(error: Error): void {
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) call.reject(error);
  }
}

/** What a call comes to, as it is sent back. */
export function failedAnswer(id: number, error: unknown): PortAnswer {
  const name = error instanceof Error ? error.name : 'Error';
  return { id, ok: false, name, message: error instanceof Error ? error.message : String(error) };
}
