/** A reader's statement that looks neither at its deadline nor at KILL: it brings the engine down once, not each time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from './engine-under-test.ts';
import { readEngineReport } from './read-engine-report.ts';
import { type EngineSupervisor, superviseEngine } from './supervise-engine.ts';
import { writerSecret, writerUser } from './writer-secret.ts';

/** Minutes of work within one call of a function, over which the engine looks at nothing. */
const heedless = (size: number) =>
  `SELECT hasAny(range(${size}), arrayMap(x -> x + 1000000, range(${size})))`;
const slow = 'SELECT sum(cityHash64(number, number + 1)) FROM numbers(1000000000000)';

let dataDir: string;
let port: number;
let engine: EngineSupervisor;

const start = () =>
  superviseEngine({
    ...{ dataDir, port, readers: 4, memoryMib: 2_048, readerSeconds: 1, readerGraceMs: 2_400 },
    log: { info: () => undefined, warn: () => undefined },
  });

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'fleetmeter-heedless-'));
  port = await freePort();
  engine = await start();
}, 60_000);

afterAll(async () => {
  await engine?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Answer {
  status: number;
  text: string;
  retryAfter: number;
}

async function read(statement: string, agent = 'a page'): Promise<Answer> {
  const answer = await fetch(`http://127.0.0.1:${port}/`, {
    ...{ method: 'POST', body: statement },
    headers: { 'user-agent': agent },
  });
  const { status, headers } = answer;
  return { status, text: await answer.text(), retryAfter: Number(headers.get('retry-after')) };
}

const gone: Answer = { status: 0, text: 'gone', retryAfter: 0 };
const report = () =>
  readEngineReport({
    url: `http://127.0.0.1:${port}`,
    username: writerUser,
    password: writerSecret(dataDir),
  });
const restarts = (count: number) =>
  expect.poll(() => engine.state, { timeout: 30_000 }).toMatchObject({ up: true, restarts: count });

test('the statement is refused after the start anew, whatever its values, and everything else is answered', {
  timeout: 90_000,
}, async () => {
  const first = read(heedless(300_000)).catch(() => gone);
  // One that does heed its time limit is not blamed for running at the same time.
  expect((await read(slow)).status).toBe(408);
  // From the moment it is late its fellows are refused, though the engine has not yet given up.
  await expect
    .poll(() => read(heedless(10)).catch(() => gone), { timeout: 10_000, interval: 50 })
    .toMatchObject({ status: 429, text: expect.stringContaining('this one would do so too') });
  expect(await first).toEqual(gone);
  await restarts(1);

  const refused = await read(heedless(299_999), 'another page');
  expect(refused.status).toBe(429);
  expect(refused.text).toMatch(
    /^Code: 201\. DB::Exception: This statement, with whatever values, .*start anew once; it is refused until \d{4}-.*Z\. \(QUOTA_EXCEEDED\)\n$/,
  );
  expect(refused.retryAfter).toBeGreaterThan(590);
  expect(refused.retryAfter).toBeLessThanOrEqual(600);
  expect(await read('SELECT 1')).toMatchObject({ status: 200, text: '1\n' });
  expect((await read(slow)).status).toBe(408);
  const { lockOuts, refused: counted } = await report();
  expect(lockOuts).toEqual({ refused: { statement: 1, sender: 0, everybody: 0 }, strikes: 1, forgotten: 0 });
  expect(counted.QUOTA_EXCEEDED).toBe(1);
  expect(engine.state.restarts).toBe(1);
});

test('a stop and a start forget nothing', { timeout: 60_000 }, async () => {
  await engine.close();
  engine = await start();
  expect((await read(heedless(300_000))).status).toBe(429);
  expect((await report()).lockOuts).toMatchObject({ refused: { statement: 1 }, strikes: 1 });
});
