/** Records put aside by the real processing, decided about by the command line, carried out on the real engine. */
import { encodeEvidence, identifyEvidence } from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { delivered } from '../control/fixtures/delivered.ts';
import { runCommand } from '../settings/fixtures/run-command.ts';
import { idBytes, QuarantineSite, TODAY, usageOf } from './fixtures/quarantine-site.ts';

const EDITOR = '00000000000000e1';
const SHELL = '00000000000000e2';
const isoDay = (day: number) => new Date(day * 86_400_000).toISOString().slice(0, 10);
let site: QuarantineSite;
let devices: string[];
beforeAll(async () => {
  site = await QuarantineSite.open();
  devices = [site.enrol(), site.enrol(), site.enrol()];
  site.startJob();
}, 60_000);
afterAll(async () => {
  await site?.close();
});

const quarantine = (...args: string[]) => runCommand(site.dataDir, ['quarantine', ...args]);
const json = async (...args: string[]) => JSON.parse((await quarantine(...args, '--json')).printed);

test('what agents of one version sent wrongly is one group, and each record says what it is', async () => {
  const record = (executableId: string, day: number, seconds: number) => ({
    ...{ executableId: idBytes(executableId), day, seconds, launches: { user: 1 } },
  });
  for (const [index, device] of devices.entries())
    await site.process(
      site.report(device, {
        host: { hostname: `h${index}`, agentVersion: index === 2 ? '2.0.0' : '1.9.0' },
        usage: usageOf([
          record(SHELL, TODAY - 1, 100),
          // The clock of the first two was put forward by ten days: impossible, and off by a known amount.
          record(EDITOR, index === 2 ? TODAY - 1 : TODAY + 9, 3600),
        ]),
      }),
    );
  await site.derive();
  expect(await site.served()).toEqual({ [isoDay(TODAY - 1)]: 300 + 3600 });
  expect(await json('list')).toMatchObject([
    { reason: 'usage-day-out-of-window', kind: 'usage', agent_version: '1.9.0', records: 2, devices: 2 },
  ]);
  const [first] = await json('list', '--records');
  // The day it was received, since its own is impossible.
  expect(first).toMatchObject({
    device_id: devices[0],
    agent_version: '1.9.0',
    concerns: { day: isoDay(TODAY) },
  });
  expect(site.concerns().map(({ day, deviceId }) => [day, deviceId])).toEqual([
    [TODAY, devices[0]],
    [TODAY, devices[1]],
  ]);
  const { printed } = await quarantine('show', String(first.number));
  expect(printed).toMatch(/executable_id +00000000000000e1/);
  expect(printed).toMatch(/seconds +3600/);
  // Who it was is nobody's affair here.
  expect(printed).toMatch(/^user +known$/m);
  expect(printed).toMatch(new RegExp(`^day +${isoDay(TODAY + 9)}`, 'm'));
});

test('a repair that is tried says what it would do, by the real rules and derivation, and changes nothing', async () => {
  const answer = await json('repair', '--agent-version', '1.9.0', 'shift-day -10');
  expect(answer).toMatchObject({ committed: false, records: 2, outcomes: { replayed: 2 }, refusals: [] });
  expect(answer.effect).toMatchObject([
    {
      day: TODAY - 1,
      seconds_before: 3600 + 300,
      seconds_after: 3 * 3600 + 300,
      devices_before: 3,
      devices_after: 3,
    },
  ]);
  const { printed } = await quarantine('repair', '--agent-version', '1.9.0', 'shift-day -10');
  expect(printed).toContain('nothing was changed: say --commit to do it');
  await site.derive();
  expect(await site.served()).toEqual({ [isoDay(TODAY - 1)]: 3900 });
  expect(site.concerns()).toHaveLength(2);
  expect(await json('decisions')).toEqual([]);
});

test('a repair that does not make a record right is refused and leaves it open', async () => {
  const tried = await json('repair', '--all', 'shift-day 300');
  expect(tried).toMatchObject({ outcomes: { refused: 2 }, effect: [] });
  expect(tried.refusals[0].detail).toContain('usage-day-out-of-window');
  const ran = await quarantine(
    'repair',
    '--all',
    'shift-day 300',
    '--commit',
    '--because',
    'a mistake',
    '--json',
  );
  expect(ran.failed).toBe(true);
  expect(JSON.parse(ran.printed)).toMatchObject({ committed: true, waiting: 0, outcomes: { refused: 2 } });
  expect(site.concerns()).toHaveLength(2);
  await expect(quarantine('repair', '--all', 'shift-day -ten')).rejects.toThrow(
    /no step "shift-day -ten"; there are set day/,
  );
  await expect(quarantine('repair', 'shift-day -10')).rejects.toThrow(/say which records/);
});

test('committed, the numbers come right, and the audit trail says who did what', async () => {
  const because = ['--because', 'clock of the pool was wrong'];
  const done = await json('repair', '--agent-version', '1.9.0', 'shift-day -10', '--commit', ...because);
  expect(done).toMatchObject({ committed: true, records: 2, waiting: 0, outcomes: { replayed: 2 } });
  expect(done.transformation).toEqual({ version: 1, steps: ['shift-day -10'] });
  expect(site.concerns()).toEqual([]);
  await site.derive();
  expect(await site.served()).toEqual({ [isoDay(TODAY - 1)]: 3 * 3600 + 300 });
  const [latest] = await json('decisions');
  expect(latest).toMatchObject({
    action: 'repair',
    reason: 'clock of the pool was wrong',
    selection: 'agent version 1.9.0',
  });
  expect((await quarantine('list')).printed).toBe('nothing\n');
  expect(await json('list', '--state', 'replayed')).toMatchObject([{ records: 2 }]);
  // The record itself may age out; what became of it stays.
  site.control.ageOutQuarantine(Number.MAX_SAFE_INTEGER, 1);
  expect((await quarantine('show', '1')).printed).toMatch(
    /record +1 is no longer kept[\s\S]*decision 2: replayed/,
  );
  await expect(quarantine('repair', '--all', 'shift-day -10', '--commit')).rejects.toThrow(
    /no open record fits/,
  );
});

