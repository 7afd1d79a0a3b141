/** A simulated fleet, the collector it reports to, and what the collector's processes cost meanwhile. */
import { CollectorUnderLoad } from '../load/collector-under-load.ts';
import { Fleet } from '../load/fleet.ts';
import type { PopulationSize } from '../load/population.ts';
import { questionCost, quietCost } from '../load/quiet-cost.ts';
import { partToVerify, verify } from '../load/verify.ts';
import { SeededRandom } from '../model/seeded-random.ts';
import { CpuMeter } from './process-cpu.ts';

export const PROCESSES = ['collector', 'engine'] as const;
/** Milliseconds of CPU of each process. */
export type Costs = Record<(typeof PROCESSES)[number], number>;

export interface MeasuredFleetOptions extends PopulationSize {
  /** Seconds between recomputes. */
  recomputeSeconds: number;
  /** Hours of the first day: programs are metered from the first on, and the fleet reports until the last. */
  meterHour: number;
  lastHour: number;
}

/** What happened between two readings. `cpu` is without what the processes take when quiet and for being watched. */
export interface Lap {
  cpu: Costs;
  /** Everything that they took. */
  spent: Costs;
  /** Wall time. */
  seconds: number;
  /** Executables that were described, and aggregates that were derived. */
  evidence: number;
  derivations: number;
}

/** As many requests as are under way at a time. */
const CONNECTIONS = 128;
/** Of the fleet, and at most: enough for nearly every executable that many have. */
const SCOUT_PART = 0.05;
const MOST_SCOUTS = 100;
const HOURS_A_DAY = 24;
const DAY_MS = 86_400_000;
/** A request for usage or a baseline is obeyed with the next report; more rounds than this mean that it is not. */
const MOST_ROUNDS = 5;

export class MeasuredFleet {
  readonly collector: CollectorUnderLoad;
  readonly fleet: Fleet;
  /** Milliseconds of CPU in a second in which nothing happens, and for each look at the metrics. */
  readonly quiet: Costs;
  readonly #perLook: Costs;
  /** Of the fleet: those that bring evidence, and all others. Scouts are of every system. */
  readonly scouts: number[];
  readonly rest: number[];
  readonly #say: (progress: string) => void;
  readonly #lastHour: number;
  #meter: CpuMeter<keyof Costs>;
  #began = performance.now();
  #looked = 0;
  #counted = { evidence: 0, derivations: 0 };

  private constructor(
    collector: CollectorUnderLoad,
    { quiet, perLook }: { quiet: Costs; perLook: Costs },
    options: MeasuredFleetOptions,
    say: (progress: string) => void,
  ) {
    this.collector = collector;
    this.quiet = quiet;
    this.#perLook = perLook;
    this.#say = say;
    this.#lastHour = options.lastHour;
    this.#meter = new CpuMeter(collector.pids);
    this.#looked = collector.looks;
    const today = Math.floor(wallMs() / DAY_MS);
    // The last hour is of today: a collector does not believe in use that is still to come.
    const firstDay = today - Math.floor(Math.max(0, options.lastHour - 1) / HOURS_A_DAY);
    this.fleet = new Fleet(collector.agentUrl, {
      ...options,
      firstDay,
      connections: CONNECTIONS,
      joinSecret: collector.joinSecret,
    });
    const all = Array.from({ length: options.devices }, (_, device) => device);
    const every = Math.max(2, Math.ceil(Math.max(1 / SCOUT_PART, options.devices / MOST_SCOUTS)));
    this.scouts = all.filter((device) => device % every === 0);
    this.rest = shuffled(
      all.filter((device) => device % every !== 0),
      options.seed,
    );
  }

  static async start(options: MeasuredFleetOptions, say: (progress: string) => void): Promise<MeasuredFleet> {
    const collector = await CollectorUnderLoad.start(options);
    try {
      const quiet = await quietCost(collector.pids);
      const perLook = await questionCost(collector.pids, () => collector.metrics());
      return new MeasuredFleet(collector, { quiet, perLook }, options, say);
    } catch (error) {
      await collector.close();
      throw error;
    }
  }

