/**
 * An absurd value that was stored before there were bounds: written directly into the facts of a fleet whose every total
 * is known. It is corrected by command, its marks included, and all totals equal the recount again; later good values of
 * its device change nothing, and undoing brings back what was there (R19).
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerOf, collectorCommand } from '../load/collector-command.ts';
import { CollectorUnderLoad } from '../load/collector-under-load.ts';
import { Fleet } from '../load/fleet.ts';
import { partToVerify, VerifyError, verify } from '../load/verify.ts';

const DAY_MS = 86_400_000;
const DEVICES = 30;
const METER_HOUR = 6;
const HOUR = 20;
let collector: CollectorUnderLoad;
let fleet: Fleet;

beforeAll(async () => {
  collector = await CollectorUnderLoad.start({ recomputeSeconds: 1 });
  fleet = new Fleet(collector.agentUrl, {
    ...{ seed: 5, devices: DEVICES, executables: 60, firstDay: Math.floor(Date.now() / DAY_MS) - 2 },
    ...{ meterHour: METER_HOUR, connections: 4, joinSecret: collector.joinSecret },
  });
  const all = Array.from({ length: DEVICES }, (_, device) => device);
  await fleet.enrol(all);
  await fleet.report(all, HOUR);
  await collector.settled();
}, 120_000);
afterAll(async () => {
  await fleet?.close();
  await collector?.close();
});

const equalsTheRecount = (): Promise<string> =>
  verify((query) => collector.sql(query), fleet.world, partToVerify(fleet.world, HOUR, Date.now()));
const run = <T>(...args: string[]) => answerOf<T>(collector.folder, ...args);

interface Victim extends Record<string, unknown> {
  device_id: string;
  application_id: string;
  seconds: number;
  launches: number;
  launches_by_user: number;
  day: string;
}

const DEVICE = `dictGetUInt64('fleetmeter_facts.device_of', 'device_id64', toUInt64(epoch_no))`;
const NUMBER = `dictGetUInt32('fleetmeter_facts.application_of', 'application_no', toUInt64(executable_no))`;
const APPLICATION = `dictGetUInt64('fleetmeter_facts.application_numbered', 'application_id64', toUInt64(${NUMBER}))`;
const digits = (id64: string): string => `lower(leftPad(hex(${id64}), 16, '0'))`;

/** What one user alone used, and more than one program of it, so that the total is that user's. */
async function victimOf(): Promise<Victim & { user: string }> {
  const [fact] = await collector.writerSql<{ who: string; device: string; date: string; app: string }>(`
    SELECT any(lower(hex(user))) AS who, ${digits(DEVICE)} AS device, ${digits(APPLICATION)} AS app, toString(day) AS date
    FROM fleetmeter_facts.usage GROUP BY device, app, date
    HAVING uniqExact(user) = 1 AND uniqExact(executable_no) > 1 ORDER BY count() DESC, device, date LIMIT 1`);
  if (!fact) throw new Error('nobody used two programs of one application');
  const [row] = await collector.sql<Victim>(
    `SELECT device_id, application_id, seconds, launches, launches_by_user, toString(day) AS day FROM fleetmeter.usage_daily
     WHERE device_id = '${fact.device}' AND application_id = '${fact.app}' AND day = '${fact.date}'`,
  );
  return { ...(row as Victim), user: fact.who };
}

