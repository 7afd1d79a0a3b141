/**
 * The spike that the design has to survive: a fleet that nobody knows reports its whole inventory. From the HTTP
 * request to rows that can be queried, durable at every step, derived aggregates and merges included.
 *
 * A few scouts come first and bring the evidence of what the fleet shares, which is measured by itself; then everybody
 * else comes with an inventory and the evidence that is left. A device of a fleet of a million is an inventory and five
 * evidence records, since such a fleet has some five million distinct executables: what these devices brought more or
 * less than five is charged at the price that the scouts' evidence had.
 */
import type { CollectorUnderLoad } from '../load/collector-under-load.ts';
import { type Bench, bounded, type Figure, type Figures, plain } from './bench.ts';
import { type Lap, MeasuredFleet, PROCESSES } from './measured-fleet.ts';
import { naiveInventory } from './naive-inventory.ts';
import { type HandshakeCosts, handshakeCosts } from './tls-handshakes.ts';

const EVIDENCE_PER_DEVICE = 5;
const MILLION = 1_000_000;
const CORES = 2;
const MINUTES_UNIT = `minutes on ${CORES} cores`;
const HOURS_A_DAY = 24;
/** At this size fixed costs are spread thin enough for the targets to mean something. */
const TELLING_DEVICES = 1_000;
const TELLING_EXECUTABLES = 2_000;
const NAIVE_ROWS_PER_SECOND = 20_000;
/** One row or some rows for each device. */
const PER_DEVICE_TABLES = ['epochs', 'device_heads', 'host_facts', 'device_inventory', 'inventory_changes'];

interface Phase extends Lap {
  devices: number;
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
      meaning:
        'seconds between recomputes; a million devices see one or two during theirs, at 5 % of the time',
      default: 30,
    },
    handshakes: { meaning: 'TLS handshakes of each kind', default: 1_000 },
    baseline: {
      meaning: '1: also a row for each executable in PostgreSQL, which must be installed',
      default: 0,
    },
  },
  needs: [['openssl', 'openssl']],
  smoke: { devices: 60, executables: 200, 'recompute-seconds': 1, handshakes: 50 },
  run,
};

async function run(flags: Record<string, number>, say: (progress: string) => void): Promise<Figures> {
  const { devices = 0, executables = 0, seed = 0, days = 0 } = flags;
  const lastHour = days * HOURS_A_DAY;
  const measured = await MeasuredFleet.start(
    {
      ...{ devices, executables, seed },
      recomputeSeconds: flags['recompute-seconds'] ?? 0,
      // No programs are metered: this is about inventories.
      meterHour: lastHour,
      lastHour,
    },
    say,
  );
  try {
    await measured.lap();
    await measured.enrol();
    const enrolment = await measured.lap();
    await measured.report(measured.scouts, 0, { holdEvidence: true });
    await endOfPhase(measured, measured.scouts.length, say);
    await measured.fleet.sendHeldEvidence();
    const evidence = await endOfPhase(measured, 0, say);
    await measured.report(measured.rest, 0);
    const fleet = await endOfPhase(measured, measured.rest.length, say);
    const change = await changeDaily(measured, days, say);
    const stored = await storedPerDevice(measured.collector, devices);
    await measured.verify();
    const handshakes = await handshakeCosts(flags.handshakes ?? 0);
    say('TLS handshakes measured');
    const naive = flags.baseline ? await naiveInventory(measured.fleet.world.history, devices) : undefined;
    const scaled = devices < TELLING_DEVICES || executables < TELLING_EXECUTABLES;
    const costs = costFigures(evidence, fleet, scaled);
    const perDevice = (costs.cpuMsPerDevice as Figure).value;
    return {
      ...costs,
      ...handshakeFigures(perDevice, handshakes),
      enrolCpuMsPerDevice: plain(whole(enrolment) / devices, 'CPU ms / device'),
      dayOfChangeCpuMsPerDevice: plain(change / devices, 'CPU ms / device'),
      quietCpuMsPerSecond: plain(whole({ cpu: measured.quiet }), 'CPU ms / s, not counted above'),
      storedBytesPerDevice: bounded(stored.asMerged, 'bytes / device', 4096, scaled),
      storedBytesPerDeviceFullyMerged: plain(stored.fully, 'bytes / device'),
      devicesPerSecond: plain(fleet.devices / fleet.seconds, 'devices / s'),
      hoursNaive: plain(
        (MILLION * TELLING_EXECUTABLES) / NAIVE_ROWS_PER_SECOND / 3600,
        'hours, 20,000 rows / s',
      ),
      ...(naive && {
        naiveCpuMsPerDevice: plain(naive.cpuMsPerDevice, 'CPU ms / device, PostgreSQL alone'),
        naiveStoredBytesPerDevice: plain(naive.bytesPerDevice, 'bytes / device'),
        naiveCpuRatio: plain(naive.cpuMsPerDevice / perDevice, 'times cpuMsPerDevice'),
      }),
    };
  } finally {
    await measured.close();
  }
}

