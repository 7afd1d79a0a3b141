/** An agent on a computer whose clock nobody has set: what it meters gets the collector's days, and everybody sees that the clock is wrong. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { encodeJoinString, Report } from '@fleetmeter/proto';
import { reopenVerifiedEnvelope } from '@fleetmeter/proto/opening';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type ReceivingCollector,
  startReceiving,
} from '../../collector/src/receive/fixtures/receiving-collector.ts';
import { canRun } from '../faults/needed-programs.ts';
import { SetClock } from './set-clock.ts';

const AGENT = new URL('../../agent/bin/fleetmeter-agent.mjs', import.meta.url).pathname;
const DAY_S = 86_400;
const BEHIND_S = 5 * DAY_S;
let folder: string;
let collector: ReceivingCollector;
let clock: SetClock;
const running: ChildProcess[] = [];

beforeAll(async () => {
  collector = await startReceiving();
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'fleetmeter-wrong-clock-')));
  mkdirSync(join(folder, 'root'));
  copyFileSync('/bin/sleep', join(folder, 'root/used'));
  writeFileSync(
    join(folder, 'agent.json'),
    JSON.stringify({
      ...{
        roots: [join(folder, 'root')],
        reportIntervalSeconds: 1,
        sampleIntervalSeconds: 1,
        usageFlushSeconds: 0.5,
      },
      ...{
        settleMs: 100,
        firstScanDelaySeconds: 0,
        hashMebibytesPerSecond: 0,
        hashCpuPercent: 0,
        hashGently: false,
      },
    }),
  );
  const { secret } = collector.control.tokens.create(
    { uses: 1, expiresAt: Number.MAX_SAFE_INTEGER, group: 'office', note: '' },
    0,
  );
  const addresses = [`http://127.0.0.1:${collector.port}`];
  await agentCommand('enrol', encodeJoinString({ addresses, secret, authorities: [] }));
  clock = new SetClock(join(folder, 'clock'), -BEHIND_S);
}, 60_000);

afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await collector?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const flags = (): string[] => ['--config', join(folder, 'agent.json'), '--data-dir', join(folder, 'data')];
const agentCommand = (...args: string[]) =>
  promisify(execFile)(process.execPath, [AGENT, ...args, ...flags()]);

async function reports(): Promise<Report[]> {
  const { records } = await collector.stream.read(0, { maxRecords: 100_000, maxBytes: 1 << 28 });
  return records
    .filter(({ kind }) => kind === 'report')
    .map(({ envelope }) => Report.decode(reopenVerifiedEnvelope(envelope, 'Report', 1 << 24).message));
}

const today = (): number => Math.floor(Date.now() / 1000 / DAY_S);

/** Seconds of use that reports tell of, by day. */
function secondsByDay(all: readonly Report[]): Map<number, number> {
  const days = new Map<number, number>();
  for (const { usage } of all)
    for (const { day = 0, seconds = 0 } of usage?.records ?? [])
      days.set(day ?? 0, Math.max(days.get(day ?? 0) ?? 0, seconds ?? 0));
  return days;
}

const possible = canRun('an agent whose clock is wrong', 'faketime');

test.runIf(possible)(
  'a clock that is days behind names days as the collector does, is told, and is forgotten once somebody has set it',
  async () => {
    const begun = today();
    running.push(spawn(join(folder, 'root/used'), ['300'], { stdio: 'ignore' }));
    running.push(clock.run(AGENT, ['run', ...flags()], 'UTC'));
    const now = async (): Promise<number> => {
      const days = secondsByDay(await reports());
      return (days.get(begun) ?? 0) + (today() > begun ? (days.get(today()) ?? 0) : 0);
    };
    await expect.poll(now, { timeout: 60_000, interval: 1_000 }).toBeGreaterThan(5);
    const told = (await reports()).at(-1)?.cost?.clockAheadSeconds ?? 0;
    expect(Math.abs(told + BEHIND_S)).toBeLessThan(5);
    const { stdout } = await agentCommand('status');
    expect(stdout).toContain("behind the collector's");
    // What was metered before the first answer has the only day that was known.
    expect(
      [...secondsByDay(await reports()).keys()].filter((day) => day < begun - 6 || day > today()),
    ).toEqual([]);

    clock.set(0);
    const soon = async (): Promise<number> => (await reports()).at(-1)?.cost?.clockAheadSeconds ?? 0;
    await expect.poll(soon, { timeout: 30_000, interval: 500 }).toBe(0);
    const before = await now();
    await expect.poll(now, { timeout: 30_000, interval: 1_000 }).toBeGreaterThan(before + 3);
    expect([...secondsByDay(await reports()).keys()].filter((day) => day > today())).toEqual([]);
  },
  180_000,
);
