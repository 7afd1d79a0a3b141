import { expect, test } from 'vitest';
import { DEFAULT_RINGS, isInRing, openRing, opensAfter } from './settings-rollout.ts';

const MINUTE = 60_000;
const rollout = { number: 7, rings: DEFAULT_RINGS, ring: 0, ringAt: 1_000, halted: false };
const devices = Array.from({ length: 20_000 }, (_, index) => index.toString(16).padStart(16, '0'));

test('rings open by themselves, each after its time', () => {
  const at = (minutes: number) => openRing(rollout, 1_000 + minutes * MINUTE).ring;
  expect([0, 59, 60, 1439, 1440, 1_000_000].map(at)).toEqual([0, 0, 1, 1, 2, 2]);
  expect(opensAfter(DEFAULT_RINGS, { ring: 0, since: 1_000 })).toBe(1_000 + 60 * MINUTE);
  expect(opensAfter(DEFAULT_RINGS, { ring: 2, since: 1_000 })).toBeUndefined();
});

test('a halt keeps what is open, and after it the next ring has its whole time again', () => {
  const halted = { ...rollout, ring: 1, ringAt: 0, halted: true };
  expect(openRing(halted, 1e12)).toEqual({ ring: 1, since: 0 });
  const advanced = { ...rollout, ring: 1, ringAt: 5_000 * MINUTE };
  expect(openRing(advanced, (5_000 + 1379) * MINUTE).ring).toBe(1);
  expect(openRing(advanced, (5_000 + 1380) * MINUTE).ring).toBe(2);
});

test('a ring holds about its share of the devices, the same ones each time, and all of the ring before', () => {
  const inRing = (percent: number, number = 7) => devices.filter((id) => isInRing(id, number, percent));
  expect(inRing(1).length).toBeGreaterThan(140);
  expect(inRing(1).length).toBeLessThan(260);
  expect(inRing(10).length).toBeGreaterThan(1_800);
  expect(inRing(10).length).toBeLessThan(2_200);
  expect(inRing(100)).toEqual(devices);
  expect(inRing(1)).toEqual(inRing(1));
  const ten = new Set(inRing(10));
  expect(inRing(1).every((id) => ten.has(id))).toBe(true);
  expect(inRing(1, 8)).not.toEqual(inRing(1));
});