async function endOfPhase(
  measured: MeasuredFleet,
  devices: number,
  say: (progress: string) => void,
): Promise<Phase> {
  await measured.collector.settled();
  const phase = { devices, ...(await measured.lap()) };
  const { evidence, derivations, seconds, cpu } = phase;
  say(
    `${devices} devices and evidence of ${evidence} executables in the tables after ${seconds.toFixed(1)} s, ` +
      `${derivations} derivations, CPU ms: collector ${Math.round(cpu.collector)}, engine ${Math.round(cpu.engine)}`,
  );
  return phase;
}

/** CPU milliseconds of a day, 0 without days. */
async function changeDaily(
  measured: MeasuredFleet,
  days: number,
  say: (progress: string) => void,
): Promise<number> {
  let cost = 0;
  for (let day = 1; day <= days; day++) {
    await measured.report(measured.everybody, day * HOURS_A_DAY);
    cost += whole(await endOfPhase(measured, measured.everybody.length, say)) / days;
  }
  return cost;
}

function costFigures(scouted: Phase, fleet: Phase, scaled: boolean): Figures {
  const [collector, engine] = PROCESSES.map((name) => {
    const perEvidence = scouted.cpu[name] / scouted.evidence;
    const missing = EVIDENCE_PER_DEVICE - fleet.evidence / fleet.devices;
    return { perEvidence, perDevice: fleet.cpu[name] / fleet.devices + missing * perEvidence };
  }) as [EvidenceAndDevice, EvidenceAndDevice];
  const perDevice = collector.perDevice + engine.perDevice;
  const unit = 'CPU ms / device';
  return {
    cpuMsPerDevice: bounded(perDevice, unit, 1.2, scaled),
    collectorCpuMsPerDevice: plain(collector.perDevice, unit),
    engineCpuMsPerDevice: plain(engine.perDevice, unit),
    cpuMsPerEvidence: plain(collector.perEvidence + engine.perEvidence, 'CPU ms / evidence record'),
    evidencePerDevice: plain(
      fleet.evidence / fleet.devices,
      `evidence records as measured; charged are ${EVIDENCE_PER_DEVICE}`,
    ),
    minutesForMillion: plain(minutesForMillion(perDevice), MINUTES_UNIT),
  };
}

/** Milliseconds of CPU of one process. */
interface EvidenceAndDevice {
  perEvidence: number;
  perDevice: number;
}

/** Devices that come for the first time have no session to resume. */
function handshakeFigures(perDevice: number, { fullMs, resumedMs }: HandshakeCosts): Figures {
  return {
    tlsFullHandshakeMs: plain(fullMs, 'CPU ms / connection of a server'),
    tlsResumedMs: plain(resumedMs, 'CPU ms / connection of a server'),
    minutesForMillionWithHandshakes: plain(minutesForMillion(perDevice + fullMs), MINUTES_UNIT),
  };
}

const minutesForMillion = (cpuMsPerDevice: number): number => (cpuMsPerDevice * MILLION) / CORES / 60_000;

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

const whole = ({ cpu }: Pick<Lap, 'cpu'>): number => cpu.collector + cpu.engine;
