/** Days with records in quarantine, derived by a real engine: what is held, what flows, and what comes back. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeIdList, encodeSlots, Report, sealEnvelope } from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NO_CATALOGUE } from '../catalogue/catalogue-in-force.ts';
import { type ClickHouse, connectClickHouse } from '../clickhouse/clickhouse.ts';
import { deriveInventory } from '../clickhouse/derive-inventory.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { numberApplications } from '../clickhouse/number-applications.ts';
import { readHeldCounts } from '../clickhouse/usage-exclusions.ts';
import type { QuarantinedRecord } from '../control/control-store.ts';
import { SqliteControlStore } from '../control/sqlite-control-store.ts';
import { type EngineUnderTest, engineUnderTest } from '../engine/engine-under-test.ts';
import { writerUser } from '../engine/writer-secret.ts';
import { AnnouncedExecutables } from '../process/announced-executables.ts';
import { EpochHeadCache } from '../process/epoch-head-cache.ts';
import { FactBatch } from '../process/fact-batch.ts';
import { processRange } from '../process/process-range.ts';
import type { StreamRecord } from '../stream/stream.ts';
import { deriveJudgedDay } from './derive-judged-day.ts';

const DAY = 20_700;
const NOON = DAY * 86_400_000 + 43_200_000;
/** Of so many three are 0.43 % and four 0.57 %. */
const DEVICES = 700;
const [EDITOR, VIEWER, PLAYER] = [1, 2, 3];
const NOBODY = Buffer.alloc(16);

let engine: EngineUnderTest;
let clickhouse: ClickHouse;
let control: SqliteControlStore;
const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-held-'));
let now = NOON;
let offset = 0;

beforeAll(async () => {
  engine = await engineUnderTest();
  clickhouse = connectClickHouse({ url: engine.url, username: writerUser, password: engine.secret });
  await migrate(clickhouse, () => now);
  control = new SqliteControlStore({ path: join(folder, 'control.db') });
  const batch = new FactBatch();
  for (let device = 1; device <= DEVICES; device++) {
    batch.add('epochs', {
      ...{ epoch_no: device, device_id64: BigInt(device), parent_epoch_no: 0, opened_at: NOON, moves: 0 },
    });
    batch.add('device_inventory', {
      ...{ epoch_no: device, version: 1, digest_count: 2, digest_sum: NOBODY, received_at: NOON },
      ids: Uint32Array.of(EDITOR, VIEWER),
    });
  }
  for (const [executable_no, application] of [
    [EDITOR, 'Editor'],
    [VIEWER, 'Viewer'],
    [PLAYER, 'Player'],
  ] as const)
    batch.add('mappings', {
      ...{
        executable_no,
        version: 1n,
        application_id64: BigInt(executable_no),
        application,
        publisher: 'Acme',
      },
      ...{ application_version: '1.0', recognised: 1, fingerprint: 1n },
    });
  await batch.write(clickhouse);
  await used(DAY, EDITOR, 100);
  await used(DAY, VIEWER, 100);
  await numberApplications(clickhouse);
  await deriveInventory(clickhouse, now, 'none');
  await derive();
});

