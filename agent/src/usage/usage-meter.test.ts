import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY_MS, type Instant } from '../clock/clock.ts';
import { countSlots } from './slots.ts';
import { type ObservedProcess, UsageMeter } from './usage-meter.ts';
import type { LiveProcess, MeterMark, UsageRow } from './usage-values.ts';

const NOON = 20_000 * DAY_MS + DAY_MS / 2;
const BOOT = 'boot-1';
const ID = '00000000000000aa';

function meterWith(options: Partial<ConstructorParameters<typeof UsageMeter>[0]> = {}) {
  let run = 0;
  return new UsageMeter({
    bootId: BOOT,
    sampleIntervalMs: 5000,
    newRun: () => `${++run}`.padStart(16, '0'),
    nameProgram: () => ID,
    ...options,
  });
}

function at(seconds: number, wall = NOON): Instant {
  return { wallMs: wall + seconds * 1000, monotonicMs: 1e6 + seconds * 1000, bootMs: 1e6 + seconds * 1000 };
}

function process(pid: number, startedSeconds: number, program = 'git', user = 'u1'): ObservedProcess {
  const startedBootMs = 1e6 + startedSeconds * 1000;
  return { process: `${pid}:${startedBootMs / 10}`, program, user, startedBootMs, origin: 'user' };
}

function rowsOf(meter: UsageMeter): UsageRow[] {
  const { usage } = meter.flush() ?? { usage: [] };
  meter.flushed();
  return usage;
}

const seconds = (rows: readonly UsageRow[]): number => rows.reduce((sum, row) => sum + row.seconds, 0);
const launches = (rows: readonly UsageRow[]): number =>
  rows.reduce((sum, row) => sum + Object.values(row.launches).reduce((a, b) => a + b, 0), 0);

