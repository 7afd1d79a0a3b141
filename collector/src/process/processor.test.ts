import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ClickHouseError } from '@clickhouse/client';
import { Report, sealEnvelope } from '@fleetmeter/proto';
import pino from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { NO_CATALOGUE } from '../catalogue/catalogue-in-force.ts';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { SqliteControlStore } from '../control/sqlite-control-store.ts';
import type { Stream, StreamRecord } from '../stream/stream.ts';
import { AnnouncedExecutables } from './announced-executables.ts';
import { EpochHeadCache } from './epoch-head-cache.ts';
import { type Processor, type ProcessorOptions, startProcessor } from './processor.ts';
import type { RangeOutcome } from './range-outcome.ts';

const { privateKey } = generateKeyPairSync('ed25519');
let folder: string;
let control: SqliteControlStore;
let processor: Processor | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-processor-'));
  control = new SqliteControlStore({ path: join(folder, 'control.db') });
});
afterEach(async () => {
  await processor?.close();
  control.close();
  rmSync(folder, { recursive: true });
});

/** The first report of a device, which says only its name. */
function named(hostname: string, offset: number): StreamRecord {
  const message = Report.encode({
    sequence: 1,
    epoch: { id: new Uint8Array(16).fill(offset) },
    digestAfter: { count: 0, sum: new Uint8Array(16) },
    inventory: { baseline: true },
    host: { hostname },
  }).finish();
  const envelope = sealEnvelope('Report', message, { keyId: '0'.repeat(16), privateKey });
  const deviceId = offset.toString(16).padStart(16, '0');
  return { kind: 'report', deviceId, receivedAt: 1_790_000_000_000, envelope, offset, partition: 0 };
}

function streamOf(records: StreamRecord[]): Stream {
  const after = (offset: number): StreamRecord[] => records.filter((record) => record.offset > offset);
  return {
    read: async (offset) => ({
      records: after(offset),
      through: Math.max(offset, records.length),
      unreadable: 0,
    }),
    onAppend: () => () => {},
    trim: async () => {},
    append: () => Promise.reject(new Error('nobody appends')),
    stats: () => Promise.reject(new Error('nobody asks')),
    backlog: () => Promise.reject(new Error('nobody asks')),
    close: async () => {},
  };
}

/** An engine that keeps what it is given, except for blocks that `refuses` throws at. */
function engine(refuses: (bytes: Buffer) => void): { clickhouse: ClickHouse; kept: Buffer[] } {
  const kept: Buffer[] = [];
  const clickhouse: ClickHouse = {
    insert: async (_table, block) => {
      const bytes = Buffer.concat([...block.pieces()]);
      refuses(bytes);
      kept.push(bytes);
    },
    rows: async () => [],
    async *binary() {},
    command: async () => {},
    ping: async () => true,
    reach: async () => true,
    close: async () => {},
  };
  return { clickhouse, kept };
}

function start(
  clickhouse: ClickHouse,
  records: StreamRecord[],
  changes: Partial<Stream> = {},
  onProcessed: (outcome: RangeOutcome) => void = () => {},
  more: Partial<ProcessorOptions> = {},
): void {
  processor = startProcessor({
    stream: { ...streamOf(records), ...changes },
    clickhouse,
    control,
    heads: new EpochHeadCache(100),
    inForce: () => NO_CATALOGUE,
    announced: new AnnouncedExecutables(),
    lingerMs: 0,
    log: pino({ level: 'silent' }),
    now: () => 1_790_000_000_000,
    onProcessed,
    onRetry: () => {},
    ...more,
  });
}

const names = ['device-one', 'device-two', 'poison', 'device-four', 'device-five'];
const records = names.map((name, index) => named(name, index + 1));

test('nothing is trimmed before the checkpoint is on stable storage, nor by a sync that fails', async () => {
  const order: string[] = [];
  const failing = ['failed', 'failed'];
  vi.spyOn(control, 'synced').mockImplementation(async () => {
    const outcome = control.checkpoint() === records.length ? (failing.pop() ?? 'synced') : 'early';
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (outcome !== 'early') order.push(outcome);
    if (outcome === 'failed') throw new Error('no disk');
  });
  const trim = async (through: number): Promise<void> => {
    order.push(`trimmed ${through}`);
  };
  start(engine(() => {}).clickhouse, records, { trim });
  await vi.waitFor(() => expect(order).toContain(`trimmed ${records.length}`), { timeout: 10_000 });
  expect(order.slice(0, 4)).toEqual(['failed', 'failed', 'synced', `trimmed ${records.length}`]);
});

