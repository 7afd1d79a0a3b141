import { expect, test } from 'vitest';
import { Refusal } from '../validate/refusals.ts';
import { DevicePace } from './device-pace.ts';

const NOW = 1_790_000_000_000;
const refused = (pace: DevicePace, device: string, now: number): number | undefined => {
  try {
    pace.check(device, now);
    return undefined;
  } catch (error) {
    return (error as Refusal).retryAfterSeconds;
  }
};

test('a minute of messages goes at once, then ten a second, and nobody else notices', () => {
  const pace = new DevicePace(10);
  let taken = 0;
  while (refused(pace, 'rude', NOW) === undefined) {
    pace.sent('rude', 0, NOW);
    taken++;
  }
  expect(taken).toBe(601);
  expect(refused(pace, 'other', NOW)).toBeUndefined();
  expect(refused(pace, 'rude', NOW)).toBe(1);
  expect(refused(pace, 'rude', NOW + 1_000)).toBeUndefined();
  let inAMinute = 0;
  for (let ms = 1_000; ms < 61_000; ms += 10) {
    if (refused(pace, 'rude', NOW + ms) !== undefined) continue;
    pace.sent('rude', 0, NOW + ms);
    inAMinute++;
  }
  expect(inAMinute).toBeGreaterThan(590);
  expect(inAMinute).toBeLessThan(615);
});

test('heavy messages count as several, and the heaviest are taken, on debt', () => {
  const pace = new DevicePace(10);
  let taken = 0;
  for (; refused(pace, 'd', NOW) === undefined; taken++) pace.sent('d', 1024 * 1024, NOW);
  expect(taken).toBe(10);
  // 65 messages each.
  expect(refused(pace, 'd', NOW)).toBe(5);
});

test('new executables are counted for themselves: two largest inventories, then a hundred thousand a day', () => {
  const pace = new DevicePace(10);
  const day = 86_400_000;
  let named = 0;
  for (let at = NOW; at < NOW + 30 * day; at += 60_000) {
    if (refused(pace, 'rude', at) !== undefined) continue;
    pace.named('rude', 20_000, at);
    named += 20_000;
  }
  expect(named).toBeGreaterThan(3_900_000);
  expect(named).toBeLessThan(4_100_000);
  expect(refused(pace, 'other', NOW)).toBeUndefined();
});

test('a clock that was put back neither adds nor takes', () => {
  const pace = new DevicePace(1);
  for (let sent = 0; sent < 60; sent++) pace.sent('d', 0, NOW);
  pace.sent('d', 0, NOW - 1_000_000);
  expect(refused(pace, 'd', NOW - 1_000_000)).toBe(1);
});

test('a refusal is not for ever', () => {
  expect(new Refusal('sending-too-often', 'x').kind.permanent).toBe(false);
});
