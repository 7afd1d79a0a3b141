/** How many had an application in use at once, while records of it are in quarantine: the last right peak, marked as such. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DAY, DEVICES, EDITOR, FleetInDoubt, VIEWER } from './fixtures/fleet-in-doubt.ts';

const NEXT_DAY = DAY + 1;
const MARK = 9;
const FEWER = 500;

let fleet: FleetInDoubt;
beforeAll(async () => {
  fleet = await FleetInDoubt.start();
  fleet.now += 86_400_000;
});
afterAll(() => fleet?.close());

async function peaks(): Promise<Record<string, unknown>> {
  const rows = await fleet.clickhouse.rows<{ application: string }>(
    `SELECT application, toUInt32(peak_devices) AS devices, peak_users AS users, toUInt32(stale_since) AS stale,
       devices_excluded AS excluded, formatDateTime(peak_devices_at, '%H:%i') AS at
     FROM {final}.application_concurrency_daily WHERE day = toDate({day:UInt16}) ORDER BY application`,
    { day: NEXT_DAY },
  );
  return Object.fromEntries(rows.map(({ application, ...row }) => [application, row]));
}

async function allUse(devices: number): Promise<void> {
  for (const program of [EDITOR, VIEWER]) await fleet.used(NEXT_DAY, program, 100, devices, MARK);
  await fleet.derive(NEXT_DAY);
}

const peakOf = (devices: number, more: object = {}) => ({
  ...{ devices, users: `${devices}`, stale: null, excluded: 0, at: '00:45' },
  ...more,
});

test('a peak stays at its last right figure, another application goes on; it comes right with the records', async () => {
  await allUse(FEWER);
  expect(await peaks()).toEqual({ Editor: peakOf(FEWER), Viewer: peakOf(FEWER) });

  fleet.putAside(...[1, 2, 3, 4].map((device) => fleet.record(device, EDITOR, NEXT_DAY)));
  fleet.now += 60_000;
  await allUse(DEVICES);
  const held = peakOf(FEWER, { stale: fleet.now / 1000, excluded: 4 });
  expect(await peaks()).toEqual({ Editor: held, Viewer: peakOf(DEVICES) });

  // However often: the same figure, stale since the same time.
  fleet.now += 60_000;
  await fleet.derive(NEXT_DAY);
  expect(await peaks()).toEqual({ Editor: held, Viewer: peakOf(DEVICES) });

  fleet.settle(4);
  await fleet.derive(NEXT_DAY);
  expect(await peaks()).toEqual({ Editor: peakOf(DEVICES, { excluded: 3 }), Viewer: peakOf(DEVICES) });
});
