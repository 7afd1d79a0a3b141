/**
 * Refuses reports that somebody kept and sends again. No number depends on it: a report that comes twice changes
 * nothing, however late. It bounds what old envelopes can be used for: filling the stream, and questions to the device.
 *
 * The device's clock is compared with itself only, so a wrong one locks nobody out. An agent sends nothing newer before
 * a report is acknowledged, so behind the newest of its epoch only a network's own repetitions and a state that was put
 * back send anything. The latter composes with today's clock and is told to begin a child epoch. If even its clock was
 * put back, this refusal tells it the same, and a new epoch is never refused.
 */
import { BoundedCache } from '../control/bounded-cache.ts';
import type { ReceiverControl } from '../control/contract/receiver-control.ts';
import { Refusal } from '../validate/refusals.ts';

/** Farther back than clocks jump that were set to local time. */
export const REPLAY_WINDOW_SECONDS = 2 * 24 * 3600;
/** About 250 bytes each. What was forgotten, or said before a start, is accepted again and changes nothing. */
const REMEMBERED_DEVICES = 200_000;

export interface ReportTime {
  /** 16 bytes. */
  epochId: Uint8Array;
  sequence: number;
  /** Seconds since 1970 by the device's clock. */
  composedAt: number;
}

interface Newest {
  epoch: string;
  sequence: number;
  composedAt: number;
}

export class ReplayWindow {
  readonly #control: Pick<ReceiverControl, 'knowsEpoch'>;
  readonly #newest: BoundedCache<string, Newest>;

  constructor(control: Pick<ReceiverControl, 'knowsEpoch'>, rememberedDevices = REMEMBERED_DEVICES) {
    this.#control = control;
    this.#newest = new BoundedCache(rememberedDevices);
  }

  /** Throws Refusal `report-replayed`. Remembers nothing: the report is not durable yet. */
  check(deviceId: string, report: ReportTime): void {
    const newest = this.#newest.get(deviceId);
    if (!newest || report.composedAt >= newest.composedAt - REPLAY_WINDOW_SECONDS) return;
    const isOld =
      hex(report.epochId) === newest.epoch
        ? report.sequence < newest.sequence
        : this.#control.knowsEpoch(deviceId, report.epochId);
    if (isOld)
      throw new Refusal(
        'report-replayed',
        `report ${report.sequence} was composed ${newest.composedAt - report.composedAt} s before one that is here`,
      );
  }

  /** The report is durable. */
  accepted(deviceId: string, report: ReportTime): void {
    const newest = this.#newest.get(deviceId);
    const epoch = hex(report.epochId);
    const advances =
      !newest ||
      (epoch === newest.epoch
        ? report.sequence >= newest.sequence
        : report.composedAt >= newest.composedAt || !this.#control.knowsEpoch(deviceId, report.epochId));
    const { sequence, composedAt } = report;
    if (advances) this.#newest.set(deviceId, { epoch, sequence, composedAt });
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