test('a record that the engine never takes is put aside alone, and the others flow', async () => {
  const { clickhouse, kept } = engine((bytes) => {
    if (bytes.includes('poison'))
      throw new ClickHouseError({ code: '117', type: 'INCORRECT_DATA', message: 'no' });
  });
  start(clickhouse, records);
  await vi.waitUntil(() => control.checkpoint() === names.length, { timeout: 10_000 });
  const all = Buffer.concat(kept);
  for (const name of names) expect(all.includes(name), name).toBe(name !== 'poison');
  expect(control.quarantineCounts()).toEqual([{ reason: 'engine-refused', count: 1 }]);
});

test('records that the stream could not read are put aside with what is left of them, and the others flow', async () => {
  const { clickhouse, kept } = engine(() => {});
  const damaged = { ...(records[2] as StreamRecord), receivedAt: 0, damage: 'the checksum does not hold' };
  start(
    clickhouse,
    records.map((record) => (record.offset === 3 ? damaged : record)),
  );
  await vi.waitUntil(() => control.checkpoint() === names.length, { timeout: 10_000 });
  for (const name of names) expect(Buffer.concat(kept).includes(name), name).toBe(name !== 'poison');
  expect(control.quarantineCounts()).toEqual([{ reason: 'record-damaged', count: 1 }]);
  const [aside] = control.quarantinedFrom(damaged.deviceId, 1);
  expect(aside).toMatchObject({ offset: 3, detail: 'the checksum does not hold', at: 1_790_000_000_000 });
  expect(Buffer.from(aside?.bytes ?? []).equals(damaged.envelope)).toBe(true);
});

test('a record that brings out a fault of our own is put aside alone as well', async () => {
  const { clickhouse, kept } = engine((bytes) => {
    if (bytes.includes('poison')) throw new RangeError('Maximum call stack size exceeded');
  });
  start(clickhouse, records);
  await vi.waitUntil(() => control.checkpoint() === names.length, { timeout: 10_000 });
  expect(Buffer.concat(kept).includes('device-five')).toBe(true);
  expect(control.quarantineCounts()).toEqual([{ reason: 'collector-fault', count: 1 }]);
});

test('when most of the fleet seems to be bad nothing is put aside, until the fault of ours is corrected', async () => {
  const many = Array.from({ length: 200 }, (_, index) => named(`device-${index}`, index + 1));
  let broken = true;
  const { clickhouse, kept } = engine((bytes) => {
    // The first ones pass, as they do with a fault that needs some field to be there.
    if (broken && /device-(?!\d\b)/.test(bytes.toString('latin1')))
      throw new TypeError('x is not a function');
  });
  const stopped: boolean[] = [];
  start(clickhouse, many, {}, undefined, { onStopped: (is) => stopped.push(is) });
  await vi.waitUntil(() => stopped.length >= 2, { timeout: 20_000 });
  expect(stopped).toEqual([true, true]);
  expect(control.checkpoint()).toBe(0);
  expect(control.quarantineCounts()).toEqual([]);
  broken = false;
  await vi.waitUntil(() => control.checkpoint() === many.length, { timeout: 20_000 });
  expect(stopped.at(-1)).toBe(false);
  expect(control.quarantineCounts()).toEqual([]);
  expect(Buffer.concat(kept).includes('device-199')).toBe(true);
}, 60_000);

test('two devices that send nothing but bad records stop nobody', async () => {
  const rogue = Array.from({ length: 60 }, (_, index) => ({
    ...named('poison', index + 1),
    deviceId: index % 2 ? '00000000000000aa' : '00000000000000bb',
  }));
  const { clickhouse, kept } = engine((bytes) => {
    if (bytes.includes('poison')) throw new RangeError('offset out of range');
  });
  const all = [...rogue, named('device-good', 61)];
  const stopped: boolean[] = [];
  start(clickhouse, all, {}, undefined, { onStopped: (is) => stopped.push(is) });
  await vi.waitUntil(() => control.checkpoint() === all.length, { timeout: 20_000 });
  expect(stopped).toEqual([]);
  expect(control.quarantineCounts()).toEqual([{ reason: 'collector-fault', count: 60 }]);
  expect(Buffer.concat(kept).includes('device-good')).toBe(true);
}, 60_000);

