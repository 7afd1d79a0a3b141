/** Runs ranges of reports through processRange into a real engine and finds what each part of them costs. */
import type { ReportFields } from '@fleetmeter/proto';
import { NO_CATALOGUE } from '../../catalogue/catalogue-in-force.ts';
import { AnnouncedExecutables } from '../../process/announced-executables.ts';
import { EpochHeadCache } from '../../process/epoch-head-cache.ts';
import { processRange } from '../../process/process-range.ts';
import type { StreamRecord } from '../../stream/stream.ts';
import type { ConstantValues } from '../constants.ts';
import type { MeasuringSite } from './measuring-site.ts';
import { type CostParts, type MeasuredBatch, solveCosts } from './solve-costs.ts';
import { type SyntheticDevice, SyntheticFleet } from './synthetic-fleet.ts';

/** Executables of a small and a large device; rows of use in a small and a large report. */
const IDS = { few: 200, many: 2000 };
const ROWS = { few: 2, many: 20 };
/** Reports in a short and in a long range; how many of each are measured. */
const SHORT = 16;
const SHORT_RANGES = 12;
const LONG = 250;
const LONG_RANGES = 3;
const WARM_RANGES = 4;
/** Executables of which there is no evidence. */
const UNKNOWN = 2000;

/** What one range cost, by who paid. */
type Payer = 'collector' | 'engine' | 'wallMs';
type RangeCost = Record<Payer, number>;

/** What decoding takes of processing, measured apart. */
export type DecodeCosts = Pick<ConstantValues, 'decodeUs' | 'decodeIdUs' | 'decodeUsageRowUs'>;

/** `idsPerInventory` is the mean over the inventories that this leaves in the tables. */
export async function measureProcessing(
  site: MeasuringSite,
  fleet: SyntheticFleet,
  decode: DecodeCosts,
): Promise<{ values: Partial<ConstantValues>; idsPerInventory: number }> {
  const ranges = new RangeRunner(site, fleet);
  const few = devices(fleet, SHORT * SHORT_RANGES, IDS.few);
  const many = devices(fleet, LONG * LONG_RANGES, IDS.few);
  const large = devices(fleet, LONG * LONG_RANGES, IDS.many);
  const usage = (rows: number) => (device: SyntheticDevice) => device.usageReport(fleet.today, rows);
  // What is compiled and cached at first use is not what an hour later costs.
  const warm = devices(fleet, SHORT * WARM_RANGES, IDS.few);
  await ranges.run(SHORT, warm, (device) => device.firstReport());

  const firsts = await ranges.three(few, many, large, (device) => device.firstReport());
  const first = parts(firsts, IDS);
  // Another fleet of small devices, and nobody knows any of their executables.
  const strangers = new SyntheticFleet(site.control, UNKNOWN, site.now(), false);
  const unknown = await new RangeRunner(site, strangers).run(
    LONG,
    devices(strangers, LONG, IDS.few),
    (device) => device.firstReport(),
  );
  const wanted = LONG * IDS.few;
  const known = firsts[1].cost;

  const idle = parts(
    [await ranges.run(SHORT, few, usage(0)), await ranges.run(LONG, many, usage(0)), undefined],
    IDS,
  );
  const used = parts(
    [
      await ranges.run(SHORT, few, usage(ROWS.few)),
      await ranges.run(LONG, many, usage(ROWS.few)),
      await ranges.run(LONG, many, usage(ROWS.many)),
    ],
    ROWS,
  );
  const change = parts(await ranges.three(few, many, large, (device) => device.changeReport()), IDS);

  const values = {
    firstRangeUs: first.collector.fixed,
    firstReportUs: beyond(first.collector.item, decode.decodeUs),
    firstIdUs: beyond(first.collector.thing, decode.decodeIdUs),
    firstRangeEngineUs: first.engine.fixed,
    firstReportEngineUs: first.engine.item,
    firstIdEngineUs: first.engine.thing,
    wantUs: beyond(unknown.cost.collector, known.collector) / wanted,
    wantEngineUs: beyond(unknown.cost.engine, known.engine) / wanted,
    rangeUs: idle.collector.fixed,
    reportUs: beyond(idle.collector.item, decode.decodeUs),
    rangeEngineUs: idle.engine.fixed,
    reportEngineUs: idle.engine.item,
    rangeWallMs: used.wallMs.fixed,
    reportWallMs: used.wallMs.item + ROWS.few * used.wallMs.thing,
    usageRangeUs: beyond(used.collector.fixed, idle.collector.fixed),
    usageReportUs: beyond(used.collector.item, idle.collector.item),
    usageRowUs: beyond(used.collector.thing, decode.decodeUsageRowUs),
    usageRangeEngineUs: beyond(used.engine.fixed, idle.engine.fixed),
    usageReportEngineUs: beyond(used.engine.item, idle.engine.item),
    usageRowEngineUs: used.engine.thing,
    changeRangeUs: beyond(change.collector.fixed, idle.collector.fixed),
    changeReportUs: beyond(change.collector.item, idle.collector.item),
    changeIdUs: change.collector.thing,
    changeRangeEngineUs: beyond(change.engine.fixed, idle.engine.fixed),
    changeReportEngineUs: beyond(change.engine.item, idle.engine.item),
    changeIdEngineUs: change.engine.thing,
  };
  const others = warm.length + few.length + many.length;
  return {
    values,
    idsPerInventory: (large.length * IDS.many + others * IDS.few) / (large.length + others),
  };
}

