/**
 * Rules for single usage and coverage records. A record that breaks one is put aside with its reason while the
 * rest of its report counts; values are never altered or clamped, because they merge by max and one absurd value
 * would stay for ever.
 *
 * That seconds fit the slots can only be judged over everything a day has received, not here.
 */
import {
  type CoverageFields,
  decodeSlots,
  type LaunchesFields,
  PERSON_PRESENT_SECONDS,
  type UsageFields,
  type UsageRecordFields,
} from '@fleetmeter/proto';
import type { QuarantineReason } from '../control/contract/quarantine-reasons.ts';

export interface RecordFault {
  reason: QuarantineReason;
  /** For people. */
  detail: string;
}

export const SECONDS_PER_DAY = 86_400;
/** Days before and after the day of arrival that a record may be about. */
export const OLDEST_DAYS = 400;
const NEWEST_DAYS = 1;
/** Starts of one executable in one day; more than ten thousand a second are not believed. */
export const MAX_LAUNCHES = 10_000 * SECONDS_PER_DAY;

export const MS_PER_DAY = SECONDS_PER_DAY * 1000;
const EXECUTABLE_ID_BYTES = 8;
const RUN_BYTES = 8;

/** `receivedAt` in milliseconds since 1970 by the collector's clock. */
export function usageRecordFault(
  record: UsageRecordFields,
  usage: UsageFields,
  receivedAt: number,
): RecordFault | undefined {
  return (
    referenceFault(record, usage) ??
    generationFault(record.generation ?? 0) ??
    dayFault(record.day ?? 0, receivedAt, 'usage-day-out-of-window') ??
    secondsFault('seconds', record.seconds, 'usage-seconds-out-of-range') ??
    partFault('foreground_seconds', record.foregroundSeconds, record.seconds) ??
    partFault('locked_seconds', record.lockedSeconds, record.seconds) ??
    launchesFault(record.launches) ??
    slotsFault(record.slots ?? new Uint8Array(0))
  );
}

export function coverageFault(
  coverage: CoverageFields,
  usage: UsageFields,
  receivedAt: number,
): RecordFault | undefined {
  if (!hasRun(usage, coverage.run ?? 0))
    return { reason: 'usage-reference-missing', detail: `coverage refers to run ${coverage.run ?? 0}` };
  return (
    dayFault(coverage.day ?? 0, receivedAt, 'coverage-out-of-range') ??
    secondsFault('coverage', coverage.seconds, 'coverage-out-of-range') ??
    secondsFault('unobserved_seconds', coverage.unobservedSeconds, 'coverage-out-of-range') ??
    interactiveFault(coverage)
  );
}

/** People are seen where something is seen; and for how long in all is not told. */
function interactiveFault({ seconds, interactiveSeconds }: CoverageFields): RecordFault | undefined {
  const [interactive, most] = [interactiveSeconds ?? 0, Math.min(seconds ?? 0, PERSON_PRESENT_SECONDS)];
  if (interactive <= most) return undefined;
  const detail = `interactive_seconds is ${interactive}, allowed are 0 to ${most}: what was observed, and at most ${PERSON_PRESENT_SECONDS}`;
  return { reason: 'coverage-out-of-range', detail };
}

function referenceFault(record: UsageRecordFields, usage: UsageFields): RecordFault | undefined {
  const missing = (detail: string): RecordFault => ({ reason: 'usage-reference-missing', detail });
  const length = record.executableId?.length ?? 0;
  if (length !== EXECUTABLE_ID_BYTES) return missing(`executable_id has ${length} bytes, not 8`);
  if (!hasRun(usage, record.run ?? 0)) return missing(`run ${record.run ?? 0} is not in the report`);
  const users = usage.users?.length ?? 0;
  return (record.user ?? 0) < users ? undefined : missing(`user ${record.user ?? 0} is not in the report`);
}

export const hasRun = (usage: UsageFields, run: number): boolean =>
  (run + 1) * RUN_BYTES <= (usage.runs?.length ?? 0);

/** Corrections are made by administrators at the collector, never by a device. */
function generationFault(generation: number): RecordFault | undefined {
  return generation === 0
    ? undefined
    : { reason: 'usage-generation-refused', detail: `generation is ${generation}, agents send 0` };
}

export function dayFault(day: number, receivedAt: number, reason: QuarantineReason): RecordFault | undefined {
  const today = Math.floor(receivedAt / MS_PER_DAY);
  if (day >= today - OLDEST_DAYS && day <= today + NEWEST_DAYS) return undefined;
  return {
    reason,
    detail: `day ${day} is not within ${OLDEST_DAYS} days before and ${NEWEST_DAYS} after day ${today}`,
  };
}

function secondsFault(
  name: string,
  seconds: number | null | undefined,
  reason: QuarantineReason,
): RecordFault | undefined {
  const value = seconds ?? 0;
  if (Number.isInteger(value) && value >= 0 && value <= SECONDS_PER_DAY) return undefined;
  return { reason, detail: `${name} is ${value}, allowed are 0 to ${SECONDS_PER_DAY}` };
}

/** Of the time it ran: a program that does not run is not in front, and nobody locks it away. */
function partFault(
  name: string,
  part: number | null | undefined,
  seconds: number | null | undefined,
): RecordFault | undefined {
  const [value, most] = [part ?? 0, seconds ?? 0];
  if (Number.isInteger(value) && value >= 0 && value <= most) return undefined;
  const detail = `${name} is ${value}, allowed are 0 to ${most}: as long as it ran`;
  return { reason: 'usage-seconds-out-of-range', detail };
}

function launchesFault(launches: LaunchesFields | null | undefined): RecordFault | undefined {
  if (!launches) return undefined;
  const { user, autostart, service, scheduler, unknown } = launches;
  for (const [origin, count] of Object.entries({ user, autostart, service, scheduler, unknown })) {
    const value = count ?? 0;
    if (!Number.isInteger(value) || value < 0 || value > MAX_LAUNCHES)
      return {
        reason: 'usage-launches-out-of-range',
        detail: `launches.${origin} is ${value}, allowed are 0 to ${MAX_LAUNCHES}`,
      };
  }
  return undefined;
}

function slotsFault(slots: Uint8Array): RecordFault | undefined {
  if (decodeSlots(slots)) return undefined;
  const hex = Buffer.from(slots).toString('hex');
  return { reason: 'usage-slots-out-of-range', detail: `slots are ${hex}: not marks from 0 to 287` };
}
