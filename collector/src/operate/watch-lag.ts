/** Looks at both ends of the stream now and then, says how far processing is, and writes it down for the command line. */
import type { Clock } from '../clock/clock.ts';
import type { Operating } from '../control/contract/operating.ts';
import type { RangeCommits } from '../control/contract/range-commits.ts';
import type { ProcessingLag } from '../control/processing-state.ts';
import type { Stream } from '../stream/stream.ts';
import { capacityOf, catchUpSeconds, type LagSample, type ProcessedWork, ratesOf } from './processing-lag.ts';

export interface LagWatchOptions {
  stream: Pick<Stream, 'stats' | 'backlog'>;
  control: Pick<RangeCommits & Operating, 'checkpoint' | 'processing'>;
  clock: Clock;
}

export interface LagWatch {
  /** As it is now. */
  lag(): Promise<ProcessingLag>;
  /** A range was processed. */
  worked(work: ProcessedWork): void;
  close(): void;
}

const LOOK_EVERY_MS = 2_000;
/** Of looks: rates are those of a minute. */
const REMEMBERED_LOOKS = 31;
/** Of ranges: a queue shows soon what is possible. */
const REMEMBERED_RANGES = 64;

export function watchLag({ stream, control, clock }: LagWatchOptions): LagWatch {
  const samples: LagSample[] = [];
  const work: ProcessedWork[] = [];
  // A collector that starts while processing is paused has seen no range, and the queue is long.
  const formerCapacity = control.processing.lag()?.capacityPerSecond ?? undefined;
  let written = '';

  const lag = async (): Promise<ProcessingLag> => {
    const { records, bytes, oldestReceivedAt } = await stream.backlog(control.checkpoint());
    const { arriving, processed } = ratesOf(samples);
    const capacity = capacityOf(work) ?? formerCapacity;
    return {
      at: clock.now(),
      records,
      bytes,
      oldestReceivedAt: oldestReceivedAt ?? null,
      arrivingPerSecond: rounded(arriving),
      processedPerSecond: rounded(processed),
      capacityPerSecond: capacity === undefined ? null : rounded(capacity),
      catchUpSeconds: rounded(catchUpSeconds(records, arriving, capacity) ?? null),
    };
  };
  const look = async (): Promise<void> => {
    const { head } = await stream.stats();
    samples.push({ at: clock.now(), head, checkpoint: control.checkpoint() });
    if (samples.length > REMEMBERED_LOOKS) samples.shift();
    const present = await lag();
    // An idle collector writes nothing.
    const { at: _, ...said } = present;
    if (JSON.stringify(said) === written) return;
    control.processing.noteLag(present);
    written = JSON.stringify(said);
  };
  let closed = false;
  let looking = false;
  const stop = clock.every(LOOK_EVERY_MS, () => {
    if (looking || closed) return;
    looking = true;
    look()
      // A stream or a control store that has a bad moment is seen by everybody else; the next look is soon.
      .catch(() => undefined)
      .finally(() => {
        looking = false;
      });
  });
  return {
    lag,
    worked(each) {
      work.push(each);
      if (work.length > REMEMBERED_RANGES) work.shift();
    },
    close() {
      closed = true;
      stop();
    },
  };
}

/** Three digits behind the point are enough for people. */
function rounded<T extends number | null>(value: T): T {
  return (value === null ? null : Math.round(value * 1000) / 1000) as T;
}
