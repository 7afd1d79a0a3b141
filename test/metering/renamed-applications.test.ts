/**
 * Days that are final keep the names of the catalogue of then. So of an application that another catalogue calls otherwise, and of one that
 * came together with that catalogue, nobody knows that it is not used.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClickHouse, connectClickHouse } from '../../collector/src/clickhouse/clickhouse.ts';
import { deriveCoverageWindows } from '../../collector/src/clickhouse/derive-coverage.ts';
import { deriveDevices } from '../../collector/src/clickhouse/derive-devices.ts';
import { deriveInventory } from '../../collector/src/clickhouse/derive-inventory.ts';
import { migrate } from '../../collector/src/clickhouse/migrate.ts';
import { numberApplications } from '../../collector/src/clickhouse/number-applications.ts';
import { type EngineUnderTest, engineUnderTest } from '../../collector/src/engine/engine-under-test.ts';
import { writerUser } from '../../collector/src/engine/writer-secret.ts';
import { FactBatch } from '../../collector/src/process/fact-batch.ts';
import { DAYS, type ScriptedDevice } from './last-use/scripted-devices.ts';
import { addDescriptions, addInventories, appIdOf, executableNo, TODAY } from './last-use/told-fleet.ts';

const FIRST_DAY = TODAY - DAYS + 1;
const DAY_MS = 86_400_000;
const PROGRAMS = 3;
const RENAMED = '00000000000007d0';
/** The second gets its programs on the day of the other catalogue. */
const devices = [0, 85].map(
  (installedOn) => ({ installedOn, imagedOn: DAYS, updatedOn: DAYS }) as ScriptedDevice,
);

let engine: EngineUnderTest;
let clickhouse: ClickHouse;

beforeAll(async () => {
  engine = await engineUnderTest();
  clickhouse = connectClickHouse({ url: engine.url, username: writerUser, password: engine.secret });
  await migrate(clickhouse, () => Date.now());
  const before = new FactBatch();
  addDescriptions(before, PROGRAMS);
  addInventories(before, devices, PROGRAMS, { atDay: 0, firstDay: FIRST_DAY });
  await before.write(clickhouse);
  await deriveDevices(clickhouse, FIRST_DAY * DAY_MS);
  await numberApplications(clickhouse);
  await deriveInventory(clickhouse, FIRST_DAY * DAY_MS, 'one');
  const after = new FactBatch();
  addInventories(after, devices, PROGRAMS, { atDay: 85, firstDay: FIRST_DAY });
  for (const isUpdated of [false, true])
    after.add('mappings', {
      ...{ executable_no: executableNo(0, isUpdated), version: 2n, application_id64: 2_000n },
      ...{ application: 'another name', publisher: 'Acme', recognised: 1 },
      ...{ application_version: '1', fingerprint: 1n },
    });
  await after.write(clickhouse);
  await numberApplications(clickhouse);
  await deriveInventory(clickhouse, (FIRST_DAY + 85) * DAY_MS, 'two');
  await deriveDevices(clickhouse, TODAY * DAY_MS);
  await clickhouse.command(
    `INSERT INTO {final}.device_coverage SELECT toDate(${FIRST_DAY} + intDiv(number, 2)), if(number % 2 = 0, '0000000000000001', '0000000000000003'),
       28800, 28800, 900, now64(3) FROM numbers(${2 * DAYS})`,
  );
  await deriveCoverageWindows(clickhouse, TODAY * DAY_MS);
}, 600_000);

afterAll(async () => {
  await clickhouse?.close();
  await engine?.remove();
});

const told = async (): Promise<string[]> => {
  const rows = await clickhouse.rows<Record<string, string>>(
    `SELECT device_id, application_id, state, reason FROM {final}.application_last_used WHERE installed ORDER BY device_id, application_id`,
  );
  return rows.map((row) => [row.device_id?.slice(-1), row.application_id, row.state, row.reason].join(' '));
};

test('what another catalogue calls otherwise, and what came with it, is too new to be judged', async () => {
  const [one, two] = [appIdOf(1), appIdOf(2)];
  expect(await told()).toEqual([
    ...[`1 ${one} not used `, `1 ${two} not used `, `1 ${RENAMED} unknown too new`],
    ...[`3 ${one} unknown too new`, `3 ${two} unknown too new`, `3 ${RENAMED} unknown too new`],
  ]);
});
