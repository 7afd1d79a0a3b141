/**
 * Forty computers over ninety days, as they really were: when each was on, when somebody was at it, when its agent looked and what its
 * clock said, and who started which program when. Knows nothing of metering.
 */
import type { Origin } from '../../../agent/src/usage/usage-values.ts';
import type { SeededRandom } from '../../model/seeded-random.ts';

export const DAYS = 90;
const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;
const TOLD_THE_TIME_S = 900;
/** More than it takes to count, however the looks at it fall. */
const LOOKED_AT_S = 900;

/** How a program is used where it is installed. */
export const HABITS = [
  'daily',
  'weekly',
  'twice',
  'once',
  'never',
  'autostart',
  'service',
  'left open',
  // Begins with the session; where it is known what is in front, somebody has it there each day.
  'looked at',
] as const;
export type Habit = (typeof HABITS)[number];

export const SITUATIONS = [
  'office',
  // An office where it is known what is in front.
  'display',
  'always on',
  'off',
  'on leave',
  'locked',
  'updated',
  're-imaged',
  'clock wrong',
  'agent stopped',
  'new programs',
] as const;
export type Situation = (typeof SITUATIONS)[number];

/** Seconds since the first of the days; half open. */
export interface Stretch {
  from: number;
  to: number;
}

export interface ProgramRun extends Stretch {
  program: number;
  origin: Origin;
}

export interface ScriptedDevice {
  situation: Situation;
  programs: Habit[];
  /** The first day on which its programs are there. */
  installedOn: number;
  /** Each is a boot. */
  on: Stretch[];
  /** With a person at it, not locked. */
  person: Stretch[];
  agentAway: Stretch[];
  runs: ProgramRun[];
  /** It is known what is in front. */
  tellsFront: boolean;
  /** What is in front while somebody is there, one at a time. */
  front: (Stretch & { program: number })[];
  /** What its clock adds, in seconds. */
  clockAhead: (second: number) => number;
  /** From this day on it is another device; DAYS for never. */
  imagedOn: number;
  /** From this day on every program is another version. */
  updatedOn: number;
}

export function scriptedDevice(situation: Situation, random: SeededRandom, programs: number): ScriptedDevice {
  const habits = Array.from({ length: programs }, (_, at) => HABITS[at % HABITS.length] as Habit);
  const stays = situation === 'always on' || situation === 'on leave' || situation === 'locked';
  const alwaysOn = stays || situation === 'agent stopped';
  const installedOn = situation === 'new programs' ? 78 : 0;
  const lastOn = situation === 'off' ? 12 : DAYS;
  const on: Stretch[] = [];
  const person: Stretch[] = [];
  const leaveFrom = situation === 'on leave' ? 18 : DAYS;
  if (alwaysOn) on.push({ from: 0, to: DAYS * DAY_S });
  for (let day = 0; day < DAYS; day++) {
    const isWorking = day % 7 < 5;
    if (!isWorking || day >= lastOn) continue;
    const begin = day * DAY_S + 7 * HOUR_S + random.below(HOUR_S);
    const end = day * DAY_S + 17 * HOUR_S + random.below(2 * HOUR_S);
    if (!alwaysOn) on.push({ from: begin, to: end });
    if (day >= leaveFrom) continue;
    // Somebody who locks the screen and goes: an hour in the morning only, and from the fourth week on not at all.
    if (situation !== 'locked') person.push({ from: begin + 300, to: end - 600 });
    else if (day < 20) person.push({ from: begin + 300, to: begin + 300 + HOUR_S });
  }
  const device: ScriptedDevice = {
    ...{ situation, programs: habits, installedOn, on, person, runs: [], front: [] },
    tellsFront: situation === 'display' || situation === 'locked',
    agentAway: situation === 'agent stopped' ? [{ from: 20 * DAY_S, to: 65 * DAY_S }] : [],
    // A battery that is empty: 1970 after each boot, or days ago, until somebody tells it the time.
    clockAhead: (second) => {
      const boot = on.findLast(({ from }) => from <= second);
      if (situation !== 'clock wrong' || !boot || second >= boot.from + TOLD_THE_TIME_S) return 0;
      return second < 40 * DAY_S ? -20_000 * DAY_S : -5 * DAY_S;
    },
    imagedOn: situation === 're-imaged' ? 45 : DAYS,
    updatedOn: situation === 'updated' ? 44 : DAYS,
  };
  for (const [program, habit] of habits.entries())
    device.runs.push(...runsOf(program, habit, device, random));
  if (device.tellsFront) device.front.push(...frontOf(device));
  return device;
}

