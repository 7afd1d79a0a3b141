/**
 * The example that quarantine and held days are for. One agent version counts an hour of a clock change twice, so that a
 * program that ran all day ran for 25 hours: 1 % of the devices say so of yesterday. That application's day stays as it
 * was, and says so; everything else is current; the records are repaired, and the numbers come right. Meanwhile reports
 * go on being acknowledged, and a rogue device that sends nonsense every hour freezes nothing.
 */

import { createHash, randomBytes } from 'node:crypto';
import {
  digestAdd,
  digestSumBytes,
  EMPTY_DIGEST,
  type Evidence,
  encodeEvidence,
  encodeIdList,
  encodeSlots,
  identifyEvidence,
  type UsageRecordFields,
} from '@fleetmeter/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FULL } from '../full-run.ts';
import { FleetOfOne } from './fleet-of-one.ts';
import { ScriptedDevice } from './scripted-device.ts';

const DEVICES = FULL ? 2_000 : 400;
const FAULTY = DEVICES / 100;
const FAULTY_VERSION = '1.1.0-dst';
const AT_ONCE = 16;
const TODAY = Math.floor(Date.now() / 86_400_000);
const YESTERDAY = TODAY - 1;
const DAY_SECONDS = 86_400;
const ALL_MARKS = Array.from({ length: 288 }, (_, mark) => mark);

const PROGRAMS = ['tray', 'editor', 'browser', 'ticker'] as const;
type Program = (typeof PROGRAMS)[number];

const evidenceOf = (name: Program): Evidence => ({
  sha256: createHash('sha256').update(name).digest(),
  path: `/usr/bin/${name}`,
  size: 7,
  format: 'elf',
  packageName: name,
  packageVersion: '1.0',
});
const identified = new Map(
  PROGRAMS.map((name) => [name, identifyEvidence(encodeEvidence(evidenceOf(name)))]),
);
const idOf = (name: Program): string => identified.get(name)?.executableId as string;
const wireId = (name: Program): Buffer => Buffer.from(idOf(name), 'hex').reverse();

/** What is true of each application and day: seconds by device. It knows no quarantine, and shares no code with the product. */
class Truth {
  readonly #seconds = new Map<string, Map<string, number>>();

  says(day: number, program: Program, device: string, seconds: number): void {
    const key = `${day} ${program}`;
    const devices = this.#seconds.get(key) ?? new Map<string, number>();
    this.#seconds.set(key, devices.set(device, Math.max(seconds, devices.get(device) ?? 0)));
  }

  /** `day program devices seconds`, of days and programs with any. */
  rows(): string[] {
    const rows = [...this.#seconds].map(([key, devices]) => {
      const total = [...devices.values()].reduce((sum, seconds) => sum + seconds, 0);
      return `${key} ${devices.size} ${total}`;
    });
    return rows.sort();
  }

  row(day: number, program: Program): string {
    return this.rows().find((row) => row.startsWith(`${day} ${program} `)) ?? '';
  }
}

class FleetDevice {
  readonly wire: ScriptedDevice;
  readonly #run = randomBytes(8);
  readonly #agentVersion: string;
  readonly #truth: Truth;
  #sequence = 0;

  constructor(url: string, agentVersion: string, truth: Truth) {
    this.wire = new ScriptedDevice(url);
    this.#agentVersion = agentVersion;
    this.#truth = truth;
  }

  async join(hostname: string, secret: string): Promise<void> {
    await this.wire.enrol(hostname, secret);
    await this.#send({
      inventory: { baseline: true, presentIds: encodeIdList(PROGRAMS.map(idOf).sort()) },
      host: { hostname, os: 'linux', agentVersion: this.#agentVersion },
    });
  }

  /** What it says it used; what is true of it unless it is told otherwise. */
  async use(
    used: { day: number; program: Program; seconds: number; truly?: number | undefined }[],
  ): Promise<void> {
    for (const { day, program, seconds, truly = seconds } of used)
      if (truly >= 0) this.#truth.says(day, program, this.wire.hexId, truly);
    const records = used.map(
      ({ day, program, seconds }): UsageRecordFields => ({
        ...{ run: 0, user: 0, executableId: wireId(program), day, seconds, launches: { user: 1 } },
        slots: encodeSlots(ALL_MARKS.slice(0, Math.min(288, Math.ceil(seconds / 300)))),
      }),
    );
    await this.#send({ usage: { runs: this.#run, users: [new Uint8Array(8).fill(9)], records } });
  }

  async #send(fields: Parameters<ScriptedDevice['report']>[0]): Promise<void> {
    const sequence = ++this.#sequence;
    const digestBefore = sequence === 1 ? undefined : INSTALLED;
    await this.wire.acknowledged(
      'report',
      this.wire.report({
        sequence,
        digestAfter: INSTALLED,
        ...(digestBefore && { digestBefore }),
        ...fields,
      }),
    );
  }
}

const digest = [...identified.values()].reduce(
  (sum, { digestPart }) => digestAdd(sum, digestPart),
  EMPTY_DIGEST,
);
const INSTALLED = { count: digest.count, sum: digestSumBytes(digest) };

