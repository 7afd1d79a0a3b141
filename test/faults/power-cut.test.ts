/**
 * Power cuts of the collector at random moments under load (R2): what was acknowledged is there afterwards, and the
 * collector starts by itself. The same program with its syncs left out must lose something, else nothing is proven.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { SqliteControlStore } from '../../collector/src/control/sqlite-control-store.ts';
import { createMetrics } from '../../collector/src/metrics/metrics.ts';
import { startAgentServer } from '../../collector/src/receive/agent-server.ts';
import { openSqliteStream } from '../../collector/src/stream/sqlite-stream.ts';
import { joinSecret } from '../fakes/join-secret.ts';
import { SeededRandom } from '../model/seeded-random.ts';
import { LoopDisk } from './loop-disk.ts';
import { canRun } from './needed-programs.ts';
import { ProcessedHeads, sequenceOf } from './processed-heads.ts';
import { hashOf, ReportingLoad } from './reporting-load.ts';
import { continueProcesses, processTree, stopProcesses } from './stopped-processes.ts';

const FULL = process.env.FLEETMETER_TEST_FULL === '1';
const CUTS = FULL ? 1000 : 50;
/** Cuts of one disk, which fills meanwhile. */
const CUTS_A_DISK = 50;
const CONTROL_CUTS = 5;
const DEVICES = 24;
const DISK_MIB = 384;
/** Of the log whose start is timed. */
const LOG_MIB = FULL ? 1024 : 128;
const MOST_SECONDS_A_GIB = 5;
const SEED = Number(process.env.FLEETMETER_SEED ?? Date.now() % 2 ** 31);
const PROGRAM = join(import.meta.dirname, 'receiving-program.ts');
/** The kernel says that it synced, and did not. */
const WITHOUT_SYNC = 'strace -f -qq -o /dev/null -e trace=fsync,fdatasync -e inject=fsync,fdatasync:retval=0';

interface Tally {
  cuts: number;
  acknowledged: number;
  lost: string[];
  failedStarts: string[];
  slowestStartMs: number;
  inFlight: number;
  trimmed: number;
}

const possible = canRun('power cuts of the collector', 'mkfs.ext4', 'mount', 'strace');

describe.runIf(possible)('after a power cut', () => {
  test(`${CUTS} cuts at random moments lose nothing acknowledged (FLEETMETER_SEED=${SEED})`, async () => {
    const random = new SeededRandom(SEED);
    const tally = newTally();
    const began = performance.now();
    while (tally.cuts < CUTS) await cutUnderLoad(random, Math.min(CUTS_A_DISK, CUTS - tally.cuts), tally, []);
    console.log('power cuts', { ...tally, seconds: Math.round((performance.now() - began) / 1000) });
    expect(tally.lost).toEqual([]);
    expect(tally.failedStarts).toEqual([]);
    // A cut proves nothing when nobody was waiting, and one file never followed another.
    expect(tally.inFlight).toBeGreaterThan(tally.cuts);
    expect(tally.trimmed).toBeGreaterThan(0);
  }, 3_600_000);

  test(`a log of ${LOG_MIB} MiB is open again within ${MOST_SECONDS_A_GIB} seconds per GiB`, async () => {
    const disk = LoopDisk.create(LOG_MIB * 2);
    const options = (place: LoopDisk) => ({ folder: join(place.folder, 'stream'), minFreeBytes: 0 });
    const stream = await openSqliteStream(options(disk));
    const envelope = new Uint8Array(8192).fill(7);
    const count = (LOG_MIB * 1024 * 1024) / envelope.length;
    const record = { kind: 'report', deviceId: '00000000000000ab', receivedAt: 1, envelope } as const;
    for (let at = 0; at < count; at += 512)
      await Promise.all(Array.from({ length: 512 }, () => stream.append(record)));
    const left = disk.afterPowerCut();
    try {
      const began = performance.now();
      const opened = await openSqliteStream(options(left));
      const seconds = (performance.now() - began) / 1000;
      const { records } = await opened.stats();
      await opened.close();
      console.log('a log of', LOG_MIB, 'MiB was open after', seconds.toFixed(2), 's');
      expect(records).toBe(count);
      // The process itself takes a moment, however small the log.
      expect(seconds).toBeLessThan(Math.max(1, (MOST_SECONDS_A_GIB * LOG_MIB) / 1024));
    } finally {
      await stream.close();
      left.remove();
      disk.remove();
    }
  }, 120_000);

  test('the same with its syncs left out loses what was acknowledged', async () => {
    const tally = newTally();
    await cutUnderLoad(new SeededRandom(SEED), CONTROL_CUTS, tally, WITHOUT_SYNC.split(' '));
    console.log('without syncs', { ...tally, lost: tally.lost.length });
    expect(tally.lost.length + tally.failedStarts.length).toBeGreaterThan(0);
  }, 120_000);
});

function newTally(): Tally {
  return {
    ...{ cuts: 0, acknowledged: 0, lost: [], failedStarts: [] },
    ...{ slowestStartMs: 0, inFlight: 0, trimmed: 0 },
  };
}

