/** Copies of an identity that were proven in a range become devices of their own: their epochs move, facts stay. */
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import type { FactRow } from '../clickhouse/fact-tables.ts';
import type { AgentOrders } from '../control/contract/agent-orders.ts';
import type { DirtyTarget } from '../control/contract/dirty-targets.ts';
import type { EpochRow } from '../control/contract/epochs.ts';
import type { ControlStore } from '../control/control-store.ts';
import type { RangeEffects } from './range-effects.ts';

/** A copy that became a device of its own. */
export interface FoundCopy {
  originalDeviceId: string;
  /** What it is from now on. */
  deviceId: string;
  /** Epochs that went with it. */
  epochs: number;
}

interface SplittingParts {
  clickhouse: ClickHouse;
  control: Pick<ControlStore, 'epochs'> & AgentOrders;
  now: () => number;
  onSplit?: (split: FoundCopy) => void;
}

/** Rejects when the engine does; doing the range again then finds those moved that were. */
export async function splitCopies(parts: SplittingParts, effects: RangeEffects): Promise<void> {
  const { clickhouse, control, now } = parts;
  for (const [epochNo, { senderDeviceId, sequence, beside }] of effects.copies) {
    const descent = control.epochs.descent(epochNo);
    const original = descent.find((row) => row.epochNo === epochNo)?.deviceId ?? senderDeviceId;
    const days = await usageDays(clickhouse, descent);
    const dirty: DirtyTarget[] = [
      { kind: 'inventory' },
      ...days.map((day): DirtyTarget => ({ kind: 'usage-day', day })),
    ];
    const { deviceId, moved } = control.epochs.split({
      ...{ epochNo, senderDeviceId, sequence, dirty },
      now: now(),
    });
    for (const row of moved) effects.facts.add('epochs', epochFacts(row));
    askOriginal(control, beside, senderDeviceId, effects);
    parts.onSplit?.({ originalDeviceId: original, deviceId, epochs: moved.length });
  }
}

/** The copy may have said what the computer is: the original says it again, with a baseline. */
function askOriginal(
  control: Pick<ControlStore, 'epochs'> & AgentOrders,
  { epochNo, sequence }: { epochNo: number; sequence: number },
  senderDeviceId: string,
  effects: RangeEffects,
): void {
  const epoch = control.epochs.descent(epochNo).find((row) => row.epochNo === epochNo);
  if (epoch) effects.direct(senderDeviceId, { epoch: epoch.epochId, sequence, resync: {} });
}

async function usageDays(clickhouse: ClickHouse, epochs: readonly EpochRow[]): Promise<number[]> {
  const rows = await clickhouse.rows<{ day: number }>(
    `SELECT DISTINCT toUInt32(day) AS day FROM {facts}.usage WHERE epoch_no IN (${epochs.map(({ epochNo }) => epochNo).join(',')})`,
  );
  return rows.map(({ day }) => day);
}

export function epochFacts(epoch: EpochRow): FactRow<'epochs'> {
  return {
    epoch_no: epoch.epochNo,
    device_id64: BigInt(`0x${epoch.deviceId}`),
    parent_epoch_no: epoch.parentEpochNo ?? 0,
    opened_at: epoch.openedAt,
    moves: epoch.moves,
  };
}
