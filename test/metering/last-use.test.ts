/**
 * Nobody loses software that is used (issue: wrong accusations): what application_last_used says of scripted computers, of which it is
 * known who used what, through the real meter, the real engine and the collector's own derivations.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClickHouse, connectClickHouse } from '../../collector/src/clickhouse/clickhouse.ts';
import { deriveCoverageWindows } from '../../collector/src/clickhouse/derive-coverage.ts';
import { deriveDevices } from '../../collector/src/clickhouse/derive-devices.ts';
import { deriveInventory } from '../../collector/src/clickhouse/derive-inventory.ts';
import { deriveUsageDay } from '../../collector/src/clickhouse/derive-usage-day.ts';
import { migrate } from '../../collector/src/clickhouse/migrate.ts';
import { numberApplications } from '../../collector/src/clickhouse/number-applications.ts';
import { type EngineUnderTest, engineUnderTest } from '../../collector/src/engine/engine-under-test.ts';
import { writerUser } from '../../collector/src/engine/writer-secret.ts';
import { FactBatch } from '../../collector/src/process/fact-batch.ts';
import { SeededRandom } from '../model/seeded-random.ts';
import { meterDevice } from './last-use/metered-facts.ts';
import {
  DAYS,
  daysOfUse,
  daysWithPerson,
  type ScriptedDevice,
  SITUATIONS,
  scriptedDevice,
} from './last-use/scripted-devices.ts';
import {
  addDescriptions,
  addInventories,
  appIdOf,
  deviceIdOf,
  executableNo,
  TODAY,
} from './last-use/told-fleet.ts';

const SEED = Number(process.env.FLEETMETER_SEED ?? Date.now() % 1e9);
const DEVICES = 40;
const PROGRAMS = 32;
const FIRST_DAY = TODAY - DAYS + 1;
const DAY_MS = 86_400_000;
const USED_DAYS = 2;
/** A few of the twenty that it takes may lie before the program came: windows are of 30 days. */
const LEAST_OCCASIONS = 15;

interface Answer {
  device_id: string;
  application_id: string;
  state: 'used' | 'not used' | 'unknown';
  reason: string;
  last_used: string | null;
  days_used: number;
}

let engine: EngineUnderTest;
let clickhouse: ClickHouse;
const random = new SeededRandom(SEED);
const devices: ScriptedDevice[] = Array.from({ length: DEVICES }, (_, at) =>
  scriptedDevice(SITUATIONS[at % SITUATIONS.length] as (typeof SITUATIONS)[number], random, PROGRAMS),
);

beforeAll(async () => {
  engine = await engineUnderTest();
  clickhouse = connectClickHouse({ url: engine.url, username: writerUser, password: engine.secret });
  await migrate(clickhouse, () => Date.now());
  const facts = new FactBatch();
  for (const [at, device] of devices.entries())
    meterDevice(device, FIRST_DAY, { epochs: [2 * at + 1, 2 * at + 2], executableNo }, facts);
  addDescriptions(facts, PROGRAMS);
  addInventories(facts, devices, PROGRAMS, { atDay: 0, firstDay: FIRST_DAY });
  await facts.write(clickhouse);
  await deriveDevices(clickhouse, FIRST_DAY * DAY_MS);
  // In truth it is derived every day; what matters is before and after something came.
  for (const day of [10, 45, 78, DAYS - 1]) {
    const told = new FactBatch();
    addInventories(told, devices, PROGRAMS, { atDay: day, firstDay: FIRST_DAY });
    await told.write(clickhouse);
    await numberApplications(clickhouse);
    await deriveInventory(clickhouse, (FIRST_DAY + day) * DAY_MS, 'one');
  }
  await deriveDevices(clickhouse, TODAY * DAY_MS);
  for (let day = FIRST_DAY - 6; day <= TODAY; day++) await deriveUsageDay(clickhouse, day, Date.now(), 'one');
  await deriveCoverageWindows(clickhouse, Date.now());
}, 600_000);

afterAll(async () => {
  await clickhouse?.close();
  await engine?.remove();
});

interface Pair {
  situation: string;
  habit: string;
  used: number[];
  /** Days of the last 90 with a person at the device, and the program on it. */
  occasions: number;
  answer: Answer | undefined;
}

