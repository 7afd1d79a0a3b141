/** Gaps in metering: nothing is invented for them, in this run of the agent or the next. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Instant } from '../clock/clock.ts';
import { type AgentStore, agentStore } from '../store/agent-store.ts';
import { openStateDatabase } from '../store/state-database.ts';
import { UsageMeter } from '../usage/usage-meter.ts';
import { knewUsersOtherwise, MeteringSwitch } from './metering-switch.ts';

const ID = '00000000000000aa';
let folder: string;
let store: AgentStore;
let seconds: number;
let wanted: boolean;
let finder: { isThere: boolean };
let apart: boolean;
let allowed: readonly string[] | undefined;
let run = 0;
let meter: UsageMeter;
let metering: MeteringSwitch;
/** Pid to kernel start, seconds. */
let running: Map<number, number>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-metering-'));
  store = agentStore(openStateDatabase(folder, 0).database);
  seconds = 0;
  [wanted, apart, allowed, running] = [true, true, undefined, new Map([[1, 0]])];
  finder = { isThere: true };
  start();
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

const now = (): Instant => ({
  wallMs: 20_000 * 86_400_000 + seconds * 1000,
  monotonicMs: 1e6 + seconds * 1000,
  bootMs: 1e6 + seconds * 1000,
});

/** As at a start of the agent, also after kill -9. */
function start(): void {
  if (knewUsersOtherwise(store.usage.live(), 'all', apart)) store.usage.forgetMark();
  const mark = store.usage.mark();
  meter = new UsageMeter({
    bootId: 'boot',
    sampleIntervalMs: 5000,
    newRun: () => `${++run}`.padStart(16, '0'),
    nameProgram: () => ID,
    resume: mark && { mark, live: store.usage.live() },
  });
  metering = new MeteringSwitch({
    meter,
    clock: { now },
    sampler: {
      sample: async () =>
        meter.observe(
          now(),
          // As the sampler: without a finder it knows of no program that it may be metered.
          [...(finder.isThere ? running : [])].map(([pid, startedSeconds]) => {
            const startedBootMs = 1e6 + startedSeconds * 1000;
            return {
              process: `${pid}`,
              program: 'p',
              user: apart ? `u${pid}` : 'all',
              startedBootMs,
              origin: 'user',
            };
          }),
        ),
      forget: () => {},
    },
    wanted: () => wanted,
    finder,
    tellUsersApart: () => apart,
    timesOfDayAllowed: () => allowed,
    flush,
    forgetMark: () => store.usage.forgetMark(),
  });
}

function flush(): void {
  const due = meter.flush();
  if (due) store.usage.flush(due);
  meter.flushed();
}

async function sampleUntil(end: number): Promise<void> {
  for (; seconds <= end; seconds += 5) await metering.sample();
}

function totals(): { seconds: number; coverage: number; launches: number } {
  flush();
  const rows = store.usage.dueUsage(1000);
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  return {
    seconds: sum(rows.map((row) => row.seconds)),
    coverage: sum(store.usage.dueCoverage(1000).map((row) => row.seconds)),
    launches: sum(rows.map(({ launches }) => launches.user)),
  };
}

test('what runs during a pause counts for nothing, and neither does its start', async () => {
  await sampleUntil(100);
  wanted = false;
  running.set(2, 150);
  await sampleUntil(3000);
  wanted = true;
  await sampleUntil(3100);
  // Two processes of two users, of which one was there before: 100 s of it, then 95 s of both.
  expect(totals()).toEqual({ seconds: 100 + 2 * 95, coverage: 100 + 95, launches: 0 });
});

test('until there is a finder again nothing is observed, and what runs then has not been started since', async () => {
  await sampleUntil(100);
  [wanted, finder.isThere] = [false, false];
  await sampleUntil(3000);
  wanted = true;
  running.set(2, 3010);
  await sampleUntil(3060);
  finder.isThere = true;
  await sampleUntil(3100);
  expect(totals()).toEqual({ seconds: 100 + 2 * 35, coverage: 100 + 35, launches: 0 });
});

test.each(['paused', 'just resumed'])(
  'a kill -9 of the agent while it is %s invents nothing',
  async (when) => {
    await sampleUntil(100);
    wanted = false;
    await sampleUntil(2000);
    if (when === 'just resumed') {
      wanted = true;
      await metering.sample();
    }
    start();
    await sampleUntil(3000);
    wanted = true;
    await sampleUntil(3100);
    const { coverage, ...usage } = totals();
    const after = when === 'paused' ? 95 : 3100 - 2005;
    expect(usage).toEqual({ seconds: 100 + after, launches: 0 });
    expect(coverage).toBeLessThanOrEqual(100 + after);
  },
);

test('an agent that starts paused forgets where an earlier one stood', async () => {
  await sampleUntil(100);
  flush();
  wanted = false;
  start();
  await sampleUntil(2000);
  wanted = true;
  await sampleUntil(2100);
  expect(totals()).toEqual({ seconds: 100 + 95, coverage: 100 + 95, launches: 0 });
});

test('when users are no longer told apart, nobody seems to have started everything anew', async () => {
  await sampleUntil(100);
  apart = false;
  await sampleUntil(200);
  expect(totals().launches).toBe(0);
  expect(new Set(store.usage.dueUsage(10).map(({ user }) => user))).toEqual(new Set(['u1', 'all']));
});

test('when the device refuses times of day, another run begins: the marks of a run have one order', async () => {
  await sampleUntil(100);
  allowed = [];
  await sampleUntil(200);
  expect(totals()).toMatchObject({ launches: 0 });
  expect(store.usage.dueUsage(10).map((row) => row.run)).toHaveLength(2);
});

test.each([true, false])('the same over a restart, when users were told apart before: %s', async (before) => {
  apart = before;
  await sampleUntil(100);
  flush();
  apart = !before;
  start();
  await sampleUntil(200);
  expect(totals()).toEqual({ seconds: 100 + 95, coverage: 100 + 95, launches: 0 });
});

test('a restart under the same names goes on where the earlier run stood', async () => {
  await sampleUntil(100);
  flush();
  seconds = 150;
  start();
  await sampleUntil(200);
  expect(totals()).toMatchObject({ seconds: 200, launches: 0 });
});
