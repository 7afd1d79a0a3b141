/**
 * The spike that the design has to survive: a fleet that nobody knows reports its whole inventory. From the HTTP
 * request to rows that can be queried, durable at every step, derived aggregates and merges included.
 *
 * A few scouts come first and bring the evidence of what the fleet shares, then everybody else. Out of the two
 * mixtures follow the cost of an inventory and of an evidence record; a device of a fleet of a million is an inventory
 * and five evidence records, since such a fleet has some five million distinct executables.
 */
import { CollectorUnderLoad } from '../load/collector-under-load.ts';
import { Fleet } from '../load/fleet.ts';
import { quietCost } from '../load/quiet-cost.ts';
import { partToVerify, verify } from '../load/verify.ts';
import { type Bench, bounded, type Figures, plain } from './bench.ts';
import { CpuMeter } from './process-cpu.ts';
import { type Phase, twoCosts } from './two-costs.ts';

const PROCESSES = ['collector', 'engine'] as const;
type ProcessName = (typeof PROCESSES)[number];

/** Of the fleet; enough for every executable that many have. */
const SCOUT_PART = 0.05;
/** Scouts come a few at a time: what the first brought the next are not asked for. */
const SCOUTS_AT_ONCE = 10;
const EVIDENCE_PER_DEVICE = 5;
const MILLION = 1_000_000;
const CORES = 2;
const QUIET_SECONDS = 3;
const CONNECTIONS = 128;
const HOURS_A_DAY = 24;
const DAY_MS = 86_400_000;
/** At this size fixed costs are spread thin enough for the targets to mean something. */
const TELLING_DEVICES = 1_000;
const TELLING_EXECUTABLES = 2_000;
/** One row or some rows for each device. */
const PER_DEVICE_TABLES = ['epochs', 'device_heads', 'host_facts', 'device_inventory', 'inventory_changes'];

type Costs = Record<ProcessName, number>;
interface MeasuredPhase {
  devices: number;
  evidence: number;
  /** CPU milliseconds without what the processes take when quiet. */
  cpu: Costs;
  seconds: number;
}

export const firstInventory: Bench = {
  name: 'first-inventory',
  about: 'CPU and disk of the whole first inventory of an unknown fleet, from HTTP to rows',
  flags: {
    devices: { meaning: 'devices', default: 2_000 },
    executables: { meaning: 'executables of a device, on average', default: 2_000 },
    seed: { meaning: 'of the population', default: 1 },
    days: { meaning: 'days of change before the storage is measured', default: 1 },
    'recompute-seconds': {
      meaning: 'seconds between recomputes; 5 gives this fleet as many as a million devices see at 60',
      default: 5,
    },
  },
  smoke: { devices: 60, executables: 200, 'recompute-seconds': 1 },
  run,
};

async function run(flags: Record<string, number>, say: (progress: string) => void): Promise<Figures> {
  const { devices = 0, executables = 0, seed = 0, days = 0 } = flags;
  const collector = await CollectorUnderLoad.start({ recomputeSeconds: flags['recompute-seconds'] ?? 0 });
  const now = () => performance.timeOrigin + performance.now();
  const lastHour = days * HOURS_A_DAY;
  const fleet = new Fleet(collector.agentUrl, {
    ...{ devices, executables, seed },
    firstDay: Math.floor(now() / DAY_MS),
    meterHour: lastHour,
    connections: CONNECTIONS,
  });
  try {
    const quiet = await quietCost(collector.pids, QUIET_SECONDS);
    const { scouts, rest } = splitFleet(devices);
    const measure = (devicesOfPhase: readonly number[], hour: number, atOnce = devicesOfPhase.length) =>
      measured({ collector, fleet, quiet, say }, devicesOfPhase, hour, atOnce);
    const enrolment = new CpuMeter(collector.pids);
    const everybody = [...scouts, ...rest];
    await fleet.enrol(everybody);
    const enrolled = enrolment.lap();
    say(`${devices} devices enrolled`);
    const first = await measure(scouts, 0, SCOUTS_AT_ONCE);
    say(`${scouts.length} scouts brought evidence of ${first.evidence} executables`);
    const second = await measure(rest, 0);
    const change = await changeDaily(days, (hour) => measure(everybody, hour));
    const stored = await storedPerDevice(collector, devices);
    say(
      await verify((query) => collector.sql(query), fleet.world, partToVerify(fleet.world, lastHour, now())),
    );
    const complaints = collector.complaints();
    if (complaints !== '') say(complaints);
    const scaled = devices < TELLING_DEVICES || executables < TELLING_EXECUTABLES;
    return {
      ...costFigures(first, second, scaled),
      enrolCpuMsPerDevice: plain(
        (1000 * (enrolled.collector + enrolled.engine)) / devices,
        'CPU ms / device',
      ),
      dayOfChangeCpuMsPerDevice: plain(change, 'CPU ms / device'),
      quietCpuMsPerSecond: plain(quiet.collector + quiet.engine, 'CPU ms / s, not counted above'),
      storedBytesPerDevice: bounded(stored.asMerged, 'bytes / device', 4096, scaled),
      storedBytesPerDeviceFullyMerged: plain(stored.fully, 'bytes / device'),
      devicesPerSecond: plain(second.devices / second.seconds, 'devices / s'),
      hoursNaive: plain((MILLION * TELLING_EXECUTABLES) / 20_000 / 3600, 'hours, 20,000 rows / s'),
    };
  } finally {
    await fleet.close();
    await collector.close();
  }
}