async function pairs(): Promise<Pair[]> {
  const answers = new Map<string, Answer>();
  for (const row of await clickhouse.rows<Answer>('SELECT * FROM {final}.application_last_used'))
    answers.set(`${row.device_id} ${row.application_id}`, row);
  return devices.flatMap((device, at) =>
    device.programs.map((habit, program) => ({
      ...{ situation: device.situation, habit },
      // Of one that was imaged, what is there now is judged by what it did since.
      used: daysOfUse(device, program).filter((day) => device.imagedOn === DAYS || day >= device.imagedOn),
      occasions: daysWithPerson(device),
      answer: answers.get(`${deviceIdOf(device, at)} ${appIdOf(program)}`),
    })),
  );
}

test('of a thousand pairs at most one that is used is called not used, and last use is right within a day', async () => {
  const all = await pairs();
  expect(all.filter(({ answer }) => !answer)).toEqual([]);
  const wrong = all.filter(({ used, answer }) => used.length >= USED_DAYS && answer?.state === 'not used');
  // Of what is not known nothing is said.
  // Nor may one be called so where there was hardly an occasion to use it.
  const tooSoon = all.filter(
    ({ occasions, answer }) => occasions < LEAST_OCCASIONS && answer?.state === 'not used',
  );
  const withUse = all.filter(({ used, answer }) => used.length > 0 && answer?.state !== 'unknown');
  const offBy = ({ used, answer }: Pair): number => {
    const is = answer?.last_used
      ? Date.parse(answer.last_used) / DAY_MS - FIRST_DAY
      : Number.NEGATIVE_INFINITY;
    return Math.abs(is - (used.at(-1) as number));
  };
  const late = withUse.filter((pair) => offBy(pair) > 1);
  const count = (which: (pair: Pair) => boolean): number => all.filter(which).length;
  const unused = ({ used }: Pair): boolean => used.length < USED_DAYS;
  console.log(
    `seed ${SEED}: ${all.length} pairs; ${wrong.length} used and called not used; last use off by more than a day: ${late.length} of ${withUse.length}; ` +
      `unknown ${count(({ answer }) => answer?.state === 'unknown')}; not used ${count(unused)}, of which told ${count((pair) => unused(pair) && pair.answer?.state === 'not used')}; ` +
      `called used and not ${count((pair) => unused(pair) && pair.answer?.state === 'used')}`,
  );
  const table: Record<string, Record<string, number>> = {};
  for (const { situation, answer } of all) {
    const key = answer?.state === 'unknown' ? `unknown: ${answer.reason}` : `${answer?.state}`;
    table[situation] ??= {};
    table[situation][key] = (table[situation][key] ?? 0) + 1;
  }
  for (const [situation, states] of Object.entries(table))
    console.log(`${situation}: ${JSON.stringify(states)}`);
  expect(
    tooSoon.map(({ situation, habit, occasions }) => `${situation}, ${habit}: ${occasions} days`),
  ).toEqual([]);
  expect(wrong.map(({ situation, habit, used }) => `${situation}, ${habit}: ${used.length} days`)).toEqual(
    [],
  );
  expect(
    late.length,
    late.map(({ situation, habit }) => `${situation}, ${habit}`).join('; '),
  ).toBeLessThanOrEqual(0.01 * withUse.length);
});

test('where it is known what is in front, what begins with the session is used by who looks at it and by nobody else', async () => {
  const known = (await pairs()).filter(({ situation }) => situation === 'display');
  const statesOf = (habit: string) =>
    new Set(known.filter((pair) => pair.habit === habit).map(({ answer }) => answer?.state));
  expect(statesOf('looked at')).toEqual(new Set(['used']));
  expect(statesOf('autostart')).toEqual(new Set(['not used']));
  expect(statesOf('daily')).toEqual(new Set(['used']));
});

test('behind a lock nothing is used, though it has the focus all day', async () => {
  const behind = (await pairs()).filter(
    ({ situation, habit }) => situation === 'locked' && habit === 'autostart',
  );
  expect(behind.length).toBeGreaterThan(0);
  expect(behind.filter(({ answer }) => answer?.state === 'used' || answer?.days_used !== 0)).toEqual([]);
});
