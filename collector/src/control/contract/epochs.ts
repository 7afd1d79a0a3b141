/** Numbers of epochs, who they belong to, and what is left when two turn out to share an identity. A part of the control store. */

import type { SplitDevice } from '../split-tickets.ts';
import type { Speech } from '../superseded-speech.ts';
import type { DirtyTarget } from './dirty-targets.ts';

export interface EpochRow {
  /** Dense number from the one allocator, never reused. */
  epochNo: number;
  /** The device it belongs to: its sender, until that was proven to be a copy. */
  deviceId: string;
  /** 16 bytes. */
  epochId: Uint8Array;
  parentEpochNo?: number | undefined;
  /** Milliseconds since 1970 when the collector first processed a report of it. */
  openedAt: number;
  /** How often it was moved to another device. */
  moves: number;
}

/** With who sends it: the device that is asked for what is missing. */
export interface SentEpoch extends EpochRow {
  senderDeviceId: string;
}

/** The sender of an epoch was proven to be one of two with the same identity. */
export interface EpochSplit {
  epochNo: number;
  /** By whose key it signs. */
  senderDeviceId: string;
  /** Its report that proved it. */
  sequence: number;
  /** What its facts have to be derived anew for. */
  dirty: DirtyTarget[];
  /** Milliseconds since 1970. */
  now: number;
}

export interface Epochs {
  /** Opens the epoch at first sight. `created` tells the caller to write its row to the engine. */
  open(
    senderDeviceId: string,
    epochId: Uint8Array,
    parentEpochId: Uint8Array | undefined,
    now: number,
  ): EpochRow & { created: boolean };
  /** Epochs with numbers from `first` to `last`, in their order. */
  between(first: number, last: number): SentEpoch[];
  /** The highest epoch number given; 0 before the first. */
  last(): number;
  /** No epoch gets a number up to this one any more; false when none would have got one anyway. */
  skip(through: number): boolean;
  /** Number of the epoch that the device opened last. */
  newest(deviceId: string): number;
  /** What epochs of the device said beside their successors. */
  superseded(deviceId: string): readonly Speech[];
  /** The epoch and those opened from it that belong to the same device. */
  descent(epochNo: number): EpochRow[];
  /**
   * Moves the epoch and its descent to a new device and leaves a split ticket for their sender. Committed when this
   * returns; the caller writes the rows it gets to the engine.
   */
  split(split: EpochSplit): { deviceId: string; moved: EpochRow[] };
  /** Identities that were found to have more than one holder, newest first. */
  splitDevices(limit: number): SplitDevice[];
}
