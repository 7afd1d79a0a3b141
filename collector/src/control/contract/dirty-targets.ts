/** What has to be derived again from the facts. A part of ControlStore. */
/** What has to be recomputed: a day of usage (days since 1970 UTC), or the current inventory. */
export type DirtyTarget = { kind: 'usage-day'; day: number } | { kind: 'inventory' };
export interface DirtyMark {
  target: DirtyTarget;
  /** Rises each time the target is marked; clearing needs the value that was read before the work began. */
  generation: number;
  /** Milliseconds since 1970 of the oldest mark not yet cleared. */
  since: number;
}

export interface DirtyTargets {
  dirtyMarks(): DirtyMark[];
  markDirty(targets: DirtyTarget[], now: number): void;
  /** Marks the inventory unless `counted` is what it was marked for last: another text is another set of devices. */
  markCountedDevices(counted: string, now: number): void;
  /** Clears a mark unless it was marked again since `generation` was read. */
  clearDirty(target: DirtyTarget, generation: number): void;
}