describe('one run', () => {
  test('a process that began between two samples counts from its kernel start, as one launch', () => {
    const meter = meterWith();
    meter.observe(at(0), []);
    meter.observe(at(5), [process(7, 2)]);
    meter.observe(at(10), [process(7, 2)]);
    const rows = rowsOf(meter);
    expect(seconds(rows)).toBe(8);
    expect(rows[0]?.launches.user).toBe(1);
  });

  test('a process that ended between two samples counts for half of the time between', () => {
    const meter = meterWith();
    meter.observe(at(0), []);
    meter.observe(at(5), [process(7, 5)]);
    meter.observe(at(15), []);
    expect(seconds(rowsOf(meter))).toBe(5);
  });

  test('two processes of one program and user count once, those of two users twice', () => {
    const meter = meterWith();
    meter.observe(at(0), []);
    meter.observe(at(10), [process(7, 0), process(8, 5), process(9, 5, 'git', 'u2')]);
    const rows = rowsOf(meter);
    expect(rows.map((row) => row.seconds).sort()).toEqual([10, 5]);
    expect(launches(rows)).toBe(3);
  });

  test('what ran before the agent was ever there counts from now on and is no launch', () => {
    const meter = meterWith();
    meter.observe(at(0), [process(7, -500)]);
    meter.observe(at(5), [process(7, -500)]);
    const rows = rowsOf(meter);
    expect(seconds(rows)).toBe(5);
    expect(launches(rows)).toBe(0);
  });

  test('what began before a look and shows only later was not to be looked at until then: it counts from now on and is no launch', () => {
    const meter = meterWith();
    meter.observe(at(0), []);
    meter.observe(at(5), []);
    meter.observe(at(10), [process(7, -500), process(8, 2), process(9, 7)]);
    const rows = rowsOf(meter);
    expect(seconds(rows)).toBe(5);
    expect(launches(rows)).toBe(1);
  });

  test('a script that shows beside its interpreter is launched with it, also by exec, and not by being listed', () => {
    const nameProgram = (program: string) => (program === 'tool' ? ID : '00000000000000bb');
    const launchesAfter = (before: string) => {
      const meter = meterWith({ nameProgram });
      const python = process(7, -500, 'python');
      meter.observe(at(0), [{ ...python, program: before }]);
      meter.observe(at(5), [{ ...python, program: before }]);
      const script = { ...python, process: `${python.process}:script`, interpreter: python.process };
      meter.observe(at(10), [python, { ...script, program: 'tool' }]);
      return launches(rowsOf(meter).filter(({ executableId }) => executableId === ID));
    };
    expect(launchesAfter('bash')).toBe(1);
    expect(launchesAfter('python')).toBe(0);
  });

  test('a reused pid is another process', () => {
    const meter = meterWith();
    meter.observe(at(0), []);
    meter.observe(at(5), [process(7, 1)]);
    meter.observe(at(10), [process(7, 9)]);
    expect(launches(rowsOf(meter))).toBe(2);
  });

  test('exec ends one program and starts another in the same process', () => {
    const meter = meterWith({ nameProgram: (program) => (program === 'sh' ? '00000000000000bb' : ID) });
    meter.observe(at(0), []);
    meter.observe(at(5), [process(7, 0, 'sh')]);
    meter.observe(at(10), [process(7, 0, 'git')]);
    const rows = rowsOf(meter);
    expect(launches(rows)).toBe(2);
    expect(rows.find((row) => row.executableId === ID)?.seconds).toBe(5);
    expect(rows.find((row) => row.executableId !== ID)?.seconds).toBe(7);
  });

  test('midnight cuts an interval, and each day gets its marks', () => {
    const meter = meterWith();
    const wall = 20_001 * DAY_MS;
    meter.observe(at(-10, wall), []);
    meter.observe(at(10, wall), [process(7, -8)]);
    const rows = rowsOf(meter);
    expect(rows.map(({ day, seconds: each }) => [day, each])).toEqual([
      [20_000, 8],
      [20_001, 10],
    ]);
    expect(rows.every((row) => countSlots(row.slots) === 1)).toBe(true);
  });

  test('coverage is what lies between samples; a gap is not covered, but what lived through it counts', () => {
    const meter = meterWith();
    meter.observe(at(0), [process(7, 0)]);
    meter.observe(at(5), [process(7, 0)]);
    meter.observe(at(605), [process(7, 0)]);
    expect(meter.flush()?.coverage.map((row) => row.seconds)).toEqual([5]);
    expect(seconds(rowsOf(meter))).toBe(605);
  });

  test('how long the computer was on counts also where nobody looked: gaps, metering that is off, another boot', () => {
    const covered = (meter: UsageMeter): [number, number][] =>
      meter.flush()?.coverage.map((row) => [row.seconds, row.unobservedSeconds]) ?? [];
    const meter = meterWith();
    meter.observe(at(0), []);
    meter.observe(at(5), []);
    meter.observe(at(105), []);
    expect(covered(meter)).toEqual([[5, 100]]);
    meter.interrupt();
    meter.unwatched(at(110));
    meter.unwatched(at(115));
    meter.observe(at(120), []);
    meter.observe(at(125), []);
    const flush = meter.flush();
    const sum = (of: 'seconds' | 'unobservedSeconds') =>
      flush?.coverage.reduce((total, row) => total + row[of], 0);
    expect([sum('seconds'), sum('unobservedSeconds')]).toEqual([10, 115]);
    const later = { mark: flush?.mark as MeterMark, live: [] };
    const sameBoot = meterWith({ resume: later });
    sameBoot.observe(at(200), []);
    expect(covered(sameBoot)).toEqual([[0, 75]]);
    const nextBoot = meterWith({ bootId: 'boot-2', resume: later });
    nextBoot.observe({ wallMs: NOON, monotonicMs: 40_000, bootMs: 40_000 }, []);
    expect(covered(nextBoot)).toEqual([[0, 40]]);
  });

  test('where metering was off nothing goes on, in a later run of the agent either, but how long the computer was on', () => {
    const meter = meterWith();
    meter.observe(at(0), [process(7, -100)]);
    meter.interrupt();
    meter.unwatched(at(10));
    const flush = meter.flush();
    expect(flush?.mark.isResumable).toBe(false);
    const next = meterWith({ resume: { mark: flush?.mark as MeterMark, live: flush?.live ?? [] } });
    next.observe(at(50), [process(7, -100)]);
    next.observe(at(55), [process(7, -100)]);
    const after = next.flush();
    expect([seconds(after?.usage ?? []), launches(after?.usage ?? [])]).toEqual([5, 0]);
    expect(after?.coverage.map((row) => row.unobservedSeconds)).toEqual([40]);
  });

  test('a person is there in what lies between two looks that both found one', () => {
    const meter = meterWith();
    for (const [second, isThere] of [
      [0, undefined],
      [5, true],
      [10, true],
      [15, false],
      [20, true],
      [25, true],
    ] as const)
      meter.observe(at(second), [], true, isThere);
    // Too much is unknown as yet to say that so little was all.
    const told = () => meter.flush()?.coverage.map((row) => row.interactiveSeconds);
    expect(told()).toEqual([undefined]);
    for (const second of [40, 55]) meter.observe(at(second), [], true, true);
    expect(told()).toEqual([40]);
    for (let second = 60; second <= 1_000; second += 5) meter.observe(at(second), [], true, true);
    for (let second = 1_005; second <= 9_000; second += 5) meter.observe(at(second), []);
    expect(told()).toEqual([40 + 945]);
    const mostly = meterWith();
    for (let second = 0; second <= 20_000; second += 5)
      mostly.observe(at(second), [], true, second % 100 < 5 ? undefined : false);
    // A twentieth of it, and yet long enough for somebody to have been there.
    expect(mostly.flush()?.coverage.map((row) => row.interactiveSeconds)).toEqual([undefined]);
    const unknown = meterWith();
    unknown.observe(at(0), []);
    unknown.observe(at(5), []);
    expect(unknown.flush()?.coverage.map((row) => row.interactiveSeconds)).toEqual([undefined]);
  });

  test('a clock that was set begins a new run, and the broken interval counts for nobody', () => {
    const meter = meterWith();
    meter.observe(at(0), [process(7, 0)]);
    meter.observe(at(5), [process(7, 0)]);
    meter.observe(at(10, NOON + 3_600_000), [process(7, 0)]);
    meter.observe(at(15, NOON + 3_600_000), [process(7, 0)]);
    const rows = rowsOf(meter);
    expect(new Set(rows.map((row) => row.run)).size).toBe(2);
    expect(seconds(rows)).toBe(10);
  });

  test('eight hours of sleep are no usage', () => {
    const meter = meterWith();
    const asleep = 8 * 3_600_000;
    meter.observe(at(0), [process(7, 0)]);
    const woken = at(5, NOON + asleep);
    meter.observe({ ...woken, bootMs: woken.bootMs + asleep }, [process(7, 0)]);
    expect(seconds(rowsOf(meter))).toBe(0);
  });
});