test('discarding needs a reason, and releases what the record concerned', async () => {
  const [device = ''] = devices;
  const record = { executableId: idBytes(SHELL), day: TODAY - 2, seconds: 90_000 };
  await site.process(site.report(device, { usage: usageOf([record]) }));
  await site.derive();
  expect(site.concerns()).toMatchObject([{ day: TODAY - 2, deviceId: device }]);
  await expect(quarantine('discard', '--all', '--commit')).rejects.toThrow(/needs a reason/);
  await quarantine('discard', '--device', device, '--because', 'nobody knows', '--commit');
  expect(site.concerns()).toEqual([]);
  expect(site.control.dirtyMarks().map(({ target }) => target)).toEqual([
    { kind: 'usage-day', day: TODAY - 2 },
  ]);
});

test('an inventory is never replayed: its device is asked, and its baseline makes it good', async () => {
  const [, device = ''] = devices;
  // Lists one and promises two.
  const wrong = { baseline: true, presentIds: idBytes(SHELL) };
  await site.process(
    site.report(device, { inventory: wrong, digestAfter: { count: 2, sum: new Uint8Array(16) } }),
  );
  const epoch = site.control.epochs.between(2, 2)[0]?.epochId as Uint8Array;
  // Forgotten on its way to the device.
  delivered(site.control, device, { epoch, resync: {} });
  const actions = () => site.control.directivesFor(device, epoch).map(({ resync }) => resync);
  expect(actions()).toEqual([]);
  expect(await json('replay', '--device', device, '--commit')).toMatchObject({
    outcomes: { asked: 1 },
    waiting: 0,
  });
  expect(actions()).toHaveLength(1);
  const right = { inventory: wrong, digestAfter: { count: 1, sum: new Uint8Array(16) } };
  await site.process(site.report(device, right));
  expect(await json('list')).toEqual([]);
  expect(await json('list', '--state', 'replayed')).toMatchObject([{ kind: 'inventory', records: 1 }]);
});

test('evidence under a wrong id is described under the one it proves', async () => {
  const evidence = encodeEvidence({
    sha256: new Uint8Array(32).fill(9),
    path: '/opt/tool',
    size: 5,
    format: 'elf',
  });
  const { executableId } = identifyEvidence(evidence);
  const wrong = { executableId: idBytes(EDITOR), evidence, encodingVersion: 1 };
  await site.process(site.evidence(devices[0] as string, { records: [wrong] }));
  expect(await json('replay', '--kind', 'evidence')).toMatchObject({ outcomes: { refused: 1 } });
  await quarantine('repair', '--kind', 'evidence', 'set id=proven', '--commit');
  const rows = await site.clickhouse.rows(
    `SELECT path FROM {facts}.executables FINAL WHERE executable_id64 = reinterpretAsUInt64(reverse(unhex({id:String}))) AND version = 1`,
    { id: executableId },
  );
  expect(rows).toEqual([{ path: '/opt/tool' }]);
  expect(site.control.withoutEvidence(idBytes(executableId))).toEqual([]);
});

test('without a running collector nothing can be tried, and what is decided is done by the next one', async () => {
  const [, , device = ''] = devices;
  const late = { executableId: idBytes(SHELL), day: TODAY - 3, seconds: 86_401 };
  await site.process(site.report(device, { usage: usageOf([late]) }));
  await site.stopJob();
  const chosen = ['--device', device, 'cap seconds=86400'];
  await expect(quarantine('repair', ...chosen)).rejects.toThrow(/no collector is running/);
  const { said, printed } = await quarantine('repair', ...chosen, '--commit');
  expect(said.join()).toMatch(/the next collector carries it out at its start/);
  expect(printed).toMatch(/1 records: nothing yet, 1 wait/);
  // Nobody decides a second time meanwhile.
  await expect(quarantine('discard', '--device', device, '--because', 'x', '--commit')).rejects.toThrow(
    /no open record fits/,
  );
  site.reopen();
  site.startJob();
  await vi.waitFor(
    () => expect(site.control.quarantine.decisions(1)).toMatchObject([{ waiting: 0 }]),
    20_000,
  );
  await site.derive();
  expect((await site.served())[isoDay(TODAY - 3)]).toBe(86_400);
});

test.each([
  [['list', '--state', 'gone'], /no state "gone"/],
  [['list', '--reason', 'usage-day-out-of-windw'], /is it usage-day-out-of-window\?/],
  [['list', '--kind', 'toString'], /there are usage, coverage/],
  [['list', '--older-than', 'soon'], /takes minutes, hours or days/],
  [['list', '--device', '12'], /takes 16 hex digits/],
  [['list', '--record', '1,x'], /takes the number of a record/],
  [['list', '--records', '--limit', '0'], /--limit/],
  [['show', '999999'], /no record 999999/],
  [['show', 'first'], /takes the number of a record/],
  [['repair', '--all', '--commit', 'set seconds=90000'], /seconds are 0 to 86400/],
])('%j says what is wrong', async (args, words) => {
  await expect(quarantine(...args)).rejects.toThrow(words);
});
