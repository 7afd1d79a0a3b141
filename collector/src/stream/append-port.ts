/** How a thread that does not own the stream appends to it: over a port to the stream's thread, with nobody between. */
import type { MessagePort } from 'node:worker_threads';
import { type PortAnswer, PortCalls } from '../threads/port-calls.ts';
import { StreamFullError } from './stream.ts';
import type { AppendRequest, WorkerAnswers } from './worker-messages.ts';

export class AppendPort {
  readonly #connect: () => Promise<MessagePort>;
  #connection: Promise<{ port: MessagePort; calls: PortCalls }> | undefined;

  /** `connect` is asked for a port when one is needed: at first, and after the stream's thread has ended. */
  constructor(connect: () => Promise<MessagePort>) {
    this.#connect = connect;
  }

  async append(request: AppendRequest): Promise<WorkerAnswers['append']> {
    this.#connection ??= this.#open().catch((error) => {
      this.#connection = undefined;
      throw error;
    });
    const { calls } = await this.#connection;
    return calls.ask(request, [request.bytes.buffer]);
  }

  async close(): Promise<void> {
    (await this.#connection?.catch(() => undefined))?.port.close();
  }

  async #open(): Promise<{ port: MessagePort; calls: PortCalls }> {
    const port = await this.#connect();
    const calls = new PortCalls({
      post: (request, transfer) => port.postMessage(request, [...transfer]),
      errorOf: streamErrorOf,
    });
    port.on('message', (answer: PortAnswer) => calls.settle(answer));
    port.on('close', () => {
      this.#connection = undefined;
      calls.abandon(new Error('the stream closed'));
    });
    return { port, calls };
  }
}

export function streamErrorOf(name: string, message: string): Error {
  return name === 'StreamFullError' ? new StreamFullError(message) : new Error(message);
}
