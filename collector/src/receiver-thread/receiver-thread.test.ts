/** The receiver in its thread: a real control store and stream in this one, real HTTP. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { Acknowledgement, encodeIdList } from '@fleetmeter/proto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openReceiverDesk } from '../control/receiver-desk.ts';
import { SqliteControlStore } from '../control/sqlite-control-store.ts';
import { post, TestDevice } from '../receive/fixtures/test-device.ts';
import { openSqliteStream, type SqliteStream } from '../stream/sqlite-stream.ts';
import { type ReceiverOptions, ReceiverThread } from './receiver-thread.ts';

let folder: string;
let control: SqliteControlStore;
let stream: SqliteStream;
let receiver: ReceiverThread;
let secret: string;
const ended = vi.fn();
const log = { error: vi.fn(), info: vi.fn() };
const start = (changes: Partial<ReceiverOptions> = {}) =>
  ReceiverThread.start({
    ...{ host: '127.0.0.1', port: 0, logLevel: 'silent', control, desk: openReceiverDesk(control), log },
    ...{ baselinesPerSecond: 100, deviceMessagesPerSecond: 10, tls: undefined },
    noticeKey: new Uint8Array(32),
    stream,
    onEnded: ended,
    ...changes,
  });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-receiver-'));
  control = new SqliteControlStore({ path: join(folder, 'control.db') });
  stream = await openSqliteStream({ folder: join(folder, 'stream'), minFreeBytes: 0 });
  const token = { uses: 100, expiresAt: Number.MAX_SAFE_INTEGER, group: 'default', note: '' };
  secret = control.tokens.create(token, 0).secret;
  receiver = await start();
});
afterEach(async () => {
  await receiver.close();
  await stream.close();
  control.close();
  vi.clearAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

async function newDevice(): Promise<TestDevice> {
  const device = new TestDevice();
  await device.enrol(receiver.port, secret);
  return device;
}

test('a device joins, reports, and its report is in the stream', async () => {
  const heads: number[] = [];
  stream.onAppend((head) => heads.push(head));
  const device = await newDevice();
  expect(control.deviceCount()).toBe(1);
  const answer = await post(receiver.port, '/v1/report', device.report());
  expect(Acknowledgement.decode(answer.body).acceptedSequence).toBe(1);
  const { records } = await stream.read(0, { maxRecords: 10, maxBytes: 1 << 20 });
  expect(records.map(({ deviceId }) => deviceId)).toEqual([device.deviceHex]);
  expect(heads).toEqual([1]);
  const text = await receiver.metrics();
  expect(text).toMatch(/fleetmeter_receive_requests_total\{route="report",outcome="accepted"\} 1\n/);
  expect(text).toMatch(/fleetmeter_stream_append_records_count 1\n/);
});

test('a report is acknowledged while this thread does something else', async () => {
  const device = await newDevice();
  const answered = new Int32Array(new SharedArrayBuffer(4));
  // Another thread, which stands for the device.
  const client = new Worker(
    `const { workerData: { port, body, type, answered } } = require('node:worker_threads');
     fetch('http://127.0.0.1:' + port + '/v1/report', { method: 'POST', body, headers: { 'content-type': type } })
       .then(({ status }) => { Atomics.store(answered, 0, status); Atomics.notify(answered, 0); });`,
    {
      eval: true,
      workerData: {
        ...{ port: receiver.port, body: device.report(), answered },
        type: 'application/x-fm1',
      },
    },
  );
  Atomics.wait(answered, 0, 0, 20_000);
  expect(Atomics.load(answered, 0)).toBe(200);
  await once(client, 'exit');
});

test('who joins while this thread does something else waits for it, and for nothing longer', async () => {
  const devices = [new TestDevice(), new TestDevice(), new TestDevice()];
  await Promise.all(devices.map((device) => device.enrol(receiver.port, secret)));
  expect(control.deviceCount()).toBe(3);
  // The same key again is the same device, and needs no secret.
  const [first] = devices as [TestDevice];
  const { deviceHex } = first;
  await first.enrol(receiver.port, '');
  expect(first.deviceHex).toBe(deviceHex);
  await expect(new TestDevice().enrol(receiver.port, 'wrong')).rejects.toThrow(/token-unknown|token-missing/);
});

test('what processing finds out is known there at once, also after the table of executables has moved', async () => {
  const device = await newDevice();
  const asked = async (id: string, sequence: number): Promise<number> => {
    const inventory = { presentIds: encodeIdList([id]) };
    const answer = await post(receiver.port, '/v1/report', device.report({ sequence, inventory }));
    const { directives } = Acknowledgement.decode(answer.body);
    return (directives ?? []).filter(({ sendEvidence }) => sendEvidence).length;
  };
  const many = Array.from({ length: 100_000 }, (_, index) => (index + 1).toString(16).padStart(16, '0'));
  control.internExecutables(encodeIdList(many));
  const [known, unknown] = [many[70_000] as string, many[80_000] as string];
  control.commitProcessed({
    ...{ checkpoint: 0, dirty: [], directives: [], resolved: [], superseded: [], undescribedUse: [] },
    ...{ quarantined: [], evidenceProcessed: [known], now: 1 },
  });
  expect(await asked(known, 1)).toBe(0);
  expect(await asked(unknown, 2)).toBe(1);
});

test('a directive is told with the next answer, and is over when the device has it', async () => {
  const device = await newDevice();
  const { deviceHex: deviceId, epochId } = device;
  const directive = { epoch: epochId, sequence: 1, pollAgain: {} };
  const told = async (sequence: number): Promise<number> => {
    const answer = await post(receiver.port, '/v1/report', device.report({ sequence }));
    return (Acknowledgement.decode(answer.body).directives ?? []).length;
  };
  expect(await told(1)).toBe(0);
  control.commitProcessed({
    ...{ checkpoint: 0, dirty: [], resolved: [], superseded: [], undescribedUse: [], quarantined: [] },
    ...{ evidenceProcessed: [], now: 1, directives: [{ deviceId, directive }] },
  });
  expect(await told(2)).toBe(1);
  await vi.waitUntil(() => control.directivesFor(deviceId, epochId).length === 0);
  expect(await told(3)).toBe(0);
});

test('one that ends by itself is started again on the same port, and what devices said is taken again', async () => {
  const device = await newDevice();
  const { port } = receiver;
  // Nothing that could be iterated over.
  receiver.named({ size: 1 } as unknown as ReadonlyMap<string, number>);
  await vi.waitUntil(() => ended.mock.calls.length === 1, { timeout: 10_000 });
  expect(receiver.isUp).toBe(false);
  expect(log.error.mock.calls[0]?.[0]).toMatchObject({ error: expect.stringMatching(/not iterable/) });
  await expect(receiver.metrics()).rejects.toThrow();
  await vi.waitUntil(() => receiver.isUp, { timeout: 20_000 });
  expect(receiver.port).toBe(port);
  expect((await post(port, '/v1/report', device.report())).status).toBe(200);
  expect((await stream.stats()).head).toBe(1);
});

test('a port that is taken is said as the operating system says it', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  await expect(start({ port })).rejects.toMatchObject({
    ...{ code: 'EADDRINUSE', syscall: 'listen', address: '127.0.0.1', port },
  });
  await new Promise((resolve) => other.close(resolve));
});

test('what devices said of themselves is written when it closes', async () => {
  const device = await newDevice();
  await post(receiver.port, '/v1/report', device.report({ settingsVersion: 77 }));
  await receiver.close();
  using database = new DatabaseSync(join(folder, 'control.db'), { readOnly: true });
  expect(database.prepare('SELECT settings_version AS version FROM devices').get()).toEqual({ version: 77 });
});
