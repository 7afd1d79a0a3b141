/**
 * The peak of what is licensed by concurrency against an oracle that shares no code with it: random devices, users and runs, told
 * in pieces, twice and under two epochs, some in the device's own order, some corrected.
 */
import { encodeSlots } from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { slotPermutation } from '../../agent/src/usage/slot-permutation.ts';
import { type ClickHouse, connectClickHouse } from '../../collector/src/clickhouse/clickhouse.ts';
import { deriveUsageDay } from '../../collector/src/clickhouse/derive-usage-day.ts';
import { migrate } from '../../collector/src/clickhouse/migrate.ts';
import { numberApplications } from '../../collector/src/clickhouse/number-applications.ts';
import { writeSmallGroups } from '../../collector/src/clickhouse/small-groups.ts';
import { type EngineUnderTest, engineUnderTest } from '../../collector/src/engine/engine-under-test.ts';
import { writerUser } from '../../collector/src/engine/writer-secret.ts';
import { FactBatch } from '../../collector/src/process/fact-batch.ts';
import { usageRow } from '../../collector/src/process/usage-rows.ts';
import { SeededRandom } from '../model/seeded-random.ts';

const SEED = Number(process.env.FLEETMETER_SEED ?? Math.floor(Math.random() * 2 ** 31));
const DAYS = Array.from({ length: Number(process.env.FLEETMETER_DAYS ?? 12) }, (_, index) => 20_000 + index);
const NOW = 20_100 * 86_400_000;
const DEVICES = 7;
const SMALLEST = 3;
/** Executable to application; the last one is described by nobody. */
const PROGRAMS = [
  { no: 1, application: 'a', listed: true },
  { no: 2, application: 'a', listed: true },
  { no: 3, application: 'a', listed: false },
  { no: 4, application: 'b', listed: true },
  { no: 5, application: 'c', listed: false },
  { no: 6, application: undefined, listed: true },
] as const;
type Program = (typeof PROGRAMS)[number];

let engine: EngineUnderTest;
let clickhouse: ClickHouse;

beforeAll(async () => {
  engine = await engineUnderTest();
  clickhouse = connectClickHouse({ url: engine.url, username: writerUser, password: engine.secret });
  await migrate(clickhouse, () => NOW);
  await writeSmallGroups(clickhouse, { smallest: SMALLEST, key: new Uint8Array(16) });
  const batch = new FactBatch();
  for (let device = 1; device <= DEVICES; device++)
    for (const epoch_no of [device, device + 100])
      batch.add('epochs', {
        ...{ epoch_no, device_id64: BigInt(device), parent_epoch_no: 0, opened_at: NOW, moves: 0 },
      });
  for (const { no, application } of PROGRAMS)
    if (application !== undefined)
      batch.add('mappings', {
        ...{ executable_no: no, version: 1n, application_id64: BigInt(application.charCodeAt(0)) },
        ...{ application, publisher: 'p', application_version: String(no), recognised: 1, fingerprint: 1n },
      });
  await batch.write(clickhouse);
  await numberApplications(clickhouse);
});
afterAll(async () => {
  await clickhouse?.close();
  await engine?.remove();
});

/** What happened: somebody's program ran in these five minutes. `told`: in which order that was told. */
interface Run {
  device: number;
  user: number;
  program: Program;
  run: bigint;
  marks: number[];
  told: 'times' | 'shuffled' | 'both';
}

function lifeOf(random: SeededRandom): Run[] {
  const refuses = new Set(Array.from({ length: 2 }, () => random.below(DEVICES) + 1));
  return Array.from({ length: random.below(60) }, (_, index): Run => {
    const device = random.below(DEVICES) + 1;
    const program = random.pick(PROGRAMS);
    const from = 90 + random.below(40);
    const marks = Array.from(
      { length: 1 + random.below(12) },
      (_, step) => from + step * (1 + random.below(2)),
    );
    const isTold = program.listed && !refuses.has(device);
    const told = !isTold ? 'shuffled' : random.chance(0.05) ? 'both' : 'times';
    return {
      device,
      user: random.below(3),
      program,
      run: BigInt(index + 1),
      marks: [...new Set(marks)],
      told,
    };
  });
}

/** In pieces, some of them twice, under either epoch. */
function tell(
  batch: FactBatch,
  day: number,
  { device, user, program, run, marks, told }: Run,
  random: SeededRandom,
) {
  const shuffle = slotPermutation(new Uint8Array(32).fill(device), day);
  const pieces = [
    marks.filter((_, index) => index % 2 === 0),
    marks.filter((_, index) => index % 2 === 1),
    marks,
    [],
  ];
  for (const [index, piece] of pieces.entries())
    for (let times = 1 + random.below(2); times > 0; times--) {
      const inOrder = told === 'times' || (told === 'both' && index === 0);
      const slots = (inOrder ? piece : piece.map((mark) => shuffle[mark] as number)).sort((a, b) => a - b);
      const record = { day, seconds: 60 * marks.length, launches: { user: 1 }, slots: encodeSlots(slots) };
      batch.add(
        'usage',
        usageRow(inOrder ? { ...record, slotsChronological: true } : record, {
          ...{ epochNo: random.chance(0.5) ? device : device + 100, executableNo: program.no, run },
          user: Buffer.alloc(16, 10 * device + user),
        }),
      );
    }
}

