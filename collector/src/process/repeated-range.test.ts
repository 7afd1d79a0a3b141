/** A crash between the tables and the checkpoint: the range is processed again, and what follows from it is the same. */
import { encodeIdList } from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProcessedRange } from '../control/contract/range-commits.ts';
import { idBytes, QuarantineSite, TODAY, usageOf } from '../quarantine/fixtures/quarantine-site.ts';

const DEVICE = '00000000000000d1';
const PROGRAM = '00000000000000ab';
let site: QuarantineSite;
beforeAll(async () => {
  site = await QuarantineSite.open();
}, 60_000);
afterAll(() => site?.close());

test('every report of it marks days and inventory, has its bad records put aside, and asks as the first time', async () => {
  await site.process(site.report(DEVICE, {}));
  const executableId = idBytes(PROGRAM);
  const used = (seconds: number) => ({ executableId, day: TODAY - 1, launches: { user: 1 }, seconds });
  const range = [
    site.report(DEVICE, {
      inventory: { presentIds: encodeIdList([PROGRAM]) },
      digestAfter: { count: 1, sum: new Uint8Array(16).fill(2) },
      usage: usageOf([used(60), used(100_000)]),
    }),
    site.report(DEVICE, { usage: usageOf([{ ...used(60), day: TODAY }]) }),
    // The newest says nothing, so that its head alone would tell nothing of those before it.
    site.report(DEVICE, {}),
  ];
  const attempts: ProcessedRange[] = [];
  const { control } = site;
  const commit = control.commitProcessed.bind(control);
  const wanted: number[] = [];
  const want = control.wantEvidence.bind(control);
  control.wantEvidence = (some) => {
    wanted.push(some.length);
    want(some);
  };
  control.commitProcessed = (processed) => {
    attempts.push(structuredClone(processed));
    if (attempts.length === 1) throw new Error('killed');
    commit(processed);
  };
  await expect(site.process(...range)).rejects.toThrow('killed');
  await site.process(...range);
  const [first, again] = attempts;
  expect(first?.dirty).toHaveLength(3);
  expect(first?.quarantined).toHaveLength(1);
  // Noted before the first commit failed: the second time the same, and nothing of it is new.
  expect(wanted[0]).toBeGreaterThan(0);
  // A copy of the newest report says nothing of requests that were made after it, so it takes none of them back: the
  // device knows that it answered, and the next change does.
  expect({ ...again, resolved: [] }).toEqual({ ...first, resolved: [] });
  // And a third time, as a late copy, which says nothing new, nothing is asked of the device.
  await site.process(...range);
  expect(attempts[2]?.directives).toEqual([]);
}, 60_000);

test('what changed in an inventory is logged although the first attempt ended between the two', async () => {
  const device = '00000000000000d2';
  const listed = { count: 1, sum: new Uint8Array(16).fill(3) };
  await site.process(site.report(device, {}));
  const change = site.report(device, {
    inventory: { presentIds: encodeIdList([PROGRAM]) },
    digestAfter: listed,
  });
  const { clickhouse } = site;
  site.clickhouse = {
    ...clickhouse,
    insert: async (table, block) => {
      if (table === 'inventory_changes') throw new Error('killed');
      await clickhouse.insert(table, block);
    },
  };
  await expect(site.process(change)).rejects.toThrow('killed');
  site.clickhouse = clickhouse;
  await site.process(change);
  const [logged] = await clickhouse.rows<{ changes: number }>(
    `SELECT toUInt32(count()) AS changes FROM {facts}.inventory_changes WHERE epoch_no IN
       (SELECT epoch_no FROM {facts}.epochs WHERE device_id64 = ${BigInt(`0x${device}`)})`,
  );
  expect(logged?.changes).toBe(1);
}, 60_000);
