/**
 * What a device was used for since it reported last is not known, nor what it was used for on days that are not kept: over neither is
 * anything called not used. And what counts as use is what the catalogue says of an application, where it says something.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeApplicationBases } from '../../collector/src/clickhouse/application-bases.ts';
import { type ClickHouse, connectClickHouse } from '../../collector/src/clickhouse/clickhouse.ts';
import { deriveCoverageWindows } from '../../collector/src/clickhouse/derive-coverage.ts';
import { deriveDevices } from '../../collector/src/clickhouse/derive-devices.ts';
import { deriveInventory } from '../../collector/src/clickhouse/derive-inventory.ts';
import { migrate } from '../../collector/src/clickhouse/migrate.ts';
import { numberApplications } from '../../collector/src/clickhouse/number-applications.ts';
import { noteKeptSince } from '../../collector/src/clickhouse/retain-rows.ts';
import { type EngineUnderTest, engineUnderTest } from '../../collector/src/engine/engine-under-test.ts';
import { writerUser } from '../../collector/src/engine/writer-secret.ts';
import { FactBatch } from '../../collector/src/process/fact-batch.ts';
import { DAYS, type ScriptedDevice } from './last-use/scripted-devices.ts';
import { addDescriptions, addInventories, appIdOf, TODAY } from './last-use/told-fleet.ts';

const FIRST_DAY = TODAY - DAYS + 1;
const DAY_MS = 86_400_000;
const SILENT_SINCE = 60;
const PROGRAMS = 1;
const devices = [0, 1].map(() => ({ installedOn: 0, imagedOn: DAYS, updatedOn: DAYS }) as ScriptedDevice);

let engine: EngineUnderTest;
let clickhouse: ClickHouse;

async function tell(reporting: readonly ScriptedDevice[], atDay: number): Promise<void> {
  const facts = new FactBatch();
  if (atDay === 0) addDescriptions(facts, PROGRAMS);
  addInventories(facts, reporting, PROGRAMS, { atDay, firstDay: FIRST_DAY });
  await facts.write(clickhouse);
}

beforeAll(async () => {
  engine = await engineUnderTest();
  clickhouse = connectClickHouse({ url: engine.url, username: writerUser, password: engine.secret });
  await migrate(clickhouse, () => Date.now());
  await tell(devices, 0);
  await tell(devices, SILENT_SINCE);
  await tell(devices.slice(0, 1), DAYS - 1);
  await deriveDevices(clickhouse, TODAY * DAY_MS);
  await numberApplications(clickhouse);
  await deriveInventory(clickhouse, TODAY * DAY_MS, 'one');
  await clickhouse.command(
    `INSERT INTO {final}.device_coverage SELECT toDate(${FIRST_DAY} + intDiv(number, 2)), if(number % 2 = 0, '0000000000000001', '0000000000000003'),
       28800, 28800, 900, now64(3) FROM numbers(${2 * DAYS}) WHERE number % 2 = 0 OR number < ${2 * SILENT_SINCE}`,
  );
  await deriveCoverageWindows(clickhouse, TODAY * DAY_MS);
}, 600_000);

afterAll(async () => {
  await clickhouse?.close();
  await engine?.remove();
});

const told = async (): Promise<string[]> => {
  const rows = await clickhouse.rows<Record<string, string | number>>(
    'SELECT device_id, judged_days, state, reason FROM {final}.application_last_used ORDER BY device_id',
  );
  return rows.map(({ device_id, judged_days, state, reason }) =>
    [`${device_id}`.slice(-1), judged_days, state, reason].join(' '),
  );
};

test('of a device that has not reported for weeks it is not known what it uses', async () => {
  expect(await told()).toEqual(['1 90 not used ', '3 90 unknown silent']);
});

test('nothing is judged by days that are not kept', async () => {
  await noteKeptSince(
    clickhouse,
    { 'user-usage': 0, 'device-usage': TODAY - 30, 'application-usage': 0, 'last-used': 0 },
    Date.now(),
  );
  expect(await told()).toEqual(['1 30 not used ', '3 30 unknown silent']);
});

test('what a person left open is not called unused because its updater starts each day', async () => {
  await clickhouse.command(
    `INSERT INTO {final}.usage_daily (day, application_id, device_id, application, seconds, launches, launches_by_user, person_present)
     SELECT toDate(${TODAY - 20} + number), '${appIdOf(0)}', '0000000000000001', 'program 0', 28800, 1, number = 0, 1 FROM numbers(20)`,
  );
  expect((await told())[0]).toBe('1 30 unknown start not seen');
});

test('what the catalogue says of an application decides which days count, and nothing else of it changes', async () => {
  const days = async () => {
    const rows = await clickhouse.rows<Record<string, string | number>>(
      `SELECT counts_by, count() AS days FROM {final}.usage_evidence
       WHERE application_id = '${appIdOf(0)}' AND device_id = '0000000000000001' AND seconds > 0 GROUP BY counts_by ORDER BY counts_by`,
    );
    return rows.map(({ counts_by, days }) => `${days} ${counts_by}`);
  };
  const judged = async () => {
    const [row] = await clickhouse.rows<Record<string, string>>(
      `SELECT basis, state, reason, days_used FROM {final}.application_last_used
       WHERE application_id = '${appIdOf(0)}' AND device_id = '0000000000000001'`,
    );
    return [row?.basis, row?.state, row?.reason, row?.days_used].join(' ');
  };
  const say = (basis?: string) =>
    writeApplicationBases(clickhouse, basis ? [{ applicationId: BigInt(`0x${appIdOf(0)}`), basis }] : []);
  const usual = [await judged(), await days()];
  expect(usual).toEqual(['user launch unknown start not seen 1', ['19 start not seen', '1 user launch']]);
  await say('run');
  expect([await judged(), await days()]).toEqual(['run used  20', ['20 run']]);
  await say('foreground');
  expect([await judged(), await days()]).toEqual([
    'foreground unknown foreground not known 0',
    ['20 foreground not known'],
  ]);
  // Known on some days: there the catalogue's word counts.
  await clickhouse.command(
    `INSERT INTO {final}.usage_daily (day, application_id, device_id, application, seconds, launches, launches_by_user, foreground_seconds, person_present)
     SELECT toDate(${TODAY - 25} + number), '${appIdOf(0)}', '0000000000000001', 'program 0', 28800, 1, 1, if(number < 2, 400, 20), 1 FROM numbers(4)`,
  );
  expect(await days()).toEqual(['2 ', '2 foreground', '20 foreground not known']);
  await say('user launch');
  expect(await days()).toEqual(['19 start not seen', '5 user launch']);
  await say();
  expect(await days()).toEqual(['2 ', '2 foreground', '19 start not seen', '1 user launch']);
});