/** Scouts are spread over the fleet, so that every system is among them. */
function splitFleet(devices: number): { scouts: number[]; rest: number[] } {
  const every = Math.max(2, Math.floor(1 / SCOUT_PART));
  const all = Array.from({ length: devices }, (_, device) => device);
  return {
    scouts: all.filter((device) => device % every === 0),
    rest: all.filter((device) => device % every !== 0),
  };
}

interface Measuring {
  collector: CollectorUnderLoad;
  fleet: Fleet;
  quiet: Costs;
  say: (progress: string) => void;
}

/**
 * The devices report everything before `hour`, `atOnce` of them at a time; done when the tables say so and nothing is
 * left to merge.
 */
async function measured(
  { collector, fleet, quiet, say }: Measuring,
  devices: readonly number[],
  hour: number,
  atOnce: number,
): Promise<MeasuredPhase> {
  const before = await collector.metrics();
  const meter = new CpuMeter(collector.pids);
  let began = performance.now();
  let composed = 0;
  for (let at = 0; at < devices.length; at += atOnce) {
    await fleet.report(devices.slice(at, at + atOnce), hour, () => {
      if (composed++ > 0) return;
      meter.lap();
      began = performance.now();
    });
    if (at + atOnce < devices.length) await collector.processed();
  }
  say(`hour ${hour}: ${devices.length} reports acknowledged after ${elapsed(began)} s`);
  await collector.settled();
  const cpu = meter.lap();
  const seconds = (performance.now() - began) / 1000;
  say(`hour ${hour}: processed, derived and merged after ${elapsed(began)} s`);
  const after = await collector.metrics();
  const counted = (name: string): number => after(name) - before(name);
  if (counted('fleetmeter_process_quarantined_total') > 0) throw new Error('records were quarantined');
  return {
    devices: devices.length,
    evidence: counted('fleetmeter_process_evidence_total'),
    cpu: {
      collector: 1000 * cpu.collector - quiet.collector * seconds,
      engine: 1000 * cpu.engine - quiet.engine * seconds,
    },
    seconds,
  };
}

/** CPU milliseconds per device and day, 0 without days. */
async function changeDaily(days: number, measure: (hour: number) => Promise<MeasuredPhase>): Promise<number> {
  let cost = 0;
  for (let day = 1; day <= days; day++) {
    const { cpu, devices } = await measure(day * HOURS_A_DAY);
    cost += (cpu.collector + cpu.engine) / devices / days;
  }
  return cost;
}

function costFigures(first: MeasuredPhase, second: MeasuredPhase, scaled: boolean): Figures {
  const cost = Object.fromEntries(
    PROCESSES.map((name) => {
      const phase = ({ devices, evidence, cpu }: MeasuredPhase): Phase => ({
        devices,
        evidence,
        cost: cpu[name],
      });
      const { perDevice, perEvidence } = twoCosts(phase(first), phase(second));
      return [name, { perDevice: perDevice + EVIDENCE_PER_DEVICE * perEvidence, perEvidence }];
    }),
  ) as Record<ProcessName, { perDevice: number; perEvidence: number }>;
  const perDevice = cost.collector.perDevice + cost.engine.perDevice;
  const unit = 'CPU ms / device';
  return {
    cpuMsPerDevice: bounded(perDevice, unit, 1.2, scaled),
    collectorCpuMsPerDevice: plain(cost.collector.perDevice, unit),
    engineCpuMsPerDevice: plain(cost.engine.perDevice, unit),
    cpuMsPerEvidence: plain(cost.collector.perEvidence + cost.engine.perEvidence, 'CPU ms / evidence record'),
    minutesForMillion: plain((perDevice * MILLION) / CORES / 60_000, `minutes on ${CORES} cores`),
  };
}

/** Bytes on disk of what grows with devices: as the engine has merged by itself, and when nothing is left to merge. */
async function storedPerDevice(
  collector: CollectorUnderLoad,
  devices: number,
): Promise<{ asMerged: number; fully: number }> {
  const perDevice = async (): Promise<number> => {
    const stored = await collector.storedBytes();
    return PER_DEVICE_TABLES.reduce((sum, table) => sum + (stored.get(table) ?? 0), 0) / devices;
  };
  const asMerged = await perDevice();
  for (const table of PER_DEVICE_TABLES) await collector.mergeFully(table);
  return { asMerged, fully: await perDevice() };
}

const elapsed = (began: number): string => ((performance.now() - began) / 1000).toFixed(1);
