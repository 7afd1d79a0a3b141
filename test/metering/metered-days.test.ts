/**
 * Metering over random lives of a computer: clocks that are set, sleep, boots, agents that stop and crash, looks that fail or
 * show only some processes. The real meter and the real store, against bounds that share no code with them.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openTransientState } from '../../agent/src/store/state-database.ts';
import { UsageTable } from '../../agent/src/store/usage-table.ts';
import { type ObservedProcess, UsageMeter } from '../../agent/src/usage/usage-meter.ts';
import { FULL, sayProgress } from '../full-run.ts';
import { SeededRandom } from '../model/seeded-random.ts';
import { type Life, type MachineLife, machineLife, type Second } from './machine-life.ts';
import { boundsOf } from './metered-truth.ts';

const LIVES = FULL ? 10_000 : 200;
const LENGTH_S = 7_200;
const DAY_MS = 86_400_000;
/** Beyond every day that a clock is set to. */
const FAR_DAY = 1_000_000;
const ENOUGH_S = 300;
const IDS: Record<string, string> = {
  editor: '00000000000000e1',
  browser: '00000000000000b2',
  shell: '00000000000000c3',
};

interface Metered {
  seconds: Map<string, number>;
  observed: Map<string, number>;
  interactive: Map<string, number>;
  /** By `day program user`: measured, told when all days are over, and with how much of it in front unknown. */
  front: Map<string, number>;
  told: Map<string, number>;
  locked: Map<string, number>;
  powered: number;
  launches: Map<string, number>;
  runs: number;
  clamped: number;
}

/** A clock that was set ahead for a while closes days that go on. */
type Closing = 'as the clock says' | 'when all is over';

function meter(life: MachineLife, closing: Closing): Metered {
  const table = new UsageTable(openTransientState());
  const withPerson = new Map<string, number>();
  const inFront = new Map<string, number>();
  /** The last question, which the next look gets the answer to, and who was there then. */
  let asked: (Second & { shown: readonly Life[] }) | undefined;
  let runs = 0;
  let clamped = 0;
  let usage: UsageMeter | undefined;
  let last: { pids: string; processes: ObservedProcess[] } = { pids: '', processes: [] };
  const start = (bootId: string): UsageMeter => {
    const mark = table.mark();
    return new UsageMeter({
      bootId,
      sampleIntervalMs: 5_000,
      newRun: () => `${++runs}`.padStart(16, '0'),
      nameProgram: (program) => IDS[program] ?? null,
      resume: mark && { mark, live: table.live() },
    });
  };
  const flush = (wallMs: number): void => {
    const due = usage?.flush();
    if (!due) return;
    table.flush(due);
    // The store keeps no more of it than may be told.
    for (const { run, day, interactiveSeconds } of due.coverage)
      withPerson.set(`${run} ${day}`, interactiveSeconds ?? 0);
    for (const { run, attention, ...row } of due.usage)
      inFront.set(`${run} ${keyOf(row)}`, attention?.frontSeconds ?? 0);
    if (closing === 'as the clock says') table.closeDays(Math.floor(wallMs / DAY_MS));
    usage?.flushed();
  };
  for (const { second, act } of life.steps) {
    const at = life.seconds[second];
    if (!at) throw new Error(`no second ${second}`);
    if (act === 'start') {
      usage = start(at.bootId);
      asked = undefined;
    } else if (act === 'flush') flush(at.wallMs);
    else if (act === 'stop' || act === 'crash') {
      if (act === 'stop') flush(at.wallMs);
      clamped += usage?.clamped ?? 0;
      usage = undefined;
    } else if (act.kind === 'missed') usage?.missed();
    else {
      const hidden = act.kind === 'partial' ? act.hidden : new Set<number>();
      const shown = life.lives.filter(
        ({ pid, from, to }) => from <= second && second < to && !hidden.has(pid),
      );
      // As the process table does it: the very same list when nothing has changed.
      const pids = shown.map(({ pid }) => pid).join();
      if (pids !== last.pids) last = { pids, processes: shown.map((each) => processOf(each, life, second)) };
      const focused = asked?.shown.find(({ pid }) => pid === asked?.frontPid);
      usage?.observe(at, last.processes, act.kind === 'whole', at.hasPerson, {
        inFront: new Set(focused && asked?.isReadable ? [`${focused.pid}:${focused.from}`] : []),
        ...{ askedMs: asked?.monotonicMs ?? 0, isWhole: asked?.isReadable ?? false },
        lockedUsers: at.lockedUsers,
      });
      asked = { ...at, shown };
    }
  }
  table.closeDays(FAR_DAY);
  const front = new Map<string, number>();
  for (const [key, seconds] of inFront) add(front, key.slice(key.indexOf(' ') + 1), seconds);
  const interactive = new Map<string, number>();
  for (const [key, seconds] of withPerson) {
    const day = key.slice(key.indexOf(' ') + 1);
    interactive.set(day, (interactive.get(day) ?? 0) + seconds);
  }
  return { ...sums(table), interactive, front, runs, clamped };
}

/** Kernel start on the boot clock as it is now; a process never outlives its boot. */
function processOf({ pid, program, user, from }: Life, life: MachineLife, second: number): ObservedProcess {
  const now = life.seconds[second]?.bootMs ?? 0;
  const startedBootMs = now - (second - from) * 1_000;
  return { process: `${pid}:${from}`, program, user, startedBootMs, origin: 'user' };
}

