import { expect, test } from 'vitest';
import { ReportSchedule } from './report-schedule.ts';

test('the first report is due, later ones come an interval apart, early or late by up to a tenth', () => {
  const schedule = new ReportSchedule();
  expect(schedule.dueMs(3600)).toBe(0);
  const dues = [0, 0.25, 0.5, 0.999_999].map((random) => {
    schedule.composed(1000, random);
    return (schedule.dueMs(3600) - 1000) / 3_600_000;
  });
  expect(dues.map((due) => Number(due.toFixed(4)))).toEqual([0.9, 0.95, 1, 1.1]);
});

test('an interval that changes meanwhile counts from the report before, and a short one is exact', () => {
  const schedule = new ReportSchedule();
  schedule.composed(1000, 0.5);
  expect([schedule.dueMs(14_400), schedule.dueMs(3600)]).toEqual([14_401_000, 3_601_000]);
  schedule.composed(1000, 0);
  expect(schedule.dueMs(10)).toBe(11_000);
});

test('a time that somebody wants counts once', () => {
  const schedule = new ReportSchedule();
  schedule.composed(1000, 0.5);
  schedule.dueAt(5000);
  expect(schedule.dueMs(3600)).toBe(5000);
  schedule.composed(6000, 0.5);
  expect(schedule.dueMs(3600)).toBe(3_606_000);
});
