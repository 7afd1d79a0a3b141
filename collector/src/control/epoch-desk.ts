/** Epochs and who they belong to, and the one way in which that changes: when two devices turn out to share an identity. */
import type { DatabaseSync } from 'node:sqlite';
import type { DirectiveFields } from '@fleetmeter/proto';
import type { EpochRow, EpochSplit, Epochs } from './contract/epochs.ts';
import { inTransaction } from './control-database.ts';
import type { DirtyMarks } from './dirty-marks.ts';
import { EpochNumbers } from './epoch-numbers.ts';
import type { PendingDirectives } from './pending-directives.ts';
import type { SplitDevice, SplitTickets } from './split-tickets.ts';
import type { Speech, SupersededSpeech } from './superseded-speech.ts';

export interface EpochDeskParts {
  database: DatabaseSync;
  directives: PendingDirectives;
  dirty: DirtyMarks;
  speech: SupersededSpeech;
  splits: SplitTickets;
}

export class EpochDesk extends EpochNumbers implements Epochs {
  readonly #parts: EpochDeskParts;

  constructor(parts: EpochDeskParts) {
    super(parts.database);
    this.#parts = parts;
  }

  superseded(deviceId: string): readonly Speech[] {
    return this.#parts.speech.of(deviceId);
  }

  /** Speech was erased beside this: what is remembered of it counts no more. */
  forgetSpeech(): void {
    this.#parts.speech.forget();
  }

  split({ epochNo, senderDeviceId, sequence, dirty: targets, now }: EpochSplit): {
    deviceId: string;
    moved: EpochRow[];
  } {
    const { database, directives, dirty, speech, splits } = this.#parts;
    const descent = this.descent(epochNo);
    const root = descent.find((row) => row.epochNo === epochNo);
    if (!root) throw new Error(`there is no epoch ${epochNo}`);
    try {
      return inTransaction(database, () => {
        const { ticket, deviceId } = splits.issue(senderDeviceId, epochNo, now);
        const moved = this.move(descent, deviceId);
        speech.forget();
        const directive: DirectiveFields = { sequence, split: { ticket } };
        for (const { epochId } of moved)
          directives.put(senderDeviceId, { ...directive, epoch: epochId }, now);
        dirty.mark(targets, now);
        return { deviceId, moved };
      });
    } catch (error) {
      this.forget();
      speech.forget();
      throw error;
    }
  }

  splitDevices(limit: number): SplitDevice[] {
    return this.#parts.splits.list(limit);
  }
}
