/** What few devices have in their homes has no name for readers, and few users have no number; persons are asked elsewhere. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDevice, addProgram } from '../admin/fixtures/device-facts.ts';
import { type EngineUnderTest, engineUnderTest } from '../engine/engine-under-test.ts';
import { writerUser } from '../engine/writer-secret.ts';
import { FactBatch } from '../process/fact-batch.ts';
import { type ClickHouse, connectClickHouse } from './clickhouse.ts';
import { compareInventory, compareLastUses, compareUsageDay } from './compare-totals.ts';
import { deriveDevices } from './derive-devices.ts';
import { deriveInventory } from './derive-inventory.ts';
import { deriveUsageDay } from './derive-usage-day.ts';
import { migrate } from './migrate.ts';
import { numberApplications } from './number-applications.ts';
import { deviceDetail } from './queries/device-detail.ts';
import { executablesFound } from './queries/executables-found.ts';
import { areSmallGroupsOther, HIDDEN_APPLICATION, writeSmallGroups } from './small-groups.ts';

const NOW = Date.now();
const TODAY = Math.floor(NOW / 86_400_000);
const HIDDEN = '~/(fewer than 5 devices)';
const KEY = Buffer.alloc(16, 7);
const HEX = (no: number): string => no.toString(16).padStart(16, '0');
const PROGRAMS = [
  { path: '/usr/bin/editor', application: 'Editor', recognised: true },
  { path: '~/bin/team-tool', application: 'team-tool', recognised: false },
  { path: '~/bin/own-tool', application: 'own-tool', recognised: false },
  { path: '/opt/in-house', application: 'in-house', recognised: false },
  { path: '~/.local/bin/linter', application: 'Linter', recognised: true },
  // Somebody has guessed a name and has given it to a file of his own, where it shows.
  { path: '/srv/guess', application: 'own-tool', recognised: false, applicationId: HEX(0xa002) },
];
/** Of the device with that number: how many of the programs above it has. */
const INSTALLED = [5, 3, 2, 2, 2, 6];

let engine: EngineUnderTest;
let writer: ClickHouse;
let reader: ClickHouse;

beforeAll(async () => {
  engine = await engineUnderTest();
  writer = connectClickHouse({ url: engine.url, username: writerUser, password: engine.secret });
  reader = connectClickHouse({ url: engine.url, username: 'default', password: '' });
  await migrate(writer, () => 0);
  await writeSmallGroups(writer, { smallest: 5, key: KEY });
  const batch = new FactBatch();
  for (const [index, installed] of INSTALLED.entries())
    addDevice(batch, {
      ...{ device: BigInt(index + 1), epoch: index + 1, hostname: `host-${index + 1}`, reports: 1 },
      ...{ installed, now: NOW },
    });
  for (const [index, program] of PROGRAMS.entries())
    addProgram(
      batch,
      { id: HEX(0xe000 + index), applicationId: HEX(0xa000 + index), ...program },
      index + 1,
      NOW,
    );
  for (const [device, user, executable] of USE) batch.add('usage', usageRow(device, user, executable));
  await batch.write(writer);
  await derive();
}, 60_000);

afterAll(async () => {
  await writer?.close();
  await reader?.close();
  await engine?.remove();
});

/** Device, user, executable: two users of one device, and one of each of four more. */
const USE: [number, number, number][] = [
  ...[1, 2].map((user): [number, number, number] => [1, user, 1]),
  ...[2, 3, 4, 5].map((device): [number, number, number] => [device, device + 1, 1]),
  [1, 1, 2],
  [1, 1, 3],
  [2, 3, 2],
  [2, 3, 3],
];
const userOf = (no: number): Buffer => Buffer.alloc(16, no);

function usageRow(device: number, user: number, executable: number) {
  return {
    ...{
      day: TODAY,
      epoch_no: device,
      executable_no: executable,
      user: userOf(user),
      run: 1n,
      generation: 0,
    },
    ...{ seconds: 500, launches_user: 2, launches_autostart: 1, launches_service: 0, launches_scheduler: 0 },
    ...{ launches_unknown: 0, foreground_seconds: 100, locked_seconds: -1 },
    ...{ slots_0: 1n, slots_1: 0n, slots_2: 0n, slots_3: 0n, slots_4: 0n, slot_order: 1 },
  };
}

