import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HashOutcome } from './file-content.ts';
import { FileHasher } from './file-hasher.ts';

let folder: string;
let hasher: FileHasher;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'hash-')));
  hasher = new FileHasher();
});
afterEach(async () => {
  await hasher.close();
  rmSync(folder, { recursive: true });
});

function script(name: string, body = 'true'): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return path;
}

const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');
const hashOf = (outcome: HashOutcome): string =>
  outcome.kind === 'hashed' ? Buffer.from(outcome.content.sha256).toString('hex') : outcome.kind;

test('hashes a file and tells what it says of itself', async () => {
  const outcome = await hasher.hash(script('tool', 'x'.repeat(600_000)));
  expect(hashOf(outcome)).toBe(sha256(`#!/bin/sh\n${'x'.repeat(600_000)}\n`));
  expect(outcome).toMatchObject({ content: { format: 'script', interpreter: '/bin/sh' } });
  expect(hasher.figures()).toMatchObject({ filesHashed: 1, bytesHashed: 600_011 });
});

test('a file that is no executable is not hashed', async () => {
  writeFileSync(join(folder, 'notes'), 'just text', { mode: 0o755 });
  expect((await hasher.hash(join(folder, 'notes'))).kind).toBe('not-executable');
  expect(hasher.figures().filesHashed).toBe(0);
});

test('FIFOs, sockets, devices, folders and links are refused at once and block nothing', async () => {
  const fifos = Array.from({ length: 8 }, (_, index) => join(folder, `fifo-${index}`));
  execFileSync('mkfifo', fifos);
  const server = createServer().listen(join(folder, 'socket'));
  symlinkSync(script('real'), join(folder, 'link'));
  const startMs = performance.now();
  for (const path of [...fifos, join(folder, 'socket'), '/dev/zero', folder, join(folder, 'link')])
    expect(await hasher.hash(path), path).toEqual({ kind: 'skipped', reason: 'not-regular' });
  expect(performance.now() - startMs).toBeLessThan(15_000);
  server.close();
});

test('a link in the middle of the path is noticed', async () => {
  mkdirSync(join(folder, 'secret'));
  script('secret/tool');
  symlinkSync('secret', join(folder, 'innocent'));
  const outcome = await hasher.hash(join(folder, 'innocent/tool'));
  expect(outcome).toEqual({ kind: 'skipped', reason: 'changed-while-hashing' });
});

test('a missing file has vanished; what root may not stop is unreadable for others', async () => {
  expect(await hasher.hash(join(folder, 'no'))).toEqual({ kind: 'skipped', reason: 'vanished' });
  expect(await hasher.hash(join(script('file'), 'below'))).toEqual({ kind: 'skipped', reason: 'vanished' });
  if (process.getuid?.() !== 0) {
    chmodSync(join(folder, 'file'), 0o111);
    expect(await hasher.hash(join(folder, 'file'))).toEqual({ kind: 'skipped', reason: 'unreadable' });
  }
});

test('a sparse file of a terabyte is too large, unread', async () => {
  truncateSync(script('sparse'), 2 ** 40);
  const startMs = performance.now();
  const outcome = await hasher.hash(join(folder, 'sparse'));
  expect(outcome).toEqual({ kind: 'skipped', reason: 'too-large' });
  expect(performance.now() - startMs).toBeLessThan(15_000);
});

test('a file that takes longer than its time is too large', async () => {
  const quick = new FileHasher({ maxFileMs: 1 });
  truncateSync(script('sparse'), 2 ** 31);
  expect(await quick.hash(join(folder, 'sparse'))).toEqual({ kind: 'skipped', reason: 'too-large' });
  await quick.close();
});

test('the hash is that of the opened file when the path is swapped all the time', {
  timeout: 20_000,
}, async () => {
  const bodies = ['a', 'b', 'c'].map((letter) => letter.repeat(200_000));
  const real = new Set(bodies.map((body) => sha256(`#!/bin/sh\n${body}\n`)));
  const path = script('swapped', bodies[0]);
  const seen = new Map<string, number>();
  let swaps = 0;
  for (let round = 0; round < 100; round++) {
    const hashing = hasher.hash(path);
    for (let swap = 0; swap < 5; swap++) {
      const next = script('next', bodies[++swaps % 3]);
      renameSync(next, path);
      if (swap === 2) {
        linkSync(path, join(folder, 'other'));
        rmSync(join(folder, 'other'));
      }
      await sleep(0);
    }
    const outcome = await hashing;
    const result = outcome.kind === 'skipped' ? outcome.reason : hashOf(outcome);
    seen.set(result, (seen.get(result) ?? 0) + 1);
  }
  const hashed = [...seen.keys()].filter((result) => /^[0-9a-f]{64}$/.test(result));
  expect(hashed.every((hash) => real.has(hash))).toBe(true);
  expect(hashed.length).toBeGreaterThan(0);
  expect(swaps).toBe(500);
});