class RangeRunner {
  readonly #site: MeasuringSite;
  readonly #fleet: SyntheticFleet;
  readonly #heads = new EpochHeadCache(100_000);
  readonly #announced = new AnnouncedExecutables();

  constructor(site: MeasuringSite, fleet: SyntheticFleet) {
    this.#site = site;
    this.#fleet = fleet;
  }

  /** Ranges of `size` reports, one of each device. */
  async run(
    size: number,
    from: readonly SyntheticDevice[],
    report: (device: SyntheticDevice) => ReportFields,
  ): Promise<{ size: number; cost: RangeCost }> {
    const records = from.map((device) => this.#fleet.record(device, report(device)));
    const { control, clickhouse, now } = this.#site;
    const dependencies = {
      ...{ control, clickhouse, now, heads: this.#heads, announced: this.#announced },
      inForce: () => NO_CATALOGUE,
    };
    const lap = await this.#site.laps.lap(async () => {
      for (let at = 0; at < records.length; at += size) {
        const range = records.slice(at, at + size);
        await processRange(range, (range.at(-1) as StreamRecord).offset, dependencies);
      }
    });
    const ranges = records.length / size;
    return {
      size,
      cost: {
        collector: lap.collectorUs / ranges,
        engine: lap.engineUs / ranges,
        wallMs: lap.wallMs / ranges,
      },
    };
  }

  async three(
    few: readonly SyntheticDevice[],
    many: readonly SyntheticDevice[],
    large: readonly SyntheticDevice[],
    report: (device: SyntheticDevice) => ReportFields,
  ): Promise<Measured> {
    return [
      await this.run(SHORT, few, report),
      await this.run(LONG, many, report),
      await this.run(LONG, large, report),
    ];
  }
}

type OneSize = { size: number; cost: RangeCost };
/** Short ranges and long ranges of small reports, and long ranges of large ones. */
type Measured = [short: OneSize, long: OneSize, large: OneSize | undefined];

function parts(
  [short, long, large]: Measured,
  things: { few: number; many: number },
): Record<Payer, CostParts> {
  const batch = ({ size, cost }: OneSize, payer: Payer, each: number): MeasuredBatch => ({
    items: size,
    things: each,
    cost: cost[payer],
  });
  const solved = (payer: Payer): CostParts =>
    large
      ? solveCosts(
          batch(short, payer, things.few),
          batch(long, payer, things.few),
          batch(large, payer, things.many),
        )
      : solveCosts(batch(short, payer, 0), batch(long, payer, 0), batch(long, payer, 1));
  return { collector: solved('collector'), engine: solved('engine'), wallMs: solved('wallMs') };
}

function devices(fleet: SyntheticFleet, count: number, executables: number): SyntheticDevice[] {
  return Array.from({ length: count }, () => fleet.device(executables));
}

function beyond(whole: number, part: number): number {
  return Math.max(0, whole - part);
}
