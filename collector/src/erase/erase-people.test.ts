/** Erasing one of two persons of a computer on a real engine: killed at every word to the engine, raced by replays, and asked for again. */
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { personOf } from '../control/person-pseudonym.ts';
import { idBytes, NOW, QuarantineSite, TODAY, usageOf } from '../quarantine/fixtures/quarantine-site.ts';
import { replaySome } from '../quarantine/replay-job.ts';
import { erasePeopleStep } from './erase-people.ts';

const [ANNA, BEN] = [new Uint8Array(8).fill(1), new Uint8Array(8).fill(2)];
const EDITOR = idBytes('00000000000000e1');

let site: QuarantineSite;
let device: string;
let anna: Uint8Array;
beforeAll(async () => {
  site = await QuarantineSite.open();
  device = site.enrol();
  anna = personOf(site.control.userKey, ANNA);
  // One record of each cannot be used: it speaks of a day to come.
  for (const user of [ANNA, BEN])
    await site.process(site.report(device, { usage: reportedBy(user, [0, -1, 9]) }));
}, 60_000);
afterAll(() => site?.close());

function reportedBy(user: Uint8Array, days: number[]) {
  const records = days.map((day) => ({ executableId: EDITOR, day: TODAY + day, seconds: 60 }));
  return { ...usageOf(records), users: [user] };
}

/** Rows of use of Anna, and of everybody. */
async function rows(): Promise<number[]> {
  const [row] = await site.clickhouse.rows<{ anna: string; all: string }>(
    `SELECT uniqExactIf((day, run), user = unhex({anna:String})) AS anna, uniqExact(day, user, run) AS all FROM {facts}.usage`,
    { anna: Buffer.from(anna).toString('hex') },
  );
  return [Number(row?.anna), Number(row?.all)];
}

const step = (clickhouse: ClickHouse = site.clickhouse) =>
  erasePeopleStep({
    ...{ clickhouse, control: site.control, log: pino({ level: 'silent' }), now: () => NOW },
    ...{ settled: async () => {}, onDeleted: () => {}, onDone: () => {} },
  });
const request = (person: Uint8Array) => site.control.personErasures.request(person, 'her wish', 'ada', NOW);
const phase = (number: number) => site.control.personErasures.get(number)?.phase;

/** Writes what is decided of everything in quarantine; returns what came of it. */
async function replayAll(): Promise<string[]> {
  await site.control.quarantine.decide({
    ...{ action: 'repair', filter: {}, reason: 'a test', by: 'ada', now: NOW },
    transformation: JSON.stringify({ version: 1, steps: ['shift-day -12'] }),
  });
  const before = site.settled.length;
  await replaySome(site.parts);
  return site.settled.slice(before).map(({ outcome, detail }) => `${outcome} ${detail}`.trim());
}

test('after a crash at any step nothing of her is left, and everything of the other is', async () => {
  expect(await rows()).toEqual([2, 4]);
  const number = request(anna);
  let crashes = 0;
  for (let word = 0; phase(number) !== 'deriving'; word++) {
    expect(word).toBeLessThan(50);
    let left = word;
    const dying = (work: 'command' | 'rows') => async (sql: string, parameters?: Record<string, unknown>) => {
      if (left-- === 0) throw new Error('killed');
      return await site.clickhouse[work](sql, parameters);
    };
    site.reopen();
    await step({ ...site.clickhouse, command: dying('command'), rows: dying('rows') } as ClickHouse).catch(
      () => crashes++,
    );
  }
  expect(crashes).toBeGreaterThanOrEqual(2);
  expect(await rows()).toEqual([0, 2]);
  expect(site.control.personErasures.get(number)?.devices).toEqual([device]);
  // Hers is gone from quarantine too, and his is not.
  expect(await replayAll()).toEqual(['replayed']);
  expect(await rows()).toEqual([0, 3]);
});

test('what somebody had read before and writes late is found, and goes too', async () => {
  const [erasure] = site.control.personErasures.open(1);
  const number = erasure?.number ?? 0;
  await site.clickhouse.command(
    `INSERT INTO {facts}.usage (day, epoch_no, executable_no, user, run, generation, seconds, slot_order)
     SELECT toDate(${TODAY - 3}), 1, 1, unhex({anna:String}), 77, 0, 60, 1`,
    { anna: Buffer.from(anna).toString('hex') },
  );
  await site.derive();
  await step();
  expect(phase(number)).toBe('deleting');
  await step();
  expect(await rows()).toEqual([0, 3]);
  // The day that it was on waits like the others.
  expect(site.control.dirtyMarks().map(({ target }) => target)).toContainEqual({
    kind: 'usage-day',
    day: TODAY - 3,
  });
  await site.derive();
  await step();
  expect(site.control.personErasures.get(number)).toMatchObject({
    phase: 'done',
    days: [],
    person: undefined,
  });
});

test('a record of hers that is replayed after all is refused; what her computer sums up is not audited', async () => {
  // As a range does that began before she was asked for.
  site.control.personErasures.isErased = () => false;
  await site.process(site.report(device, { usage: reportedBy(ANNA, [11]) }));
  Reflect.deleteProperty(site.control.personErasures, 'isErased');
  expect(await replayAll()).toEqual(['refused its person was erased']);
  expect(await rows()).toEqual([0, 3]);
  expect(site.control.personErasures.hasErased(device)).toBe(true);
});

test('asked for again it is done again, as after tables were put back', async () => {
  await site.clickhouse.command(
    `INSERT INTO {facts}.usage (day, epoch_no, executable_no, user, run, generation, seconds, slot_order)
     SELECT toDate(${TODAY}), 1, 1, unhex({anna:String}), 78, 0, 60, 1`,
    { anna: Buffer.from(anna).toString('hex') },
  );
  const number = request(anna);
  expect(phase(number)).toBe('requested');
  // While it is open asking once more changes nothing.
  expect(request(anna)).toBe(number);
  await step();
  expect(await rows()).toEqual([0, 3]);
  await site.derive();
  await step();
  expect(phase(number)).toBe('done');
});

test('those who only wait for totals hold up nobody, and of nobody who was asked for anything more is taken', async () => {
  const persons = Array.from({ length: 25 }, (_, no) =>
    personOf(site.control.userKey, new Uint8Array(8).fill(100 + no)),
  );
  const numbers = persons.map(request);
  await step();
  for (const person of persons) expect(site.control.personErasures.isErased(person)).toBe(true);
  await step();
  await step();
  expect(new Set(numbers.map(phase))).toEqual(new Set(['done']));
});
