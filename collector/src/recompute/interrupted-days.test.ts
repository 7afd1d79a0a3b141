/** Days that are derived while records are put aside, or that something dies in the middle of. */
import { generateKeyPairSync } from 'node:crypto';
import { encodeIdList, encodeSlots, Report, sealEnvelope } from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NO_CATALOGUE } from '../catalogue/catalogue-in-force.ts';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { areApplicationsNumbered, numberApplications } from '../clickhouse/number-applications.ts';
import { AnnouncedExecutables } from '../process/announced-executables.ts';
import { EpochHeadCache } from '../process/epoch-head-cache.ts';
import { processRange } from '../process/process-range.ts';
import type { StreamRecord } from '../stream/stream.ts';
import { DAY, deviceId, EDITOR, FleetInDoubt, NOBODY, VIEWER } from './fixtures/fleet-in-doubt.ts';

let fleet: FleetInDoubt;
beforeAll(async () => {
  fleet = await FleetInDoubt.start();
});
afterAll(() => fleet?.close());

test('a record that comes into quarantine while its day is derived counts at once', async () => {
  const late = [1, 2, 3, 4].map((device) => fleet.record(device, VIEWER));
  const before = (await fleet.rowsOf()).Viewer;
  await fleet.used(DAY, VIEWER, 900);
  let derivations = 0;
  const disturbed: ClickHouse = {
    ...fleet.clickhouse,
    command: async (sql, parameters) => {
      await fleet.clickhouse.command(sql, parameters);
      if (!sql.startsWith('INSERT INTO {facts}.usage_daily_staging')) return;
      // As processing does before it writes the facts that lack them.
      if (derivations++ === 0) fleet.control.usageConcerns.foresee(late);
    },
  };
  await fleet.derive(DAY, disturbed);
  expect(derivations).toBe(1);
  expect((await fleet.rowsOf()).Viewer).toEqual({ ...before, stale: fleet.now / 1000, devices_excluded: 4 });
  // Committed, they are the same concerns and no new ones.
  fleet.putAside(...late);
  expect(fleet.control.usageConcerns.ofDay(DAY)).toHaveLength(4);
});

test('a derivation that dies at any statement leaves old rows or new ones, never a mixture, and the next is right', async () => {
  fleet.settle(1, 2, 3, 4);
  await fleet.derive();
  fleet.putAside(...[1, 2, 3, 4].map((device) => fleet.record(device, EDITOR)));
  const before = await fleet.rowsOf();
  await fleet.used(DAY, EDITOR, 1_000);
  await fleet.used(DAY, VIEWER, 1_000);
  let crashes = 0;
  for (let survives = false; !survives; crashes++) {
    let left = crashes;
    const dying: ClickHouse = {
      ...fleet.clickhouse,
      command: async (sql, parameters) => {
        if (left-- === 0) throw new Error('killed');
        await fleet.clickhouse.command(sql, parameters);
      },
    };
    survives = await fleet.derive(DAY, dying).then(
      () => true,
      () => false,
    );
    const { Editor, Viewer } = await fleet.rowsOf();
    expect(Editor?.seconds).toBe(before.Editor?.seconds);
    expect([before.Viewer?.seconds, 700_000]).toContain(Viewer?.seconds);
  }
  console.log(`${crashes - 1} crashes, one at each statement`);
  expect(crashes).toBeGreaterThan(15);
  expect(await fleet.rowsOf()).toMatchObject({
    Editor: { seconds: before.Editor?.seconds, devices_excluded: 4 },
    Viewer: { seconds: 700_000, stale: null },
  });
});

