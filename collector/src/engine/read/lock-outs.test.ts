import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KeptLockOuts } from './kept-lock-outs.ts';
import { LockOuts } from './lock-outs.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 10, 28);

/** Each suspect alone makes the engine start anew. */
function strike(lockOuts: LockOuts, at: number, statement: string, sender = 'page'): void {
  const suspect = { statement, sender };
  lockOuts.isLate(suspect);
  lockOuts.strike(at);
  lockOuts.settled(suspect);
}

test('a statement is refused for a time that doubles, up to a day, and its fellows are not', () => {
  const lockOuts = new LockOuts(undefined, NOW);
  let at = NOW;
  const lasted: number[] = [];
  for (let times = 1; times <= 12; times += 1) {
    expect(lockOuts.refusalOfStatement('a', at)).toBeUndefined();
    strike(lockOuts, at, 'a', `sender ${times}`);
    const seconds = lockOuts.refusalOfStatement('a', at)?.retryAfterSeconds ?? 0;
    expect(lockOuts.refusalOfStatement('a', at + seconds * 1000 - 1)).toBeDefined();
    expect(lockOuts.refusalOfStatement('b', at)).toBeUndefined();
    lasted.push(seconds / 60);
    at += seconds * 1000;
  }
  expect(lasted).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440, 1440, 1440]);
});

test('it begins again from the shortest time after a day of calm', () => {
  const lockOuts = new LockOuts(undefined, NOW);
  strike(lockOuts, NOW, 'a');
  strike(lockOuts, NOW + 10 * MINUTE, 'a');
  const calm = NOW + 30 * MINUTE + 24 * HOUR + 1;
  strike(lockOuts, calm, 'a');
  expect(lockOuts.refusalOfStatement('a', calm)?.retryAfterSeconds).toBe(600);
  expect(lockOuts.report(calm).strikes).toBe(3);
});

test('who varies the statement is refused as a sender, who varies both stops everybody for a minute', () => {
  const lockOuts = new LockOuts(undefined, NOW);
  strike(lockOuts, NOW, 'a');
  strike(lockOuts, NOW, 'b');
  expect(lockOuts.refusalOfSender('page', NOW)).toBeUndefined();
  strike(lockOuts, NOW, 'c');
  expect(lockOuts.refusalOfSender('page', NOW)).toEqual({
    reason:
      'Your statements ran beyond the time limit, heeded no KILL, and made the engine start anew 3 times; you are refused until 2026-11-28T00:10:00.000Z.',
    retryAfterSeconds: 600,
  });
  expect(lockOuts.refusalOfSender('other', NOW)).toBeUndefined();
  for (const n of [1, 2, 3]) strike(lockOuts, NOW, `d ${n}`, `sender ${n}`);
  expect(lockOuts.refusalOfSender('other', NOW)).toMatchObject({ retryAfterSeconds: 60 });
  expect(lockOuts.refusalOfSender('other', NOW)?.reason).toContain('all readers are refused until');
  expect(lockOuts.refusalOfSender('other', NOW + MINUTE)).toBeUndefined();
  expect(lockOuts.report(NOW)).toEqual({
    refused: { statement: 6, sender: 1, everybody: 1 },
    strikes: 6,
    forgotten: 0,
  });
});

test('while one runs late nothing of the same shape joins it, and all that is late is struck at once', () => {
  const lockOuts = new LockOuts(undefined, NOW);
  const [one, two] = [
    { statement: 'a', sender: 'x' },
    { statement: 'b', sender: 'y' },
  ];
  lockOuts.isLate(one);
  expect(lockOuts.refusalOfStatement('a', NOW)?.reason).toContain('heeds no KILL');
  lockOuts.settled(one);
  // It came to its end after all.
  expect(lockOuts.refusalOfStatement('a', NOW)).toBeUndefined();
  lockOuts.isLate(one);
  lockOuts.isLate(two);
  lockOuts.strike(NOW);
  const next = new LockOuts(JSON.parse(JSON.stringify(lockOuts.state)), NOW + 1);
  expect(next.report(NOW + 1)).toEqual({
    refused: { statement: 2, sender: 0, everybody: 0 },
    strikes: 1,
    forgotten: 0,
  });
});

test('it is bounded: what ends first makes room, and is counted', () => {
  const lockOuts = new LockOuts(undefined, NOW);
  for (let n = 0; n < 1_200; n += 1) strike(lockOuts, NOW + n, `statement ${n}`, 'one');
  expect(lockOuts.state.entries.length).toBe(1_000);
  expect(lockOuts.report(NOW + 1_200).forgotten).toBe(202);
  expect(lockOuts.refusalOfStatement('statement 1199', NOW + 1_200)).toBeDefined();
  expect(lockOuts.refusalOfSender('one', NOW + 1_200)).toBeDefined();
});

test('a state that makes no sense locks nobody out, nor for longer than the rules', () => {
  for (const state of [null, 7, 'x', { entries: 'x' }, { entries: [null, ['a'], ['other:x', {}]] }]) {
    expect(new LockOuts(state, NOW).report(NOW).refused).toEqual({ statement: 0, sender: 0, everybody: 0 });
  }
  const ahead = { entries: [['statement:a', { strikes: 1, until: NOW + 900 * HOUR }]] };
  expect(new LockOuts(ahead, NOW).refusalOfStatement('a', NOW)?.retryAfterSeconds).toBe(24 * 3_600);
});

test('it outlives the process, and a damaged file is said and locks nobody out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-lock-outs-'));
  try {
    const first = KeptLockOuts.in(folder);
    strike(first, Date.now(), 'a');
    expect(first.keep()).toBeUndefined();
    const next = KeptLockOuts.in(folder);
    expect(next.unreadable).toBeUndefined();
    expect(next.refusalOfStatement('a', Date.now())).toBeDefined();
    writeFileSync(join(folder, 'lock-outs.json'), '{"entries":[[');
    expect(KeptLockOuts.in(folder).unreadable).toContain('lock-outs.json');
    rmSync(folder, { recursive: true });
    expect(first.keep()).toContain('ENOENT');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
