/**
 * The everyday load: an enrolled fleet reports every hour what changed, a few executables and about ten usage
 * records. Receiving, storing and merging are measured as they happen. Recomputing does not follow the number of
 * reports but the clock, so one whole round is measured by itself and charged as often as a fleet of a million gets
 * one within an hour.
 */
import { SETTINGS } from '../../collector/src/config/schema.ts';
import { type Bench, bounded, type Figures, plain } from './bench.ts';
import { type Costs, type Lap, MeasuredFleet } from './measured-fleet.ts';

/** The working day begins. */
const FIRST_HOUR = 9;
/** Not counted: a process that has just started compiles what it runs, and a fleet is steady for weeks. */
const WARM_UP_HOURS = 1;
const MILLION = 1_000_000;
const SECONDS_AN_HOUR = 3600;
/** How often the collector recomputes unless told otherwise. */
const PRODUCTION_INTERVAL_SECONDS = SETTINGS.recomputeIntervalSeconds.default;
/** Part of its time that recomputing takes at most. */
const SHARE_OF_TIME = SETTINGS.recomputeTimePercent.default / 100;
const TELLING_DEVICES = 1_000;

export const steadyHour: Bench = {
  name: 'steady-hour',
  about: 'CPU of the hourly report of a device that the collector knows',
  flags: {
    devices: { meaning: 'devices', default: 2_000 },
    executables: { meaning: 'executables of a device, on average', default: 2_000 },
    seed: { meaning: 'of the population', default: 1 },
    hours: { meaning: 'hours that are counted, after one that is not', default: 2 },
    'recompute-seconds': {
      meaning:
        'seconds between recomputes; longer than an hour of reports takes to come in, so that both show apart',
      default: 30,
    },
  },
  smoke: { devices: 60, executables: 200, hours: 1, 'recompute-seconds': 3 },
  run,
};

async function run(flags: Record<string, number>, say: (progress: string) => void): Promise<Figures> {
  const { devices = 0, executables = 0, seed = 0, hours = 0 } = flags;
  const measured = await MeasuredFleet.start(
    {
      ...{ devices, executables, seed },
      recomputeSeconds: flags['recompute-seconds'] ?? 0,
      meterHour: FIRST_HOUR,
      lastHour: FIRST_HOUR + WARM_UP_HOURS + hours,
    },
    say,
  );
  try {
    await measured.introduce(FIRST_HOUR);
    let bytesBefore = measured.fleet.bytesSent;
    const ingest = { cpu: { collector: 0, engine: 0 } satisfies Costs, reports: 0 };
    const round = { cpu: { collector: 0, engine: 0 } satisfies Costs, rounds: 0 };
    for (let hour = FIRST_HOUR + 1; hour <= FIRST_HOUR + WARM_UP_HOURS + hours; hour++) {
      const counted = hour > FIRST_HOUR + WARM_UP_HOURS;
      await measured.report(measured.everybody, hour);
      await measured.collector.processed();
      await measured.collector.merged();
      const received = await measured.lap();
      if (counted) {
        addTo(ingest.cpu, received.cpu);
        ingest.reports += devices;
      } else bytesBefore = measured.fleet.bytesSent;
      if (received.derivations > 0)
        say(
          'a recompute ran while reports came in and is counted with them: choose longer --recompute-seconds',
        );
      await measured.collector.settled();
      const derived = await measured.lap();
      if (counted) {
        addTo(round.cpu, derived.cpu);
        round.rounds++;
      }
      say(
        `hour ${hour}${counted ? '' : ', to warm up,'} received in ${received.seconds.toFixed(1)} s, CPU ms ${Math.round(whole(received))}`,
      );
    }
    const bytes = measured.fleet.bytesSent - bytesBefore;
    await measured.verify();
    const received = whole(ingest) / ingest.reports;
    const recomputed = whole(round) / round.rounds / devices;
    return {
      cpuMsPerReport: bounded(
        received + recomputeShare(recomputed),
        'CPU ms / report',
        0.6,
        devices < TELLING_DEVICES,
      ),
      collectorCpuMsPerReport: plain(ingest.cpu.collector / ingest.reports, 'CPU ms / report'),
      engineCpuMsPerReport: plain(ingest.cpu.engine / ingest.reports, 'CPU ms / report, merges included'),
      recomputeCpuMsPerReport: plain(recomputeShare(recomputed), 'CPU ms / report of a fleet of a million'),
      recomputeCpuMsPerDevice: plain(recomputed, 'CPU ms / device, one round'),
      bytesPerReport: plain(bytes / ingest.reports, 'bytes / report'),
      quietCpuMsPerSecond: plain(whole({ cpu: measured.quiet }), 'CPU ms / s, not counted above'),
    };
  } finally {
    await measured.close();
  }
}

/** Of a round that costs so much per device: what falls on each of the reports that a million devices send in an hour. */
function recomputeShare(perDevice: number): number {
  const roundSeconds = (perDevice * MILLION) / 1000;
  const restSeconds = Math.max(PRODUCTION_INTERVAL_SECONDS, roundSeconds * (1 / SHARE_OF_TIME - 1));
  const roundsAnHour = SECONDS_AN_HOUR / (roundSeconds + restSeconds);
  return roundsAnHour * perDevice;
}

function addTo(sum: Costs, { collector, engine }: Costs): void {
  sum.collector += collector;
  sum.engine += engine;
}

const whole = ({ cpu }: Pick<Lap, 'cpu'>): number => cpu.collector + cpu.engine;
