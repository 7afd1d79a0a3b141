/**
 * A day of thirty programs: six of the system that run all day, eight that are open while somebody works (8 hours),
 * and sixteen that are opened for an hour or two. Ten usage records an hour on average.
 */
import { noSlots, setSlot } from '../../agent/src/usage/slots.ts';
import type {
  CoverageRow,
  LaunchCounts,
  RowAttention,
  UsageRow,
} from '../../agent/src/usage/usage-values.ts';

export const HOURS = 24;
const SLOTS_AN_HOUR = 12;
const WORK = { from: 7, to: 15 };
/** The last four programs are used after work, which gives an hour with ten records. */
const EVENING = { hour: 19, fromProgram: 26 };
const PROGRAMS = { allDay: 6, working: 8, short: 16 };
/** Seconds of an hour that a program which is always on is seen to run: samples begin and end within it. */
const FULL_HOUR = 3600;
/** Seconds of a working hour with a person at the computer. */
const PERSON_AN_HOUR = 3_011;

export interface DayPrograms {
  day: number;
  run: string;
  /** Who runs services, and who sits in front of it. */
  system: string;
  person: string;
  /** Ids of thirty programs. */
  executableIds: readonly string[];
}

/** The cumulative rows that changed in this hour, 0 to 23, as metering leaves them in the store. `inFront`: it is known what was. */
export function usageOfHour(programs: DayPrograms, hour: number, inFront = false): UsageRow[] {
  return programs.executableIds.flatMap((executableId, index) => {
    const hours = hoursOf(index);
    if (!hours.includes(hour)) return [];
    const until = hours.filter((each) => each <= hour);
    const slots = noSlots();
    for (const each of until)
      for (let slot = 0; slot < SLOTS_AN_HOUR; slot++)
        if (isRunning(index, slot)) setSlot(slots, each * SLOTS_AN_HOUR + slot);
    const secondsAnHour = index < PROGRAMS.allDay + PROGRAMS.working ? FULL_HOUR : 700 + index * 97;
    return [
      {
        day: programs.day,
        run: programs.run,
        executableId,
        user: index < PROGRAMS.allDay ? programs.system : programs.person,
        seconds: until.length * secondsAnHour - index,
        attention: inFront ? attention(index, until.length) : undefined,
        launches: launches(index, until.length),
        slots,
      },
    ];
  });
}

export function coverageOfHour({ day, run }: DayPrograms, hour: number): CoverageRow[] {
  const working = Math.min(Math.max(hour + 1 - WORK.from, 0), WORK.to - WORK.from);
  return [
    {
      ...{ day, run },
      seconds: (hour + 1) * FULL_HOUR - 7,
      unobservedSeconds: 0,
      interactiveSeconds: working * PERSON_AN_HOUR,
    },
  ];
}

/**
 * One program at a time is in front: of each working hour three of those open all day take most, and what is opened for an hour or two some
 * minutes; what is used after work has its quarter of an hour each. Lunch goes by behind a lock.
 */
function attention(index: number, hours: number): RowAttention {
  const isSystems = index < PROGRAMS.allDay;
  const isMain = index < PROGRAMS.allDay + 3;
  const isOpenAllDay = index < PROGRAMS.allDay + PROGRAMS.working;
  const isEvenings = index >= EVENING.fromProgram;
  const anHour = isMain ? 800 + 13 * index : isOpenAllDay ? 10 + index : isEvenings ? 873 : 7 * index + 120;
  return {
    frontSeconds: isSystems ? undefined : hours * anHour,
    frontUnknownSeconds: 0,
    lockedSeconds: isOpenAllDay && !isSystems && hours > 5 ? 2_713 : 0,
  };
}

function hoursOf(index: number): number[] {
  const all = Array.from({ length: HOURS }, (_, hour) => hour);
  if (index < PROGRAMS.allDay) return all;
  if (index < PROGRAMS.allDay + PROGRAMS.working) return all.slice(WORK.from, WORK.to);
  if (index >= EVENING.fromProgram) return [EVENING.hour];
  const first = WORK.from + (index % (WORK.to - WORK.from));
  return index % 2 ? [first] : [first, first + 1];
}

/** What is open for an hour only is on for a part of it, each program for another one. */
function isRunning(index: number, slot: number): boolean {
  if (index < PROGRAMS.allDay + PROGRAMS.working) return true;
  return (slot + index) % SLOTS_AN_HOUR < 4 + (index % 5);
}

function launches(index: number, hours: number): LaunchCounts {
  const none = { user: 0, autostart: 0, service: 0, scheduler: 0, unknown: 0 };
  return index < PROGRAMS.allDay ? { ...none, service: 1 } : { ...none, user: hours + (index % 4) };
}
