import { expect, test } from 'vitest';
import { BootTime } from './boot-time.ts';

test('the system is asked once for moments that lie close together', () => {
  const { time, asked } = uptime(() => 50_000);
  expect(time.at(10_000, 1_000_000)).toBe(50_000);
  expect(time.at(10_400, 1_000_400)).toBe(50_400);
  expect(asked()).toBe(1);
});

test('a suspension, through which only the wall clock went on, is seen at once', () => {
  let uptimeMs = 50_000;
  const { time } = uptime(() => uptimeMs);
  time.at(10_000, 1_000_000);
  uptimeMs = 3_650_010;
  expect(time.at(10_010, 4_600_010)).toBe(3_650_010);
});

test('an answer is not built on for long', () => {
  const { time, asked } = uptime(() => 50_000);
  time.at(10_000, 1_000_000);
  time.at(11_000, 1_001_000);
  expect(asked()).toBe(2);
});

test('where the system does not say, it is the monotonic time', () => {
  const { time } = uptime(() => undefined);
  expect(time.at(10_000, 1_000_000)).toBe(10_000);
  expect(time.at(10_500, 1_000_500)).toBe(10_500);
});

function uptime(read: () => number | undefined): { time: BootTime; asked: () => number } {
  let asked = 0;
  const time = new BootTime(() => {
    asked++;
    return read();
  });
  return { time, asked: () => asked };
}
