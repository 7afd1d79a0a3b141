/** Processing is held and resumed by the command line, beside a stream, a processor and an engine that really run. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Report, sealEnvelope } from '@fleetmeter/proto';
import pino from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { NO_CATALOGUE } from '../catalogue/catalogue-in-force.ts';
import { type ClickHouse, connectClickHouse } from '../clickhouse/clickhouse.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { systemClock } from '../clock/clock.ts';
import { SqliteControlStore } from '../control/sqlite-control-store.ts';
import { type EngineUnderTest, engineUnderTest } from '../engine/engine-under-test.ts';
import { writerUser } from '../engine/writer-secret.ts';
import { readiness } from '../pipeline-state.ts';
import { AnnouncedExecutables } from '../process/announced-executables.ts';
import { EpochHeadCache } from '../process/epoch-head-cache.ts';
import { type Processor, startProcessor } from '../process/processor.ts';
import { runCommand } from '../settings/fixtures/run-command.ts';
import { openSqliteStream } from '../stream/sqlite-stream.ts';
import type { Stream } from '../stream/stream.ts';
import { type LagWatch, watchLag } from './watch-lag.ts';

const { privateKey } = generateKeyPairSync('ed25519');
/** What the issue asks for, and what is left for a machine that does other things as well. */
const OBEYS_WITHIN_MS = 250;
let dataDir: string;
let engine: EngineUnderTest;
let clickhouse: ClickHouse;
let control: SqliteControlStore;
let stream: Stream;
let lagWatch: LagWatch;
let processor: Processor | undefined;
let sent = 0;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'fleetmeter-pause-'));
  mkdirSync(join(dataDir, 'collector'));
  engine = await engineUnderTest();
  clickhouse = connectClickHouse({ url: engine.url, username: writerUser, password: engine.secret });
  await migrate(clickhouse, Date.now);
  control = new SqliteControlStore({ path: join(dataDir, 'collector/control.db') });
  stream = await openSqliteStream({ folder: join(dataDir, 'stream') });
  lagWatch = watchLag({ stream, control, clock: systemClock });
  start();
});
afterEach(async () => {
  await processor?.close();
  lagWatch.close();
  await stream.close();
  control.close();
  await clickhouse.close();
  await engine.remove();
  rmSync(dataDir, { recursive: true });
});

function start(): void {
  processor = startProcessor({
    ...{ stream, clickhouse, control, heads: new EpochHeadCache(100), announced: new AnnouncedExecutables() },
    inForce: () => NO_CATALOGUE,
    lingerMs: 0,
    log: pino({ level: 'silent' }),
    now: Date.now,
    onProcessed: ({ records }, milliseconds) => lagWatch.worked({ records, milliseconds }),
    onRetry: () => {},
  });
}

async function send(count: number): Promise<void> {
  const appended: Promise<number>[] = [];
  for (let device = 0; device < count; device++) {
    sent++;
    const message = Report.encode({
      sequence: 1,
      epoch: { id: Buffer.from(sent.toString(16).padStart(32, '0'), 'hex') },
      digestAfter: { count: 0, sum: new Uint8Array(16) },
      inventory: { baseline: true },
    }).finish();
    const envelope = sealEnvelope('Report', message, { keyId: '0'.repeat(16), privateKey });
    const deviceId = sent.toString(16).padStart(16, '0');
    appended.push(stream.append({ kind: 'report', deviceId, receivedAt: Date.now(), envelope }));
  }
  await Promise.all(appended);
}
const processed = (): Promise<void> =>
  vi.waitFor(() => expect(control.checkpoint()).toBe(sent), {
    timeout: 10_000,
    interval: 5,
  }) as Promise<void>;
const run = (...args: string[]) => runCommand(dataDir, ['processing', ...args]);
const status = async () => JSON.parse((await run('status', '--json')).printed);

test('a pause holds what comes after the range in hand, survives a restart, and a resume is obeyed at once', async () => {
  await send(200);
  await processed();
  await run('pause', '--reason', 'repairing a day');
  await sleep(OBEYS_WITHIN_MS);
  const held = control.checkpoint();
  await send(300);
  await sleep(1_000);
  expect(control.checkpoint()).toBe(held);

  await processor?.close();
  start();
  await sleep(500);
  expect(control.checkpoint()).toBe(held);
  const { warnings, ready } = await readiness(clickhouse, control);
  expect(ready).toBe(true);
  expect(warnings.join()).toMatch(/paused since .* by .*\(repairing a day\)/);

  await vi.waitFor(async () => expect((await status()).lag?.records).toBe(300), { timeout: 10_000 });
  const { paused, lag } = await status();
  expect(paused).toMatchObject({ reason: 'repairing a day' });
  expect(lag.bytes).toBeGreaterThan(300 * 100);
  expect(Date.now() - lag.oldestReceivedAt).toBeGreaterThan(1_000);
  expect(lag.catchUpSeconds).toBeGreaterThan(0);
  expect((await run('status')).printed).toMatch(/paused since.*repairing a day.*waiting {5}300 records/s);

  await run('resume');
  const began = performance.now();
  await vi.waitFor(() => expect(control.checkpoint()).toBeGreaterThan(held), { timeout: 5_000, interval: 5 });
  const obeyed = performance.now() - began;
  await processed();
  console.log(
    'resume to the first commit',
    Math.round(obeyed),
    'ms; catch-up was said to take',
    lag.catchUpSeconds,
    's',
  );
  // The range itself, with its inserts, comes on top of what is promised.
  expect(obeyed).toBeLessThan(OBEYS_WITHIN_MS + 2_000);
  expect((await readiness(clickhouse, control)).warnings).toEqual([]);
}, 60_000);

test('a second pause keeps the first one, a resume without a pause says so, and nothing is kept of who asked twice', async () => {
  expect((await run('resume')).said).toEqual(['processing was not paused']);
  await run('pause', '--reason', 'first');
  expect((await run('pause', '--reason', 'second')).said.join()).toMatch(/^already: .*first$/);
  await run('resume');
  await run('pause');
  expect(
    control.processing.list(9).map(({ reason, resumedAt }) => [reason, resumedAt === undefined]),
  ).toEqual([
    ['', true],
    ['first', false],
  ]);
  await expect(run('pause', '--reason', 'x'.repeat(501))).rejects.toThrow('at most 500 characters, not 501');
});
