/** When this program was asked to end: Ctrl-C, a signal, or (started by a program) its parent's pipe closing. */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface EndRequest {
  readonly signal: AbortSignal;
  /** Settles when the end is asked for. */
  readonly asked: Promise<void>;
  /** Stops listening, so that the process can end by itself. */
  dispose(): void;
}

export function listenForEnd(underParent: boolean): EndRequest {
  const controller = new AbortController();
  const end = () => controller.abort();
  // Further signals change nothing: the end is under way and takes less than ten seconds.
  for (const signal of SIGNALS) process.on(signal, end);
  if (underParent) process.stdin.on('close', end).on('error', end).resume();
  return {
    signal: controller.signal,
    asked: new Promise((resolve) => controller.signal.addEventListener('abort', () => resolve())),
    dispose() {
      if (underParent) process.stdin.removeListener('close', end).destroy();
    },
  };
}
