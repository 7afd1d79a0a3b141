/** A job that takes one step after the other for as long as the collector runs. */
import { Rest } from './rest.ts';

export interface RepeatedJobOptions {
  /** Resolves with how many milliseconds to rest before the next. */
  step: () => Promise<number>;
  /** What a step rejected with, for the log. */
  onFailure: (error: unknown) => void;
  /** Rest after a step that failed. */
  retryMs: number;
}

export interface RepeatedJob {
  /** Stops after the step in hand. */
  close(): Promise<void>;
}

export function startRepeatedJob({ step, onFailure, retryMs }: RepeatedJobOptions): RepeatedJob {
  const rest = new Rest();
  let closed = false;
  const run = async (): Promise<void> => {
    while (!closed) {
      const milliseconds = await step().catch((error: unknown) => {
        onFailure(error);
        return retryMs;
      });
      await rest.for(milliseconds);
    }
  };
  const running = run();
  return {
    async close() {
      closed = true;
      rest.wake();
      await running;
    },
  };
}