describe('programs whose id is not known yet', () => {
  test('wait in memory, and all their time and the launch come when the id does', () => {
    let name: string | undefined;
    const meter = meterWith({ nameProgram: () => name });
    meter.observe(at(0), []);
    meter.observe(at(5), [process(7, 1)]);
    const waiting = meter.flush();
    expect(waiting?.usage).toEqual([]);
    expect(waiting?.live[0]).toMatchObject({
      executableId: undefined,
      origin: 'user',
      countedUntilMs: 1e6 + 1000,
    });
    meter.flushed();
    name = ID;
    meter.observe(at(10), [process(7, 1)]);
    const rows = rowsOf(meter);
    expect(seconds(rows)).toBe(9);
    expect(launches(rows)).toBe(1);
  });

  test('that cannot be identified are dropped and counted', () => {
    let name: string | null | undefined;
    const meter = meterWith({ nameProgram: () => name });
    meter.observe(at(0), []);
    meter.observe(at(5), [process(7, 1)]);
    name = null;
    expect(rowsOf(meter)).toEqual([]);
    expect(meter.dropped).toBe(1);
  });
});

describe('looks that fail or do not show everything', () => {
  const covered = (meter: UsageMeter): number =>
    (meter.flush()?.coverage ?? []).reduce((sum, row) => sum + row.seconds, 0);

  test('the time around a failed look is not observed, and what ran through it has run', () => {
    const meter = meterWith();
    meter.observe(at(0), [process(7, -10)]);
    meter.observe(at(5), [process(7, -10)]);
    meter.missed();
    meter.observe(at(15), [process(7, -10)]);
    meter.observe(at(20), [process(7, -10)]);
    expect(covered(meter)).toBe(10);
    expect(seconds(rowsOf(meter))).toBe(20);
  });

  test('what a look does not show has not ended, and is no launch when it shows again', () => {
    const meter = meterWith();
    meter.observe(at(0), [process(7, -10)]);
    meter.observe(at(5), [], false);
    meter.observe(at(10), [], false);
    meter.observe(at(15), [process(7, -10)]);
    meter.observe(at(20), [process(7, -10)]);
    expect(covered(meter)).toBe(5);
    const rows = rowsOf(meter);
    expect(seconds(rows)).toBe(20);
    expect(launches(rows)).toBe(0);
  });

  test('what a first look did not show is no launch when it shows, unless it began since', () => {
    const meter = meterWith();
    meter.observe(at(0), [], false);
    meter.observe(at(5), [process(7, -100), process(8, 3)]);
    expect(launches(rowsOf(meter))).toBe(1);
  });

  test('what no look shows for minutes has ended, also when none of them is whole', () => {
    const meter = meterWith();
    meter.observe(at(0), [process(7, -10)], false);
    for (let second = 5; second <= 200; second += 5) meter.observe(at(second), [], false);
    expect(meter.flush()?.live).toEqual([]);
  });

  test('an interval that was begun as a longer one is no gap', () => {
    const meter = meterWith({ sampleIntervalMs: 15_000 });
    meter.observe(at(0), [process(7, -10)]);
    meter.sampleIntervalMs = 5_000;
    meter.observe(at(15.2), [process(7, -10)]);
    expect(covered(meter)).toBe(15);
    meter.observe(at(31), [process(7, -10)]);
    expect(covered(meter)).toBe(15);
  });

  test('another process of the same program that shows meanwhile is not counted twice, also over a restart', () => {
    const meter = meterWith();
    const both = [process(7, -10), process(8, -10)];
    meter.observe(at(0), both);
    meter.observe(at(5), both);
    meter.observe(at(10), [process(8, -10)], false);
    const flush = meter.flush();
    if (!flush) throw new Error('nothing to flush');
    const next = meterWith({ newRun: () => 'f'.repeat(16), resume: { mark: flush.mark, live: flush.live } });
    next.observe(at(20), both);
    expect(seconds(flush.usage) + seconds(rowsOf(next))).toBe(20);
  });
});

