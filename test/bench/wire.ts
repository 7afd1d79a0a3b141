/** Bytes of one device on the wire, both directions, with HTTP headers, without TLS. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeEvidence, identifyEvidence } from '@fleetmeter/proto';
import { DAY_MS, dayOf } from '../../agent/src/clock/clock.ts';
import type { FoundFile } from '../../agent/src/watch/found-file.ts';
import { FleetOfOne } from '../end-to-end/fleet-of-one.ts';
import { type Bench, bounded, type Figures, plain } from './bench.ts';
import { bytesOf, type ExchangeBytes, WireCounter } from './wire-counter.ts';
import { coverageOfHour, type DayPrograms, HOURS, usageOfHour } from './wire-day.ts';
import { type Sent, sum, WireDevice } from './wire-device.ts';
import { reportsOfOthers } from './wire-others.ts';
import { programFile } from './wire-programs.ts';

const HOUR_MS = 3_600_000;
/** What the targets speak of. */
const EXECUTABLES = 2000;
const CHANGED_A_DAY = 0.05;
/** When a day's package upgrades arrive. */
const UPGRADE_HOUR = 9;
const TEN_BUCKETS = 10;
const PROGRAMS_A_DAY = 30;

export const wire: Bench = {
  name: 'wire',
  about: 'bytes of one device on the wire, both directions, with HTTP headers, without TLS',
  flags: {
    executables: { meaning: 'executables on the device', default: EXECUTABLES },
    others: { meaning: '1: also what two other inventory agents send of this computer', default: 0 },
  },
  smoke: { executables: 300 },
  run,
};

