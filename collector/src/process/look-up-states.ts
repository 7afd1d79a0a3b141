/** What the tables know of the epochs of a range. */
import { readBaselineParts } from '../clickhouse/baseline-parts.ts';
import { NEW_EPOCH, readEpochHeads, readInventories } from '../clickhouse/epoch-states.ts';
import { reportsBehindHead } from '../reconcile/reports-behind-head.ts';
import { inventoryChangeOf } from './baseline-part.ts';
import type { InternedRecord } from './intern-records.ts';
import type { RangeDependencies } from './range-dependencies.ts';
import type { EpochState } from './report-to-process.ts';

/** Together these inventories would take too much memory: fewer reports at a time. */
export class RangeTooHeavyError extends Error {
  override name = 'RangeTooHeavyError';
}

/** Twice what a full range of usual devices has; 4 bytes each, some four times while they are changed and written. */
const MOST_IDS_AT_ONCE = 8_000_000;

/** Inventories that are read, or put together from parts: those of a few devices may be hundreds of times the usual. */
function checkWeight(heavy: readonly InternedRecord[], states: ReadonlyMap<number, EpochState>): void {
  const epochNos = new Set(heavy.map(({ epochNo }) => epochNo));
  let ids = 0;
  for (const epochNo of epochNos) ids += states.get(epochNo)?.head.digest.count ?? 0;
  for (const { report } of heavy) if (report.inventory?.parts) ids += report.digestAfter?.count ?? 0;
  if (epochNos.size > 1 && ids > MOST_IDS_AT_ONCE)
    throw new RangeTooHeavyError(`${ids} executables at once, at most ${MOST_IDS_AT_ONCE}`);
}

/** What is known of each epoch, by its number; its reports share one object. */
export async function lookUpStates(
  reports: readonly InternedRecord[],
  { clickhouse, heads }: Pick<RangeDependencies, 'clickhouse' | 'heads'>,
): Promise<Map<number, EpochState>> {
  const deviceOf = new Map(reports.map(({ epochNo, deviceId }) => [epochNo, deviceId]));
  const epochNos = [...deviceOf.keys()];
  const created = new Set(reports.flatMap((report) => (report.created ? [report.epochNo] : [])));
  const read = await readEpochHeads(
    clickhouse,
    epochNos.filter((epochNo) => !created.has(epochNo) && !heads.get(epochNo)),
  );
  const states = new Map<number, EpochState>();
  for (const [epochNo, deviceId] of deviceOf) {
    const head = heads.get(epochNo) ?? read.get(epochNo) ?? NEW_EPOCH;
    states.set(epochNo, { epochNo, deviceId, head, inventory: undefined });
  }
  // A baseline replaces whatever was there, and a new epoch has nothing: only changes need what they change.
  const changing = reports.filter(({ report }) => report.inventory && !report.inventory.baseline);
  // Nothing asks for the parts of a baseline before its last one is here.
  const completing = reports.filter(({ report }) => inventoryChangeOf(report) === 'last-part');
  checkWeight([...changing, ...completing], states);
  const inventories = await readInventories(clickhouse, [...new Set(changing.map(({ epochNo }) => epochNo))]);
  for (const [epochNo, inventory] of inventories) {
    const state = states.get(epochNo);
    if (state) state.inventory = inventory;
  }
  const parts = await readBaselineParts(clickhouse, [...new Set(completing.map(({ epochNo }) => epochNo))]);
  for (const [epochNo, collected] of parts) {
    const state = states.get(epochNo);
    if (state) state.parts = collected;
  }
  return states;
}

/** Before anything moves the heads on. */
export function noteBehindHeads(
  reports: readonly InternedRecord[],
  states: ReadonlyMap<number, EpochState>,
): void {
  for (const [epochNo, ofEpoch] of Map.groupBy(reports, (report) => report.epochNo)) {
    const head = states.get(epochNo)?.head;
    if (!head || ofEpoch.length === 1) continue;
    const chained = ofEpoch.map((item) => ({
      item,
      sequence: item.report.sequence,
      reportHash: item.hash,
      previousHash: item.report.previousHash,
    }));
    for (const { item } of reportsBehindHead(head, chained)) item.behindHead = true;
  }
}