  get everybody(): number[] {
    return [...this.scouts, ...this.rest];
  }

  /** Reads the meters and begins anew. */
  async lap(): Promise<Lap> {
    const cpu = this.#meter.lap();
    const seconds = (performance.now() - this.#began) / 1000;
    const looks = this.collector.looks - this.#looked;
    this.#began = performance.now();
    this.#looked = this.collector.looks;
    const metric = await this.collector.metrics();
    if (metric('fleetmeter_process_quarantined_total') > 0) throw new Error('records were quarantined');
    const now = {
      evidence: metric('fleetmeter_process_evidence_total'),
      derivations: metric('fleetmeter_recompute_derive_seconds_count'),
    };
    const before = this.#counted;
    this.#counted = now;
    return {
      cpu: {
        collector: 1000 * cpu.collector - this.quiet.collector * seconds - this.#perLook.collector * looks,
        engine: 1000 * cpu.engine - this.quiet.engine * seconds - this.#perLook.engine * looks,
      },
      spent: { collector: 1000 * cpu.collector, engine: 1000 * cpu.engine },
      seconds,
      evidence: now.evidence - before.evidence,
      derivations: now.derivations - before.derivations,
    };
  }

  async enrol(): Promise<void> {
    await this.fleet.enrol(this.everybody);
    this.#say(`${this.everybody.length} devices enrolled`);
  }

  /** Everything before `hour`. A lap begins once the first reports are composed. */
  async report(
    devices: readonly number[],
    hour: number,
    { holdEvidence = false }: { holdEvidence?: boolean } = {},
  ): Promise<void> {
    let composedAt = performance.now();
    const lap: Promise<Lap>[] = [];
    await this.fleet.report(devices, hour, {
      holdEvidence,
      composed: () => {
        if (lap.length > 0) return;
        lap.push(this.lap());
        composedAt = performance.now();
      },
    });
    await Promise.all(lap);
    const seconds = (performance.now() - composedAt) / 1000;
    this.#say(`hour ${hour}: ${devices.length} reports acknowledged in ${seconds.toFixed(1)} s`);
  }

  /** Everything before `hour`, and what evidence they are asked for: the others are then not asked for it. */
  async scoutsReport(hour: number): Promise<void> {
    await this.report(this.scouts, hour);
    await this.collector.processed();
  }

  /** The whole fleet is known, with its evidence, and everything is derived. */
  async introduce(hour: number): Promise<void> {
    await this.enrol();
    await this.scoutsReport(hour);
    await this.report(this.rest, hour);
    await this.collector.settled();
    this.#say('the fleet is known');
  }

  /** Compares the tables with what happened; rejects when they differ. */
  async verify(): Promise<void> {
    for (let round = 0; ; round++) {
      await this.collector.settled();
      const due = this.fleet.dueAgain(this.#lastHour);
      if (due.length === 0) break;
      if (round === MOST_ROUNDS)
        throw new Error(`${due.length} devices are asked for the same again and again`);
      await this.report(due, this.#lastHour);
    }
    const { world } = this.fleet;
    const part = partToVerify(world, this.#lastHour, wallMs());
    this.#say(await verify((query) => this.collector.sql(query), world, part));
    const complaints = this.collector.complaints();
    if (complaints !== '') this.#say(complaints);
  }

  async close(): Promise<void> {
    await this.fleet.close();
    await this.collector.close();
  }
}

/** Jitter mixes a fleet: neighbours in the stream have nothing in common. */
function shuffled(devices: number[], seed: number): number[] {
  const random = new SeededRandom(seed);
  for (let last = devices.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [devices[last], devices[other]] = [devices[other] as number, devices[last] as number];
  }
  return devices;
}

/** Wall time in milliseconds since 1970. */
function wallMs(): number {
  return performance.timeOrigin + performance.now();
}
