import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { EngineSession } from './engine-database.ts';
import { engineUnderTest, freePort } from './engine-under-test.ts';
import { underKernelBounds } from './kernel-bounds.ts';
import { QueryKiller } from './query-killer.ts';
import { type EngineSupervisor, superviseEngine } from './supervise-engine.ts';
import { writerSecret, writerUser } from './writer-secret.ts';

const memoryMib = 1_200;
/** Twenty million points outside the engine's accounting: 2,258 MiB when nothing stops it. The writer may ask this. */
const bomb =
  'SELECT length(polygonConvexHullCartesian([[arrayMap(x -> (toFloat64(rand(x)), toFloat64(rand(x + 1))), range(20000000))]]))';
let dataDir: string;
let engine: EngineSupervisor;
let ask: (statement: string) => Promise<string>;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'fleetmeter-memory-'));
  const port = await freePort();
  const log = { info: () => undefined, warn: () => undefined };
  engine = await superviseEngine({ dataDir, port, readers: 2, memoryMib, log });
  const headers = { 'x-clickhouse-user': writerUser, 'x-clickhouse-key': writerSecret(dataDir) };
  ask = async (body) =>
    await (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers })).text();
  await ask('CREATE TABLE fleetmeter.t (a UInt32) ENGINE = MergeTree ORDER BY a');
}, 60_000);

afterAll(async () => {
  await engine?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function peakMib(): number {
  const status = readFileSync(`/proc/${engine.state.pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}

test('the engine may not run in real time, whatever the collector itself may', () => {
  const { file, args } = underKernelBounds(['echo', 'started'], 1);
  const [option = '', script, ...given] = args;
  // Said instead of done: who runs this test may have nothing to take away.
  const said = execFileSync(file, [option, `ulimit() { echo "ulimit $*"; }; ${script}`, ...given], {
    encoding: 'utf8',
  });
  expect(said.split('\n')).toEqual(['ulimit -r 0', expect.stringMatching(/^ulimit -d \d+$/), 'started', '']);
});

test('memory that a statement has given back does not count against the limit', {
  timeout: 60_000,
}, async () => {
  const dataMib = (): number => {
    const status = readFileSync(`/proc/${engine.state.pid}/status`, 'utf8');
    return Number(/^VmData:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
  };
  await ask('SELECT 1');
  const before = dataMib();
  expect(await ask('SELECT length(groupArray(number)) FROM numbers(25000000)')).toBe('25000000\n');
  const after = async () => {
    await ask('SELECT sum(number) FROM numbers(100000)');
    return dataMib() - before;
  };
  await expect.poll(after, { timeout: 30_000, interval: 250 }).toBeLessThan(150);
});

test('a statement that allocates past every count fails; inserts go on, if need be in a new process', {
  timeout: 60_000,
}, async () => {
  expect(await ask(bomb)).toMatch(
    /\((?:MEMORY_LIMIT_EXCEEDED|CANNOT_ALLOCATE_MEMORY|CANNOT_SCHEDULE_TASK)\)/,
  );
  expect(peakMib()).toBeGreaterThan(500);
  expect(peakMib()).toBeLessThan(memoryMib + 500);
  const insert = () => ask('INSERT INTO fleetmeter.t FORMAT CSV\n1\n').catch((error: Error) => error.message);
  await expect.poll(insert, { timeout: 20_000, interval: 250 }).toBe('');
  expect(await ask('SELECT count() FROM fleetmeter.t')).toBe('1\n');
});

test('the kernel offers the engine first when the machine itself is out of memory', () => {
  expect(readFileSync(`/proc/${engine.state.pid}/oom_score_adj`, 'utf8').trim()).toBe('500');
});

test('a query that heeds neither its deadline nor KILL is reported, and one that does is not', async () => {
  vi.useFakeTimers();
  try {
    const killed: string[] = [];
    const stuck: string[] = [];
    const session = { run: async (sql: string) => killed.push(sql) } as unknown as EngineSession;
    const killer = new QueryKiller(session, (mark) => stuck.push(mark));
    const idle = new AbortController().signal;
    const late: string[] = [];
    const deadline = { afterMs: 1_000, graceMs: 500, onLate: () => late.push('late') };
    const deaf = Promise.withResolvers<void>();
    const heard = Promise.withResolvers<void>();
    const deafEnds = killer.guard(idle, 'deaf', () => deaf.promise, deadline);
    const heardEnds = killer.guard(idle, 'heard', () => heard.promise, deadline);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(killed.filter((sql) => sql.includes('KILL QUERY') && sql.includes("'deaf'"))).not.toEqual([]);
    heard.resolve();
    await heardEnds;
    expect(stuck).toEqual([]);
    await vi.advanceTimersByTimeAsync(100);
    expect(late).toEqual(['late']);
    await vi.advanceTimersByTimeAsync(400);
    expect(stuck).toEqual(['deaf']);
    deaf.resolve();
    await deafEnds;
  } finally {
    vi.useRealTimers();
  }
});

test('an engine whose parent ends while a query heeds nothing ends too', { timeout: 60_000 }, async () => {
  const orphan = await engineUnderTest({ readers: 1 });
  const points = (x: number, y: number) =>
    `arrayMap(x -> (toFloat64(x % ${x}), toFloat64(intDiv(x, ${x}) * (x % ${y}))), range(20000))`;
  // Minutes of work that looks neither at a deadline nor at KILL.
  const deaf = `SELECT length(toString(polygonsUnionCartesian([[${points(1000, 2)}]], [[${points(999, 3)}]])))`;
  const asking = orphan.write(deaf).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const ended = new Promise((resolve) => orphan.process.child.once('exit', resolve));
  orphan.process.child.stdin?.end();
  await ended;
  await asking;
  await orphan.remove();
});
