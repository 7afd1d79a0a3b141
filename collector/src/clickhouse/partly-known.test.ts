/** Of some users and runs it is known who was in front and whether somebody was there, of others not: too little is then not "nothing". */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDevice, addProgram } from '../admin/fixtures/device-facts.ts';
import { type EngineUnderTest, engineUnderTest } from '../engine/engine-under-test.ts';
import { writerUser } from '../engine/writer-secret.ts';
import { FactBatch } from '../process/fact-batch.ts';
import { type ClickHouse, connectClickHouse } from './clickhouse.ts';
import { deriveInventory } from './derive-inventory.ts';
import { deriveUsageDay } from './derive-usage-day.ts';
import { migrate } from './migrate.ts';
import { numberApplications } from './number-applications.ts';

const NOW = Date.now();
const TODAY = Math.floor(NOW / 86_400_000);
const UNKNOWN = -1;

interface Stretch {
  user?: number;
  executable?: 1 | 2;
  seconds: number;
  front: number;
}

/** What each computer tells of one application of two programs, and what is known of it together. */
const USE: [what: string, stretches: Stretch[], known: number][] = [
  [
    'a minute before one screen, four hours before one that cannot tell',
    [
      { seconds: 60, front: 60 },
      { user: 2, seconds: 14_400, front: UNKNOWN },
    ],
    UNKNOWN,
  ],
  [
    'the same of one user with two programs of it',
    [
      { seconds: 60, front: 60 },
      { executable: 2, seconds: 14_400, front: UNKNOWN },
    ],
    UNKNOWN,
  ],
  [
    'too little before both together',
    [
      { seconds: 60, front: 60 },
      { user: 2, seconds: 239, front: UNKNOWN },
    ],
    60,
  ],
  [
    'just enough',
    [
      { seconds: 60, front: 60 },
      { user: 2, seconds: 240, front: UNKNOWN },
    ],
    UNKNOWN,
  ],
  [
    'enough before one alone',
    [
      { seconds: 400, front: 400 },
      { user: 2, seconds: 14_400, front: UNKNOWN },
    ],
    400,
  ],
  ['nothing known of any', [{ seconds: 20, front: UNKNOWN }], UNKNOWN],
  ['known to be nothing', [{ seconds: 14_400, front: 0 }], 0],
];
/** Seconds of each run of the agent: observed, and with a person there. */
const RUNS: [what: string, runs: [observed: number, person: number][], known: number][] = [
  [
    'nobody at the text console, then a day that cannot be told',
    [
      [600, 0],
      [20_000, UNKNOWN],
    ],
    UNKNOWN,
  ],
  [
    'enough in one, the other not known',
    [
      [3_600, 900],
      [20_000, UNKNOWN],
    ],
    900,
  ],
  [
    'too little in both together',
    [
      [3_600, 100],
      [799, UNKNOWN],
    ],
    100,
  ],
  [
    'nobody',
    [
      [3_600, 0],
      [3_600, 0],
    ],
    0,
  ],
];

let engine: EngineUnderTest;
let clickhouse: ClickHouse;
beforeAll(async () => {
  engine = await engineUnderTest();
  clickhouse = connectClickHouse({ url: engine.url, username: writerUser, password: engine.secret });
  await migrate(clickhouse, () => 0);
  const batch = new FactBatch();
  const application = { application: 'Editor', applicationId: '00000000000000aa' };
  for (const no of [1, 2])
    addProgram(batch, { ...application, id: `00000000000000e${no}`, path: `/usr/bin/editor-${no}` }, no, NOW);
  for (let device = 1; device <= Math.max(USE.length, RUNS.length); device++)
    addDevice(batch, {
      ...{
        device: BigInt(device),
        epoch: device,
        hostname: `host-${device}`,
        reports: 1,
        installed: 2,
        now: NOW,
      },
    });
  for (const [index, [, stretches]] of USE.entries())
    for (const { user = 1, executable = 1, seconds, front } of stretches)
      batch.add('usage', {
        ...{
          day: TODAY,
          epoch_no: index + 1,
          executable_no: executable,
          user: Buffer.alloc(16, user),
          run: 1n,
          generation: 0,
        },
        ...{
          seconds,
          launches_user: 1,
          launches_autostart: 0,
          launches_service: 0,
          launches_scheduler: 0,
          launches_unknown: 0,
        },
        ...{ foreground_seconds: front, locked_seconds: UNKNOWN, slot_order: 1 },
        ...{ slots_0: 2n ** 64n - 1n, slots_1: 0n, slots_2: 0n, slots_3: 0n, slots_4: 0n },
      });
  for (const [index, [, runs]] of RUNS.entries())
    for (const [run, [seconds, interactive_seconds]] of runs.entries())
      batch.add('coverage', {
        ...{
          day: TODAY,
          epoch_no: index + 1,
          run: BigInt(run + 1),
          seconds,
          unobserved_seconds: 0,
          interactive_seconds,
        },
      });
  await batch.write(clickhouse);
  await numberApplications(clickhouse);
  await deriveInventory(clickhouse, NOW, 'none');
  await deriveUsageDay(clickhouse, TODAY, NOW, 'none');
}, 60_000);
afterAll(async () => {
  await clickhouse?.close();
  await engine?.remove();
});

test('who was in front', async () => {
  const rows = await clickhouse.rows<{ front: number }>(
    `SELECT foreground_seconds AS front FROM {final}.usage_daily WHERE application = 'Editor' ORDER BY device_id`,
  );
  expect(rows.map(({ front }, index) => [USE[index]?.[0], front])).toEqual(
    USE.map(([what, , known]) => [what, known]),
  );
});

test('whether somebody was there', async () => {
  const rows = await clickhouse.rows<{ person: number }>(
    'SELECT interactive_seconds AS person FROM {final}.device_coverage ORDER BY device_id',
  );
  expect(rows.map(({ person }, index) => [RUNS[index]?.[0], person])).toEqual(
    RUNS.map(([what, , known]) => [what, known]),
  );
});

test('a person’s own row follows the same rule', async () => {
  const [row] = await clickhouse.rows(
    `SELECT foreground_seconds FROM {person}.user_usage_daily WHERE device_id = '0000000000000002'`,
  );
  expect(row).toEqual({ foreground_seconds: UNKNOWN });
});
