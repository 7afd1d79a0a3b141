/**
 * A range of the stream, also when something in it will never get into the tables: that is found, put aside alone, and
 * the rest flows.
 */
import type { Logger } from 'pino';
import { permanentFault } from '../clickhouse/permanent-fault.ts';
import type { QuarantinedRecord } from '../control/contract/quarantined-record.ts';
import type { StreamRecord } from '../stream/stream.ts';
import { wholeMessage } from './compute-range.ts';
import { decodeRecord } from './decode-record.ts';
import { type FoundFaults, findFaults } from './find-faults.ts';
import { isWhole, type LeftOut } from './left-out.ts';
import { RangeTooHeavyError } from './look-up-states.ts';
import { processRange } from './process-range.ts';
import type { RangeDependencies } from './range-dependencies.ts';
import type { RangeOutcome } from './range-outcome.ts';
import { isSystematic, type Looked, type Streak, streakAfter } from './systematic-fault.ts';

export interface SiftOptions extends RangeDependencies {
  log: Pick<Logger, 'error'>;
  /** Called after each commit. */
  onProcessed: (outcome: RangeOutcome, milliseconds: number) => void;
}

/** Most of what a range holds would be put aside: the fault is ours, and nothing of it is put aside. */
export class SystematicFaultError extends Error {
  override name = 'SystematicFaultError';
}

/**
 * Processes and commits; a range that does not get through is looked at first, and only then is put aside what alone is
 * to blame. Returns how the range ended. Throws SystematicFaultError when it seems to be us.
 */
export async function processSifting(
  records: readonly StreamRecord[],
  through: number,
  options: SiftOptions,
  before: Streak,
): Promise<Streak> {
  const found = new Map<number, LeftOut>();
  for (let round = 0; ; round++) {
    try {
      const streak = streakAfter(lookedAt(records, found), before);
      await commit(records, through, found, options);
      return records.length > 0 ? streak : before;
    } catch (error) {
      if (error instanceof RangeTooHeavyError)
        return await processInHalves(records, through, options, before);
      if (!permanentFault(error) || records.length === 0) throw error;
      if (!(await learnFaults(records, found, options, before)) || round === MOST_ROUNDS)
        return await withoutBlame(records, through, String(error), options, before);
    }
  }
}

/** Each finds everything that fails at the same stage, or 200 rows that the engine refuses. */
const MOST_ROUNDS = 20;
/** Of one message; one with more is put aside whole. */
const MOST_PARTS = 100;

/** Adds to `found`; false when there is nothing new. Throws SystematicFaultError. */
async function learnFaults(
  records: readonly StreamRecord[],
  found: Map<number, LeftOut>,
  options: SiftOptions,
  before: Streak,
): Promise<boolean> {
  const taken = records.filter(({ offset }) => !isAsideWhole(found.get(offset)));
  let learnt: FoundFaults;
  try {
    learnt = await findFaults(taken, options, found);
  } catch (error) {
    if (!permanentFault(error)) throw error;
    return false;
  }
  for (const [offset, fault] of learnt.faults) {
    const parts = new Set([...(found.get(offset)?.parts ?? []), ...fault.parts]);
    const isTooMuch = isWhole(fault) || parts.size > MOST_PARTS;
    found.set(offset, { ...fault, parts: isTooMuch ? new Set() : parts });
  }
  // Of what was not looked at nothing is known.
  const looked = lookedAt(
    learnt.hopeless ? records.filter(({ offset }) => found.has(offset)) : records,
    found,
  );
  if (isSystematic(looked, before)) {
    const [first] = [...found.values()];
    throw new SystematicFaultError(
      `${found.size} of ${looked.length} records would be put aside, the first for: ${first?.detail}`,
    );
  }
  return learnt.faults.size > 0;
}

const isAsideWhole = (leftOut: LeftOut | undefined): boolean => leftOut !== undefined && isWhole(leftOut);

const lookedAt = (records: readonly StreamRecord[], found: ReadonlyMap<number, LeftOut>): Looked[] =>
  records.map(({ deviceId, offset }) => ({ deviceId, refused: found.has(offset) }));

async function commit(
  records: readonly StreamRecord[],
  through: number,
  found: ReadonlyMap<number, LeftOut>,
  options: SiftOptions,
): Promise<void> {
  const began = performance.now();
  const whole = records.filter(({ offset }) => isAsideWhole(found.get(offset)));
  const taken = whole.length === 0 ? records : records.filter((record) => !whole.includes(record));
  const outcome = await processRange(taken, through, options, {
    records: whole.map((record) => asideWhole(record, found.get(record.offset) as LeftOut)),
    parts: found,
  });
  for (const record of records) {
    const leftOut = found.get(record.offset);
    if (leftOut) sayPutAside(record, leftOut, options);
  }
  options.onProcessed(outcome, performance.now() - began);
}

async function processInHalves(
  records: readonly StreamRecord[],
  through: number,
  options: SiftOptions,
  before: Streak,
): Promise<Streak> {
  const middle = Math.floor(records.length / 2);
  const first = records.slice(0, middle);
  const streak = await processSifting(first, (first.at(-1) as StreamRecord).offset, options, before);
  return await processSifting(records.slice(middle), through, options, streak);
}

/** It fails before anything can be said of single records: fewer and fewer of them, until one is alone. */
async function withoutBlame(
  records: readonly StreamRecord[],
  through: number,
  detail: string,
  options: SiftOptions,
  before: Streak,
): Promise<Streak> {
  const [record] = records;
  if (!record || records.length > 1) return await processInHalves(records, through, options, before);
  const found = new Map<number, LeftOut>([
    [record.offset, { reason: 'collector-fault', detail, parts: new Set() }],
  ]);
  const looked = lookedAt(records, found);
  if (isSystematic(looked, before))
    throw new SystematicFaultError(`one record after the other would be put aside: ${detail}`);
  await commit(records, through, found, options);
  return streakAfter(looked, before);
}

function asideWhole(record: StreamRecord, { reason, detail }: LeftOut): QuarantinedRecord {
  const decoded = decodeRecord(record);
  return {
    ...wholeMessage(record, reason, detail),
    sequence: decoded.kind === 'report' ? decoded.report.sequence : 0,
    ...{ deviceId: record.deviceId, offset: record.offset, at: record.receivedAt },
  };
}

function sayPutAside(
  { offset, deviceId }: StreamRecord,
  { detail, parts }: LeftOut,
  { log }: SiftOptions,
): void {
  const what = parts.size === 0 ? 'the whole message' : [...parts].slice(0, 10).join(', ');
  log.error({ offset, deviceId, detail, what }, 'this will never get into the tables: put aside');
}
