import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AppendPort } from './append-port.ts';
import { openSqliteStream, type SqliteStreamOptions } from './sqlite-stream.ts';
import { type NewStreamRecord, StreamFullError } from './stream.ts';
import { APPEND_QUEUE_LIMITS, StreamAppender } from './stream-appender.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-stream-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const openStream = (options: Partial<SqliteStreamOptions> = {}) =>
  openSqliteStream({ folder, minFreeBytes: 0, ...options });
const report = (envelope: Uint8Array): NewStreamRecord => ({
  ...{ kind: 'report', deviceId: '00000000000000aa', receivedAt: 1 },
  envelope,
});
const appenderTo = (port: AppendPort) =>
  new StreamAppender({ ...APPEND_QUEUE_LIMITS, commit: (request) => port.append(request) });

test('who has a port appends in one order with everybody else, and is told when there is no room', async () => {
  const stream = await openStream({ maxBytes: 3000 });
  const heads: number[] = [];
  stream.onAppend((head) => heads.push(head));
  const port = new AppendPort(async () => stream.openAppendPort());
  const appender = appenderTo(port);
  expect(await stream.append(report(Buffer.alloc(1000, 1)))).toBe(1);
  expect(await appender.append(report(Buffer.alloc(1000, 2)))).toBe(2);
  expect(await stream.append(report(Buffer.alloc(900, 3)))).toBe(3);
  await expect(appender.append(report(Buffer.alloc(1000, 4)))).rejects.toThrow(StreamFullError);
  await vi.waitUntil(() => heads.length === 3);
  expect(heads).toEqual([1, 2, 3]);
  const { records } = await stream.read(0, { maxRecords: 10, maxBytes: 1 << 20 });
  expect(records.map(({ envelope }) => envelope[0])).toEqual([1, 2, 3]);
  await port.close();
  await stream.close();
});

test('when the thread of the stream has ended, the next append asks for another port', async () => {
  let stream = await openStream();
  const port = new AppendPort(async () => stream.openAppendPort());
  const appender = appenderTo(port);
  expect(await appender.append(report(Buffer.alloc(1)))).toBe(1);
  await stream.close();
  await expect(appender.append(report(Buffer.alloc(1)))).rejects.toThrow(/closed/);
  stream = await openStream();
  expect(await appender.append(report(Buffer.alloc(1)))).toBe(2);
  await port.close();
  await stream.close();
});
