/** A real collector - HTTP, control store, stream, engine - whose processor moves only when the test says so, and may die. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_CATALOGUE } from '../../collector/src/catalogue/catalogue-in-force.ts';
import { type ClickHouse, connectClickHouse } from '../../collector/src/clickhouse/clickhouse.ts';
import { deriveInventory } from '../../collector/src/clickhouse/derive-inventory.ts';
import { deriveUsageDay } from '../../collector/src/clickhouse/derive-usage-day.ts';
import { migrate } from '../../collector/src/clickhouse/migrate.ts';
import { numberApplications } from '../../collector/src/clickhouse/number-applications.ts';
import { type EngineSupervisor, superviseEngine } from '../../collector/src/engine/supervise-engine.ts';
import { writerSecret } from '../../collector/src/engine/writer-secret.ts';
import { AnnouncedExecutables } from '../../collector/src/process/announced-executables.ts';
import { EpochHeadCache } from '../../collector/src/process/epoch-head-cache.ts';
import { processRange } from '../../collector/src/process/process-range.ts';
import type { FoundCopy } from '../../collector/src/process/split-copies.ts';
import {
  type ReceivingCollector,
  startReceiving,
} from '../../collector/src/receive/fixtures/receiving-collector.ts';
import { freePort } from '../fakes/free-port.ts';
import type { DayOfPackage } from './machine-oracle.ts';
import type { SeededRandom } from './seeded-random.ts';

export class StagedCollector {
  readonly receiving: ReceivingCollector;
  readonly clickhouse: ClickHouse;
  readonly port: number;
  readonly splits: FoundCopy[] = [];
  crashes = 0;
  readonly #engine: EngineSupervisor;
  readonly #folder: string;
  readonly #now: () => number;
  #heads = new EpochHeadCache(100_000);
  #announced = new AnnouncedExecutables();

  static async start(now: () => number): Promise<StagedCollector> {
    const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-stage-'));
    const enginePort = await freePort();
    const dataDir = join(folder, 'engine');
    const log = { info: () => {}, warn: () => {} };
    const engine = await superviseEngine({ dataDir, port: enginePort, log });
    const clickhouse = connectClickHouse({
      url: `http://127.0.0.1:${enginePort}`,
      username: 'fleetmeter_writer',
      password: writerSecret(dataDir),
    });
    await migrate(clickhouse, now);
    const receiving = await startReceiving();
    const { port } = await receiving.listen({ clock: { now } as never });
    return new StagedCollector({ folder, engine, clickhouse, receiving, port, now });
  }

  private constructor(parts: {
    folder: string;
    engine: EngineSupervisor;
    clickhouse: ClickHouse;
    receiving: ReceivingCollector;
    port: number;
    now: () => number;
  }) {
    this.#folder = parts.folder;
    this.#engine = parts.engine;
    this.#now = parts.now;
    this.clickhouse = parts.clickhouse;
    this.receiving = parts.receiving;
    this.port = parts.port;
  }

  async processAll(): Promise<void> {
    while (await this.#process(500, this.clickhouse));
  }

  /** A random part of what waits; now and then the processor dies between two of its writes. */
  async processSome(random: SeededRandom): Promise<void> {
    while (random.chance(0.8)) {
      const records = 1 + random.below(60);
      if (random.chance(0.7)) {
        if (!(await this.#process(records, this.clickhouse))) return;
      } else await this.#die(records, random.below(8));
    }
  }

  async #die(records: number, writes: number): Promise<void> {
    let left = writes;
    const dying: ClickHouse = {
      ...this.clickhouse,
      insert: (table, block) =>
        left-- > 0 ? this.clickhouse.insert(table, block) : Promise.reject(new Error('killed')),
    };
    const died = await this.#process(records, dying).then(
      () => false,
      () => true,
    );
    if (died) this.crashes++;
    this.#heads = new EpochHeadCache(100_000);
    this.#announced = new AnnouncedExecutables();
  }

  /** False when nothing waits. */
  async #process(maxRecords: number, clickhouse: ClickHouse): Promise<boolean> {
    const { control, stream } = this.receiving;
    const limits = { maxRecords, maxBytes: 1 << 28 };
    const { records, through } = await stream.read(control.checkpoint(), limits);
    if (through === control.checkpoint()) return false;
    await processRange(records, through, {
      ...{ clickhouse, control, heads: this.#heads, announced: this.#announced, now: this.#now },
      inForce: () => NO_CATALOGUE,
      onSplit: (split) => this.splits.push(split),
    });
    return true;
  }

  async derive(days: readonly number[]): Promise<void> {
    await numberApplications(this.clickhouse);
    await deriveInventory(this.clickhouse, this.#now(), 'none');
    for (const day of days) await deriveUsageDay(this.clickhouse, day, this.#now(), 'none');
  }

  /** `device id,id,...` of every device that has anything, sorted. */
  async installed(): Promise<string[]> {
    return await this.#lines(
      `SELECT concat(device_id, ' ', arrayStringConcat(arraySort(groupArray(executable_id)), ',')) AS line
       FROM {final}.installations GROUP BY device_id`,
    );
  }

  async used(): Promise<DayOfPackage[]> {
    return await this.clickhouse.rows<DayOfPackage>(
      `SELECT concat(device_id, ' ', toString(toUInt32(day)), ' ', application) AS name, toUInt32(seconds) AS seconds,
         toUInt32(launches) AS launches FROM {final}.usage_daily`,
    );
  }

  async #lines(sql: string): Promise<string[]> {
    const rows = await this.clickhouse.rows<{ line: string }>(sql);
    return rows.map(({ line }) => line).sort();
  }

  async close(): Promise<void> {
    await this.clickhouse.close();
    await this.#engine.close();
    await this.receiving.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
