/**
 * Reads the stream and hands ranges to processRange, one after the other, for ever. What may succeed later is
 * tried again with back-off while everything waits in the stream; what the engine will never take is found by
 * bisection and put aside alone.
 */
import type { Logger } from 'pino';
import { refusedForGood } from '../clickhouse/refused-for-good.ts';
import type { Stream, StreamRecord } from '../stream/stream.ts';
import {
  processRange,
  type RangeDependencies,
  type RangeOutcome,
  RangeTooHeavyError,
  wholeMessage,
} from './process-range.ts';

export interface ProcessorOptions extends RangeDependencies {
  stream: Stream;
  log: Logger;
  /** How long a range that is not full waits for more. Every insert costs some 5 ms whatever its size. */
  lingerMs: number;
  /** Called after each committed range. */
  onProcessed: (outcome: RangeOutcome, milliseconds: number) => void;
  onRetry: () => void;
}

export interface Processor {
  /** Resolves when the range in hand is done, committed or not; at once when there is none. */
  settled(): Promise<void>;
  /** Stops after the range in hand. */
  close(): Promise<void>;
}

/** One range: enough to fill engine inserts, little enough to bound memory (records average some kB). */
const RANGE_LIMITS = { maxRecords: 2_000, maxBytes: 32 * 1024 * 1024 };
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 10_000;
/** With no word from the stream, look again after this long. */
const IDLE_MS = 1000;

export function startProcessor(options: ProcessorOptions): Processor {
  const { stream, control, log } = options;
  const stopping = new AbortController();
  let wake: () => void = () => {};
  let head = 0;
  const unsubscribe = stream.onAppend((newest) => {
    head = newest;
    wake();
  });
  const pause = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  /** Waits for a range to fill, if anything is there at all. */
  const linger = async (): Promise<void> => {
    const until = performance.now() + options.lingerMs;
    for (;;) {
      const waiting = head - control.checkpoint();
      const rest = until - performance.now();
      if (waiting <= 0 || waiting >= RANGE_LIMITS.maxRecords || rest <= 0 || stopping.signal.aborted) return;
      await pause(rest);
    }
  };

  let range: Promise<unknown> = Promise.resolve();
  const run = async (): Promise<void> => {
    let retryMs = FIRST_RETRY_MS;
    let trimmed = -1;
    while (!stopping.signal.aborted) {
      try {
        await linger();
        const { records, through } = await stream.read(control.checkpoint(), RANGE_LIMITS);
        if (through > control.checkpoint()) {
          const processing = processBisecting(records, through, options);
          range = processing.catch(() => undefined);
          await processing;
        } else if (trimmed === control.checkpoint()) {
          await pause(IDLE_MS);
          continue;
        }
        // Also after a start, or a trim that failed: a full stream takes nothing that would bring us here again.
        await stream.trim(control.checkpoint());
        trimmed = control.checkpoint();
        retryMs = FIRST_RETRY_MS;
      } catch (error) {
        if (stopping.signal.aborted) return;
        log.warn(
          { error: String(error), retryMs, checkpoint: control.checkpoint() },
          'processing waits and tries again',
        );
        options.onRetry();
        await new Promise((resolve) => setTimeout(resolve, retryMs));
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
      }
    }
  };
  const running = run();
  return {
    async settled() {
      await range;
    },
    async close() {
      stopping.abort();
      unsubscribe();
      wake();
      await running;
    },
  };
}

async function processBisecting(
  records: readonly StreamRecord[],
  through: number,
  options: ProcessorOptions,
): Promise<void> {
  const began = performance.now();
  try {
    options.onProcessed(await processRange(records, through, options), performance.now() - began);
  } catch (error) {
    if (!refusedForGood(error) && !(error instanceof RangeTooHeavyError)) throw error;
    const [record] = records;
    if (!record) throw error;
    if (records.length === 1) {
      setAside(record, through, String(error), options);
      return;
    }
    const middle = Math.floor(records.length / 2);
    const before = records.slice(0, middle);
    await processBisecting(before, (before.at(-1) as StreamRecord).offset, options);
    await processBisecting(records.slice(middle), through, options);
  }
}

function setAside(
  record: StreamRecord,
  through: number,
  detail: string,
  { control, now, log }: ProcessorOptions,
): void {
  log.error(
    { offset: record.offset, deviceId: record.deviceId, detail },
    'the engine refuses this record: put aside',
  );
  control.commitProcessed({
    checkpoint: through,
    dirty: [],
    directives: [],
    resolved: [],
    superseded: [],
    evidenceWanted: [],
    evidenceProcessed: [],
    undescribedUse: [],
    quarantined: [
      {
        ...wholeMessage(record, 'engine-refused', detail),
        deviceId: record.deviceId,
        offset: record.offset,
        at: now(),
      },
    ],
    now: now(),
  });
}