test('closing cancels what is open and what waits, and ends the threads', async () => {
  const slow = new FileHasher({ threads: 1, bytesPerSecond: 1000 });
  const open = slow.hash(script('one', 'x'.repeat(100_000)));
  const waiting = slow.hash(script('two'));
  await sleep(200);
  const startMs = performance.now();
  await slow.close();
  expect(await open).toEqual({ kind: 'cancelled' });
  expect(await waiting).toEqual({ kind: 'cancelled' });
  expect(await slow.hash(script('three'))).toEqual({ kind: 'cancelled' });
  expect(slow.figures().threadsRunning).toBe(0);
  // At its pace the open one would take 100 s.
  expect(performance.now() - startMs).toBeLessThan(15_000);
});

test('threads end when idle and come back for the next file', async () => {
  const brief = new FileHasher({ threads: 2, idleMs: 50 });
  await brief.hash(script('one'));
  expect(brief.figures().threadsRunning).toBe(1);
  await sleep(300);
  expect(brief.figures().threadsRunning).toBe(0);
  expect((await brief.hash(script('two'))).kind).toBe('hashed');
  expect(brief.figures().threadCpuMs).toBeGreaterThan(0);
  await brief.close();
});

test('a thread that dies costs the file of which it died, and none of those that it had in hand beside', async () => {
  const threadBody = new URL('./fixtures/dying-hash-worker.ts', import.meta.url);
  const mortal = new FileHasher({ threads: 2, threadBody });
  const names = Array.from({ length: 40 }, (_, index) => (index % 13 === 5 ? `${index}-deadly` : `${index}`));
  const outcomes = await Promise.all(names.map((name) => mortal.hash(script(name, name), { bytes: 20 })));
  for (const [index, name] of names.entries())
    expect(hashOf(outcomes[index] as HashOutcome), name).toBe(
      name.endsWith('deadly') ? 'skipped' : sha256(`#!/bin/sh\n${name}\n`),
    );
  expect(outcomes[5]).toEqual({ kind: 'skipped', reason: 'unreadable' });
  expect(mortal.figures()).toMatchObject({ filesHashed: 37, queued: 0 });
  await mortal.close();
});

test('a thread is there before the first file when many are expected, and goes again when none comes', async () => {
  const brief = new FileHasher({ idleMs: 50 });
  brief.expectMany();
  expect(brief.figures().threadsRunning).toBe(1);
  expect((await brief.hash(script('one'))).kind).toBe('hashed');
  await sleep(300);
  brief.expectMany();
  await sleep(300);
  expect(brief.figures().threadsRunning).toBe(0);
  await brief.close();
  brief.expectMany();
  expect(brief.figures().threadsRunning).toBe(0);
  // At a pace it has time.
  const paced = new FileHasher({ bytesPerSecond: 1_000_000 });
  paced.expectMany();
  expect(paced.figures().threadsRunning).toBe(0);
  await paced.close();
});

test('as fast as it goes, two threads begin at once when much waits', async () => {
  const fast = new FileHasher({ threads: 2 });
  // As large as whoever found them says.
  const hashing = ['a', 'b', 'c'].map((name) => fast.hash(script(name), { bytes: 50_000_000 }));
  expect(fast.figures().threadsRunning).toBe(2);
  await Promise.all(hashing);
  await fast.close();
});

test('one thread does for small files, and none of them waits for long behind a long one', async () => {
  const paced = new FileHasher({ threads: 2, bytesPerSecond: 1_000_000 });
  const small = Array.from({ length: 50 }, (_, index) => script(`small-${index}`));
  await Promise.all(small.map((path) => paced.hash(path)));
  expect(paced.figures()).toMatchObject({ filesHashed: 50, threadsRunning: 1 });
  const order: string[] = [];
  const long = paced.hash(script('long', 'x'.repeat(5_000_000))).then(() => order.push('long'));
  const behind = paced.hash(script('behind')).then(() => order.push('behind'));
  await behind;
  expect(paced.figures().threadsRunning).toBe(2);
  await long;
  expect(order).toEqual(['behind', 'long']);
  await paced.close();
});