/** One writer on one disk; each cut looks at a copy of it while the writer goes on. */
async function cutUnderLoad(
  random: SeededRandom,
  cuts: number,
  tally: Tally,
  under: readonly string[],
): Promise<void> {
  const disk = LoopDisk.create(DISK_MIB);
  const dataDir = join(disk.folder, 'data');
  mkdirSync(dataDir);
  const secret = joinSecret(dataDir);
  const [file, ...before] = [...under, process.execPath];
  const child = spawn(file as string, [...before, PROGRAM, dataDir], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const load = new ReportingLoad(await portOf(child), secret, random);
    while (load.devices.length < DEVICES) await load.enrol();
    load.start();
    for (let cut = 0; cut < cuts; cut++) {
      await sleep(20 + random.below(130));
      if (random.chance(0.3)) await load.enrol();
      // Whoever traces the writer has to go on, or the writer would not stop.
      const pids = processTree(child.pid as number).slice(under.length > 0 ? 1 : 0);
      await stopProcesses(pids);
      const left = disk.afterPowerCut();
      tally.inFlight += load.inFlight;
      const acknowledged = structuredClone(load.acknowledged);
      continueProcesses(pids);
      await look(left, acknowledged, load, tally).finally(() => left.remove());
    }
    // It goes on meanwhile, so that what is in flight at the end gets its answer.
    await load.stop();
    tally.acknowledged += load.count;
    load.close();
  } finally {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    for (const pid of processTree(child.pid as number).reverse()) process.kill(pid, 'SIGKILL');
    await ended;
    disk.remove();
  }
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (line: Buffer) => resolve(Number(line)));
    child.once('exit', (code) => reject(new Error(`the receiving program ended with ${code}`)));
  });
}

/** Starts what is on the disk, compares it with what was acknowledged, and sends one more report. */
async function look(
  disk: LoopDisk,
  acknowledged: ReportingLoad['acknowledged'],
  load: ReportingLoad,
  tally: Tally,
): Promise<void> {
  tally.cuts++;
  const folder = join(disk.folder, 'data/collector');
  const closing: (() => unknown)[] = [];
  try {
    const began = performance.now();
    const control = new SqliteControlStore({ path: join(folder, 'control.db') });
    closing.push(() => control.close());
    const stream = await openSqliteStream({
      folder: join(folder, 'stream'),
      notBefore: control.checkpoint(),
      minFreeBytes: 0,
    });
    closing.push(() => stream.close());
    const metrics = createMetrics().receive;
    const log = pino({ level: 'silent' });
    const server = await startAgentServer({ host: '127.0.0.1', port: 0, control, stream, metrics, log });
    closing.push(() => server.close());
    tally.slowestStartMs = Math.max(tally.slowestStartMs, Math.round(performance.now() - began));
    const heads = new ProcessedHeads(join(disk.folder, 'data/processed.db'));
    closing.push(() => heads.close());
    tally.trimmed += control.checkpoint() > 0 ? 1 : 0;
    tally.lost.push(...(await missing(stream, heads.all(), acknowledged)));
    for (const { keyId, deviceHex } of load.devices)
      if (acknowledged.has(deviceHex) && !control.findKey(keyId, Date.now()))
        tally.lost.push(`device ${deviceHex}`);
    const [device] = load.devices;
    if (!device || !(await accepts(server.port, device)))
      tally.failedStarts.push('a report was not accepted');
  } catch (error) {
    tally.failedStarts.push(String(error));
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** Acknowledged reports that are neither processed nor in the stream as they were sent. */
async function missing(
  stream: Awaited<ReturnType<typeof openSqliteStream>>,
  processed: ReadonlyMap<string, number>,
  acknowledged: ReportingLoad['acknowledged'],
): Promise<string[]> {
  const stored = new Map<string, string>();
  let unreadable = 0;
  for (let at = 0; ; ) {
    const range = await stream.read(at, { maxRecords: 4096, maxBytes: 1 << 25 });
    for (const record of range.records)
      stored.set(`${record.deviceId} ${sequenceOf(record)}`, hashOf(record.envelope));
    unreadable += range.unreadable;
    if (range.through <= at) break;
    at = range.through;
  }
  const lost = unreadable > 0 ? [`${unreadable} unreadable`] : [];
  for (const [device, reports] of acknowledged)
    for (const [sequence, hash] of reports) {
      if (sequence <= (processed.get(device) ?? 0)) continue;
      if (stored.get(`${device} ${sequence}`) !== hash) lost.push(`${device} ${sequence}`);
    }
  return lost;
}

async function accepts(port: number, device: ReportingLoad['devices'][number]): Promise<boolean> {
  const { post } = await import('../../collector/src/receive/fixtures/test-device.ts');
  const composedAt = Math.floor(Date.now() / 1000);
  return (await post(port, '/v1/report', device.report({ sequence: 1_000_000, composedAt }))).status === 200;
}
