import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EngineUnderTest, engineUnderTest } from './engine-under-test.ts';

let engine: EngineUnderTest;

beforeAll(async () => {
  engine = await engineUnderTest({ readers: 8 });
  await engine.must(
    'CREATE TABLE fleetmeter.t (a UInt32) ENGINE = MergeTree ORDER BY a SETTINGS fsync_after_insert = 1, fsync_part_directory = 1',
  );
}, 60_000);

afterAll(() => engine?.remove());

/** Far more than ten seconds of work for every core, so the queries end only when they are killed. */
const heavy = 'SELECT sum(cityHash64(number, number + 1)) FROM numbers(1000000000000)';

test('eight readers in long queries do not delay an insert beyond a second', {
  timeout: 60_000,
}, async () => {
  const abort = new AbortController();
  const slow = Array.from({ length: 8 }, () =>
    fetch(engine.url, { method: 'POST', body: heavy, signal: abort.signal }).catch(() => undefined),
  );
  await expect.poll(async () => (await stats()).running, { timeout: 5_000 }).toBe(8);
  const took: number[] = [];
  for (let insert = 0; insert < 10; insert += 1) {
    const began = performance.now();
    await engine.must(`INSERT INTO fleetmeter.t FORMAT CSV\n${insert}\n`);
    took.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  // The readers go on for 30 s.
  expect(Math.max(...took)).toBeLessThan(10_000);
  expect((await stats()).running).toBe(8);

  // The ninth waits, and leaves the queue when its client does.
  const ninth = new AbortController();
  const waiting = fetch(engine.url, { method: 'POST', body: 'SELECT 1', signal: ninth.signal }).catch(
    () => 'gone',
  );
  await expect.poll(async () => (await stats()).queued, { timeout: 2_000 }).toBe(1);
  ninth.abort();
  expect(await waiting).toBe('gone');
  await expect.poll(async () => (await stats()).queued, { timeout: 2_000 }).toBe(0);

  abort.abort();
  await Promise.all(slow);
  await expect.poll(async () => (await stats()).running, { timeout: 5_000 }).toBe(0);
  expect((await engine.read('SELECT 1')).text).toBe('1\n');
});

test('beyond the queue readers are told to come again', { timeout: 60_000 }, async () => {
  const abort = new AbortController();
  const busy = Array.from({ length: 8 + 64 }, () =>
    fetch(engine.url, { method: 'POST', body: heavy, signal: abort.signal }).catch(() => undefined),
  );
  await expect.poll(async () => (await stats()).queued, { timeout: 5_000 }).toBe(64);
  const refused = await engine.read('SELECT 1');
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('5');
  expect(refused.text).toContain('(TOO_MANY_SIMULTANEOUS_QUERIES)');
  await engine.must('INSERT INTO fleetmeter.t FORMAT CSV\n100\n');
  abort.abort();
  await Promise.all(busy);
  await expect.poll(async () => (await stats()).running, { timeout: 10_000 }).toBe(0);
});

test('readers who hold every connection hold up neither the ping nor an insert', {
  timeout: 60_000,
}, async () => {
  const held = Array.from({ length: 600 }, () =>
    connect(engine.port, '127.0.0.1').on('error', () => undefined),
  );
  // Half of them have begun to send a statement, and go no further.
  for (const socket of held.slice(300))
    socket.write('POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 100\r\n\r\nSELECT');
  try {
    await expect
      .poll(() => held.filter((socket) => socket.destroyed || socket.readableEnded).length, {
        timeout: 10_000,
      })
      .toBeGreaterThan(40);
    for (let n = 0; n < 5; n += 1) {
      expect((await fetch(`${engine.url}/ping`, { headers: { connection: 'close' } })).status).toBe(200);
      await engine.must(`INSERT INTO fleetmeter.t FORMAT CSV\n${n}\n`);
    }
    expect((await engine.read('SELECT 1')).status).toBe(503);
  } finally {
    for (const socket of held) socket.destroy();
  }
  await expect.poll(async () => (await engine.read('SELECT 1')).status, { timeout: 10_000 }).toBe(200);
});

async function stats(): Promise<{ running: number; queued: number }> {
  const answer = await fetch(`${engine.url}/engine/stats`, {
    headers: { 'x-clickhouse-user': 'fleetmeter_writer', 'x-clickhouse-key': engine.secret },
  });
  return (await answer.json()) as { running: number; queued: number };
}