afterAll(async () => {
  control?.close();
  await clickhouse?.close();
  await engine?.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Each device so many seconds, which replace fewer. */
async function used(day: number, executable_no: number, seconds: number, devices = DEVICES): Promise<void> {
  const batch = new FactBatch();
  for (let epoch_no = 1; epoch_no <= devices; epoch_no++)
    batch.add('usage', {
      ...{ day, epoch_no, executable_no, user: NOBODY, run: 1n, generation: 0, seconds },
      ...{
        launches_user: 1,
        launches_autostart: 0,
        launches_service: 0,
        launches_scheduler: 0,
        launches_unknown: 0,
      },
      ...{ foreground_seconds: -1, locked_seconds: -1 },
      ...{ slots_0: 2n ** 64n - 1n, slots_1: 0n, slots_2: 0n, slots_3: 0n, slots_4: 0n },
    });
  await batch.write(clickhouse);
}

const deviceId = (device: number): string => device.toString(16).padStart(16, '0');

function record(device: number, executableNo: number, day = DAY): QuarantinedRecord {
  return {
    ...{ reason: 'usage-seconds-out-of-range', detail: 'seconds are 90000', kind: 'usage' },
    ...{
      deviceId: deviceId(device),
      epochNo: 0,
      offset: ++offset,
      sequence: 1,
      bytes: Buffer.from(`${offset}`),
    },
    ...{ concern: { day, executableNo }, at: now },
  };
}

function putAside(...quarantined: QuarantinedRecord[]): void {
  control.commitProcessed({
    ...{ checkpoint: offset, dirty: [], directives: [], resolved: [], superseded: [], evidenceWanted: [] },
    ...{ evidenceProcessed: [], undescribedUse: [], quarantined, now },
  });
}

async function derive(day = DAY): Promise<void> {
  await deriveJudgedDay(day, {
    ...{ clickhouse, control, now: () => now, catalogueVersion: () => 'none' },
    holdLimits: { leastDevices: 3, leastPercent: 0.5 },
  });
}

interface Row {
  application: string;
  devices: number;
  devices_used: number;
  seconds: number;
  computed: number;
  stale: number | null;
  devices_excluded: number;
}

async function rowsOf(day = DAY): Promise<Record<string, Omit<Row, 'application'>>> {
  const rows = await clickhouse.rows<Row>(
    `SELECT application, toUInt32(devices) AS devices, toUInt32(devices_used) AS devices_used, toUInt32(seconds) AS seconds,
       toUInt32(computed_at) AS computed, toUInt32(stale_since) AS stale, devices_excluded
     FROM {final}.application_usage_daily WHERE day = toDate({day:UInt16}) ORDER BY application`,
    { day },
  );
  return Object.fromEntries(rows.map(({ application, ...row }) => [application, row]));
}

/** As the rows of single devices say it. */
async function deviceRowsOf(application: string, day = DAY): Promise<unknown> {
  const [row] = await clickhouse.rows(
    `SELECT toUInt32(count()) AS devices, toUInt32(sum(seconds)) AS seconds, toUInt32(max(computed_at)) AS computed,
       toUInt32(min(stale_since)) AS stale, toUInt32(countIf(stale_since IS NULL)) AS current, max(devices_excluded) AS excluded
     FROM {final}.usage_daily WHERE day = toDate({day:UInt16}) AND application = {application:String}`,
    { day, application },
  );
  return row;
}

const right = (seconds: number, at: number) => ({
  ...{ devices: DEVICES, devices_used: DEVICES, seconds: seconds * DEVICES, computed: at / 1000 },
  ...{ stale: null, devices_excluded: 0 },
});

test('three devices of 700 are left out and counted; a fourth holds the application, and no other', async () => {
  putAside(record(1, EDITOR), record(2, EDITOR), record(3, EDITOR), record(3, EDITOR));
  await used(DAY, EDITOR, 150);
  now += 60_000;
  await derive();
  expect(await rowsOf()).toEqual({
    Editor: { ...right(150, now), devices_excluded: 3 },
    Viewer: right(100, now),
  });
  expect(await deviceRowsOf('Editor')).toMatchObject({ current: DEVICES, excluded: 3 });
  expect(await readHeldCounts(clickhouse)).toEqual({ summaries: 0, oldestStaleSince: undefined, flowing: 1 });

  const lastRight = now;
  putAside(record(4, EDITOR));
  await used(DAY, EDITOR, 200);
  await used(DAY, VIEWER, 200);
  now += 60_000;
  const held = { ...right(150, lastRight), stale: now / 1000, devices_excluded: 4 };
  await derive();
  expect(await rowsOf()).toEqual({ Editor: held, Viewer: right(200, now) });
  expect(await deviceRowsOf('Editor')).toEqual({
    ...{ devices: DEVICES, seconds: 150 * DEVICES, computed: lastRight / 1000 },
    ...{ stale: now / 1000, current: 0, excluded: 4 },
  });
  expect(await readHeldCounts(clickhouse)).toEqual({ summaries: 1, oldestStaleSince: now, flowing: 0 });

  // However often it is derived, whatever else arrives: the same row, stale since the same time.
  await used(DAY, EDITOR, 250);
  now += 60_000;
  await derive();
  expect(await rowsOf()).toEqual({ Editor: held, Viewer: right(200, now) });
});

test('what is held is right again as soon as few enough records are open', async () => {
  // Whatever settles the record of one of the four: here it goes with its device.
  control.forgetDevice(deviceId(4), now);
  expect(control.dirtyMarks()).toMatchObject([{ target: { kind: 'usage-day', day: DAY } }]);
  now += 60_000;
  await derive();
  expect(await rowsOf()).toEqual({
    Editor: { ...right(250, now), devices_excluded: 3 },
    Viewer: right(200, now),
  });
  for (const device of [1, 2, 3]) control.forgetDevice(deviceId(device), now);
  await derive();
  expect(await rowsOf()).toEqual({ Editor: right(250, now), Viewer: right(200, now) });
  expect(await deviceRowsOf('Editor')).toMatchObject({ current: DEVICES, excluded: 0 });
  expect(await readHeldCounts(clickhouse)).toMatchObject({ summaries: 0, flowing: 0 });
});

test('an application without a right number has none until then, and the list of exclusions says why', async () => {
  putAside(...[1, 2, 3].map((device) => record(device, PLAYER)));
  await used(DAY, PLAYER, 100, 10);
  now += 60_000;
  await derive();
  expect(Object.keys(await rowsOf())).toEqual(['Editor', 'Viewer']);
  const exclusions = await clickhouse.rows(
    `SELECT application, devices_excluded, toUInt32(devices) AS devices, toUInt32(stale_since) AS stale
     FROM {final}.usage_exclusions`,
  );
  expect(exclusions).toEqual([
    { application: 'Player', devices_excluded: 3, devices: 10, stale: now / 1000 },
  ]);
  for (const device of [1, 2, 3]) control.forgetDevice(deviceId(device), now);
  await derive();
  expect(await rowsOf()).toMatchObject({
    Player: { devices: 0, devices_used: 10, seconds: 1000, stale: null },
  });
});

test('how many devices have a held application today is current; rows of erased devices are not kept', async () => {
  putAside(...[1, 2, 3, 4].map((device) => record(device, EDITOR)));
  now += 60_000;
  await derive();
  await clickhouse.command(
    'ALTER TABLE {facts}.epochs DELETE WHERE epoch_no > 690 SETTINGS mutations_sync = 1',
  );
  await numberApplications(clickhouse);
  await deriveInventory(clickhouse, now, 'none');
  await derive();
  expect(await rowsOf()).toMatchObject({
    Editor: { devices: 690, devices_used: DEVICES, seconds: 250 * DEVICES, devices_excluded: 4 },
    Viewer: { devices: 690, devices_used: 690 },
  });
  expect(await deviceRowsOf('Editor')).toMatchObject({ devices: 690 });
  // The day is over: it keeps how many had it last, and its use comes right.
  now += 86_400_000;
  for (const device of [1, 2, 3, 4]) control.forgetDevice(deviceId(device), now);
  await derive();
  expect(await rowsOf()).toMatchObject({
    Editor: { devices: 690, devices_used: 690, seconds: 250 * 690, stale: null },
  });
});

test('a record that comes into quarantine while its day is derived counts at once', async () => {
  const late = [1, 2, 3, 4].map((device) => record(device, VIEWER));
  const before = (await rowsOf()).Viewer;
  await used(DAY, VIEWER, 900, 690);
  let derivations = 0;
  const disturbed: ClickHouse = {
    ...clickhouse,
    command: async (sql, parameters) => {
      await clickhouse.command(sql, parameters);
      if (!sql.startsWith('INSERT INTO {facts}.usage_daily_staging')) return;
      // As processing does before it writes the facts that lack them.
      if (derivations++ === 0) control.usageConcerns.foresee(late);
    },
  };
  await deriveJudgedDay(DAY, {
    ...{ clickhouse: disturbed, control, now: () => now, catalogueVersion: () => 'none' },
    holdLimits: { leastDevices: 3, leastPercent: 0.5 },
  });
  expect(derivations).toBe(1);
  expect((await rowsOf()).Viewer).toEqual({ ...before, stale: now / 1000, devices_excluded: 4 });
  // Committed, they are the same concerns and no new ones.
  putAside(...late);
  expect(control.usageConcerns.ofDay(DAY)).toHaveLength(4);
});

test('one device that names every application costs no count of devices and holds nothing', async () => {
  for (const device of [1, 2, 3, 4]) control.forgetDevice(deviceId(device), now);
  putAside(...[EDITOR, VIEWER, PLAYER, EDITOR, EDITOR].map((executable) => record(9, executable)));
  await derive();
  expect(await readHeldCounts(clickhouse)).toMatchObject({ summaries: 0, flowing: 3 });
  const counted = await clickhouse.rows(
    'SELECT toUInt32(max(devices)) AS most FROM {final}.usage_exclusions',
  );
  expect(counted).toEqual([{ most: 0 }]);
});

test('a derivation that dies at any statement leaves old rows or new ones, never a mixture, and the next is right', async () => {
  control.forgetDevice(deviceId(9), now);
  await derive();
  putAside(...[1, 2, 3, 4].map((device) => record(device, EDITOR)));
  const before = await rowsOf();
  await used(DAY, EDITOR, 1_000, 690);
  await used(DAY, VIEWER, 1_000, 690);
  let crashes = 0;
  for (let survives = false; !survives; crashes++) {
    let left = crashes;
    const dying: ClickHouse = {
      ...clickhouse,
      command: async (sql, parameters) => {
        if (left-- === 0) throw new Error('killed');
        await clickhouse.command(sql, parameters);
      },
    };
    survives = await deriveJudgedDay(DAY, {
      ...{ clickhouse: dying, control, now: () => now, catalogueVersion: () => 'none' },
      holdLimits: { leastDevices: 3, leastPercent: 0.5 },
    }).then(
      () => true,
      () => false,
    );
    const { Editor, Viewer } = await rowsOf();
    expect(Editor?.seconds).toBe(before.Editor?.seconds);
    expect([before.Viewer?.seconds, 690_000]).toContain(Viewer?.seconds);
  }
  console.log(`${crashes - 1} crashes, one at each statement`);
  expect(crashes).toBeGreaterThan(15);
  expect(await rowsOf()).toMatchObject({
    Editor: { seconds: before.Editor?.seconds, devices_excluded: 4 },
    Viewer: { seconds: 690_000, stale: null },
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
  const place = () => ({ offset: ++offset, partition: 0 });
  const process = async (records: StreamRecord[], engineOfIt: ClickHouse): Promise<unknown> =>
    await processRange(records, offset, {
      ...{ clickhouse: engineOfIt, control, heads: new EpochHeadCache(100), now: () => now },
      ...{ announced: new AnnouncedExecutables(), inForce: () => NO_CATALOGUE },
    });
  const total = async () => {
    const { Editor } = await rowsOf(day);
    return { seconds: Editor?.seconds, excluded: Editor?.devices_excluded, held: Editor?.stale !== null };
  };

  // The first executable that this control store hears of gets the number of the editor.
  await process(
    [1, 2, 3, 4, 5, 6].map((device) => report(device, 1, 100)),
    clickhouse,
  );
  await numberApplications(clickhouse);
  await derive(day);
  expect(await total()).toEqual({ seconds: 600, excluded: 0, held: false });

  const second = [1, 2, 3, 4, 5, 6].map((device) => report(device, 2, device < 5 ? 90_000 : 1_000));
  const dying: ClickHouse = {
    ...clickhouse,
    // Heads are written last.
    insert: async (table, block) =>
      table === 'device_heads' ? Promise.reject(new Error('killed')) : await clickhouse.insert(table, block),
  };
  await expect(process(second, dying)).rejects.toThrow('killed');
  const [inTables] = await clickhouse.rows<{ n: number }>(
    'SELECT toUInt32(count()) AS n FROM {facts}.usage WHERE seconds = 1000 AND day = toDate({day:UInt16})',
    { day },
  );
  expect(inTables?.n).toBe(2);
  await derive(day);
  expect(await total()).toEqual({ seconds: 600, excluded: 4, held: true });
  await process(second, clickhouse);
  await derive(day);
  expect(await total()).toEqual({ seconds: 600, excluded: 4, held: true });
  expect(control.quarantineCounts()).toContainEqual(
    expect.objectContaining({ reason: 'usage-seconds-out-of-range' }),
  );
});
