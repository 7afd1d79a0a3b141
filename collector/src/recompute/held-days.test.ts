/** Days with records in quarantine, derived by a real engine: what is held, what flows, and what comes back. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deriveInventory } from '../clickhouse/derive-inventory.ts';
import { numberApplications } from '../clickhouse/number-applications.ts';
import { readHeldCounts } from '../clickhouse/usage-exclusions.ts';
import { DAY, DEVICES, EDITOR, FleetInDoubt, PLAYER, right, VIEWER } from './fixtures/fleet-in-doubt.ts';

let fleet: FleetInDoubt;
beforeAll(async () => {
  fleet = await FleetInDoubt.start();
});
afterAll(() => fleet?.close());

test('three devices of 700 are left out and counted; a fourth holds the application, and no other', async () => {
  fleet.putAside(
    fleet.record(1, EDITOR),
    fleet.record(2, EDITOR),
    fleet.record(3, EDITOR),
    fleet.record(3, EDITOR),
  );
  await fleet.used(DAY, EDITOR, 150);
  fleet.now += 60_000;
  await fleet.derive();
  expect(await fleet.rowsOf()).toEqual({
    Editor: { ...right(150, fleet.now), devices_excluded: 3 },
    Viewer: right(100, fleet.now),
  });
  expect(await fleet.deviceRowsOf('Editor')).toMatchObject({ current: DEVICES, excluded: 3 });
  expect(await readHeldCounts(fleet.clickhouse)).toEqual({
    summaries: 0,
    oldestStaleSince: undefined,
    flowing: 1,
  });

  const lastRight = fleet.now;
  fleet.putAside(fleet.record(4, EDITOR));
  await fleet.used(DAY, EDITOR, 200);
  await fleet.used(DAY, VIEWER, 200);
  fleet.now += 60_000;
  const held = { ...right(150, lastRight), stale: fleet.now / 1000, devices_excluded: 4 };
  await fleet.derive();
  expect(await fleet.rowsOf()).toEqual({ Editor: held, Viewer: right(200, fleet.now) });
  expect(await fleet.deviceRowsOf('Editor')).toEqual({
    ...{ devices: DEVICES, seconds: 150 * DEVICES, computed: lastRight / 1000 },
    ...{ stale: fleet.now / 1000, current: 0, excluded: 4 },
  });
  expect(await readHeldCounts(fleet.clickhouse)).toEqual({
    summaries: 1,
    oldestStaleSince: fleet.now,
    flowing: 0,
  });

  // However often it is derived, whatever else arrives: the same row, stale since the same time.
  await fleet.used(DAY, EDITOR, 250);
  fleet.now += 60_000;
  await fleet.derive();
  expect(await fleet.rowsOf()).toEqual({ Editor: held, Viewer: right(200, fleet.now) });
});

test('what is held is right again as soon as few enough records are open', async () => {
  fleet.settle(4);
  expect(fleet.control.dirtyMarks()).toMatchObject([{ target: { kind: 'usage-day', day: DAY } }]);
  fleet.now += 60_000;
  await fleet.derive();
  expect(await fleet.rowsOf()).toEqual({
    Editor: { ...right(250, fleet.now), devices_excluded: 3 },
    Viewer: right(200, fleet.now),
  });
  fleet.settle(1, 2, 3);
  await fleet.derive();
  expect(await fleet.rowsOf()).toEqual({ Editor: right(250, fleet.now), Viewer: right(200, fleet.now) });
  expect(await fleet.deviceRowsOf('Editor')).toMatchObject({ current: DEVICES, excluded: 0 });
  expect(await readHeldCounts(fleet.clickhouse)).toMatchObject({ summaries: 0, flowing: 0 });
});

test('an application without a right number has none until then, and the list of exclusions says why', async () => {
  fleet.putAside(...[1, 2, 3].map((device) => fleet.record(device, PLAYER)));
  await fleet.used(DAY, PLAYER, 100, 10);
  fleet.now += 60_000;
  await fleet.derive();
  expect(Object.keys(await fleet.rowsOf())).toEqual(['Editor', 'Viewer']);
  const exclusions = await fleet.clickhouse.rows(
    `SELECT application, devices_excluded, toUInt32(devices) AS devices, toUInt32(stale_since) AS stale
     FROM {final}.usage_exclusions`,
  );
  expect(exclusions).toEqual([
    { application: 'Player', devices_excluded: 3, devices: 10, stale: fleet.now / 1000 },
  ]);
  fleet.settle(1, 2, 3);
  await fleet.derive();
  expect(await fleet.rowsOf()).toMatchObject({
    Player: { devices: 0, devices_used: 10, seconds: 1000, stale: null },
  });
});

test('how many devices have a held application today is current; rows of erased devices are not kept', async () => {
  fleet.putAside(...[1, 2, 3, 4].map((device) => fleet.record(device, EDITOR)));
  fleet.now += 60_000;
  await fleet.derive();
  await fleet.clickhouse.command(
    'ALTER TABLE {facts}.epochs DELETE WHERE epoch_no > 690 SETTINGS mutations_sync = 1',
  );
  await numberApplications(fleet.clickhouse);
  await deriveInventory(fleet.clickhouse, fleet.now, 'none');
  await fleet.derive();
  expect(await fleet.rowsOf()).toMatchObject({
    Editor: { devices: 690, devices_used: DEVICES, seconds: 250 * DEVICES, devices_excluded: 4 },
    Viewer: { devices: 690, devices_used: 690 },
  });
  expect(await fleet.deviceRowsOf('Editor')).toMatchObject({ devices: 690 });
  // The day is over: it keeps how many had it last, and its use comes right.
  fleet.now += 86_400_000;
  fleet.settle(1, 2, 3, 4);
  await fleet.derive();
  expect(await fleet.rowsOf()).toMatchObject({
    Editor: { devices: 690, devices_used: 690, seconds: 250 * 690, stale: null },
  });
});

test('one device that names every application costs no count of devices and holds nothing', async () => {
  fleet.settle(1, 2, 3, 4);
  fleet.putAside(
    ...[EDITOR, VIEWER, PLAYER, EDITOR, EDITOR].map((executable) => fleet.record(9, executable)),
  );
  await fleet.derive();
  expect(await readHeldCounts(fleet.clickhouse)).toMatchObject({ summaries: 0, flowing: 3 });
  const counted = await fleet.clickhouse.rows(
    'SELECT toUInt32(max(devices)) AS most FROM {final}.usage_exclusions',
  );
  expect(counted).toEqual([{ most: 0 }]);
});
