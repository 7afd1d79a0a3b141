/**
 * A new catalogue that says something else of every executable, on a loaded database, while reports keep coming: the
 * time from the file's replacement until the mappings, the current counts and the recent days say what it says.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CollectorUnderLoad } from '../load/collector-under-load.ts';
import { Fleet } from '../load/fleet.ts';
import { writePlan } from '../load/planned-reports.ts';
import { generate, planReports } from './ack.ts';
import { type Bench, bounded, type Figures, plain } from './bench.ts';
import { CpuMeter } from './process-cpu.ts';
import { FIRST_EPOCH, fillTables, knowExecutables, PER_PACKAGE, type RemapFleetSize } from './remap-fleet.ts';

const DAY_MS = 86_400_000;
const NEW_VERSION = 'bench-2';
const FULL = { devices: 1_000_000, distinct: 5_000_000, days: 7 };
/** Of the devices that report meanwhile. */
const REPORTING = { devices: 200, executables: 200, seed: 1 };
const FIRST_HOUR = 1;
const SAMPLE = 50;

export const remapSpike: Bench = {
  name: 'remap-spike',
  about:
    'time for a new catalogue to reach mappings, current counts and recent days, while reports keep coming',
  flags: {
    devices: { meaning: 'devices in the tables', default: 50_000 },
    distinct: { meaning: 'distinct executables', default: 250_000 },
    days: { meaning: 'days of use', default: 7 },
    rate: { meaning: 'reports per second meanwhile', default: 50 },
    seconds: { meaning: 'seconds of reports before, and again meanwhile', default: 20 },
  },
  smoke: { devices: 500, distinct: 5_000, days: 2, rate: 20, seconds: 2 },
  run,
};

async function run(flags: Record<string, number>, say: (progress: string) => void): Promise<Figures> {
  const size = { devices: flags.devices ?? 0, distinct: flags.distinct ?? 0, days: flags.days ?? 0 };
  const { rate = 0, seconds = 0 } = flags;
  const catalogue = (folder: string) => join(folder, 'catalogue.json');
  const collector = await CollectorUnderLoad.start({
    recomputeSeconds: 5,
    prepare: (folder) => {
      knowExecutables(join(folder, 'data'), size);
      writeCatalogue(catalogue(folder), 'none', 0);
    },
    settings: (folder) => ({ FLEETMETER_CATALOGUE_FILE: catalogue(folder) }),
  });
  const today = Math.floor((performance.timeOrigin + performance.now()) / DAY_MS);
  const hours = 2 * Math.ceil((rate * seconds) / REPORTING.devices) + 2;
  const fleet = new Fleet(collector.agentUrl, {
    joinSecret: collector.joinSecret,
    ...{ ...REPORTING, firstDay: today - Math.floor(hours / 24), meterHour: FIRST_HOUR, connections: 16 },
  });
  const ending = new AbortController();
  try {
    await fillTables(collector, size, today, say);
    const everybody = Array.from({ length: REPORTING.devices }, (_, device) => device);
    await fleet.enrol(everybody);
    await fleet.report(everybody, FIRST_HOUR);
    await collector.settled();
    say('the reporting fleet is known, everything is derived and merged');

    const send = async (from: number): Promise<number[]> => {
      const to = from + Math.ceil((rate * seconds) / REPORTING.devices) - 1;
      const file = join(collector.folder, `planned-reports-${from}`);
      writeFileSync(file, writePlan(planReports(fleet, everybody, { from, to })));
      return (await generate(collector.agentUrl, file, rate, ending.signal)).latenciesMs.toSorted(
        (a, b) => a - b,
      );
    };
    const before = await send(FIRST_HOUR + 1);
    await collector.settled();
    const meter = new CpuMeter(collector.pids);
    const sending = send(FIRST_HOUR + 1 + Math.ceil((rate * seconds) / REPORTING.devices));
    // Ended with the rest when something else fails.
    sending.catch(() => undefined);
    const began = performance.now();
    writeCatalogue(catalogue(collector.folder), NEW_VERSION, Math.ceil(size.distinct / PER_PACKAGE));
    const mappedSeconds = await until(async () => (await mappedAnew(collector)) >= size.distinct, began);
    say(`every executable is mapped after ${mappedSeconds.toFixed(1)} s`);
    const totalSeconds = await until(() => derivedAnew(collector, size, today), began);
    const cpu = meter.lap();
    say(`counts and ${size.days} days say so after ${totalSeconds.toFixed(1)} s`);
    const during = await sending;
    await collector.settled();
    say(await recount(collector, size));
    const whole = size.devices >= FULL.devices && size.distinct >= FULL.distinct && size.days >= FULL.days;
    return {
      seconds: bounded(totalSeconds, 'seconds until mappings, counts and recent days are new', 300, !whole),
      mappedSeconds: plain(mappedSeconds, 'seconds until every executable is mapped'),
      cpuSeconds: plain(cpu.collector + cpu.engine, 'CPU seconds, reports meanwhile included'),
      cpuUsPerExecutable: plain((1e6 * (cpu.collector + cpu.engine)) / size.distinct, 'CPU us / executable'),
      cpuMsPerDevice: plain((1e3 * (cpu.collector + cpu.engine)) / size.devices, 'CPU ms / device'),
      ackP99MsBefore: plain(at(before, 0.99), 'ms'),
      ackP99MsDuring: plain(at(during, 0.99), 'ms'),
    };
  } finally {
    ending.abort();
    await fleet.close();
    await collector.close();
  }
}

