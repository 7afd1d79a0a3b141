/** The commands beside a collector that receives: what devices are told, and what people are shown. */
import { Acknowledgement, EnrolRequest, EnrolResponse, type SettingsFields } from '@fleetmeter/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../clock/clock.ts';
import { isInRing } from '../control/settings-rollout.ts';
import { type ReceivingCollector, startReceiving } from '../receive/fixtures/receiving-collector.ts';
import { post, TestDevice } from '../receive/fixtures/test-device.ts';
import { applyGroups, runCommand } from './fixtures/run-command.ts';

let collector: ReceivingCollector;
let dataDir: string;
/** Milliseconds since 1970, as the receiver has it; the command line is told the same. */
let now: number;
beforeEach(async () => {
  now = Date.UTC(2026, 10, 24, 12);
  const receiving = await startReceiving();
  const { port } = await receiving.listen({ clock: { ...systemClock, now: () => now } });
  collector = { ...receiving, port };
  dataDir = collector.dataDir;
});
afterEach(() => collector.close());

const AT_ONCE = [{ percent: 100, afterMinutes: 0 }];
const MINUTE = 60_000;
const run = (...args: string[]) => runCommand(dataDir, args, now);
const apply = (groups: object, ...more: string[]) => applyGroups(dataDir, groups, more, now);
const show = async (group: string) =>
  JSON.parse((await run('settings', 'show', '--group', group, '--json')).printed)[0];

async function deviceOf(group: string): Promise<TestDevice> {
  const { secret } = collector.control.tokens.create(
    { uses: 100, expiresAt: Number.MAX_SAFE_INTEGER, group, note: '' },
    0,
  );
  const device = new TestDevice();
  await device.enrol(collector.port, secret);
  return device;
}

/** What the device is told with its next report, in which it says the version that it runs by. */
async function told(device: TestDevice, settingsVersion = 0): Promise<SettingsFields | undefined> {
  const answer = await post(collector.port, '/v1/report', device.report({ settingsVersion }));
  expect(answer.status).toBe(200);
  return Acknowledgement.decode(answer.body).settings ?? undefined;
}