test('a value that no rule would take today is corrected, equal to the recount, and stays so', async () => {
  console.log(await equalsTheRecount());
  const victim = await victimOf();
  const of = ['--device', victim.device_id, '--day', victim.day];
  const subject = ['--application', victim.application_id];

  // Another run of the same program: two thousand days of seconds, every mark, launches without end.
  await collector.writerSql(`
    INSERT INTO fleetmeter_facts.usage SELECT day, epoch_no, executable_no, user, run + 1, 0, 172800000, 4000000000, 0, 0, 0, 0, -1, -1,
      18446744073709551615, 18446744073709551615, 18446744073709551615, 18446744073709551615, 4294967295, slot_order
    FROM fleetmeter_facts.usage WHERE day = '${victim.day}' AND user = unhex('${victim.user}')
      AND ${digits(DEVICE)} = '${victim.device_id}' AND ${digits(APPLICATION)} = '${victim.application_id}'
    LIMIT 1`);
  // Facts that no mark tells of: that is what an audit is for.
  expect((await collectorCommand(collector.folder, 'audit', '--now', '--percent', '100')).code).toBe(1);
  await collector.settled();
  await expect(equalsTheRecount()).rejects.toThrow(VerifyError);

  const values = ['--seconds', `${victim.seconds}`, '--launches', `${victim.launches}`];
  const wanted = [...of, ...subject, ...values, '--launches-by-user', `${victim.launches_by_user}`];
  const tried = await run<{ committed: boolean; device: Record<string, number>[] }>('correct', ...wanted);
  expect(tried).toMatchObject({ committed: false, before: { seconds: 86_400 } });
  expect(tried.device).toMatchObject([
    { seconds_before: 86_400, seconds_after: victim.seconds, launches_after: victim.launches },
  ]);
  await collector.settled();
  await expect(equalsTheRecount()).rejects.toThrow(VerifyError);

  const made = await run<{ number: number }>(
    'correct',
    ...wanted,
    '--reason',
    'clock bug of 0.9',
    '--commit',
  );
  expect(made).toMatchObject({ committed: true, number: 1 });
  await collector.settled();
  console.log('corrected:', await equalsTheRecount());

  // The device says everything of that day again, as it would for an audit: good values, generation 0.
  const before = (await collector.metrics())('fleetmeter_process_corrected_records_total');
  const device = [...Array(DEVICES).keys()].find(
    (each) => Buffer.from(fleet.world.memory.deviceId(each)).toString('hex') === victim.device_id,
  ) as number;
  fleet.world.memory.usageHour[device] = METER_HOUR;
  await fleet.report([device], HOUR);
  await collector.settled();
  const late = (await collector.metrics())('fleetmeter_process_corrected_records_total') - before;
  expect(late).toBeGreaterThan(1);
  console.log(`after ${late} later records:`, await equalsTheRecount());
  expect((await collectorCommand(collector.folder, 'audit', '--now', '--percent', '100')).code).toBe(0);

  // What was there comes back when it is asked for, and goes again.
  await run('correct', 'undo', '1', '--reason', 'control', '--commit');
  await collector.settled();
  await expect(equalsTheRecount()).rejects.toThrow(VerifyError);
  await run('correct', 'undo', '2', '--reason', 'control', '--commit');
  await collector.settled();
  await equalsTheRecount();
  const { stdout } = await collectorCommand(collector.folder, 'correct', 'list');
  expect(stdout).toMatch(/undoes 2.*\n.*undoes 1.*undone by 3\n.*clock bug of 0\.9.*undone by 2\n/);
}, 300_000);

test('what cannot be corrected is said, with exit code 1', async () => {
  const today = new Date().toISOString().slice(0, 10);
  const { device_id: device, application_id: application } = await victimOf();
  const wrong: [string[], string][] = [
    [['--device', device, '--day', today, '--application', application], 'the day is not over'],
    [
      ['--device', 'ff00ff00ff00ff00', '--day', '2020-01-01', '--application', application],
      'no device ff00ff00ff00ff00 ever reported',
    ],
  ];
  for (const [args, words] of wrong) {
    const { code, stderr } = await collectorCommand(collector.folder, 'correct', ...args, '--seconds', '1');
    expect([code, stderr]).toEqual([1, expect.stringContaining(words)]);
  }
  const { code, stderr } = await collectorCommand(
    ...([collector.folder, 'correct', 'undo', '1', '--reason', 'x', '--commit'] as const),
  );
  expect([code, stderr]).toEqual([1, expect.stringContaining('is taken back already, by correction 2')]);
}, 60_000);
