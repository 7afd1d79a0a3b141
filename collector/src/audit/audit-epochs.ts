/**
 * Rows of epochs that are lost, or say whose they were before they moved, are written again from the control store, which
 * gave the numbers.
 */
import { daysOfEpochs, readEpochMoves } from '../clickhouse/audit-epochs.ts';
import { FACT_TABLES } from '../clickhouse/fact-tables.ts';
import { NativeBlock } from '../clickhouse/native-block.ts';
import type { SweepParts } from './sweep-parts.ts';
import { writeLostRows } from './write-lost-rows.ts';

const BAND = 65_536;
/** Of whose days the aggregates are derived again; with more of them it is all the days that are dirty anyway. */
const MOST_DAYS_ASKED = 4_000;

export async function auditEpochs({
  clickhouse,
  control,
  now,
  pace,
  findings,
  ...parts
}: SweepParts): Promise<void> {
  for (let first = 1; first <= control.epochs.last(); first += BAND) {
    await pace(async () => {
      const last = first + BAND - 1;
      // The control store first: what it knows by then and is old enough has its row.
      const openedBefore = now() - parts.youngestMs;
      const epochs = control.epochs.between(first, last).filter(({ openedAt }) => openedAt < openedBefore);
      const known = await readEpochMoves(clickhouse, first, last);
      const { erasures } = control.lives;
      // Erased since the control store was read.
      const lost = epochs.filter(
        ({ epochNo, deviceId, moves }) => (known.get(epochNo) ?? -1) < moves && !erasures.isClosed(deviceId),
      );
      if (lost.length === 0) return;
      findings.lost.epoch += lost.length;
      const block = new NativeBlock(FACT_TABLES.epochs);
      for (const { epochNo, deviceId, parentEpochNo, openedAt, moves } of lost)
        block.append({
          epoch_no: epochNo,
          device_id64: BigInt(`0x${deviceId}`),
          parent_epoch_no: parentEpochNo ?? 0,
          opened_at: openedAt,
          moves,
        });
      const days = await daysOfEpochs(
        clickhouse,
        lost.slice(0, MOST_DAYS_ASKED).map(({ epochNo }) => epochNo),
      );
      await writeLostRows({ clickhouse, control, now }, 'epochs', block, days);
    });
  }
}
