import { beforeAll, describe, expect, test } from 'vitest';
import { DeviceHistory } from './device-history.ts';
import { ExecutableCatalogue } from './executable-catalogue.ts';
import { FleetMemory } from './fleet-memory.ts';
import { type FleetTables, TABLE_NAMES, tableDifferences } from './fleet-tables.ts';
import { Population } from './population.ts';
import type { SimulatedWorld } from './simulated-device.ts';
import { recount } from './truth.ts';
import { UsageHistory } from './usage-history.ts';
import { verifiedPart } from './verified-part.ts';
import { throwIfDifferent, VerifyError } from './verify.ts';

const SIZE = { seed: 11, devices: 60, executables: 200 };
const FIRST_DAY = 20_000;
const [METER_HOUR, HOUR] = [9, 12];
const part = verifiedPart(SIZE, { from: FIRST_DAY, to: FIRST_DAY, today: FIRST_DAY });

/** A fleet whose every device reported everything before HOUR. */
function reportedWorld(): SimulatedWorld {
  const population = new Population(SIZE);
  const history = new DeviceHistory(population, new ExecutableCatalogue(population));
  const memory = new FleetMemory(SIZE.devices, METER_HOUR);
  memory.inventoryHour.fill(HOUR);
  memory.usageHour.fill(HOUR);
  return {
    history,
    usage: new UsageHistory(history),
    memory,
    firstDay: FIRST_DAY,
    meterHour: METER_HOUR,
    collectorId: new Uint8Array(16),
  };
}

describe('verify', () => {
  let world: SimulatedWorld;
  let recounted: FleetTables;
  let stored: FleetTables;

  beforeAll(() => {
    world = reportedWorld();
    recounted = recount(world, part);
  });

  const fresh = (): FleetTables => {
    stored = structuredClone(recounted);
    return stored;
  };

  test('is content with tables that say what happened', () => {
    throwIfDifferent(recounted, fresh());
    for (const table of TABLE_NAMES) expect([table, recounted[table].size > 0]).toEqual([table, true]);
  });

  test.each(TABLE_NAMES)('finds a number that is off by one in %s, and names the row', (table) => {
    const [[name, row]] = [...fresh()[table]] as [[string, Record<string, number>]];
    for (const column of Object.keys(row)) {
      const [, tampered] = [...fresh()[table]][0] as [string, Record<string, number>];
      tampered[column] = (tampered[column] as number) + 1;
      expect(() => throwIfDifferent(recounted, stored)).toThrow(VerifyError);
      expect(tableDifferences(recounted, stored)).toEqual([expect.stringContaining(`${table}: ${name}`)]);
    }
  });

  test.each(TABLE_NAMES)('finds a row that is missing in %s, and one that never happened', (table) => {
    const [name] = [...fresh()[table].keys()] as [string];
    stored[table].delete(name);
    expect(() => throwIfDifferent(recounted, stored)).toThrow(`${name}: not in the tables`);
    fresh()[table].set('made up', { devices: 1 });
    expect(() => throwIfDifferent(recounted, stored)).toThrow('made up: in the tables');
  });

  test('notices when the expectation is of another hour than the tables', () => {
    world.memory.inventoryHour[0] = HOUR + 240;
    world.memory.usageHour[1] = HOUR - 2;
    const differences = tableDifferences(recount(world, part), fresh()).join('\n');
    world.memory.inventoryHour.fill(HOUR);
    world.memory.usageHour.fill(HOUR);
    expect(differences).toContain('installations:');
    expect(differences).toContain('deviceDays:');
  });
});

describe('the recount', () => {
  test('counts what two users run of one application at the same time once for each, within marks and day', () => {
    const world = reportedWorld();
    const [executable = 0, sibling = 0] = siblings(world);
    const happening = { run: 0, launches: 2, launchedBy: 'user' as const };
    world.usage = Object.assign(Object.create(world.usage) as UsageHistory, {
      happenings: (device: number) =>
        device > 0
          ? []
          : [
              { ...happening, executable, user: 0, seconds: 600, marks: [100, 101] },
              { ...happening, executable: sibling, user: 0, seconds: 500, marks: [101, 102], run: 1 },
              {
                ...happening,
                executable,
                user: 1,
                seconds: 10,
                marks: [100],
                launchedBy: 'service' as const,
              },
            ],
    });
    // User 0: 1,100 s, at most three marks of 300 s. User 1: 10 s.
    expect([...recount(world, part).deviceDays.values()]).toEqual([
      { applications: 1, seconds: 910, launches: 6, byUser: 4 },
    ]);
  });
});

/** Two executables of one package. */
function siblings(world: SimulatedWorld): number[] {
  const { catalogue } = world.history;
  const installed = world.history.installedAt(0, HOUR);
  const first = installed.find(
    (each, index) => catalogue.packageNoOf(each) === catalogue.packageNoOf(installed[index + 1] ?? 0),
  ) as number;
  return [first, first + 1];
}
