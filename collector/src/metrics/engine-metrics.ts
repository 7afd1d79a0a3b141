/** What the engine costs and holds, read when somebody scrapes. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { countDevicesByState } from '../clickhouse/derive-devices.ts';
import { readTableSizes, type TableSize } from '../clickhouse/table-sizes.ts';
import { processCpuSeconds } from './process-cpu.ts';

/** `pid` of the embedded engine; undefined while it does not run, or when a server elsewhere is used. */
export function watchEngine(registry: Registry, pid: () => number | undefined): void {
  new Counter({
    name: 'fleetmeter_engine_cpu_seconds_total',
    help: "User and system CPU time of the embedded engine's process; begins again when it is restarted",
    registers: [registry],
    collect() {
      const engine = pid();
      const seconds = engine === undefined ? undefined : processCpuSeconds(engine);
      this.reset();
      this.inc(seconds ?? 0);
    },
  });
}

/** What is in the tables. Sizes: two gauges from one question. Names of tables come from our own migrations. */
export function watchTables(registry: Registry, clickhouse: ClickHouse): void {
  const gauge = (
    name: string,
    help: string,
    value: (size: TableSize) => number,
    read: () => Promise<TableSize[]>,
  ) =>
    new Gauge({
      name,
      help,
      labelNames: ['table'],
      registers: [registry],
      async collect() {
        this.reset();
        // What cannot be read now is left out: a scrape must not fail because the engine is down.
        for (const size of await read().catch(() => [])) this.set({ table: size.table }, value(size));
      },
    });
  new Gauge({
    name: 'fleetmeter_devices',
    help: 'Devices by state, as last derived (active, ephemeral, stale, archived, superseded, revoked)',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { state, devices } of await countDevicesByState(clickhouse).catch(() => []))
        this.set({ state }, devices);
    },
  });
  let asked: Promise<TableSize[]> | undefined;
  const once = (): Promise<TableSize[]> => {
    asked ??= readTableSizes(clickhouse).finally(() => {
      asked = undefined;
    });
    return asked;
  };
  gauge('fleetmeter_table_bytes', 'Bytes on the disk of each table with rows', ({ bytes }) => bytes, once);
  gauge(
    'fleetmeter_table_rows',
    'Rows of each table, not yet merged ones included',
    ({ rows }) => rows,
    once,
  );
}