interface Peak {
  application: string;
  devices: number;
  at: string | null;
  users: string;
  in_order: number;
  used: number;
}

const most = (count: (mark: number) => number): { count: number; at: number } =>
  Array.from({ length: 288 }, (_, mark) => mark).reduce(
    (best, mark) => (count(mark) > best.count ? { count: count(mark), at: mark } : best),
    { count: 0, at: -1 },
  );

/** `corrected`: what is in force instead has no times. */
function oracle(day: number, life: readonly Run[], corrected: ReadonlySet<string>): Peak[] {
  return ['a', 'b', 'c'].flatMap((application): Peak[] => {
    const all = life.filter((run) => run.program.application === application);
    const timed = all.filter((run) => run.told === 'times' && !corrected.has(keyOf(run)));
    if (timed.length === 0) return [];
    const at = (mark: number, who: (run: Run) => string): number =>
      new Set(timed.filter(({ marks }) => marks.includes(mark)).map(who)).size;
    const devices = most((mark) => at(mark, ({ device }) => `${device}`));
    const users = most((mark) => at(mark, ({ device, user }) => `${device} ${user}`));
    const begins = new Date((day * 288 + devices.at) * 300_000).toISOString().slice(0, 19).replace('T', ' ');
    return [
      {
        application,
        devices: devices.count,
        at: devices.count < SMALLEST ? null : begins,
        users: users.count < SMALLEST ? `< ${SMALLEST}` : `${users.count}`,
        in_order: new Set(timed.map(({ device }) => device)).size,
        used: new Set(all.map(({ device }) => device)).size,
      },
    ];
  });
}

const keyOf = ({ device, user, program }: Run): string => `${device} ${user} ${program.no}`;

const derived = async (day: number): Promise<Peak[]> =>
  await clickhouse.rows<Peak>(
    `SELECT application, toUInt32(peak_devices) AS devices, toString(peak_devices_at) AS at, peak_users AS users,
       toUInt32(devices_in_order) AS in_order, toUInt32(devices_used) AS used
     FROM {final}.application_concurrency_daily WHERE day = toDate({day:UInt16}) ORDER BY application`,
    { day },
  );

test('the peak of a day is that of the devices that told times, whatever else is told of it', async () => {
  console.log(`FLEETMETER_SEED=${SEED}, ${DAYS.length} days`);
  const random = new SeededRandom(SEED);
  let peaks = 0;
  for (const day of DAYS) {
    const life = lifeOf(random);
    const batch = new FactBatch();
    for (const run of life) tell(batch, day, run, random);
    const corrected = new Set<string>();
    for (const run of life)
      if (random.chance(0.05)) {
        corrected.add(keyOf(run));
        batch.add('usage', {
          ...usageRow(
            { day, generation: 1, seconds: 60, slots: encodeSlots([100]) },
            {
              epochNo: run.device,
              executableNo: run.program.no,
              run: 0n,
              user: Buffer.alloc(16, 10 * run.device + run.user),
            },
          ),
        });
      }
    await batch.write(clickhouse);
    // Twice: what is in place is replaced.
    for (let times = 0; times < 2; times++) await deriveUsageDay(clickhouse, day, NOW + times, 'none');
    const expected = oracle(day, life, corrected);
    peaks += expected.length;
    expect([day, await derived(day)]).toEqual([day, expected]);
  }
  expect(peaks).toBeGreaterThan(DAYS.length / 2);
  const [staged] = await clickhouse.rows<{ rows: string }>(
    'SELECT (SELECT count() FROM {facts}.application_concurrency_staging) + (SELECT count() FROM {facts}.application_concurrency_judged_staging) AS rows',
  );
  expect(Number(staged?.rows)).toBe(0);
});

test('an application of which one program is listed loses no time of the others', async () => {
  const day = 20_050;
  const marks = (from: number) => Array.from({ length: 144 }, (_, index) => from + index);
  const batch = new FactBatch();
  const add = (no: number, slots: number[], slotsChronological: boolean) =>
    batch.add(
      'usage',
      usageRow(
        { day, seconds: 43_200, slots: encodeSlots(slots), slotsChronological },
        { epochNo: 1, executableNo: no, run: BigInt(no), user: Buffer.alloc(16, 1) },
      ),
    );
  add(1, marks(0), true);
  // Half of these positions are those of the first one's times.
  add(3, marks(72), false);
  await batch.write(clickhouse);
  await deriveUsageDay(clickhouse, day, NOW, 'none');
  expect(
    await clickhouse.rows('SELECT seconds FROM {final}.usage_daily WHERE day = toDate({day:UInt16})', {
      day,
    }),
  ).toEqual([{ seconds: 86_400 }]);
});

test('a day of which no times are there any more has no peak', async () => {
  const [day] = DAYS;
  await clickhouse.command(
    `ALTER TABLE {facts}.usage DELETE WHERE day = toDate(${day}) SETTINGS mutations_sync = 1`,
  );
  await deriveUsageDay(clickhouse, day as number, NOW + 2, 'none');
  expect(await derived(day as number)).toEqual([]);
});
