/**
 * Rules for one usage record or coverage mark. Pure. Values are never altered: a record outside its bounds goes to
 * quarantine alone and the rest of its report counts, because max is a one-way door and one absurd value would
 * stay for ever.
 */
import type { CoverageFields, UsageFields, UsageRecordFields } from '@fleetmeter/proto';
import type { QuarantineReason } from '../control/control-store.ts';

export interface RecordFault {
  reason: QuarantineReason;
  detail: string;
}

const SECONDS_A_DAY = 86_400;
const MILLISECONDS_A_DAY = 86_400_000;
/** A day counts from 400 days before to one day after the report was received. */
const OLDEST_DAYS = 400;
const NEWEST_DAYS = 1;
const SLOTS_A_DAY = 288;
/** One launch a second, all day. */
const MOST_LAUNCHES = 86_400;

export function usageRecordFault(record: UsageRecordFields, usage: UsageFields, receivedAt: number): RecordFault | undefined {
  return (
    referenceFault(record.run ?? 0, usage) ??
    userFault(record, usage) ??
    dayFault(record.day ?? 0, receivedAt) ??
    secondsFault(record) ??
    launchesFault(record) ??
    slotsFault(record.slots ?? [])
  );
}

export function coverageFault(coverage: CoverageFields, usage: UsageFields, receivedAt: number): RecordFault | undefined {
  const seconds = coverage.seconds ?? 0;
  const outside = seconds > SECONDS_A_DAY ? { reason: 'coverage-out-of-range' as const, detail: `${seconds} seconds in a day` } : undefined;
  return referenceFault(coverage.run ?? 0, usage) ?? dayFault(coverage.day ?? 0, receivedAt) ?? outside;
}

function referenceFault(run: number, usage: UsageFields): RecordFault | undefined {
  const runs = (usage.runs?.length ?? 0) / 8;
  if (Number.isInteger(runs) && run < runs) return undefined;
  return { reason: 'usage-reference-missing', detail: `run ${run} of ${runs}` };
}

function userFault(record: UsageRecordFields, usage: UsageFields): RecordFault | undefined {
  const user = usage.users?.[record.user ?? 0];
  if (user?.length !== 16) return { reason: 'usage-reference-missing', detail: `user ${record.user ?? 0} of ${usage.users?.length ?? 0}` };
  if (record.executableId?.length !== 8) return { reason: 'usage-reference-missing', detail: 'executable_id is not 8 bytes' };
  if (record.generation) return { reason: 'usage-generation-refused', detail: `generation ${record.generation} from an agent` };
  return undefined;
}

function dayFault(day: number, receivedAt: number): RecordFault | undefined {
  const received = Math.floor(receivedAt / MILLISECONDS_A_DAY);
  if (day >= received - OLDEST_DAYS && day <= received + NEWEST_DAYS) return undefined;
  return { reason: 'usage-day-out-of-window', detail: `day ${day}, received on day ${received}` };
}

function secondsFault({ seconds, foregroundSeconds, lockedSeconds }: UsageRecordFields): RecordFault | undefined {
  const most = Math.max(seconds ?? 0, foregroundSeconds ?? 0, lockedSeconds ?? 0);
  if (most <= SECONDS_A_DAY) return undefined;
  return { reason: 'usage-seconds-out-of-range', detail: `${most} seconds in a day` };
}

function launchesFault({ launches }: UsageRecordFields): RecordFault | undefined {
  const { user = 0, autostart = 0, service = 0, scheduler = 0, unknown = 0 } = launches ?? {};
  const most = Math.max(user ?? 0, autostart ?? 0, service ?? 0, scheduler ?? 0, unknown ?? 0);
  if (most <= MOST_LAUNCHES) return undefined;
  return { reason: 'usage-launches-out-of-range', detail: `${most} launches in a day` };
}

function slotsFault(slots: readonly number[]): RecordFault | undefined {
  let previous = -1;
  for (const slot of slots) {
    if (slot <= previous || slot >= SLOTS_A_DAY) return { reason: 'usage-slots-out-of-range', detail: `mark ${slot} after ${previous}` };
    previous = slot;
  }
  return undefined;
}