const at = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? 0;

/** A rule for each package of the loaded database. */
function writeCatalogue(file: string, version: string, packages: number): void {
  const rules = Array.from({ length: packages }, (_, number) => ({
    package: `package-${number}`,
    application: `Application ${number}`,
    publisher: `Publisher ${number % 100}`,
  }));
  writeFileSync(file, JSON.stringify({ version, rules }));
}

async function until(holds: () => Promise<boolean>, began: number): Promise<number> {
  while (!(await holds())) await sleep(200);
  return (performance.now() - began) / 1000;
}

async function mappedAnew(collector: CollectorUnderLoad): Promise<number> {
  return (await collector.metrics())('fleetmeter_remap_mappings_total');
}

async function derivedAnew(
  collector: CollectorUnderLoad,
  { days }: RemapFleetSize,
  today: number,
): Promise<boolean> {
  const stale = `catalogue_version != '${NEW_VERSION}'`;
  const [rows] = await collector.writerSql<{ old: number; fresh: number }>(`
    SELECT sum(old) AS old, min(fresh) AS fresh FROM
    (
      SELECT countIf(${stale}) AS old, countIf(NOT (${stale})) AS fresh FROM fleetmeter_facts.application_devices
      UNION ALL SELECT countIf(${stale}), countIf(NOT (${stale})) FROM fleetmeter.usage_daily WHERE day > toDate(${today - days})
      UNION ALL SELECT countIf(${stale}), countIf(NOT (${stale})) FROM fleetmeter.application_usage_daily WHERE day > toDate(${today - days})
    )`);
  return rows?.old === 0 && rows.fresh > 0;
}

/** From facts alone, without a mapping: devices of some applications, and the seconds of every day. */
async function recount(collector: CollectorUnderLoad, { distinct }: RemapFleetSize): Promise<string> {
  const packages = Math.ceil(distinct / PER_PACKAGE);
  const step = Math.max(1, Math.floor(packages / SAMPLE));
  let compared = 0;
  for (let number = 0; number < packages; number += step, compared++) {
    const first = number * PER_PACKAGE + 1;
    const has = `arrayExists(no -> no BETWEEN ${first} AND ${first + PER_PACKAGE - 1}, ids)`;
    const [truth] = await collector.writerSql<{ n: number }>(
      `SELECT countIf(${has}) AS n FROM fleetmeter_facts.device_inventory FINAL WHERE epoch_no >= ${FIRST_EPOCH}`,
    );
    const [told] = await collector.sql<{ n: number }>(
      `SELECT sum(devices) AS n FROM fleetmeter.applications WHERE name = 'Application ${number}'`,
    );
    if (truth?.n !== told?.n)
      throw new Error(`Application ${number} is on ${truth?.n} devices, the tables say ${told?.n}`);
  }
  const different = await collector.writerSql<{ day: string }>(`
    SELECT toString(day) AS day FROM
      (SELECT day, sum(seconds) AS truth FROM fleetmeter_facts.usage WHERE epoch_no >= ${FIRST_EPOCH} GROUP BY day) AS facts
      FULL JOIN (SELECT day, sum(seconds) AS told FROM fleetmeter.usage_daily WHERE startsWith(application, 'Application ') GROUP BY day) AS derived
      USING (day) WHERE truth != told`);
  if (different.length > 0)
    throw new Error(`seconds differ on ${different.map(({ day }) => day).join(', ')}`);
  return `verified: devices of ${compared} applications, seconds of every day`;
}