async function run(flags: Record<string, number>, say: (progress: string) => void): Promise<Figures> {
  const executables = flags.executables ?? EXECUTABLES;
  const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-bench-wire-'));
  const fleet = await FleetOfOne.create();
  try {
    fleet.startCollector();
    await fleet.ready();
    say(`collector ready; four devices with ${executables} executables each`);
    const own = await new WireRun(fleet, folder, executables, say).measure();
    return { ...own, ...(flags.others ? reportsOfOthers(folder, say) : {}) };
  } finally {
    await fleet.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

class WireRun {
  readonly #fleet: FleetOfOne;
  readonly #folder: string;
  readonly #before: FoundFile[];
  /** The same programs after the day's upgrades: only those that changed. */
  readonly #upgraded: FoundFile[];
  readonly #say: (progress: string) => void;
  /** Midnight UTC of yesterday: a day that is over, so that nothing of it lies in the future. */
  readonly #midnight = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS;

  constructor(fleet: FleetOfOne, folder: string, executables: number, say: (progress: string) => void) {
    this.#fleet = fleet;
    this.#folder = folder;
    this.#say = say;
    this.#before = Array.from({ length: executables }, (_, index) => programFile(index, 0));
    this.#upgraded = Array.from({ length: Math.round(executables * CHANGED_A_DAY) }, (_, each) =>
      programFile(each * 7, 1),
    );
  }

  async measure(): Promise<Figures> {
    const first = await this.#firstDevice();
    const hourly = await this.#hourlyDevice(false);
    const inFront = await this.#hourlyDevice(true);
    const bytesDayOnce = await this.#dayOnce();
    const scaled = this.#before.length !== EXECUTABLES;
    return {
      bytesFirstInventory: bounded(bytesOf(hourly.inventory), 'bytes', 20_000, scaled),
      bytesIdleHour: bounded(bytesOf(hourly.idle), 'bytes', 600),
      bytesUsageHour: bounded(bytesOf(hourly.usage), 'bytes', 1000),
      bytesDay: bounded(hourly.day, 'bytes', 18_000, scaled),
      bytesDayInFront: plain(inFront.day, 'bytes, where it is known what is in front'),
      bytesDayOnce: bounded(bytesDayOnce, 'bytes', 5000, scaled),
      bytesEvidence: plain(first.evidence / first.records, 'bytes / executable that nobody sent before'),
      bytesEnrolment: plain(bytesOf(hourly.enrolment), 'bytes, once'),
      requestHead: plain(hourly.idle.requestHead, 'bytes / report'),
      requestBodyIdle: plain(hourly.idle.requestBody, 'bytes'),
      requestBodyUsage: plain(hourly.usage.requestBody, 'bytes'),
      answerHead: plain(hourly.idle.answerHead, 'bytes / report'),
      answerBodyIdle: plain(hourly.idle.answerBody, 'bytes'),
    };
  }

  /** Sends what the fleet has never seen, so that the others are asked for nothing. */
  async #firstDevice(): Promise<{ evidence: number; records: number }> {
    await using device = await this.#device('first');
    await device.enrol();
    device.found(this.#before);
    const inventory = await device.report();
    const asked = inventory.report.answerBody;
    await this.#described(this.#before.length);
    device.pass(HOUR_MS);
    device.found(this.#upgraded);
    const upgrade = await device.report();
    const records = this.#before.length + this.#upgraded.length;
    await this.#described(records);
    const evidence = asked + upgrade.report.answerBody + sum(inventory.evidence) + sum(upgrade.evidence);
    this.#say(
      `evidence of ${records} executables in ${inventory.evidence.length + upgrade.evidence.length} batches`,
    );
    return { evidence, records };
  }

  /** `inFront`: it is known what is, which most devices cannot tell. */
  async #hourlyDevice(inFront: boolean) {
    await using device = await this.#device(inFront ? 'in front' : 'hourly', -3 * HOUR_MS);
    const enrolment = await device.enrol();
    device.found(this.#before);
    const inventory = quiet(await device.report());
    // The meter of an idle computer covers the hour, which every report tells.
    const idleDay = this.#programs(device);
    for (const hour of [22, 23]) {
      device.pass(HOUR_MS);
      device.metered([], coverageOfHour(idleDay, hour));
      if (hour === 22) quiet(await device.report());
    }
    const idle = quiet(await device.report());
    device.pass(HOUR_MS);
    const today = this.#programs(device);
    let day = 0;
    let usage: ExchangeBytes | undefined;
    for (let hour = 0; hour < HOURS; hour++) {
      device.pass(HOUR_MS - 1000);
      if (hour === UPGRADE_HOUR) device.found(this.#upgraded);
      const rows = usageOfHour(today, hour, inFront);
      device.metered(rows, coverageOfHour(today, hour));
      const report = quiet(await device.report());
      if (rows.length === TEN_BUCKETS) usage = report;
      this.#say(
        `${inFront ? 'in front, ' : ''}hour ${hour}: ${rows.length} usage records, ${bytesOf(report)} bytes`,
      );
      day += bytesOf(report);
      device.pass(1000);
    }
    if (!usage) throw new Error(`no hour of the day has ${TEN_BUCKETS} usage records`);
    return { enrolment, inventory, idle, usage, day };
  }

  async #dayOnce(): Promise<number> {
    await using device = await this.#device('once');
    await device.enrol();
    device.found(this.#before);
    quiet(await device.report());
    const programs = this.#programs(device);
    for (let hour = 0; hour < HOURS; hour++)
      device.metered(usageOfHour(programs, hour), coverageOfHour(programs, hour));
    device.found(this.#upgraded);
    device.pass(DAY_MS - 1000);
    const once = bytesOf(quiet(await device.report()));
    this.#say(`the same day in one report: ${once} bytes`);
    return once;
  }

  async #device(name: string, afterMidnightMs = 0): Promise<WireDevice> {
    const wire = new WireCounter(Number(new URL(this.#fleet.agentUrl).port));
    const url = `http://127.0.0.1:${await wire.listen()}`;
    return new WireDevice(
      join(this.#folder, name),
      { url, joinSecret: this.#fleet.joinSecret },
      wire,
      this.#midnight + afterMidnightMs,
    );
  }

  #programs(device: WireDevice): DayPrograms {
    // None of these is among the upgraded.
    const executableIds = this.#before
      .filter((_, index) => index % 7 === 3)
      .slice(0, PROGRAMS_A_DAY)
      .map(({ evidence }) => identifyEvidence(encodeEvidence(evidence)).executableId);
    if (executableIds.length < PROGRAMS_A_DAY) throw new Error('too few executables for a day');
    const [system, person] = [device.user(0), device.user(1000)];
    return { day: dayOf(device.wallMs), run: randomBytes(8).toString('hex'), system, person, executableIds };
  }

  /** Until the collector asks for none of them any more. */
  async #described(executables: number): Promise<void> {
    const question = "SELECT count() AS described FROM fleetmeter.executables_seen WHERE sha256 != ''";
    await this.#fleet.eventually(
      `${executables} executables are described`,
      async () =>
        Number((await this.#fleet.sql<{ described: string }>(question))[0]?.described) === executables,
      60,
    );
  }
}

/** The report alone: one that evidence followed is not what a device of a grown fleet sends. */
function quiet({ report, evidence }: Sent): ExchangeBytes {
  if (evidence.length > 0) throw new Error('the collector asked for evidence that it has');
  return report;
}
