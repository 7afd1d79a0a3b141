import { expect, test } from 'vitest';
import { type Lives, livesFault, oldestKept } from './lives.ts';

const LIVES: Lives = {
  ...{ slotsDays: 14, userUsageDays: 100, deviceUsageMonths: 13, lastUsedDays: 400 },
  ...{ applicationUsageMonths: 37, evidenceDays: 30 },
};
const day = (date: string): number => Date.parse(date) / 86_400_000;
const at = (date: string) => oldestKept(LIVES, Date.parse(`${date}T23:59:59.999Z`));

test('days are counted in UTC, months by the calendar', () => {
  expect(at('2026-11-28')).toEqual({
    slots: day('2026-11-14'),
    userUsage: day('2026-08-20'),
    deviceUsage: day('2025-10-28'),
    lastUsed: day('2025-10-24'),
    applicationUsage: day('2023-10-28'),
  });
});

test('a month that is shorter ends with its last day, and nothing that was given up comes back', () => {
  expect(at('2025-03-31').deviceUsage).toBe(day('2024-02-29'));
  expect(at('2024-03-31').deviceUsage).toBe(day('2023-02-28'));
  let before = at('2023-12-01');
  for (let today = day('2023-12-02'); today < day('2028-12-31'); today++) {
    const now = oldestKept(LIVES, today * 86_400_000);
    for (const [kind, oldest] of Object.entries(now)) {
      expect(oldest, kind).toBeGreaterThanOrEqual(before[kind as keyof typeof before]);
      expect(oldest).toBeLessThan(today);
    }
    before = now;
  }
});

test('what is made of something outlives it', () => {
  expect(livesFault(LIVES)).toBeUndefined();
  expect(livesFault({ ...LIVES, slotsDays: 101 })).toMatch(
    /keepUserUsageDays must be at least keepSlotsDays/,
  );
  expect(livesFault({ ...LIVES, deviceUsageMonths: 3 })).toMatch(/keepDeviceUsageMonths must be/);
  expect(livesFault({ ...LIVES, applicationUsageMonths: 12 })).toMatch(/keepApplicationUsageMonths must be/);
});