test('reading keeps to its pace', async () => {
  const paced = new FileHasher({ threads: 1, bytesPerSecond: 2_000_000 });
  const startMs = performance.now();
  await paced.hash(script('one', 'x'.repeat(1_500_000)));
  expect(performance.now() - startMs).toBeGreaterThan(500);
  await paced.close();
});

test('two threads together keep to the pace, and it is that of all files', async () => {
  const paced = new FileHasher({ threads: 2, bytesPerSecond: 2_000_000 });
  const startMs = performance.now();
  await Promise.all(['one', 'two'].map((name) => paced.hash(script(name, 'x'.repeat(750_000)))));
  expect(performance.now() - startMs).toBeGreaterThan(500);
  await paced.close();
});

test('keeps to its share of a core, whatever else the process computes', async () => {
  const cpuShare = 0.2;
  const files = Array.from({ length: 40 }, (_, index) => script(`file-${index}`, 'x'.repeat(1_000_000)));
  const paced = new FileHasher({ cpuShare, idleMs: 60_000 });
  const [startMs, before] = [performance.now(), process.cpuUsage()];
  await Promise.all(files.map((path) => paced.hash(path)));
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000 / (performance.now() - startMs)).toBeLessThan(cpuShare * 1.1);
  expect(paced.figures().filesHashed).toBe(40);
  await paced.close();
});

describe('at rest', () => {
  const pressure = { cpu: 0, storage: 0, memory: 0 };
  let onBattery: boolean;
  let resting: FileHasher;
  let workedAgain: number;
  beforeEach(() => {
    onBattery = true;
    workedAgain = 0;
    resting = new FileHasher({
      machine: () => ({ onBattery, pressure, loadPerCore: 0 }),
      bytesPerSecond: 4e6,
      onWorkAgain: () => workedAgain++,
    });
  });
  afterEach(() => resting.close());

  test('nothing is hashed but programs that run, and it is said why', async () => {
    const waiting = [resting.hash(script('new')), resting.hash(script('changed'), { urgent: true })];
    expect((await resting.hash(script('running'), { alsoAtRest: true })).kind).toBe('hashed');
    expect(resting.figures()).toMatchObject({ rests: 'battery', queued: 2, filesHashed: 1 });
    await resting.close();
    expect(await Promise.all(waiting)).toEqual([{ kind: 'cancelled' }, { kind: 'cancelled' }]);
  });

  test('what waits is hashed once the cable is in', { timeout: 20_000 }, async () => {
    const waiting = resting.hash(script('new'));
    onBattery = false;
    expect((await waiting).kind).toBe('hashed');
    expect(resting.figures()).toMatchObject({ rests: null, queued: 0 });
    expect(resting.figures().restedMs).toBeGreaterThan(0);
  });

  test('who does not wait is told at once, and told when hashing works again', {
    timeout: 20_000,
  }, async () => {
    const file = script('new');
    expect(await resting.hash(file, { puttingOff: true })).toEqual({ kind: 'put-off' });
    expect([resting.figures().queued, workedAgain]).toEqual([0, 0]);
    onBattery = false;
    while (workedAgain === 0) await sleep(100);
    expect((await resting.hash(file, { puttingOff: true })).kind).toBe('hashed');
    expect(workedAgain).toBe(1);
  });

  test('a file that is being read pauses in the middle and goes on', { timeout: 30_000 }, async () => {
    onBattery = false;
    // Some ten seconds at this pace; the machine is looked at every five.
    const body = 'x'.repeat(45_000_000);
    const hashing = resting.hash(script('long', body));
    onBattery = true;
    while (resting.figures().rests === null) await sleep(100);
    onBattery = false;
    expect(hashOf(await hashing)).toBe(sha256(`#!/bin/sh\n${body}\n`));
    expect(resting.figures().bytesRead).toBe(45_000_011);
  });
});

test('urgent files overtake those that wait', async () => {
  const one = new FileHasher({ threads: 1 });
  const order: string[] = [];
  const files = ['a', 'b', 'c'].map((name) => script(name, 'x'.repeat(3_000_000)));
  const patient = files.map((path) => one.hash(path).then(() => order.push(path)));
  const urgent = one.hash(script('now'), { urgent: true }).then(() => order.push('urgent'));
  await Promise.all([...patient, urgent]);
  expect(order.indexOf('urgent')).toBe(1);
  await one.close();
});
