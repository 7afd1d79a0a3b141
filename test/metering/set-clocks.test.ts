/**
 * Metering while the clock of the computer is set: real processes, the real process table, and a clock that lies (R18). Durations come
 * from the monotonic clock, so whatever is set costs at most one interval; the wall clock only names the day.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { canRun } from '../faults/needed-programs.ts';
import type { MeteredByClock } from './metering-program.ts';
import { outputOf } from './output-of.ts';
import { SetClock } from './set-clock.ts';

const INTERVAL_MS = 250;
/** A busy machine looks later than it means to. */
const LONGEST_INTERVAL_S = 1.5;
const RUNS_S = 12;
const HOUR = 3_600;
const DAY = 86_400;
const YEAR = 365 * DAY;

interface ClockCase {
  name: string;
  /** What the clock says when the program begins; undefined: the truth. */
  begins?: string;
  /** Seconds by which it is set while the program runs, one after the other, evenly spread. */
  set: readonly number[];
  zone?: string;
}

const at = (moment: string): number => Date.parse(`${moment}Z`) / 1000;
const to = (from: string, moment: string): number => at(moment) - at(from);

const CASES: readonly ClockCase[] = [
  { name: 'left alone', set: [] },
  { name: 'an hour on', set: [HOUR] },
  { name: 'an hour back', set: [-HOUR] },
  { name: 'ten years on', set: [10 * YEAR] },
  { name: 'ten years back', set: [-10 * YEAR] },
  { name: 'a day back', set: [-DAY] },
  { name: 'a day on', set: [DAY] },
  {
    name: '1970 at boot, then right',
    begins: '1970-01-01T00:00:30',
    set: [to('1970-01-01T00:00:30', '2026-11-30T12:00:00')],
  },
  {
    name: 'from now to 1970',
    begins: '2026-11-30T12:00:00',
    set: [to('2026-11-30T12:00:00', '1970-01-02T00:00:00')],
  },
  {
    name: '2099 at boot, then right',
    begins: '2099-06-01T10:00:00',
    set: [to('2099-06-01T10:00:00', '2026-11-30T12:00:00')],
  },
  {
    name: 'from now to 2099',
    begins: '2026-11-30T12:00:00',
    set: [to('2026-11-30T12:00:00', '2099-06-01T10:00:00')],
  },
  { name: 'three seconds back', set: [-3] },
  { name: 'three seconds on', set: [3] },
  { name: 'six seconds back', set: [-6] },
  { name: 'six seconds on', set: [6] },
  { name: 'four seconds back, three times', set: [-4, -4, -4] },
  { name: 'an hour on and back again, twice', set: [HOUR, -HOUR, HOUR, -HOUR] },
  { name: 'over midnight', begins: '2026-11-30T23:59:54', set: [] },
  { name: 'over midnight and an hour back', begins: '2026-11-30T23:59:56', set: [-HOUR] },
  { name: 'over midnight, back before it, and over it again', begins: '2026-11-30T23:59:57', set: [-8] },
  { name: 'New Year', begins: '2026-12-31T23:59:54', set: [] },
  { name: 'into a leap day', begins: '2028-02-28T23:59:54', set: [] },
  { name: 'out of a leap day', begins: '2028-02-29T23:59:54', set: [] },
  { name: 'summer time begins', begins: '2026-03-29T00:59:54', set: [], zone: 'Europe/Berlin' },
  { name: 'summer time ends', begins: '2026-10-25T00:59:54', set: [], zone: 'Europe/Berlin' },
];

const possible = canRun('clocks that are set while programs are metered', 'faketime');
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'fleetmeter-clocks-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  each: ClockCase;
  metered: MeteredByClock;
  /** Seconds that the program really ran. */
  truth: number;
  /** Days that the clock named. */
  days: number[];
}