let fleet: FleetOfOne;
const truth = new Truth();
let devices: FleetDevice[] = [];
let rogue: FleetDevice;
let steady: Steady;

/** Reports all the time, and knows the longest that it waited for an acknowledgement. */
class Steady {
  acknowledged = 0;
  longestMs = 0;
  readonly #running: Promise<void>;
  #ended = false;

  constructor(device: FleetDevice) {
    this.#running = this.#run(device);
  }

  async #run(device: FleetDevice): Promise<void> {
    while (!this.#ended) {
      const began = performance.now();
      await device.use([{ day: TODAY, program: 'ticker', seconds: this.acknowledged + 1 }]);
      this.longestMs = Math.max(this.longestMs, performance.now() - began);
      this.acknowledged++;
      // No more than a device may say, however long this takes.
      await new Promise((resolve) => setTimeout(resolve, 80));
    }
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#running;
  }
}

beforeAll(async () => {
  fleet = await FleetOfOne.create({ collector: { baselinesPerSecond: 10_000 } });
  fleet.startCollector();
  await fleet.ready();
  devices = Array.from(
    { length: DEVICES },
    (_, index) => new FleetDevice(fleet.agentUrl, index < FAULTY ? FAULTY_VERSION : '1.0.0', truth),
  );
  rogue = new FleetDevice(fleet.agentUrl, '1.0.0', truth);
  await together([...devices, rogue], (device, index) => device.join(`pc-${index}`, fleet.joinSecret));
  const { wire } = rogue;
  await wire.acknowledged(
    'evidence',
    wire.evidence(
      PROGRAMS.map((name) => ({
        ...{ executableId: wireId(name), evidence: encodeEvidence(evidenceOf(name)), encodingVersion: 1 },
      })),
    ),
  );
  const steadyDevice = new FleetDevice(fleet.agentUrl, '1.0.0', truth);
  await steadyDevice.join('steady', fleet.joinSecret);
  steady = new Steady(steadyDevice);
}, 120_000);

afterAll(async () => {
  await steady?.end();
  await fleet?.close();
});

async function together(
  some: readonly FleetDevice[],
  act: (device: FleetDevice, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let index = next++; index < some.length; index = next++)
        await act(some[index] as FleetDevice, index);
    }),
  );
}

interface Summary {
  row: string;
  stale: string | null;
  excluded: number;
}

/** As administrators see them, without the ticker, which never stands still. */
async function summaries(): Promise<Map<string, Summary>> {
  const rows = await fleet.sql<{ name: string; row: string; stale: string | null; excluded: number }>(
    `SELECT concat(toString(toUInt16(day)), ' ', application) AS name,
       concat(name, ' ', toString(devices_used), ' ', toString(seconds)) AS row, toString(stale_since) AS stale,
       devices_excluded AS excluded
     FROM fleetmeter.application_usage_daily WHERE devices_used > 0 AND application != 'ticker'`,
  );
  return new Map(rows.map(({ name, ...summary }) => [name, summary]));
}