test('a machine without memory, or a broken connection, is not a bad record', async () => {
  const faults = [
    new RangeError('Array buffer allocation failed'),
    Object.assign(new TypeError('fetch failed'), {
      cause: Object.assign(new Error(), { syscall: 'connect' }),
    }),
  ];
  const { clickhouse } = engine(() => {
    const fault = faults.pop();
    if (fault) throw fault;
  });
  start(clickhouse, records);
  await vi.waitUntil(() => control.checkpoint() === names.length, { timeout: 10_000 });
  expect(control.quarantineCounts()).toEqual([]);
});

test('records of an erased device are dropped and counted, and open no epoch in the tables', async () => {
  const elsewhere = new DatabaseSync(join(folder, 'control.db'));
  elsewhere.prepare('INSERT INTO device_lives (device_id, erased_at) VALUES (?, 1)').run('0000000000000003');
  elsewhere.close();
  control.lives.erasures.reload();
  const { clickhouse, kept } = engine(() => {});
  let dropped = 0;
  start(clickhouse, records, {}, (outcome) => {
    dropped += outcome.dropped;
  });
  await vi.waitUntil(() => control.checkpoint() === names.length, { timeout: 10_000 });
  for (const name of names) expect(Buffer.concat(kept).includes(name), name).toBe(name !== 'poison');
  expect(dropped).toBe(1);
  expect(control.quarantineCounts()).toEqual([]);
});

test('devices whose inventories together would take too much memory are processed a few at a time', async () => {
  const { clickhouse } = engine(() => {});
  const written: number[] = [];
  const lastPart = (offset: number): StreamRecord => {
    const message = Report.encode({
      sequence: 1,
      epoch: { id: new Uint8Array(16).fill(offset) },
      digestAfter: { count: 500_000, sum: new Uint8Array(16) },
      inventory: { baseline: true, part: 1, parts: 2 },
    }).finish();
    const envelope = sealEnvelope('Report', message, { keyId: '0'.repeat(16), privateKey });
    return { ...named('', offset), envelope };
  };
  const heavy = Array.from({ length: 40 }, (_, index) => lastPart(index + 1));
  const commit = control.commitProcessed.bind(control);
  control.commitProcessed = (range) => {
    written.push(range.checkpoint);
    commit(range);
  };
  start(clickhouse, heavy);
  await vi.waitUntil(() => control.checkpoint() === heavy.length, { timeout: 10_000 });
  expect(written).toEqual([10, 20, 30, 40]);
  expect(control.quarantineCounts()).toEqual([]);
});

test('an engine that is away costs nothing: everything waits and is tried again', async () => {
  let away = 2;
  const { clickhouse, kept } = engine(() => {
    if (away-- > 0) throw new Error('connect ECONNREFUSED');
  });
  start(clickhouse, records);
  await vi.waitUntil(() => control.checkpoint() === names.length, { timeout: 10_000 });
  expect(control.quarantineCounts()).toEqual([]);
  for (const name of names) expect(Buffer.concat(kept).includes(name), name).toBe(true);
});

test('what was processed before a crash is trimmed after it, although nothing new can come', async () => {
  control.commitProcessed({
    checkpoint: names.length,
    dirty: [],
    directives: [],
    resolved: [],
    superseded: [],
    evidenceProcessed: [],
    undescribedUse: [],
    quarantined: [],
    now: 1,
  });
  const trimmed: number[] = [];
  const trim = async (through: number): Promise<void> => {
    trimmed.push(through);
    if (trimmed.length === 1) throw new Error('disk I/O error');
  };
  const { clickhouse } = engine(() => {});
  start(clickhouse, records, { trim });
  await vi.waitUntil(() => trimmed.length === 2, { timeout: 10_000 });
  expect(trimmed).toEqual([names.length, names.length]);
});
