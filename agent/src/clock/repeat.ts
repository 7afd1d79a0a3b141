/** Doing something again and again, never twice at once. */
import type { Clock } from './clock.ts';

/** Works, then waits `intervalMs()`, until the signal is aborted. Rejects when `work` does. */
export async function repeat(
  clock: Clock,
  intervalMs: () => number,
  signal: AbortSignal,
  work: () => void | Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    const startedMs = clock.now().monotonicMs;
    await work();
    const tookMs = clock.now().monotonicMs - startedMs;
    await clock.sleep(Math.max(0, intervalMs() - tookMs), signal);
  }
}