/** The receiver looks at the file four times a second; the time here is what a busy machine may need. */
async function until<T>(ask: () => Promise<T>, right: (value: T) => boolean): Promise<T> {
  const end = performance.now() + 20_000;
  for (;;) {
    const value = await ask();
    if (right(value)) return value;
    if (performance.now() > end) throw new Error('not within 20 seconds');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('settings of a group reach its devices while the collector runs, and no others, until they run by them', async () => {
  const [finance, office] = [await deviceOf('finance'), await deviceOf('office')];
  expect([await told(finance), await told(office)]).toEqual([undefined, undefined]);

  const { printed } = await apply({
    finance: { settings: { reportIntervalSeconds: 1800, meterUsage: false }, rings: AT_ONCE },
  });
  expect(printed).toBe(
    [
      'group finance: version 1',
      '  reportIntervalSeconds         not set -> 1800',
      '  meterUsage                    not set -> false',
      '  devices get it: 100 % at once\n',
    ].join('\n'),
  );
  const settings = await until(
    () => told(finance),
    (each) => each !== undefined,
  );
  expect(settings).toMatchObject({
    version: 1,
    group: 'finance',
    reportIntervalSeconds: 1800,
    meterUsage: false,
    paused: false,
  });
  expect(settings?.sampleIntervalSeconds ?? undefined).toBeUndefined();
  expect(await told(office)).toBeUndefined();
  expect((await show('finance')).devices).toEqual([{ version: 0, devices: 1 }]);

  expect(await told(finance, 1)).toBeUndefined();
  await until(
    () => show('finance'),
    ({ devices }) => devices[0].version === 1,
  );
  expect((await run('settings', 'show', '--group', 'finance')).printed).toMatch(
    /^group finance: version 1, since 2026-11-24 12:00 by \S+\n {2}reportIntervalSeconds 1800\n {2}meterUsage false\n {2}1 of 1 devices have confirmed it\n$/,
  );
  expect(await told(finance, 7), 'a device that was put back is told again').toMatchObject({ version: 1 });
});

test('a newcomer is told with the answer that lets it join', async () => {
  await apply({ default: { settings: { sampleIntervalSeconds: 10 }, rings: AT_ONCE } });
  const device = new TestDevice();
  const body = device.seal(
    'EnrolRequest',
    EnrolRequest.encode({ publicKey: device.publicKey, secret: collector.secret }).finish(),
  );
  const answer = await until(
    () => post(collector.port, '/v1/enrol', body),
    ({ body }) => EnrolResponse.decode(body).settings != null,
  );
  expect(EnrolResponse.decode(answer.body).settings).toMatchObject({ version: 1, sampleIntervalSeconds: 10 });
});

test('a dry run shows the difference and changes nothing', async () => {
  await apply({ default: { settings: { sampleIntervalSeconds: 10, homeFolders: false } } });
  const before = await show('default');
  const wish = { default: { settings: { sampleIntervalSeconds: 20, excludedFolders: ['/opt/x'] } } };
  const dry = await apply(wish, '--dry-run');
  expect(dry.printed).toBe(
    [
      'group default: would change',
      '  sampleIntervalSeconds         10 -> 20',
      '  excludedFolders               not set -> ["/opt/x"]',
      '  homeFolders                   false -> not set',
      '  devices get it: 1 % at once, 10 % after 60 min, 100 % after 1440 min\n',
    ].join('\n'),
  );
  expect(JSON.parse((await apply(wish, '--dry-run', '--json')).printed)).toMatchObject({
    dryRun: true,
    groups: [{ group: 'default', changes: [{ setting: 'sampleIntervalSeconds', from: 10, to: 20 }, {}, {}] }],
  });
  expect(await show('default')).toEqual(before);
  await apply(wish);
  expect((await apply(wish)).printed).toBe('group default: nothing changed\n');
  expect((await show('default')).version).toBe(before.version + 1);
});

test('a change spreads ring by ring, by time and by hand, and stands still while it is halted', async () => {
  const devices = await Promise.all(Array.from({ length: 40 }, () => deviceOf('default')));
  await apply({ default: { settings: { sampleIntervalSeconds: 10 }, rings: AT_ONCE } });
  const rings = [{ percent: 25 }, { percent: 60, afterMinutes: 60 }, { percent: 100, afterMinutes: 120 }];
  await apply({ default: { settings: { sampleIntervalSeconds: 20 }, rings } });
  const { version } = await show('default');
  const expected = (percent: number) => devices.filter((each) => isInRing(each.deviceHex, version, percent));
  // Running by version 1 already: only those in the ring hear of something else.
  const reached = async () => {
    const heard = await Promise.all(
      devices.map(async (each) => ((await told(each, 1))?.version === version ? [each] : [])),
    );
    return heard.flat();
  };
  expect(expected(25).length).toBeGreaterThan(0);
  await until(reached, (each) => each.length > 0);
  expect(await reached()).toEqual(expected(25));
  expect((await show('default')).spreading).toMatchObject({
    ring: 1,
    rings: 3,
    percent: 25,
    others: { version: 1, settings: { sampleIntervalSeconds: 10 } },
  });

  now += 60 * MINUTE;
  expect(await reached()).toEqual(expected(60));
  expect(expected(60).length).toBeLessThan(40);
  expect((await run('settings', 'halt')).said).toEqual([
    `group default: version ${version} is for 60 % of the devices now, halted`,
  ]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  now += 24 * 60 * MINUTE;
  expect(await reached()).toEqual(expected(60));
  await run('settings', 'advance');
  await until(reached, ({ length }) => length === 40);
  expect((await show('default')).spreading).toBeNull();
  await expect(run('settings', 'advance')).rejects.toThrow(/no change of group "default" is spreading/);
});

test('a group is paused and resumed at its next report, and all groups when none is named', async () => {
  const [finance, office] = [await deviceOf('finance'), await deviceOf('office')];
  await run('fleet', 'pause', '--group', 'finance');
  const paused = await until(
    () => told(finance),
    (each) => each !== undefined,
  );
  expect(paused).toMatchObject({ group: 'finance', paused: true });
  expect(await told(office)).toBeUndefined();
  expect(
    await told(finance, paused?.version as number),
    'what is confirmed is not sent again',
  ).toBeUndefined();
  expect((await run('fleet', 'pause', '--group', 'finance')).said).toEqual([
    'group finance: was paused already',
  ]);
  expect((await run('settings', 'show', '--group', 'finance')).printed).toContain(
    '  paused since 2026-11-24 ',
  );

  expect(JSON.parse((await run('fleet', 'pause', '--json')).printed)).toEqual({
    state: 'paused',
    groups: ['default', 'finance', 'office'],
    changed: ['default', 'office'],
  });
  expect(
    await until(
      () => told(office),
      (each) => each !== undefined,
    ),
  ).toMatchObject({ paused: true });
  await run('fleet', 'resume');
  const resumed = await until(
    () => told(finance, paused?.version as number),
    (each) => each !== undefined,
  );
  expect(resumed).toMatchObject({ paused: false });
  expect(resumed?.version).toBeGreaterThan(paused?.version as number);
});

test('a pause does not deal the rings anew', async () => {
  const devices = await Promise.all(Array.from({ length: 30 }, () => deviceOf('default')));
  await apply({
    default: {
      settings: { sampleIntervalSeconds: 20 },
      rings: [{ percent: 50 }, { percent: 100, afterMinutes: 90 }],
    },
  });
  const inFirst = async () => {
    const all = await Promise.all(devices.map((each) => told(each, 999)));
    return all.map((each) => each?.sampleIntervalSeconds === 20);
  };
  await until(inFirst, (each) => each.includes(true));
  // Not while they come into force: some would be asked before, and some after.
  const before = await inFirst();
  await run('fleet', 'pause');
  await until(
    () => told(devices[0] as TestDevice),
    (each) => each?.paused === true,
  );
  expect(await inFirst()).toEqual(before);
});

test('what the collector’s configuration sets lies below every group, and a change of it is a new version', async () => {
  const [finance, office] = [await deviceOf('finance'), await deviceOf('office')];
  await apply({ finance: { settings: { reportIntervalSeconds: 60 }, rings: AT_ONCE } });
  collector.control.setBottomSettings({ reportIntervalSeconds: 5, sampleIntervalSeconds: 2 });
  const below = await until(
    () => told(office),
    (settings) => settings?.sampleIntervalSeconds === 2,
  );
  const above = await told(finance, 1);
  expect(above).toMatchObject({ reportIntervalSeconds: 60, sampleIntervalSeconds: 2 });
  expect(below).toMatchObject({ reportIntervalSeconds: 5, sampleIntervalSeconds: 2, group: 'office' });
  collector.control.setBottomSettings({ reportIntervalSeconds: 5, sampleIntervalSeconds: 2 });
  expect(await told(office, below?.version as number), 'the same again is no change').toBeUndefined();
  collector.control.setBottomSettings({});
  const without = await until(
    () => told(office, below?.version as number),
    (settings) => settings !== undefined,
  );
  expect(without).not.toHaveProperty('reportIntervalSeconds', 5);
});

test.each([
  [{ grups: {} }, /"grups" is unknown; did you mean groups\?/],
  [
    { groups: { a: { settings: { reportIntervalSecond: 5 } } } },
    /group "a": "reportIntervalSecond" is unknown; did you mean reportIntervalSeconds\?/,
  ],
  [{ groups: { a: { settings: { qqq: 5 } } } }, /"qqq" is unknown; known are reportIntervalSeconds, /],
  [
    { groups: { a: { settings: { reportIntervalSeconds: 0 } } } },
    /reportIntervalSeconds must be a whole number from 1 to 86400, not 0/,
  ],
  [
    { groups: { a: { settings: { meterUsage: 'no' }, ringz: [] } } },
    /did you mean rings\?\n.*meterUsage must be true or false, not "no"/,
  ],
  [{ groups: { a: {} } }, /settings must be an object/],
  [{ groups: { a: { settings: {}, rings: [{ percent: 5 }] } } }, /the last ring must have 100 percent/],
  [
    { groups: { a: { settings: {}, rings: [{ percent: 50 }, { percent: 50 }, { percent: 100 }] } } },
    /each ring must have more percent/,
  ],
  [{ groups: { '../x': { settings: {} } } }, /group "..\/x": a name has letters/],
])('%j is refused, and nothing of it applied', async (document, message) => {
  const { parseSettingsDocument } = await import('./settings-document.ts');
  expect(() => parseSettingsDocument(JSON.stringify(document), 'x.json')).toThrow(message);
  expect(() => parseSettingsDocument(JSON.stringify(document), 'x.json')).toThrow(/^x\.json:/);
});

test('a group that nobody is of is applied, and said', async () => {
  await deviceOf('finance');
  const { said, printed } = await apply({ finanse: { settings: { meterUsage: false } } });
  expect(said).toEqual(['note: no device and no token is of group finanse; did you mean finance?']);
  expect(printed).toContain('group finanse: version 1');
});
