/** How long each part of processing a range took, waits for the engine and turns given to others included. */

/** Label values of a metric. */
const RANGE_STAGES = ['decode', 'intern', 'look-up', 'reconcile', 'map', 'write', 'commit'] as const;
export type RangeStage = (typeof RANGE_STAGES)[number];

export class RangeTimes {
  /** Milliseconds; a stage that did not occur is missing. */
  readonly spent = new Map<RangeStage, number>();
  #since = performance.now();

  /** What passed since the last call, or since the beginning, was spent on `stage`. */
  lap(stage: RangeStage): void {
    const now = performance.now();
    this.spent.set(stage, (this.spent.get(stage) ?? 0) + now - this.#since);
    this.#since = now;
  }
}