/** The same by adding up what single devices have. */
async function addedUp(): Promise<string[]> {
  const rows = await fleet.sql<{ row: string }>(
    `SELECT concat(toString(toUInt16(day)), ' ', application, ' ', toString(count()), ' ', toString(sum(seconds))) AS row
     FROM fleetmeter.usage_daily WHERE application != 'ticker' GROUP BY day, application`,
  );
  return rows.map(({ row }) => row).sort();
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${fleet.adminUrl}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

const trueRows = (): string[] => truth.rows().filter((row) => !row.includes(' ticker '));
const collector = (...args: string[]): Promise<string> =>
  fleet.commandMeanwhile(fleet.collectorProgram, ...args, '--config', `${fleet.folder}/collector.json`);
const tray = `${YESTERDAY} tray`;
let rightUntilNoon: Summary;

test('until noon everything is right', async () => {
  const noon = DAY_SECONDS / 2;
  await together(devices, (device) =>
    device.use([
      { day: YESTERDAY, program: 'tray', seconds: noon },
      { day: YESTERDAY, program: 'editor', seconds: 3_000 },
      { day: YESTERDAY, program: 'browser', seconds: 6_000 },
    ]),
  );
  await fleet.eventually(
    'the tables are as the truth',
    async () =>
      [...(await summaries()).values()]
        .map(({ row }) => row)
        .sort()
        .join() === trueRows().join(),
    60,
  );
  rightUntilNoon = (await summaries()).get(tray) as Summary;
  expect(rightUntilNoon).toEqual({ row: truth.row(YESTERDAY, 'tray'), stale: null, excluded: 0 });
  expect(await metric('fleetmeter_recompute_held_summaries')).toBe(0);
}, 90_000);

test("the faulty version's application stays at its last right value and says so; all others are current; an alarm rises", async () => {
  await together(devices, (device, index) =>
    device.use([
      {
        ...{ day: YESTERDAY, program: 'tray', truly: DAY_SECONDS },
        seconds: index < FAULTY ? DAY_SECONDS + 3_600 : DAY_SECONDS,
      },
      { day: YESTERDAY, program: 'editor', seconds: 5_000 },
      { day: YESTERDAY, program: 'browser', seconds: 9_000 },
      { day: TODAY, program: 'tray', seconds: 600 },
      { day: TODAY, program: 'editor', seconds: 300 },
    ]),
  );
  const waited = await fleet.eventually(
    'the day is held, and all others are as the truth',
    async () => {
      const shown = await summaries();
      const others = [...shown].filter(([name]) => name !== tray).map(([, { row }]) => row);
      const trueOthers = trueRows().filter((row) => !row.startsWith(`${tray} `));
      return shown.get(tray)?.stale !== null && others.sort().join() === trueOthers.join();
    },
    60,
  );
  const shown = await summaries();
  expect(shown.get(tray)).toMatchObject({ row: rightUntilNoon.row, excluded: FAULTY });
  for (const [name, { stale, excluded }] of shown)
    if (name !== tray) expect({ name, stale, excluded }).toEqual({ name, stale: null, excluded: 0 });
  expect(rightUntilNoon.row).not.toBe(truth.row(YESTERDAY, 'tray'));
  await fleet.eventually(
    'the alarm rises',
    async () => (await metric('fleetmeter_recompute_held_summaries')) === 1,
    20,
  );
  expect(await metric('fleetmeter_recompute_oldest_held_seconds')).toBeGreaterThan(0);
  console.log(
    `${FAULTY} of ${DEVICES} devices faulty: 1 application and day held, ${shown.size - 1} current, ${waited.toFixed(1)} s after the last report`,
  );
}, 90_000);

test('one rogue device with a bad record every hour freezes nothing, also when the engine is killed meanwhile', async () => {
  for (let hour = 1; hour <= 24; hour++)
    await rogue.use([{ day: TODAY, program: 'editor', seconds: 100_000 + hour, truly: -1 }]);
  const before = (await summaries()).get(tray);
  await fleet.killEngine();
  await together(devices, (device) => device.use([{ day: TODAY, program: 'editor', seconds: 900 }]));
  await fleet.eventually(
    'the editor is current without the rogue device',
    async () => {
      const editor = (await summaries()).get(`${TODAY} editor`);
      return editor?.row === truth.row(TODAY, 'editor') && editor.excluded === 1;
    },
    60,
  );
  expect((await summaries()).get(`${TODAY} editor`)).toMatchObject({ stale: null, excluded: 1 });
  expect((await summaries()).get(tray)).toEqual(before);
  await fleet.eventually(
    'it is counted',
    async () => (await metric('fleetmeter_recompute_incomplete_summaries')) === 1,
    20,
  );
  expect(await metric('fleetmeter_recompute_held_summaries')).toBe(1);
}, 90_000);

const REPAIR = ['quarantine', 'repair', 'cap seconds=300*slots', '--agent-version', FAULTY_VERSION, '--json'];

test('the repair is tried first: it says what it would do, and changes nothing', async () => {
  const tried = await collector(...REPAIR);
  console.log(tried.replaceAll(/\s+/g, ' ').slice(0, 600));
  expect(JSON.parse(tried)).toMatchObject({ committed: false });
  expect(tried).toContain(String(DAY_SECONDS * FAULTY));
  expect((await summaries()).get(tray)).toMatchObject({ row: rightUntilNoon.row, excluded: FAULTY });
}, 60_000);

test('committed, the numbers come right, and reports were acknowledged all the time', async () => {
  const began = performance.now();
  await collector(...REPAIR, '--commit', '--because', 'an hour of the clock change was counted twice');
  await fleet.eventually(
    'everything is as the truth',
    async () =>
      [...(await summaries()).values()]
        .map(({ row }) => row)
        .sort()
        .join() === trueRows().join(),
    60,
  );
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  expect((await summaries()).get(tray)).toEqual({
    row: truth.row(YESTERDAY, 'tray'),
    stale: null,
    excluded: 0,
  });
  expect(await addedUp()).toEqual(trueRows());
  await fleet.eventually(
    'the alarm is over',
    async () => (await metric('fleetmeter_recompute_held_summaries')) === 0,
    20,
  );
  await steady.end();
  await fleet.eventually(
    'every acknowledged report of the steady device counts',
    async () => {
      const [row] = await fleet.sql<{ seconds: number }>(
        "SELECT toUInt32(seconds) AS seconds FROM fleetmeter.application_usage_daily WHERE application = 'ticker'",
      );
      return row?.seconds === steady.acknowledged;
    },
    30,
  );
  expect(steady.acknowledged).toBeGreaterThan(100);
  expect(steady.longestMs).toBeLessThan(5_000);
  console.log(
    `right ${seconds} s after the repair was asked for; ${steady.acknowledged} reports acknowledged meanwhile, longest wait ${steady.longestMs.toFixed(0)} ms`,
  );
}, 120_000);