test('facts of a range that died before its commit are known to lack what it put aside', async () => {
  const day = DAY + 1;
  const { privateKey } = generateKeyPairSync('ed25519');
  const digest = { count: 0, sum: NOBODY };
  const report = (device: number, sequence: number, seconds: number): StreamRecord => {
    const usage = { day, run: 0, user: 0, executableId: encodeIdList(['000000000000ed17']), seconds };
    const message = Report.encode({
      ...{ sequence, epoch: { id: Buffer.alloc(16, device) }, digestAfter: digest },
      ...(sequence === 1 ? { inventory: { baseline: true } } : { digestBefore: digest }),
      usage: {
        ...{ runs: Buffer.alloc(8, device), users: [Buffer.alloc(8, 1)] },
        records: [{ ...usage, slots: encodeSlots([1, 2, 3, 4]) }],
      },
    }).finish();
    const envelope = sealEnvelope('Report', message, { keyId: '0'.repeat(16), privateKey });
    const receivedAt = day * 86_400_000 + 7_200_000;
    return { ...{ kind: 'report', deviceId: deviceId(5_000 + device), receivedAt, envelope }, ...place() };
  };
  const place = () => ({ offset: ++fleet.offset, partition: 0 });
  const process = async (records: StreamRecord[], engineOfIt: ClickHouse): Promise<unknown> =>
    await processRange(records, fleet.offset, {
      ...{
        clickhouse: engineOfIt,
        control: fleet.control,
        heads: new EpochHeadCache(100),
        now: () => fleet.now,
      },
      ...{ announced: new AnnouncedExecutables(), inForce: () => NO_CATALOGUE },
    });
  const total = async () => {
    const { Editor } = await fleet.rowsOf(day);
    return { seconds: Editor?.seconds, excluded: Editor?.devices_excluded, held: Editor?.stale !== null };
  };

  // The first executable that this control store hears of gets the number of the editor.
  await process(
    [1, 2, 3, 4, 5, 6].map((device) => report(device, 1, 100)),
    fleet.clickhouse,
  );
  await numberApplications(fleet.clickhouse);
  await fleet.derive(day);
  expect(await total()).toEqual({ seconds: 600, excluded: 0, held: false });

  const second = [1, 2, 3, 4, 5, 6].map((device) => report(device, 2, device < 5 ? 90_000 : 1_000));
  const dying: ClickHouse = {
    ...fleet.clickhouse,
    // Heads are written last.
    insert: async (table, block) =>
      table === 'device_heads'
        ? Promise.reject(new Error('killed'))
        : await fleet.clickhouse.insert(table, block),
  };
  await expect(process(second, dying)).rejects.toThrow('killed');
  const [inTables] = await fleet.clickhouse.rows<{ n: number }>(
    'SELECT toUInt32(count()) AS n FROM {facts}.usage WHERE seconds = 1000 AND day = toDate({day:UInt16})',
    { day },
  );
  expect(inTables?.n).toBe(2);
  await fleet.derive(day);
  expect(await total()).toEqual({ seconds: 600, excluded: 4, held: true });
  await process(second, fleet.clickhouse);
  await fleet.derive(day);
  expect(await total()).toEqual({ seconds: 600, excluded: 4, held: true });
  expect(fleet.control.quarantineCounts()).toContainEqual(
    expect.objectContaining({ reason: 'usage-seconds-out-of-range' }),
  );
});

test('rows that an engine left twice when it died are there once after the next derivation, also where they are held', async () => {
  await fleet.derive();
  const before = await fleet.rowsOf();
  expect(before.Editor?.stale).not.toBeNull();
  const devices = [await fleet.deviceRowsOf('Editor'), await fleet.deviceRowsOf('Viewer')];
  // Those of the derivation before, which said something else.
  for (const table of ['usage_daily', 'application_usage_daily'])
    await fleet.clickhouse.command(
      `INSERT INTO {final}.${table} SELECT * REPLACE (seconds + 7 AS seconds, computed_at - 60 AS computed_at)
       FROM {final}.${table} WHERE day = toDate(${DAY})`,
    );
  expect(await fleet.deviceRowsOf('Editor')).not.toEqual(devices[0]);
  await fleet.derive();
  expect(await fleet.rowsOf()).toEqual(before);
  expect([await fleet.deviceRowsOf('Editor'), await fleet.deviceRowsOf('Viewer')]).toEqual(devices);
});

test('no executable has the name of another while numbering is broken off, and a round without work mends it', async () => {
  const named = async (): Promise<string[]> =>
    (
      await fleet.clickhouse.rows<{ line: string }>(
        `SELECT concat(toString(executable_no), ' ', application) AS line FROM {facts}.described_executables ORDER BY line`,
      )
    ).map(({ line }) => line);
  await fleet.clickhouse.command(
    'INSERT INTO {facts}.executables (executable_no, executable_id64, version) VALUES (1, 1, 1), (2, 2, 1), (9, 9, 1)',
  );
  await numberApplications(fleet.clickhouse);
  const before = await named();
  expect(await areApplicationsNumbered(fleet.clickhouse)).toBe(true);
  // All numbers move on by one.
  await fleet.clickhouse.command(
    `INSERT INTO {facts}.mappings (executable_no, version, application_id64, application, recognised) VALUES (9, 1, 0, 'Nine', 1)`,
  );
  let statements = 0;
  const dying: ClickHouse = {
    ...fleet.clickhouse,
    command: async (sql, parameters) => {
      if (statements++ === 3) throw new Error('killed');
      await fleet.clickhouse.command(sql, parameters);
    },
  };
  await expect(numberApplications(dying)).rejects.toThrow('killed');
  // As an engine does that was started anew.
  for (const dictionary of ['application_numbered', 'application_of'])
    await fleet.clickhouse.command(`SYSTEM RELOAD DICTIONARY {facts}.${dictionary}`);
  expect(await named()).toEqual(['1 ', '2 ', '9 ']);
  expect(await areApplicationsNumbered(fleet.clickhouse)).toBe(false);
  await numberApplications(fleet.clickhouse);
  expect(await named()).toEqual([...before.slice(0, 2), '9 Nine']);
});