async function derive(): Promise<void> {
  await deriveDevices(writer, NOW);
  await numberApplications(writer);
  await deriveInventory(writer, NOW, 'none');
  await deriveUsageDay(writer, TODAY, NOW, 'none');
}

/** Every text that a reader finds in any table or view. */
async function allThatIsShown(): Promise<string> {
  const tables = await reader.rows<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = 'fleetmeter'`,
  );
  const answers: string[] = [];
  for (const { name } of tables)
    answers.push(JSON.stringify(await reader.rows(`SELECT * FROM fleetmeter.${name}`)));
  answers.push(
    JSON.stringify(
      await executablesFound(writer, { search: '', sort: 'path', descending: false, limit: 100, offset: 0 }),
    ),
  );
  expect(tables.length).toBeGreaterThan(10);
  return answers.join('\n');
}

test('a program in the homes of few has no name, path, hash or id for readers; one of many has, in the same round', async () => {
  const shown = await allThatIsShown();
  expect(shown).toContain(HIDDEN);
  for (const name of ['~/bin/team-tool', 'team-tool', 'in-house', 'Linter', 'Editor'])
    expect(shown).toContain(`"${name}"`);
  for (const secret of ['own-tool', HEX(0xe002), '03'.repeat(32), 'linter'])
    expect(shown).not.toContain(secret);
});

test('who has the very same file finds no other computer by it', async () => {
  const devicesOf = async (id: string, table: string): Promise<Map<string, string[]>> => {
    const rows = await reader.rows<{ id: string; devices: string[] }>(
      `SELECT ${id} AS id, arraySort(groupUniqArray(device_id)) AS devices FROM fleetmeter.${table} GROUP BY id`,
    );
    return new Map(rows.map((row) => [row.id, row.devices]));
  };
  const files = await devicesOf('executable_id', 'installations');
  // Those of the first device, as it sees them itself.
  const own = await reader.rows<{ id: string }>(
    `SELECT executable_id AS id FROM fleetmeter.installations WHERE device_id = '${HEX(1)}' AND path = '${HIDDEN}'`,
  );
  expect(own).toHaveLength(2);
  for (const { id } of own) expect(files.get(id)).toEqual([HEX(1)]);
  const [used, installed] = [[1, 2].map(HEX), [1, 2, 6].map(HEX)];
  for (const [table, devices] of Object.entries({
    ...{ usage_daily: used, device_usage_daily: used },
    ...{ application_devices: installed, application_last_used: installed },
  })) {
    const applications = await devicesOf('application_id', table);
    expect([...applications.keys()], table).not.toContain(HEX(0xa002));
    expect(applications.get(HIDDEN_APPLICATION), table).toEqual(devices);
  }
  const page = await deviceDetail(writer, HEX(1), { since: '2000-01-01', day: '2000-01-01' });
  expect(page?.applications.rows.map(({ application_id }) => application_id)).toContain(HIDDEN_APPLICATION);
  expect(JSON.stringify(page)).not.toContain(HEX(0xa002));
});

test('users are a number, or said to be few, or none', async () => {
  const rows = await reader.rows(
    'SELECT application, users FROM fleetmeter.application_usage_daily ORDER BY application_id',
  );
  expect(rows).toEqual([
    { application: 'Editor', users: '6' },
    { application: 'team-tool', users: '< 5' },
    { application: 'in-house', users: '0' },
    { application: 'Linter', users: '0' },
    { application: HIDDEN, users: '< 5' },
  ]);
});

test('an audit finds nothing wrong with what is hidden, also when a name came out since', async () => {
  const compare = async () => [
    ...(await compareUsageDay(writer, TODAY, NOW, 'none')),
    ...(await compareLastUses(writer)),
    ...(await compareInventory(writer, NOW, 'none')),
  ];
  expect(await compare()).toEqual([]);
  await writeSmallGroups(writer, { smallest: 1, key: KEY });
  await numberApplications(writer);
  expect((await compare()).map(({ table }) => table)).toEqual([
    ...['usage_daily', 'application_usage_daily', 'home_applications', 'application_devices'],
  ]);
  await derive();
  expect(await compare()).toEqual([]);
  expect(await allThatIsShown()).toContain('~/bin/own-tool');
  await writeSmallGroups(writer, { smallest: 5, key: KEY });
  expect(await areSmallGroupsOther(writer, { smallest: 5, key: KEY })).toBe(false);
  expect(await areSmallGroupsOther(writer, { smallest: 4, key: KEY })).toBe(true);
  await derive();
  expect(await allThatIsShown()).not.toContain('own-tool');
});

test('of a person everything is told, by the rules of the day', async () => {
  const person = userOf(1).toString('hex');
  expect(
    await writer.rows(
      `SELECT device_id, application, seconds, launches, launches_by_user, foreground_seconds FROM {person}.user_usage_daily
       WHERE person = {person:String} ORDER BY application`,
      { person },
    ),
  ).toEqual(
    ['Editor', 'own-tool', 'team-tool'].map((application) => ({
      ...{
        device_id: HEX(1),
        application,
        seconds: 300,
        launches: '3',
        launches_by_user: '2',
        foreground_seconds: 100,
      },
    })),
  );
  const date = new Date(NOW).toISOString().slice(0, 10);
  expect(
    await writer.rows(`SELECT * FROM {person}.people WHERE person = {person:String}`, { person }),
  ).toEqual([{ person, devices: '1', first_day: date, last_day: date }]);
  expect(
    await writer.rows(
      `SELECT path, executable_id, shown_id FROM {person}.executables WHERE application = 'own-tool' AND path != '/srv/guess'`,
    ),
  ).toEqual([
    { path: '~/bin/own-tool', executable_id: HEX(0xe002), shown_id: expect.stringMatching(/^[0-9a-f]{16}$/) },
  ]);
});

test('a correction of a person replaces what was reported', async () => {
  const batch = new FactBatch();
  batch.add('usage', {
    ...usageRow(1, 1, 3),
    generation: 1,
    seconds: 60,
    launches_user: 0,
    launches_autostart: 0,
  });
  batch.add('usage', {
    ...usageRow(5, 6, 1),
    generation: 1,
    seconds: 0,
    launches_user: 0,
    launches_autostart: 0,
  });
  await batch.write(writer);
  await derive();
  const [own] = await writer.rows(
    `SELECT seconds, launches FROM {person}.user_usage_daily WHERE person = {person:String} AND application = 'own-tool'`,
    { person: userOf(1).toString('hex') },
  );
  expect(own).toEqual({ seconds: 60, launches: '0' });
  const [editor] = await reader.rows(
    `SELECT users FROM fleetmeter.application_usage_daily WHERE application = 'Editor'`,
  );
  expect(editor).toEqual({ users: '5' });
});

test('an audit compares a day with what was shown then; derived again it shows what is shown now', async () => {
  const yesterday = TODAY - 1;
  const shown = async () =>
    await reader.rows(
      `SELECT application, count() AS devices, sum(seconds) AS seconds FROM fleetmeter.usage_daily
       WHERE day = toDate(${yesterday}) GROUP BY application ORDER BY application`,
    );
  const batch = new FactBatch();
  for (const device of [1, 2, 3])
    for (const executable of [2, 3])
      batch.add('usage', { ...usageRow(device, device, executable), day: yesterday });
  await batch.write(writer);
  await deriveUsageDay(writer, yesterday, NOW, 'none');
  const before = await shown();
  expect(before).toEqual([
    { application: 'team-tool', devices: '3', seconds: '900' },
    { application: HIDDEN, devices: '3', seconds: '900' },
  ]);
  expect(await compareUsageDay(writer, yesterday, NOW, 'none')).toEqual([]);

  const leaving = new FactBatch();
  for (const epoch_no of [4, 5])
    leaving.add('device_inventory', {
      ...{ epoch_no, version: 2, digest_count: 1, digest_sum: Buffer.alloc(16), received_at: NOW },
      ids: Uint32Array.of(1),
    });
  await leaving.write(writer);
  await derive();
  expect(await shown()).toEqual(before);
  expect(await compareUsageDay(writer, yesterday, NOW, 'none')).toEqual([]);
  await deriveUsageDay(writer, yesterday, NOW, 'none');
  expect(await shown()).toEqual([{ application: HIDDEN, devices: '3', seconds: '900' }]);
  expect(await compareUsageDay(writer, yesterday, NOW, 'none')).toEqual([]);
});
