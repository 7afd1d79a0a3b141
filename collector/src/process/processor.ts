/**
 * Reads the stream and hands ranges to processRange, one after the other, for ever. What may succeed later is
 * tried again with back-off while everything waits in the stream; what will never get into the tables is found by
 * bisection and put aside alone, unless it is most of what there is.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Rest } from '../clock/rest.ts';
import type { ProcessingPause } from '../control/processing-state.ts';
import type { Stream } from '../stream/stream.ts';
import type { RangeDependencies } from './range-dependencies.ts';
import type { RangeOutcome } from './range-outcome.ts';
import { processSifting, SystematicFaultError } from './sift-range.ts';
import { NO_STREAK } from './systematic-fault.ts';

export interface ProcessorOptions extends RangeDependencies {
  stream: Stream;
  log: Logger;
  /** How long a range that is not full waits for more. Every insert costs some 5 ms whatever its size. */
  lingerMs: number;
  /** Called after each committed range. */
  onProcessed: (outcome: RangeOutcome, milliseconds: number) => void;
  /** Called for each range read from the stream. */
  onRead?: (milliseconds: number) => void;
  /** Whether it stopped since most records would be put aside for a fault of ours. */
  onStopped?: (stopped: boolean) => void;
  onRetry: () => void;
}

export interface Processor {
  /**
   * A range failed and is tried again, or a crash may have ended one: facts may be in the tables that nothing else tells
   * of, until a range is committed or nothing waits.
   */
  readonly unsure: boolean;
  /** Resolves when the range in hand is done, committed or not; at once when there is none. */
  settled(): Promise<void>;
  /** Resolves when no range is in hand; none begins until the result is called. */
  hold(): Promise<() => void>;
  /** Stops after the range in hand. */
  close(): Promise<void>;
}

/** One range: enough to fill engine inserts, little enough to bound memory (records average some kB). */
const RANGE_LIMITS = { maxRecords: 2_000, maxBytes: 32 * 1024 * 1024 };
const FIRST_RETRY_MS = 250;
/** Whoever makes room on a disk sees it used within five seconds. */
const LAST_RETRY_MS = 3_000;
/** With no word from the stream, look again after this long. */
const IDLE_MS = 1000;
/** While an administrator holds processing, look again after this long: that soon it goes on. */
const PAUSED_LOOK_MS = 100;
/** A pause that nobody ends is said again this often. */
const REMIND_MS = 3_600_000;

/** Somebody who wants no range to begin. */
interface Hold {
  reached: () => void;
  over: Promise<void>;
  end: () => void;
}

export function startProcessor(options: ProcessorOptions): Processor {
  const { stream, control, log } = options;
  const stopping = new AbortController();
  const holds = new Set<Hold>();
  const resting = new Rest();
  /** New reports do not help against what made the last range fail. */
  const retrying = new Rest();
  let head = 0;
  const unsubscribe = stream.onAppend((newest) => {
    head = newest;
    resting.wake();
  });

  /** Waits for a range to fill, if anything is there at all. */
  const linger = async (): Promise<void> => {
    const until = performance.now() + options.lingerMs;
    for (;;) {
      const waiting = head - control.checkpoint();
      const rest = until - performance.now();
      if (waiting <= 0 || waiting >= RANGE_LIMITS.maxRecords || rest <= 0) return;
      if (stopping.signal.aborted || holds.size > 0) return;
      await resting.for(rest);
    }
  };

  const sayPaused = pauseTeller(options);
  /** Another process may have written it: the file is asked before every range, which costs some microseconds. */
  const isPaused = (): boolean => {
    const pause = control.processing.current();
    sayPaused(pause);
    return pause !== undefined;
  };

  let range: Promise<unknown> = Promise.resolve();
  let unsure = true;
  const run = async (): Promise<void> => {
    let retryMs = FIRST_RETRY_MS;
    let trimmed = -1;
    let streak = NO_STREAK;
    let stopped = false;
    while (!stopping.signal.aborted) {
      try {
        await linger();
        const [hold] = holds;
        if (hold) {
          for (const each of holds) each.reached();
          await hold.over;
          continue;
        }
        if (isPaused()) {
          await sleep(PAUSED_LOOK_MS, undefined, { signal: stopping.signal });
          continue;
        }
        const began = performance.now();
        const { records, through: read } = await stream.read(control.checkpoint(), RANGE_LIMITS);
        if (read > control.checkpoint()) {
          options.onRead?.(performance.now() - began);
          const processing = processSifting(records, read, options, streak);
          range = processing.catch(() => undefined);
          streak = await processing;
          if (stopped) log.info('what stopped processing is over: it goes on');
          if (stopped) options.onStopped?.(false);
          stopped = false;
        } else if (trimmed === control.checkpoint()) {
          unsure = false;
          await resting.for(IDLE_MS);
          continue;
        }
        unsure = false;
        // Also after a start, or a trim that failed: a full stream takes nothing that would bring us here again.
        const through = control.checkpoint();
        await control.synced();
        await stream.trim(through);
        trimmed = through;
        retryMs = FIRST_RETRY_MS;
      } catch (error) {
        if (stopping.signal.aborted) return;
        unsure = true;
        const facts = { error: String(error), retryMs, checkpoint: control.checkpoint() };
        if (error instanceof SystematicFaultError) {
          log.error(facts, 'most records would be put aside: processing stops and tries again');
          options.onStopped?.(true);
          stopped = true;
        } else log.warn(facts, 'processing waits and tries again');
        options.onRetry();
        await retrying.for(retryMs);
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
      }
    }
  };
  const running = run();
  return {
    get unsure() {
      return unsure;
    },
    async settled() {
      await range;
    },
    async hold() {
      const reached = Promise.withResolvers<void>();
      const over = Promise.withResolvers<void>();
      const hold = { reached: reached.resolve, over: over.promise, end: over.resolve };
      holds.add(hold);
      resting.wake();
      await reached.promise;
      return () => {
        holds.delete(hold);
        hold.end();
      };
    },
    async close() {
      stopping.abort();
      unsubscribe();
      resting.wake();
      retrying.wake();
      // Whoever holds it has no say in whether it ends.
      for (const { end } of holds) end();
      await running;
    },
  };
}

/** Says once in the log that processing is held, once that it goes on, and now and then that it is still held. */
function pauseTeller({ log, now }: Pick<ProcessorOptions, 'log' | 'now'>) {
  let told: ProcessingPause | undefined;
  let toldAt = 0;
  return (pause: ProcessingPause | undefined): void => {
    if (pause && (told?.number !== pause.number || now() - toldAt >= REMIND_MS)) {
      const { pausedBy, reason } = pause;
      log.warn(
        { pausedBy, reason, since: new Date(pause.pausedAt).toISOString() },
        'processing is paused: reports are taken and wait in the stream',
      );
      toldAt = now();
    } else if (!pause && told) log.info('processing goes on');
    told = pause;
  };
}
