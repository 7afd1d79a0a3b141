import { describe, expect, test } from 'vitest';
import { DeviceHistory } from './device-history.ts';
import { ExecutableCatalogue } from './executable-catalogue.ts';
import { OPERATING_SYSTEMS, systemSizes } from './operating-systems.ts';
import { Population, type PopulationSize } from './population.ts';
import { UsageHistory } from './usage-history.ts';

const SIZE: PopulationSize = { seed: 7, devices: 400, executables: 1_000 };

function historyOf(size: PopulationSize): DeviceHistory {
  const population = new Population(size);
  return new DeviceHistory(population, new ExecutableCatalogue(population));
}

/** How many devices have each executable, by its number. */
function holders(history: DeviceHistory, devices: number, hour = 0): number[] {
  const counts: number[] = [];
  for (let device = 0; device < devices; device++)
    for (const executable of history.installedAt(device, hour))
      counts[executable] = (counts[executable] ?? 0) + 1;
  return counts.filter((count) => count > 0);
}

const idsAt = (history: DeviceHistory, device: number, hour: number): string[] =>
  history
    .installedAt(device, hour)
    .map((executable) => history.catalogue.idOf(executable))
    .sort();

describe('a simulated fleet', () => {
  test('is the same from the same seed, whatever is asked first, and another from another seed', () => {
    const size = { seed: 3, devices: 60, executables: 300 };
    const [one, other] = [historyOf(size), historyOf(size)];
    const forwards = Array.from({ length: 60 }, (_, device) => idsAt(one, device, 30));
    const backwards = Array.from({ length: 60 }, (_, n) => idsAt(other, 59 - n, 30)).reverse();
    expect(backwards).toEqual(forwards);
    expect(idsAt(historyOf({ ...size, seed: 4 }), 0, 30)).not.toEqual(forwards[0]);
  });

  test('has the executables a device that were asked for, one of a hundred distinct ones on one device only', () => {
    const counts = holders(historyOf(SIZE), SIZE.devices);
    const mean = counts.reduce((sum, count) => sum + count, 0) / SIZE.devices;
    expect(Math.abs(mean / SIZE.executables - 1)).toBeLessThan(0.03);
    const lone = counts.filter((count) => count === 1).length;
    expect(Math.round((1000 * lone) / counts.length)).toBe(10);
  });

  test('shares most of what a device has and has a long tail that few have', () => {
    const counts = holders(historyOf(SIZE), SIZE.devices);
    const installed = counts.reduce((sum, count) => sum + count, 0);
    const common = counts.filter((count) => count >= SIZE.devices / 50);
    expect(common.reduce((sum, count) => sum + count, 0) / installed).toBeGreaterThan(0.9);
    expect(counts.filter((count) => count < 10).length / counts.length).toBeGreaterThan(0.1);
  });

  test('changes one of twenty executables of a device from one day to the next', () => {
    const history = historyOf(SIZE);
    let appeared = 0;
    let disappeared = 0;
    for (let device = 0; device < SIZE.devices; device++) {
      const change = history.changedBetween(device, 48, 72);
      appeared += change.appeared.length;
      disappeared += change.disappeared.length;
    }
    const day = SIZE.devices * SIZE.executables;
    for (const part of [appeared / day, disappeared / day]) expect(Math.abs(part - 0.05)).toBeLessThan(0.01);
  });

  test('changes hour by hour to what it has at the end', () => {
    const history = historyOf({ seed: 5, devices: 60, executables: 300 });
    for (const device of [0, 17, 59]) {
      const installed = new Set(history.installedAt(device, 0));
      for (let hour = 0; hour < 48; hour++) {
        const { appeared, disappeared } = history.changedBetween(device, hour, hour + 1);
        for (const executable of disappeared) expect(installed.delete(executable)).toBe(true);
        for (const executable of appeared) installed.add(executable);
      }
      expect([...installed].sort()).toEqual(history.installedAt(device, 48).sort());
    }
  });

  test('updates its browser everywhere within the first day', () => {
    const history = historyOf({ seed: 5, devices: 60, executables: 300 });
    const browserOf = (device: number, hour: number): string[] =>
      history
        .installedAt(device, hour)
        .filter((executable) => history.catalogue.nameOf(executable).package?.name === 'firefox')
        .map((executable) => history.catalogue.idOf(executable));
    for (let device = 0; device < 60; device++) {
      expect(browserOf(device, 0).length).toBeGreaterThan(0);
      expect(browserOf(device, 24)).not.toEqual(browserOf(device, 0));
    }
  });

  test('spreads over the operating systems, none of them too small to share', () => {
    expect(systemSizes(10)).toEqual([10]);
    const sizes = systemSizes(1_000);
    expect(sizes).toHaveLength(OPERATING_SYSTEMS.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1_000);
    expect(Math.min(...systemSizes(80))).toBeGreaterThanOrEqual(20);
  });

  test('works by day: about ten programs in a used hour, some thirty a day, less at night', () => {
    const usage = new UsageHistory(historyOf({ seed: 5, devices: 200, executables: 300 }));
    const perHour = (hour: number): number[] =>
      Array.from({ length: 200 }, (_, device) => usage.happenings(device, hour, hour + 1).length);
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const used = perHour(10).filter((count) => count > 0);
    expect(Math.abs(mean(used) - 10)).toBeLessThan(1.5);
    expect(mean(perHour(2))).toBeLessThan(mean(perHour(10)) / 4);
    const programs = Array.from(
      { length: 200 },
      (_, device) => new Set(usage.happenings(device, 0, 24).map(({ executable }) => executable)).size,
    );
    expect(Math.abs(mean(programs) - 30)).toBeLessThan(4);
  });
});
