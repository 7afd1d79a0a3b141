/** What somebody can do with a join string, good or bad (I4). */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { keyIdOf } from '@fleetmeter/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TokenFault, TokenRefusedError } from './enrolment-tokens.ts';
import { receiverOf } from './receiver-of.ts';
import { SqliteControlStore } from './sqlite-control-store.ts';

let folder: string;
let path: string;
let store: SqliteControlStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-joining-'));
  path = join(folder, 'control.db');
  store = new SqliteControlStore({ path });
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});
const newToken = (uses: number) =>
  store.tokens.create({ uses, expiresAt: 1e15, group: 'default', note: '' }, 1).secret;

test.each([1, 10])(
  'a token for %d lets exactly so many in, whoever races on how many receivers',
  async (uses) => {
    const secret = newToken(uses);
    const workers = Array.from(
      { length: 4 },
      () =>
        new Worker(new URL('./fixtures/join-race.ts', import.meta.url), {
          workerData: { path, secret, attempts: 10 },
        }),
    );
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    const ends = workers.map((worker) => once(worker, 'message'));
    for (const worker of workers) worker.postMessage('go');
    const joined = (await Promise.all(ends)).map(([count]) => count as number);
    expect(joined.reduce((sum, count) => sum + count, 0)).toBe(uses);
    expect(store.tokens.list()[0]?.used).toBe(uses);
  },
  60_000,
);

test('100,000 attempts, half of them with a join string for 500: 500 devices, and no room taken by the rest', () => {
  const secret = newToken(500);
  const outcomes = new Map<TokenFault | 'joined', number>();
  const attempt = (shown: string): void => {
    let outcome: TokenFault | 'joined' = 'joined';
    try {
      store.enrol(randomBytes(32), shown, 5);
    } catch (error) {
      if (!(error instanceof TokenRefusedError)) throw error;
      outcome = error.fault;
    }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  };
  for (let number = 0; number < 500; number++) attempt(secret);
  const fileSize = () => statSync(path).size + statSync(`${path}-wal`).size;
  const before = { file: fileSize(), memory: process.memoryUsage().rss };
  const began = performance.now();
  for (let number = 0; number < 49_500; number++) attempt(secret);
  for (let number = 0; number < 50_000; number++) attempt(randomBytes(16).toString('base64url'));
  const seconds = (performance.now() - began) / 1000;
  expect(Object.fromEntries(outcomes)).toEqual({
    joined: 500,
    'token-used-up': 49_500,
    'token-unknown': 50_000,
  });
  expect(store.deviceCount()).toBe(500);
  expect(fileSize()).toBe(before.file);
  const grownMib = (process.memoryUsage().rss - before.memory) / 1024 / 1024;
  expect(grownMib).toBeLessThan(150);
  console.log(
    `99,500 refused attempts: ${((seconds * 1e6) / 99_500).toFixed(0)} µs each, 0 bytes of disk, ${grownMib.toFixed(0)} MiB of memory before collection`,
  );
}, 120_000);

test('a device that calls itself as another gets an id of its own, and takes nothing of the other', async () => {
  const secret = newToken(5);
  const names = { hostname: 'the-boss', managementId: 'C02', groupTag: 'board' };
  const [victim, thief] = [randomBytes(32), randomBytes(32)];
  const victimId = store.enrol(victim, secret, 5, { names });
  const thiefId = store.enrol(thief, secret, 6, { names });
  expect(thiefId).not.toBe(victimId);
  const receiver = receiverOf(store);
  expect(receiver.findKey(keyIdOf(victim), 7)?.deviceId).toBe(victimId);
  expect(receiver.findKey(keyIdOf(thief), 7)?.deviceId).toBe(thiefId);
  await receiver.close();
});
