/**
 * Which rows of a higher generation make a device's use of a closed day what an administrator says it was. Pure.
 *
 * Of each (executable, user) only the highest generation is read. A correction of an application therefore replaces all of
 * its executables that were used: the one that ran longest says everything, the others say nothing.
 */
import { ENOUGH_FRONT_SECONDS } from '@fleetmeter/proto';
import type { UsageFact } from '../clickhouse/device-day-use.ts';
import { SLOT_ORDER } from '../clickhouse/fact-tables.ts';
import { MAX_LAUNCHES, SECONDS_PER_DAY } from '../validate/usage-record.ts';

/** What it should be; what is not said stays. */
export interface CorrectedValues {
  seconds?: number | undefined;
  launches?: number | undefined;
  /** Of these, by a person. */
  launchesByUser?: number | undefined;
}

export interface UseOfDay {
  seconds: number;
  launches: number;
  launchesByUser: number;
}

export interface PlannedCorrection {
  rows: UsageFact[];
  /** 32 hex digits. */
  user: string;
  before: UseOfDay;
  after: UseOfDay;
}

/** It cannot be done as asked. The message is for people, one line. */
export class CorrectionRefusedError extends Error {
  override name = 'CorrectionRefusedError';
}

export const MARKS_A_DAY = 288;
const SECONDS_A_MARK = 300;
/** Runs of agents are random 64 bits; a correction belongs to none. */
const NO_RUN = 0n;
const LAST_GENERATION = 0xffff;

/** `facts`: all of the device and day. `subject`: numbers of the executables it is about. */
export function planCorrection(
  facts: readonly UsageFact[],
  subject: ReadonlySet<number>,
  values: CorrectedValues,
  user: string | undefined,
): PlannedCorrection {
  const inForce = inForceOf(facts.filter((row) => subject.has(row.executable_no)));
  const who = onlyUser(inForce, user);
  const mine = inForce.filter((row) => userOf(row) === who);
  const before = countedUse(mine);
  const after = corrected(before, values);
  const byExecutable = Map.groupBy(mine, (row) => row.executable_no);
  const [main] = [...byExecutable.values()].sort((a, b) => secondsOf(b) - secondsOf(a));
  const [newest] = (main as UsageFact[]).toSorted((a, b) => b.epoch_no - a.epoch_no);
  const generation = nextGeneration(mine);
  const nothing: Omit<UsageFact, 'epoch_no' | 'executable_no'> = {
    ...{ day: (newest as UsageFact).day, user: (newest as UsageFact).user, run: NO_RUN, generation },
    ...{ seconds: 0, launches_user: 0, launches_autostart: 0, launches_service: 0, launches_scheduler: 0 },
    ...{ launches_unknown: 0, foreground_seconds: -1, locked_seconds: -1, ...slotWords(0n) },
    slot_order: SLOT_ORDER.none,
  };
  const rows = [...byExecutable].map(([executable_no, of]): UsageFact => {
    const epoch_no = Math.max(...of.map((row) => row.epoch_no));
    return { ...nothing, epoch_no, executable_no };
  });
  const place = rows.findIndex((row) => row.executable_no === (newest as UsageFact).executable_no);
  rows[place] = {
    ...(rows[place] as UsageFact),
    seconds: after.seconds,
    launches_user: after.launchesByUser,
    launches_unknown: after.launches - after.launchesByUser,
    foreground_seconds: correctedForeground(mine, after.seconds),
    ...correctedMarks(mine, values.seconds, after.seconds),
  };
  return { rows, user: who, before, after };
}

/**
 * What was in force below `generation` of each (executable, user) that the correction touched, under a generation of
 * its own. `touched` are the rows that it wrote.
 */
export function planUndo(facts: readonly UsageFact[], touched: readonly UsageFact[]): UsageFact[] {
  const ofKey = Map.groupBy(facts, keyOf);
  return [...Map.groupBy(touched, keyOf)].flatMap(([key, written]) => {
    const held = ofKey.get(key) ?? [];
    const generation = Math.max(...written.map((row) => row.generation));
    const top = Math.max(0, ...held.map((row) => row.generation));
    if (top > generation)
      throw new CorrectionRefusedError('a later correction replaced it: undo that one first');
    const below = held.filter((row) => row.generation < generation);
    const next = checkedGeneration(generation + 1);
    const former = inForceOf(below);
    if (former.length > 0) return former.map((row) => ({ ...row, generation: next }));
    const [row] = written;
    const nothing = {
      ...{ seconds: 0, launches_user: 0, launches_autostart: 0, launches_service: 0 },
      ...{ foreground_seconds: -1, locked_seconds: -1 },
    };
    return [
      {
        ...(row as UsageFact),
        ...nothing,
        ...{ launches_scheduler: 0, launches_unknown: 0, generation: next, slot_order: SLOT_ORDER.none },
        ...slotWords(0n),
      },
    ];
  });
}

