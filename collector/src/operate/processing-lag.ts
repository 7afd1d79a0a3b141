/**
 * How far processing is behind what was received, how fast it goes, and when it will have caught up. Pure: what was
 * seen goes in, numbers for people come out.
 */

/** One look at both ends of the stream. */
export interface LagSample {
  /** Milliseconds since 1970. */
  at: number;
  /** Last offset received. */
  head: number;
  /** Last offset processed. */
  checkpoint: number;
}

/** A range that was processed. */
export interface ProcessedWork {
  records: number;
  milliseconds: number;
}

export interface ProcessingRates {
  /** Records a second, over the samples. */
  arriving: number;
  processed: number;
}

/** Over the time from the first sample to the last. */
export function ratesOf(samples: readonly LagSample[]): ProcessingRates {
  const [first, last] = [samples.at(0), samples.at(-1)];
  if (!first || !last || last.at <= first.at) return { arriving: 0, processed: 0 };
  const seconds = (last.at - first.at) / 1000;
  return {
    arriving: Math.max(0, last.head - first.head) / seconds,
    processed: Math.max(0, last.checkpoint - first.checkpoint) / seconds,
  };
}

/**
 * Records a second that processing can do while it has nothing but work; undefined before any was seen. Each record
 * counts with the speed of its range: a range of three costs nearly as much as one of a thousand, and says nothing of
 * what a queue will take.
 */
export function capacityOf(work: readonly ProcessedWork[]): number | undefined {
  let weighted = 0;
  let spent = 0;
  for (const { records, milliseconds } of work) {
    weighted += records * records;
    spent += (records * milliseconds) / 1000;
  }
  return spent > 0 ? weighted / spent : undefined;
}

/**
 * Seconds until nothing waits, while as much arrives as now; 0 when nothing waits. Undefined: nobody knows how fast
 * processing is, or more arrives than it can do.
 */
export function catchUpSeconds(
  waiting: number,
  arriving: number,
  capacity: number | undefined,
): number | undefined {
  if (waiting <= 0) return 0;
  if (capacity === undefined || capacity <= arriving) return undefined;
  return waiting / (capacity - arriving);
}
