/**
 * A range of the stream becomes facts: decode, look up, reconcile, write, commit. Restartable anywhere: until the
 * control store's commit nothing says the range is done, and doing it again writes the same rows.
 */
import type { CatalogueInForce } from '../catalogue/catalogue-in-force.ts';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { NEW_EPOCH, readDaysOfUse, readEpochHeads, readInventories } from '../clickhouse/epoch-states.ts';
import type { ControlStore } from '../control/control-store.ts';
import type { StreamRecord } from '../stream/stream.ts';
import { type DecodedRecord, decodeRecord } from './decode-record.ts';
import type { EpochHeadCache } from './epoch-head-cache.ts';
import { processEvidence } from './process-evidence.ts';
import { type EpochState, processReport, type ReportToProcess } from './process-report.ts';
import { RangeEffects } from './range-effects.ts';

export interface RangeDependencies {
  clickhouse: ClickHouse;
  control: ControlStore;
  heads: EpochHeadCache;
  inForce: () => CatalogueInForce;
  /** Milliseconds since 1970. */
  now: () => number;
}

export interface RangeOutcome {
  rows: number;
  reports: number;
  evidence: number;
  quarantined: number;
}

/** Processes records and checkpoints at `through`. Rejects, having committed nothing, when the engine does. */
export async function processRange(
  records: readonly StreamRecord[],
  through: number,
  dependencies: RangeDependencies,
): Promise<RangeOutcome> {
  const { clickhouse, control, heads, now } = dependencies;
  // One catalogue for the whole range, also when another comes into force meanwhile.
  const inForce = dependencies.inForce();
  const effects = new RangeEffects();
  const decoded = records.map(decodeRecord);
  const states = await statesOf(decoded, dependencies, effects);
  let reports = 0;
  const described: number[] = [];
  for (const record of decoded) {
    if (record.kind === 'undecodable') {
      effects.quarantine(record.source, 'record-undecodable', record.detail, 0, record.source.envelope);
    } else if (record.kind === 'evidence') {
      for (const evidence of record.batch.records) {
        const executableNo = processEvidence(evidence, record.source, control, inForce, effects);
        if (executableNo !== undefined) described.push(executableNo);
      }
    } else {
      processReport(record, states.get(record) as EpochState, control, effects);
      reports++;
    }
  }
  // A program may have been used before anybody knew what it was: its days change their application.
  for (const day of await readDaysOfUse(clickhouse, described)) effects.markDayDirty(day);

  const touched = [...states.values()].map(({ epochNo }) => epochNo);
  try {
    const rows = await effects.facts.write(clickhouse);
    control.commitProcessed(effects.toProcessedRange(through, now()));
    for (const [epochNo, head] of effects.heads) heads.set(epochNo, head);
    return { rows, reports, evidence: described.length, quarantined: effects.quarantinedCount };
  } catch (error) {
    heads.forget(touched);
    throw error;
  }
}

/** The state of each report's epoch; reports of one epoch share one object. */
async function statesOf(
  decoded: readonly DecodedRecord[],
  { clickhouse, control, heads, now }: RangeDependencies,
  effects: RangeEffects,
): Promise<Map<ReportToProcess, EpochState>> {
  const epochNos = new Map<ReportToProcess, number>();
  const changing = new Set<number>();
  for (const record of decoded) {
    if (record.kind !== 'report') continue;
    const { report, source } = record;
    const epochId = report.epoch?.id ?? new Uint8Array(16);
    const epoch = control.epoch(source.deviceId, epochId, report.epoch?.parent?.id ?? undefined, now());
    epochNos.set(record, epoch.epochNo);
    // Written with every baseline, not only at creation: a crash in between must not lose the row.
    if (epoch.created || report.inventory?.baseline) {
      effects.facts.add('epochs', {
        epoch_no: epoch.epochNo,
        device_id64: BigInt(`0x${epoch.deviceId}`),
        parent_epoch_no: epoch.parentEpochNo ?? 0,
        opened_at: epoch.openedAt,
      });
    }
    if (report.inventory) changing.add(epoch.epochNo);
  }
  const unknown = [...new Set(epochNos.values())].filter((epochNo) => !heads.get(epochNo));
  const read = await readEpochHeads(clickhouse, unknown);
  const inventories = await readInventories(clickhouse, [...changing]);
  const states = new Map<number, EpochState>();
  const byReport = new Map<ReportToProcess, EpochState>();
  for (const [record, epochNo] of epochNos) {
    const head = heads.get(epochNo) ?? read.get(epochNo) ?? NEW_EPOCH;
    const state = states.get(epochNo) ?? { epochNo, head, inventory: inventories.get(epochNo) };
    states.set(epochNo, state);
    byReport.set(record, state);
  }
  return byReport;
}