const NAMES = new Map(Object.entries(IDS).map(([name, id]) => [id, name]));
const keyOf = ({ day, executableId, user }: { day: number; executableId: string; user: string }): string =>
  `${day} ${NAMES.get(executableId)} ${user}`;

function add(to: Map<string, number>, key: string, value: number): void {
  to.set(key, (to.get(key) ?? 0) + value);
}

function sums(table: UsageTable): Omit<Metered, 'interactive' | 'front' | 'runs' | 'clamped'> {
  const [seconds, observed, launches] = [new Map(), new Map(), new Map()];
  const [told, locked] = [new Map<string, number>(), new Map<string, number>()];
  let powered = 0;
  for (const row of table.dueUsage(1_000_000)) {
    const key = keyOf(row);
    add(seconds, key, row.seconds);
    add(launches, key.slice(key.indexOf(' ') + 1), row.launches.user);
    if (row.foregroundSeconds !== undefined) add(told, key, row.foregroundSeconds);
    add(locked, key, row.lockedSeconds ?? 0);
    if ((row.foregroundSeconds ?? 0) > row.seconds || (row.lockedSeconds ?? 0) > row.seconds)
      throw new Error(`more of ${key} than it ran`);
  }
  for (const row of table.dueCoverage(1_000_000)) {
    add(observed, `${row.day}`, row.seconds);
    powered += row.seconds + row.unobservedSeconds;
  }
  return { seconds, observed, powered, launches, told, locked };
}

test(
  'what is metered lies between what was surely seen and what really ran, and coverage is what was observed',
  async () => {
    const seed = Number(process.env.FLEETMETER_SEED ?? Date.now() % 1e9);
    const seen: Record<string, number> = {};
    let [metered, true_] = [0, 0];
    const toldInFront = { little: 0, enough: 0 };
    for (let number = 0; number < LIVES; number++) {
      const life = machineLife(new SeededRandom(seed + number), LENGTH_S);
      for (const [what, count] of Object.entries(life.counts)) seen[what] = (seen[what] ?? 0) + count;
      const closing = number % 2 ? 'as the clock says' : 'when all is over';
      const got = meter(life, closing);
      const bounds = boundsOf(life);
      const faults: string[] = [];
      // Whole seconds are cut off for each run and day.
      for (const [key, least] of bounds.least)
        if ((got.seconds.get(key) ?? 0) < least - got.runs)
          faults.push(`${key}: ${got.seconds.get(key)} of at least ${least}`);
      for (const [key, seconds] of got.seconds)
        if (seconds > (bounds.most.get(key) ?? 0))
          faults.push(`${key}: ${seconds} of at most ${bounds.most.get(key)}`);
      for (const what of ['observed', 'interactive'] as const)
        for (const key of new Set([...bounds[what].keys(), ...got[what].keys()])) {
          const [is, should] = [got[what].get(key) ?? 0, bounds[what].get(key) ?? 0];
          if (is > should || is < should - got.runs) faults.push(`${what} on ${key}: ${is} of ${should}`);
        }
      for (const key of new Set([...bounds.mostFront.keys(), ...got.front.keys()])) {
        const is = got.front.get(key) ?? 0;
        const [least, most] = [bounds.leastFront.get(key) ?? 0, bounds.mostFront.get(key) ?? 0];
        if (is > most || is < least - got.runs) faults.push(`in front ${key}: ${is} of ${least} to ${most}`);
        const told = got.told.get(key);
        if (told === undefined) continue;
        if (told > is) faults.push(`in front ${key}: ${told} told of ${is}`);
        // What is less than enough is told only when it would not be enough with all that is unknown.
        const known = bounds.frontKnown.get(key) ?? 0;
        const perhaps = is + Math.max(0, (got.seconds.get(key) ?? 0) - known);
        const isDoubtful = closing === 'when all is over' && perhaps >= ENOUGH_S + got.runs;
        if (told < ENOUGH_S && isDoubtful)
          faults.push(`in front ${key}: ${told} told, though it may have been ${perhaps} s`);
        toldInFront[told < ENOUGH_S ? 'little' : 'enough']++;
      }
      for (const [key, locked] of got.locked)
        if (locked > (bounds.locked.get(key) ?? 0))
          faults.push(`locked ${key}: ${locked} of ${bounds.locked.get(key)}`);
      const on = bounds.powered.get('') ?? 0;
      // Two values of each run and day, of which whole seconds are kept.
      const rows = 2 * (got.runs + bounds.observed.size);
      if (got.powered > on || got.powered < on - rows) faults.push(`on for ${got.powered} of ${on}`);
      for (const [key, launches] of got.launches)
        if (launches > (bounds.mostLaunches.get(key) ?? 0)) faults.push(`${key}: ${launches} launches`);
      if (got.clamped > 0) faults.push(`${got.clamped} values were cut off`);
      expect(faults, `FLEETMETER_SEED=${seed + number}`).toEqual([]);
      for (const value of got.seconds.values()) metered += value;
      for (const value of bounds.most.values()) true_ += value;
      if (number % 100 !== 99) continue;
      sayProgress('lives', number + 1, LIVES);
      await nextTurn();
    }
    console.log(
      `${LIVES} lives of ${LENGTH_S} s, seed ${seed}: ${JSON.stringify(seen)}; ${metered} s metered of at most ${true_}; days told in front ${JSON.stringify(toldInFront)}`,
    );
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(LIVES / 10);
    expect(metered).toBeGreaterThan(0.8 * true_);
    for (const count of Object.values(toldInFront)) expect(count).toBeGreaterThan(LIVES / 40);
  },
  FULL ? 3_600_000 : 120_000,
);