/** As derive-usage-day.ts counts one user's use of an application. */
export function countedUse(rows: readonly UsageFact[]): UseOfDay {
  const sum = (of: (row: UsageFact) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const launchesByUser = sum((row) => row.launches_user);
  return {
    seconds: Math.min(secondsOf(rows), SECONDS_A_MARK * countInOrders(rows), SECONDS_PER_DAY),
    launches:
      launchesByUser +
      sum(
        (row) =>
          row.launches_autostart + row.launches_service + row.launches_scheduler + row.launches_unknown,
      ),
    launchesByUser,
  };
}

/**
 * As many marks as the seconds need, out of those that were set as long as there are enough: what else the user ran at
 * these times stays counted once.
 */
export function chosenMarks(set: bigint, seconds: number): bigint {
  const needed = Math.ceil(seconds / SECONDS_A_MARK);
  let chosen = 0n;
  let count = 0;
  for (const wanted of [true, false])
    for (let mark = 0n; mark < MARKS_A_DAY && count < needed; mark++) {
      const bit = 1n << mark;
      if (((set & bit) !== 0n) !== wanted) continue;
      chosen |= bit;
      count++;
    }
  return chosen;
}

/** What was in front stays so, within the time that is left; -1 by the rule of known-sum.ts. */
function correctedForeground(rows: readonly UsageFact[], seconds: number): number {
  const known = rows.filter((row) => row.foreground_seconds >= 0);
  const front = known.reduce((sum, row) => sum + row.foreground_seconds, 0);
  const unknown = secondsOf(rows) - secondsOf(known);
  const mayBeEnough = front < ENOUGH_FRONT_SECONDS && front + unknown >= ENOUGH_FRONT_SECONDS;
  return known.length === 0 || mayBeEnough ? -1 : Math.min(front, seconds);
}

/** Marks that are chosen are no times of the day any more, and those of two orders are none together. */
function correctedMarks(rows: readonly UsageFact[], seconds: number | undefined, after: number) {
  const marks = marksOf(rows);
  const slot_order = rows.reduce((orders, row) => orders | row.slot_order, SLOT_ORDER.none as number);
  if (seconds === undefined && slot_order <= SLOT_ORDER.ofTheDay) return { ...slotWords(marks), slot_order };
  return { ...slotWords(chosenMarks(marks, after)), slot_order: SLOT_ORDER.ofTheDevice };
}

/** Rows of the highest generation of each (executable, user), over all runs and epochs. */
function inForceOf(rows: readonly UsageFact[]): UsageFact[] {
  return [...Map.groupBy(rows, keyOf).values()].flatMap((of) => {
    const newest = Math.max(...of.map((row) => row.generation));
    return of.filter((row) => row.generation === newest);
  });
}

function onlyUser(rows: readonly UsageFact[], user: string | undefined): string {
  const ofUser = Map.groupBy(rows, userOf);
  const [first, ...others] = ofUser.keys();
  if (user === undefined && others.length > 0) {
    const each = [...ofUser].map(([who, of]) => `${who} (${countedUse(of).seconds} s)`).join(', ');
    throw new CorrectionRefusedError(`more than one user used it: say --user, one of ${each}`);
  }
  const who = user ?? first;
  if (who === undefined || !ofUser.has(who))
    throw new CorrectionRefusedError(
      user === undefined
        ? 'the device did not use it on that day: there is nothing to correct'
        : 'this user of the device did not use it on that day: there is nothing to correct',
    );
  return who;
}

function corrected(before: UseOfDay, values: CorrectedValues): UseOfDay {
  const seconds = values.seconds ?? before.seconds;
  const launches = values.launches ?? Math.max(before.launches, values.launchesByUser ?? 0);
  const launchesByUser = values.launchesByUser ?? Math.min(before.launchesByUser, launches);
  if (seconds > SECONDS_PER_DAY)
    throw new CorrectionRefusedError(`a day has ${SECONDS_PER_DAY} seconds, not ${seconds}`);
  if (launches > MAX_LAUNCHES)
    throw new CorrectionRefusedError(`at most ${MAX_LAUNCHES} launches are believed, not ${launches}`);
  if (launchesByUser > launches)
    throw new CorrectionRefusedError(
      `${launchesByUser} launches by a person are more than all ${launches} launches`,
    );
  return { seconds, launches, launchesByUser };
}

function nextGeneration(rows: readonly UsageFact[]): number {
  return checkedGeneration(1 + Math.max(...rows.map((row) => row.generation)));
}

function checkedGeneration(generation: number): number {
  if (generation > LAST_GENERATION)
    throw new CorrectionRefusedError(`it was corrected ${LAST_GENERATION} times, and no generation is left`);
  return generation;
}

const secondsOf = (rows: readonly UsageFact[]): number => rows.reduce((sum, row) => sum + row.seconds, 0);
const userOf = ({ user }: UsageFact): string => Buffer.from(user).toString('hex');
const keyOf = (row: UsageFact): string => `${row.executable_no} ${userOf(row)}`;

function marksOf(rows: readonly UsageFact[]): bigint {
  return rows.reduce(
    (marks, row) =>
      marks |
      row.slots_0 |
      (row.slots_1 << 64n) |
      (row.slots_2 << 128n) |
      (row.slots_3 << 192n) |
      (row.slots_4 << 256n),
    0n,
  );
}

function slotWords(
  marks: bigint,
): Pick<UsageFact, 'slots_0' | 'slots_1' | 'slots_2' | 'slots_3' | 'slots_4'> {
  const word = (index: bigint) => BigInt.asUintN(64, marks >> (64n * index));
  return { slots_0: word(0n), slots_1: word(1n), slots_2: word(2n), slots_3: word(3n), slots_4: word(4n) };
}

/** Marks of each order are united for themselves. */
function countInOrders(rows: readonly UsageFact[]): number {
  const isOfTheDay = ({ slot_order }: UsageFact): boolean => slot_order === SLOT_ORDER.ofTheDay;
  const others = rows.filter((row) => !isOfTheDay(row));
  return countMarks(marksOf(rows.filter(isOfTheDay))) + countMarks(marksOf(others));
}

function countMarks(marks: bigint): number {
  let count = 0;
  for (let rest = marks; rest > 0n; rest &= rest - 1n) count++;
  return count;
}
