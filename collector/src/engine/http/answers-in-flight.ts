import type { ServerResponse } from 'node:http';
import { tooManyQueries } from '../engine-error.ts';

/** Whoever takes an answer at less than this, after a time to begin with, takes it no more. */
const LEAST_BYTES_PER_SECOND = 1024 ** 2;
const GRACE_MS = 30_000;

/**
 * Answers to readers that are complete and not yet taken. A session is free again when its query ends, and an answer
 * is whole in memory, so readers who ask and never read would fill the process. Together they have so many bytes, and each
 * so much time.
 */
export class AnswersInFlight {
  readonly #mostBytes: number;
  readonly #onUntaken: () => void;
  #bytes = 0;

  /** `onUntaken` is told of an answer whose time was over. */
  constructor(mostBytes: number, onUntaken: () => void) {
    this.#mostBytes = mostBytes;
    this.#onUntaken = onUntaken;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Counts until the response is over. Throws EngineError when others' answers leave no room for this one. */
  hold(bytes: number, response: Pick<ServerResponse, 'once' | 'destroy' | 'closed'>): void {
    if (this.#bytes > 0 && this.#bytes + bytes > this.#mostBytes) {
      throw tooManyQueries(
        `Answers of ${this.#bytes} bytes wait to be taken, and there is no room for ${bytes} more; ask again later.`,
        5,
      );
    }
    if (response.closed) return;
    this.#bytes += bytes;
    const timer = setTimeout(
      () => {
        this.#onUntaken();
        response.destroy();
      },
      GRACE_MS + (bytes / LEAST_BYTES_PER_SECOND) * 1000,
    );
    response.once('close', () => {
      this.#bytes -= bytes;
      clearTimeout(timer);
    });
  }
}
