/** One decided record into what it changes; the rules for records count as ever. */
import type { CatalogueInForce } from '../catalogue/catalogue-in-force.ts';
import type { EvidenceWanted } from '../control/contract/evidence-wanted.ts';
import type { Executables } from '../control/contract/executables.ts';
import type { KnownDevices } from '../control/contract/known-devices.ts';
import type { ControlStore } from '../control/control-store.ts';
import type { DecidedRecord, Settled } from '../control/quarantine-work.ts';
import { wholeAgain } from '../control/whole-again.ts';
import type { KnownEvidence } from '../process/known-evidence.ts';
import { describeExecutable } from '../process/process-evidence.ts';
import type { RangeEffects } from '../process/range-effects.ts';
import { coverageRow, usageDigestRow, usageRow } from '../process/usage-rows.ts';
import { wantMissingEvidence } from '../process/want-evidence.ts';
import { type ReadableRecord, readRecord, runNumber, usageFault } from './readable-record.ts';
import { type Transformation, transformed } from './transformation.ts';

export interface ReplayParts {
  control: Pick<ControlStore, 'epochs' | 'personErasures'> & Executables & EvidenceWanted & KnownDevices;
  inForce: CatalogueInForce;
  effects: RangeEffects;
  known: KnownEvidence;
  /** Numbers of executables that are described by it. */
  described: number[];
}

/** Without the decision; what it says is `refused` has changed nothing. */
export type ReplayOutcome = Pick<Settled, 'outcome' | 'detail'>;

const REPLAYED: ReplayOutcome = { outcome: 'replayed', detail: '' };
const refused = (detail: string): ReplayOutcome => ({ outcome: 'refused', detail });

export function replayRecord(record: DecidedRecord, parts: ReplayParts): ReplayOutcome {
  if (record.action === 'discard') return { outcome: 'discarded', detail: '' };
  // Who sent it, or whom its epoch was given to since.
  const { epochNo } = record;
  const isErased = epochNo > 0 && parts.control.epochs.between(epochNo, epochNo).length === 0;
  if (isErased || parts.control.lives.erasures.isClosed(record.deviceId))
    return refused('its device was erased');
  if (record.kind === 'inventory' || record.kind === 'report') return askAgain(record, parts);
  let readable: ReadableRecord;
  try {
    readable = repaired(readRecord(record), record.transformation);
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
  return readable.kind === 'evidence'
    ? replayEvidence(readable.records, record, parts)
    : replayUsage(readable, record, parts);
}

function repaired(record: ReadableRecord, transformation: string): ReadableRecord {
  return transformation === '' ? record : transformed(record, JSON.parse(transformation) as Transformation);
}

function replayUsage(
  readable: ReadableRecord,
  record: DecidedRecord,
  { control, effects }: ReplayParts,
): ReplayOutcome {
  if (readable.kind !== 'usage' && readable.kind !== 'coverage' && readable.kind !== 'usage-digest')
    return refused(`a record of kind ${readable.kind} holds no use`);
  const { personErasures } = control;
  // As in process-usage.ts: whatever waited here longer than the person was kept comes too late.
  if (readable.kind === 'usage' && personErasures.isErased(readable.user as Uint8Array))
    return refused('its person was erased');
  if (readable.kind === 'usage-digest' && personErasures.hasErased(record.deviceId))
    return refused('it sums use of a person who was erased');
  const fault = usageFault(readable, record.at);
  if (fault) return refused(`${fault.reason}: ${fault.detail}`);
  const of = { epochNo: record.epochNo, run: runNumber(readable.run as Uint8Array) };
  if (readable.kind === 'coverage') {
    effects.facts.add('coverage', coverageRow(readable.fields, of));
    effects.markDayDirty(readable.fields.day ?? 0);
  }
  if (readable.kind === 'usage-digest')
    effects.facts.add('usage_digests', usageDigestRow(readable.fields, { ...of, sequence: record.sequence }));
  if (readable.kind !== 'usage') return REPLAYED;
  const day = readable.fields.day ?? 0;
  const ids = readable.fields.executableId as Uint8Array;
  const { numbers } = control.internExecutables(ids);
  const executableNo = numbers[0] as number;
  const user = readable.user as Uint8Array;
  effects.facts.add('usage', usageRow(readable.fields, { ...of, executableNo, user }));
  effects.markDayDirty(day);
  const source = { deviceId: record.deviceId, receivedAt: record.at };
  if (wantMissingEvidence({ ids, numbers }, source, control, effects).length > 0)
    effects.usedUndescribed(executableNo, day);
  return REPLAYED;
}

/** All of a batch or nothing: what is good in it is described by the next device that is asked. */
function replayEvidence(
  records: Extract<ReadableRecord, { kind: 'evidence' }>['records'],
  record: DecidedRecord,
  { control, inForce, effects, known, described }: ReplayParts,
): ReplayOutcome {
  for (const evidence of records) {
    const result = describeExecutable(evidence, { receivedAt: record.at }, control, inForce, effects, known);
    if (typeof result === 'object') return refused(`${result.reason}: ${result.detail}`);
    if (result !== undefined) described.push(result);
  }
  return REPLAYED;
}

/** An inventory is never replayed: what is on the device now counts, and not what was. */
function askAgain(record: DecidedRecord, { control, effects }: ReplayParts): ReplayOutcome {
  const epochNo = record.epochNo || control.epochs.newest(record.deviceId);
  const [epoch] = control.epochs.between(epochNo, epochNo);
  if (!epoch) return refused('no report of its device was ever processed: its next one is the first');
  const [inventory, use] = wholeAgain(epoch.epochId);
  effects.direct(epoch.senderDeviceId, inventory);
  if (record.kind === 'report') effects.direct(epoch.senderDeviceId, use);
  return { outcome: 'asked', detail: 'the device is asked for its whole inventory with its next report' };
}