/** What a person has started, or begins with the session and is of interest, each for some minutes. */
function frontOf({ person, runs, programs }: ScriptedDevice): ScriptedDevice['front'] {
  return person.flatMap((visit) => {
    let free = visit.from;
    return runs
      .filter(({ from, to }) => from < visit.to && to > visit.from)
      .filter(({ program, from }) => programs[program] === 'looked at' || from >= visit.from)
      .filter(({ program }) => programs[program] !== 'autostart' && programs[program] !== 'service')
      .sort((a, b) => a.from - b.from)
      .flatMap(({ program, from, to }) => {
        const begin = Math.max(free, from + LOOKED_AT_S);
        if (begin + 2 * LOOKED_AT_S > Math.min(to, visit.to)) return [];
        free = begin + LOOKED_AT_S;
        return [{ program, from: begin, to: free }];
      });
  });
}

function runsOf(program: number, habit: Habit, device: ScriptedDevice, random: SeededRandom): ProgramRun[] {
  const since = device.installedOn * DAY_S;
  const visits = device.person.filter(({ from }) => from >= since);
  const use = ({ from, to }: Stretch): ProgramRun => {
    const begin = from + random.below(Math.max(1, Math.floor((to - from) / 2)));
    return { program, origin: 'user', from: begin, to: Math.min(to, begin + 900 + random.below(2 * HOUR_S)) };
  };
  if (habit === 'autostart' || habit === 'service' || habit === 'looked at')
    return device.on
      .filter(({ to }) => to > since)
      .map(({ from, to }) => ({
        program,
        origin: habit === 'service' ? habit : 'autostart',
        from: Math.max(from, since) + 60,
        to,
      }));
  if (habit === 'daily') return visits.map(use);
  if (habit === 'weekly') return visits.filter((_, at) => at % 5 === program % 5).map(use);
  const few = habit === 'twice' ? 2 : habit === 'once' ? 1 : 0;
  if (few > 0) {
    const chosen = Array.from({ length: few }, (_, at) =>
      Math.floor(((at + 0.2 + 0.6 * random.next()) * visits.length) / few),
    );
    return chosen.flatMap((at) => (visits[at] ? [use(visits[at])] : []));
  }
  const [first] = visits;
  if (habit !== 'left open' || !first) return [];
  const session = device.on.find(({ from, to }) => from <= first.from && first.from < to);
  return session ? [{ program, origin: 'user', from: first.from + 100, to: session.to }] : [];
}

/** Days on which a person really used it: it ran while somebody was there, and a person had started it or had it in front. */
export function daysOfUse(device: ScriptedDevice, program: number): number[] {
  const days = new Set<number>();
  for (const run of device.runs) {
    if (run.program !== program || run.origin !== 'user') continue;
    for (const { from, to } of device.person) {
      const [begin, end] = [Math.max(from, run.from), Math.min(to, run.to)];
      for (let at = begin; at < end; at += HOUR_S) days.add(Math.floor(at / DAY_S));
      if (begin < end) days.add(Math.floor((end - 1) / DAY_S));
    }
  }
  for (const each of device.front) if (each.program === program) days.add(Math.floor(each.from / DAY_S));
  return [...days].sort((a, b) => a - b);
}

/** With a person at it, and its programs there. */
export function daysWithPerson({ person, installedOn, imagedOn }: ScriptedDevice): number {
  const since = Math.max(installedOn, imagedOn < DAYS ? imagedOn : 0) * DAY_S;
  return new Set(person.filter(({ from }) => from >= since).map(({ from }) => Math.floor(from / DAY_S))).size;
}
