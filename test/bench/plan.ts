/**
 * Whether the capacity planner can be believed: it measures this machine, then predicts what first inventories and
 * hourly reports of a fleet cost whose size it did not measure, and the fleet says what they really cost.
 *
 * The fleet of first-inventory and steady-hour, without their scouts' phase: whoever comes first in small groups
 * costs the processing of small groups, which says nothing about a spike. Recomputing follows the clock and not the
 * reports, so it is left out on both sides.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Bench, bounded, type Figure, type Figures, plain } from './bench.ts';
import { type Lap, MeasuredFleet } from './measured-fleet.ts';

const PROGRAM = join(import.meta.dirname, '../../collector/bin/fleetmeter-collector.mjs');
const TELLING_DEVICES = 1_000;
const ALLOWED_ERROR_PERCENT = 25;
/** The working day begins; no program is metered before. */
const FIRST_HOUR = 9;
/** Longer than the whole run. */
const RECOMPUTE_SECONDS = 3_600;
/** A working hour is no average one: about ten programs run in it, of the thirty of a day. */
const ACTIVE_HOURS = 7.6;

export const plan: Bench = {
  name: 'plan',
  about: 'how far off the capacity planner is, at a size that it did not measure',
  flags: {
    devices: { meaning: 'devices', default: 3_000 },
    executables: { meaning: 'executables of a device, on average', default: 2_000 },
    seed: { meaning: 'of the population', default: 1 },
    hours: { meaning: 'hours that are reported', default: 2 },
  },
  smoke: { devices: 60, executables: 200, hours: 1 },
  run,
};

interface Measured {
  /** Devices that reported their first inventory, and executables that were described meanwhile. */
  devices: number;
  evidence: number;
  /** CPU milliseconds of both processes, for each device and for each hourly report. */
  inventoryMs: number;
  reportMs: number;
}

async function run(flags: Record<string, number>, say: (progress: string) => void): Promise<Figures> {
  const { devices: asked = 0, executables = 0 } = flags;
  const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-plan-bench-'));
  try {
    const constants = join(folder, 'constants.json');
    const began = performance.now();
    await planned(['--measure', '--save-constants', constants]);
    const seconds = (performance.now() - began) / 1000;
    say(`measured this machine in ${seconds.toFixed(1)} s`);
    const { devices, evidence, inventoryMs, reportMs } = await measuredFleet(flags, say);
    const line = await planned([
      ...['--constants', constants, '--devices', String(devices), '--executables', String(executables)],
      ...['--distinct-executables', String(evidence), '--active-hours', String(ACTIVE_HOURS)],
    ]);
    const scaled = asked < TELLING_DEVICES;
    return {
      ...compared('', line('a device, without recompute') / 1000, inventoryMs, 'CPU ms / device', scaled),
      ...compared(
        'steady',
        line('a report on a kept connection, ranges full') / 1000,
        reportMs,
        'CPU ms / report',
        scaled,
      ),
      calibrationSeconds: bounded(seconds, 'seconds', 60, scaled),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measuredFleet(
  flags: Record<string, number>,
  say: (progress: string) => void,
): Promise<Measured> {
  const { devices = 0, executables = 0, seed = 0, hours = 0 } = flags;
  const measured = await MeasuredFleet.start(
    {
      ...{ devices, executables, seed },
      recomputeSeconds: RECOMPUTE_SECONDS,
      meterHour: FIRST_HOUR,
      lastHour: FIRST_HOUR + hours,
    },
    say,
  );
  try {
    await measured.enrol();
    await measured.scoutsReport(FIRST_HOUR);
    await measured.collector.merged();
    await measured.report(measured.rest, FIRST_HOUR);
    const first = await endOfLap(measured);
    say(`${measured.rest.length} inventories and evidence of ${first.evidence} executables`);
    let spent = 0;
    for (let hour = FIRST_HOUR + 1; hour <= FIRST_HOUR + hours; hour++) {
      await measured.report(measured.everybody, hour);
      spent += whole(await endOfLap(measured));
    }
    return {
      devices: measured.rest.length,
      evidence: Math.max(1, first.evidence),
      inventoryMs: whole(first) / measured.rest.length,
      reportMs: spent / (hours * devices),
    };
  } finally {
    await measured.close();
  }
}

async function endOfLap(measured: MeasuredFleet): Promise<Lap> {
  await measured.collector.processed();
  await measured.collector.merged();
  return await measured.lap();
}

const whole = ({ cpu }: Lap): number => cpu.collector + cpu.engine;

/** Runs the planner; the answer gives the figure of a line. */
async function planned(args: readonly string[]): Promise<(name: string) => number> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, 'plan', '--json', ...args], {
    maxBuffer: 16 * 1024 * 1024,
  });
  const { lines } = JSON.parse(stdout) as { lines: { name: string; value: number }[] };
  return (name) => {
    const found = lines.find((each) => each.name === name);
    if (!found) throw new Error(`the plan has no line "${name}"`);
    return found.value;
  };
}

function compared(
  what: string,
  predicted: number,
  measured: number,
  unit: string,
  scaled: boolean,
): Record<string, Figure> {
  const name = (ending: string) =>
    what === '' ? ending : `${what}${ending[0]?.toUpperCase()}${ending.slice(1)}`;
  const error = 100 * Math.abs(predicted / measured - 1);
  return {
    [name('predicted')]: plain(predicted, unit),
    [name('measured')]: plain(measured, unit),
    [name('ratio')]: plain(predicted / measured, 'predicted / measured'),
    [name('predictionErrorPercent')]: bounded(error, '%', ALLOWED_ERROR_PERCENT, scaled),
  };
}