describe('after a restart', () => {
  const mark: MeterMark = { bootId: BOOT, monotonicMs: 1e6, bootMs: 1e6, isResumable: true };
  const known: LiveProcess = {
    process: process(7, -100).process,
    program: 'git',
    executableId: ID,
    user: 'u1',
    origin: undefined,
    countedUntilMs: 1e6,
  };

  test('the same process goes on from where it was counted, without a new launch', () => {
    const meter = meterWith({ resume: { mark, live: [known] } });
    meter.observe(at(20), [process(7, -100)]);
    const rows = rowsOf(meter);
    expect(seconds(rows)).toBe(20);
    expect(launches(rows)).toBe(0);
    expect(meter.flush()?.coverage).toEqual([]);
  });

  test('a process that began meanwhile counts a launch and its time from its start', () => {
    const meter = meterWith({ resume: { mark, live: [] } });
    meter.observe(at(20), [process(8, 12)]);
    const rows = rowsOf(meter);
    expect(seconds(rows)).toBe(8);
    expect(launches(rows)).toBe(1);
  });

  test('a process from before, that the last look may not have shown, is no launch; one that runs something else now is', () => {
    const meter = meterWith({ resume: { mark, live: [known] } });
    meter.observe(at(20), [process(9, -50), process(7, -100, 'vim')]);
    const rows = rowsOf(meter);
    expect(launches(rows)).toBe(1);
  });

  test('a process that began while the agent was away is a launch, also when the computer slept since', () => {
    const meter = meterWith({ resume: { mark, live: [] } });
    const now = at(20);
    meter.observe({ ...now, bootMs: now.bootMs + 3_600_000 }, [process(8, 12)]);
    expect(launches(rowsOf(meter))).toBe(1);
  });

  test('after a boot everything that runs began while nobody watched', () => {
    const meter = meterWith({ resume: { mark: { ...mark, bootId: 'another' }, live: [known] } });
    meter.observe(at(0), [process(7, -100)]);
    const rows = rowsOf(meter);
    expect(seconds(rows)).toBe(100);
    expect(launches(rows)).toBe(1);
  });

  test('the parts of seconds that twenty restarts cut off are not lost, nor counted twice', () => {
    let resume: { mark: MeterMark; live: LiveProcess[] } | undefined;
    let total = 0;
    for (let restart = 0; restart < 20; restart++) {
      const meter = resume ? meterWith({ resume }) : meterWith();
      if (!resume) meter.observe(at(0), []);
      meter.observe(at(restart * 0.7 + 0.35), [process(7, 0)]);
      meter.observe(at((restart + 1) * 0.7), [process(7, 0)]);
      const flush = meter.flush();
      total += seconds(flush?.usage ?? []);
      if (flush) resume = { mark: flush.mark, live: [...flush.live] };
    }
    expect(total).toBeGreaterThanOrEqual(13);
    expect(total).toBeLessThanOrEqual(14);
  });

  test('sleep while the agent was away is no usage', () => {
    const meter = meterWith({ resume: { mark, live: [known] } });
    const now = at(20);
    meter.observe({ ...now, bootMs: now.bootMs + 3_600_000 }, [process(7, -100)]);
    expect(seconds(rowsOf(meter))).toBe(0);
  });
});

/**
 * Random lives of processes under one user and program, against a model that knows the truth: the set of
 * milliseconds in which at least one process lived.
 */