/** All at once, metering the same program. */
async function play(): Promise<Outcome[]> {
  const program = join(folder, 'napper');
  copyFileSync('/bin/sleep', program);
  const clocks = CASES.map(({ begins, zone = 'UTC' }, index) => {
    let offset = begins === undefined ? 0 : at(begins) - Date.now() / 1000;
    const clock = new SetClock(join(folder, `clock-${index}`), offset);
    const child = clock.run('metering-program.ts', [program, `${INTERVAL_MS}`], zone);
    return {
      child,
      output: outputOf(child),
      /** It says that moment now. */
      begin: (): void => {
        if (begins !== undefined) offset = at(begins) - Date.now() / 1000;
        clock.set(offset);
      },
      step: (seconds: number): void => {
        offset += seconds;
        clock.set(offset);
      },
      wallMs: (): number => Date.now() + offset * 1000,
    };
  });
  await Promise.all(clocks.map(({ child }) => once(child.stdout as NodeJS.ReadableStream, 'data')));
  for (const { begin } of clocks) begin();
  // So that setting the clock for its beginning is over before anything is counted.
  await sleep(2_000);
  for (const { begin } of clocks) begin();
  await sleep(2_000);
  const began = performance.now();
  const days = clocks.map(({ wallMs }) => new Set([dayOf(wallMs())]));
  const look = (): void => {
    for (const [index, { wallMs }] of clocks.entries()) days[index]?.add(dayOf(wallMs()));
  };
  const napper = spawn(program, [`${RUNS_S}`], { stdio: 'ignore' });
  const ended = once(napper, 'exit').then(() => (performance.now() - began) / 1000);
  await Promise.all(
    clocks.map(async ({ step }, index) => {
      const set = CASES[index]?.set ?? [];
      for (const [number, seconds] of set.entries()) {
        const dueMs = began + (RUNS_S * 1000 * (number + 1)) / (set.length + 1);
        await sleep(Math.max(0, dueMs - performance.now()));
        look();
        step(seconds);
        look();
      }
    }),
  );
  const truth = await ended;
  look();
  await sleep(2_000);
  for (const { child } of clocks) child.kill('SIGTERM');
  return Promise.all(
    clocks.map(async ({ output }, index) => ({
      each: CASES[index] as ClockCase,
      metered: JSON.parse((await output).slice('ready\n'.length)) as MeteredByClock,
      truth,
      days: [...(days[index] ?? [])],
    })),
  );
}

const dayOf = (wallMs: number): number => Math.floor(wallMs / 1000 / DAY);

describe.runIf(possible)('a clock that is set', () => {
  test('changes neither how long a program ran nor what was observed, but for an interval, and names the days', async () => {
    const outcomes = await play();
    let off = 0;
    for (const { each, metered, truth, days } of outcomes) {
      const seconds = metered.usage.reduce((sum, row) => sum + row.seconds, 0);
      const launches = metered.usage.reduce((sum, row) => sum + row.launches.user, 0);
      const observed = metered.coverage.reduce((sum, row) => sum + row.seconds, 0);
      // Each row leaves out less than a second.
      const lost = metered.usage.length + each.set.length * LONGEST_INTERVAL_S + LONGEST_INTERVAL_S;
      const figures = `${each.name}: ${seconds} of ${truth.toFixed(1)} s, by the wall ${metered.wallSeconds.toFixed(1)}`;
      expect(seconds, figures).toBeGreaterThanOrEqual(truth - lost);
      expect(seconds, figures).toBeLessThanOrEqual(truth + LONGEST_INTERVAL_S);
      expect(launches, figures).toBe(1);
      expect(observed, figures).toBeGreaterThanOrEqual(seconds - 2);
      for (const row of metered.usage) {
        expect(days, figures).toContain(row.day);
        expect(row.seconds, figures).toBeLessThanOrEqual(Math.min(DAY, 300 * row.marks));
      }
      expect(metered.usage.length, figures).toBeLessThanOrEqual(1 + 2 * each.set.length + days.length);
      if (Math.abs(metered.wallSeconds - truth) > 2) off++;
    }
    const errors = outcomes.map(({ metered, truth }) =>
      Math.abs(metered.usage.reduce((sum, row) => sum + row.seconds, 0) - truth),
    );
    console.log(
      `${outcomes.length} clocks, ${outcomes[0]?.truth.toFixed(1)} s each: off by at most ${Math.max(...errors).toFixed(1)} s; by the wall clock ${off} of them would be off by more than 2 s`,
    );
    // The control: whoever measures with the wall clock is wrong in most cases, so these clocks really were set.
    expect(off).toBeGreaterThanOrEqual(15);
  }, 120_000);
});
