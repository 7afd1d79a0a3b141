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
import { type Life, type MachineLife, machineLife } from './machine-life.ts';
import { boundsOf } from './metered-truth.ts';

const LIVES = FULL ? 10_000 : 200;
const LENGTH_S = 7_200;
const IDS: Record<string, string> = {
  editor: '00000000000000e1',
  browser: '00000000000000b2',
  shell: '00000000000000c3',
};

interface Metered {
  seconds: Map<string, number>;
  observed: Map<string, number>;
  interactive: Map<string, number>;
  powered: number;
  launches: Map<string, number>;
  runs: number;
  clamped: number;
}

function meter(life: MachineLife): Metered {
  const table = new UsageTable(openTransientState());
  const withPerson = new Map<string, number>();
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
  const flush = (): void => {
    const due = usage?.flush();
    if (!due) return;
    table.flush(due);
    // The store keeps no more of it than may be told.
    for (const { run, day, interactiveSeconds } of due.coverage)
      withPerson.set(`${run} ${day}`, interactiveSeconds ?? 0);
    usage?.flushed();
  };
  for (const { second, act } of life.steps) {
    const at = life.seconds[second];
    if (!at) throw new Error(`no second ${second}`);
    if (act === 'start') usage = start(at.bootId);
    else if (act === 'flush') flush();
    else if (act === 'stop' || act === 'crash') {
      if (act === 'stop') flush();
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
      usage?.observe(at, last.processes, act.kind === 'whole', at.hasPerson);
    }
  }
  const interactive = new Map<string, number>();
  for (const [key, seconds] of withPerson) {
    const day = key.slice(key.indexOf(' ') + 1);
    interactive.set(day, (interactive.get(day) ?? 0) + seconds);
  }
  return { ...sums(table), interactive, runs, clamped };
}

/** Kernel start on the boot clock as it is now; a process never outlives its boot. */
function processOf({ pid, program, user, from }: Life, life: MachineLife, second: number): ObservedProcess {
  const now = life.seconds[second]?.bootMs ?? 0;
  const startedBootMs = now - (second - from) * 1_000;
  return { process: `${pid}:${from}`, program, user, startedBootMs, origin: 'user' };
}

function sums(table: UsageTable): Omit<Metered, 'interactive' | 'runs' | 'clamped'> {
  const names = new Map(Object.entries(IDS).map(([name, id]) => [id, name]));
  const [seconds, observed, launches] = [new Map(), new Map(), new Map()];
  let powered = 0;
  const add = (to: Map<string, number>, key: string, value: number) =>
    to.set(key, (to.get(key) ?? 0) + value);
  for (const row of table.dueUsage(1_000_000)) {
    const key = `${names.get(row.executableId)} ${row.user}`;
    add(seconds, `${row.day} ${key}`, row.seconds);
    add(launches, key, row.launches.user);
  }
  for (const row of table.dueCoverage(1_000_000)) {
    add(observed, `${row.day}`, row.seconds);
    powered += row.seconds + row.unobservedSeconds;
  }
  return { seconds, observed, powered, launches };
}

test(
  'what is metered lies between what was surely seen and what really ran, and coverage is what was observed',
  async () => {
    const seed = Number(process.env.FLEETMETER_SEED ?? Date.now() % 1e9);
    const seen: Record<string, number> = {};
    let [metered, true_] = [0, 0];
    for (let number = 0; number < LIVES; number++) {
      const life = machineLife(new SeededRandom(seed + number), LENGTH_S);
      for (const [what, count] of Object.entries(life.counts)) seen[what] = (seen[what] ?? 0) + count;
      const got = meter(life);
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
      `${LIVES} lives of ${LENGTH_S} s, seed ${seed}: ${JSON.stringify(seen)}; ${metered} s metered of at most ${true_}`,
    );
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(LIVES / 10);
    expect(metered).toBeGreaterThan(0.8 * true_);
  },
  FULL ? 3_600_000 : 120_000,
);