describe('random histories', () => {
  interface Life {
    from: number;
    to: number;
  }
  const lives = fc.array(
    fc
      .record({ from: fc.integer({ min: 0, max: 400 }), length: fc.integer({ min: 1, max: 200 }) })
      .map(({ from, length }): Life => ({ from, to: from + length })),
    { maxLength: 6 },
  );
  const LENGTH = 600;
  const INTERVAL = 5;

  /** Runs a history; `events` happen before the sample of that number. */
  function play(
    all: readonly Life[],
    events: ReadonlyMap<number, 'restart' | 'crash' | number>,
    wall: number,
  ) {
    let run = 0;
    const table = new Map<string, UsageRow>();
    const launchesOf = new Map<string, number>();
    let saved: { mark: MeterMark; live: LiveProcess[] } | undefined;
    let offset = 0;
    const make = (): UsageMeter =>
      meterWith({ newRun: () => `${++run}`.padStart(16, '0'), ...(saved && { resume: saved }) });
    const flush = (meter: UsageMeter): void => {
      const due = meter.flush();
      if (!due) return;
      for (const row of due.usage) {
        const key = `${row.day} ${row.run}`;
        const before = table.get(key);
        // Cumulative values never fall.
        expect(row.seconds).toBeGreaterThanOrEqual(before?.seconds ?? 0);
        table.set(key, row);
        launchesOf.set(key, row.launches.user);
      }
      saved = { mark: due.mark, live: due.live };
      meter.flushed();
    };
    let meter = make();
    let jumps = 0;
    for (let sample = 0, now = 0; now <= LENGTH; sample++, now += INTERVAL) {
      const event = events.get(sample);
      if (event === 'restart') flush(meter);
      if (event === 'restart' || event === 'crash') meter = make();
      if (typeof event === 'number') {
        offset += event * 1000;
        if (Math.abs(event) > 5) jumps++;
      }
      const alive = all.flatMap((life, pid) =>
        life.from <= now && now < life.to ? [process(pid, life.from)] : [],
      );
      meter.observe(at(now, wall + offset), alive);
      if (sample % 6 === 0) flush(meter);
    }
    flush(meter);
    const rows = [...table.values()];
    return {
      rows,
      jumps,
      total: seconds(rows),
      launched: [...launchesOf.values()].reduce((a, b) => a + b, 0),
    };
  }

  function truth(all: readonly Life[]): number {
    let covered = 0;
    for (let second = 0; second < LENGTH; second++)
      if (all.some(({ from, to }) => from <= second && second < to)) covered++;
    return covered;
  }

  test('restarts and crashes lose less than an interval for each end, and double nothing', () => {
    const event = fc.constantFrom('restart' as const, 'crash' as const);
    const events = fc.array(fc.tuple(fc.integer({ min: 2, max: 115 }), event), { maxLength: 5 });
    fc.assert(
      fc.property(lives, events, (all, list) => {
        const { total, launched } = play(all, new Map(list), NOON);
        // Below: what ended unseen while the agent was down, or at most half an interval for each process end,
        // a rounding second for each run. A crash loses up to six samples of processes that also ended.
        expect(total).toBeLessThanOrEqual(truth(all) + all.length * (INTERVAL / 2));
        expect(launched).toBeLessThanOrEqual(all.length);
        if (list.every(([, kind]) => kind === 'restart')) {
          const missed = all.length * INTERVAL + list.length + 2;
          expect(total).toBeGreaterThanOrEqual(truth(all) - missed - INTERVAL);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('clock jumps, also over midnight, lose at most an interval each and no day exceeds its marks', () => {
    const jump = fc.oneof(
      fc.integer({ min: -90_000, max: 90_000 }),
      fc.integer({ min: -4, max: 4 }),
      fc.constantFrom(3600, -3600, 86_400 * 3650, -86_400 * 3650),
    );
    const events = fc.array(fc.tuple(fc.integer({ min: 1, max: 118 }), jump), { maxLength: 4 });
    const walls = fc.integer({ min: 0, max: DAY_MS }).map((offset) => NOON + offset);
    fc.assert(
      fc.property(lives, events, walls, (all, list, wall) => {
        const { rows, total } = play(all, new Map(list), wall);
        for (const row of rows) {
          expect(row.seconds).toBeLessThanOrEqual(86_400);
          expect(row.seconds).toBeLessThanOrEqual(300 * countSlots(row.slots));
        }
        expect(total).toBeLessThanOrEqual(truth(all) + all.length * (INTERVAL / 2));
        // Small steps add up to a jump as well; each row rounds down by less than a second.
        const lost = list.length * INTERVAL * 2 + all.length * INTERVAL + rows.length + INTERVAL;
        expect(total).toBeGreaterThanOrEqual(truth(all) - lost);
      }),
      { numRuns: 300 },
    );
  });
});
