/** What the engine costs and holds, read when somebody scrapes. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { countDevicesByState } from '../clickhouse/derive-devices.ts';
import {
  readBrokenParts,
  readPartCounts,
  readRunningMerges,
  readTableSizes,
  type TableSize,
} from '../clickhouse/table-sizes.ts';
import { processCpuSeconds, processResidentBytes } from '../engine/process-accounting.ts';
import type { EngineReport } from '../engine/read-engine-report.ts';
import { boundedRead } from './metrics.ts';

/** `pid` of the embedded engine; undefined while it does not run, or when a server elsewhere is used. */
export function watchEngine(registry: Registry, pid: () => number | undefined): void {
  new Gauge({
    name: 'fleetmeter_engine_resident_memory_bytes',
    help: "Resident memory of the embedded engine's process",
    registers: [registry],
    collect() {
      const engine = pid();
      const bytes = engine === undefined ? undefined : processResidentBytes(engine);
      if (bytes === undefined) this.remove();
      else this.set(bytes);
    },
  });
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

/**
 * What the embedded engine says of itself: one question a scrape. Its counters begin again with its process. Left out
 * while it does not answer.
 */
export function watchEngineReport(registry: Registry, read: () => Promise<EngineReport>): void {
  let asked: Promise<EngineReport | undefined> | undefined;
  const once = (): Promise<EngineReport | undefined> => {
    asked ??= read()
      .catch(() => undefined)
      .finally(() => {
        asked = undefined;
      });
    return asked;
  };
  const counter = (
    name: `fleetmeter_engine_${string}_total`,
    help: string,
    value: (of: EngineReport) => number,
  ) =>
    new Counter({
      name,
      help,
      registers: [registry],
      async collect() {
        const report = await once();
        this.reset();
        this.inc(report ? value(report) : 0);
      },
    });
  new Gauge({
    name: 'fleetmeter_engine_jailed',
    help: '1 while the embedded engine has measured that nothing leads out of its jail',
    registers: [registry],
    async collect() {
      this.reset();
      const report = await once();
      if (report) this.set(report.confinement.jailed ? 1 : 0);
      else this.remove();
    },
  });
  new Gauge({
    name: 'fleetmeter_engine_statements',
    help: 'Statements at the embedded engine now, by state: running, or waiting for a session',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      this.reset();
      const report = await once();
      if (!report) return;
      this.set({ state: 'running' }, report.running);
      this.set({ state: 'waiting' }, report.queued);
    },
  });
  new Counter({
    name: 'fleetmeter_engine_refused_total',
    help: 'Requests at the SQL port that were refused before they ran, by error; begins again with the process',
    labelNames: ['error'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const [error, count] of Object.entries((await once())?.refused ?? {})) this.inc({ error }, count);
    },
  });
  new Gauge({
    name: 'fleetmeter_engine_locked_out',
    help: 'Refused at the SQL port for a while, since it made the embedded engine start anew: statements, senders, or everybody',
    labelNames: ['kind'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const [kind, count] of Object.entries((await once())?.lockOuts.refused ?? {}))
        this.set({ kind }, count);
    },
  });
  counter(
    'fleetmeter_engine_heedless_total',
    "Starts anew of the embedded engine because a reader's statement heeded neither its time limit nor KILL, since its folder was made",
    (report) => report.lockOuts.strikes,
  );
  counter(
    'fleetmeter_engine_inserts_total',
    'Inserts that the embedded engine has written; begins again with the process',
    (report) => report.inserts,
  );
  counter(
    'fleetmeter_engine_errors_total',
    'Statements at the SQL port that ran and failed; begins again with the process',
    (report) => report.errors,
  );
  counter(
    'fleetmeter_engine_killed_total',
    'Statements that were killed because whoever asked went away; begins again with the process',
    (report) => report.killed,
  );
  counter(
    'fleetmeter_engine_untaken_total',
    'Answers to readers that were not taken in time and given up; begins again with the process',
    (report) => report.untaken,
  );
}

/** Merges and parts, of whatever ClickHouse is used. */
export function watchMerges(registry: Registry, clickhouse: ClickHouse): void {
  const runningMerges = boundedRead(() => readRunningMerges(clickhouse));
  new Gauge({
    name: 'fleetmeter_clickhouse_merges',
    help: 'Merges of parts that run now, in all databases of the engine or server',
    registers: [registry],
    async collect() {
      const merges = await runningMerges().catch(() => undefined);
      if (merges === undefined) this.remove();
      else this.set(merges);
    },
  });
  gaugeByTable(
    registry,
    'fleetmeter_table_parts',
    'Parts of each table of facts, that wait to be merged into one',
    boundedRead(() => readPartCounts(clickhouse)),
  );
  gaugeByTable(
    registry,
    'fleetmeter_table_broken_parts',
    'Parts that ClickHouse found damaged at a start and put aside, by table; absent when there are none',
    boundedRead(() => readBrokenParts(clickhouse)),
  );
}

/** What is in the tables. Sizes: two gauges from one question. Names of tables come from our own migrations. */
export function watchTables(registry: Registry, clickhouse: ClickHouse): void {
  const devicesByState = boundedRead(() => countDevicesByState(clickhouse));
  new Gauge({
    name: 'fleetmeter_devices',
    help: 'Devices by state, as last derived (active, ephemeral, stale, archived, superseded, revoked)',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { state, devices } of await devicesByState().catch(() => [])) this.set({ state }, devices);
    },
  });
  new Gauge({
    name: 'fleetmeter_devices_wrong_clock',
    help: 'Devices whose clock was two minutes or more off at their newest report, by state',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { state, wrongClocks } of await devicesByState().catch(() => []))
        this.set({ state }, wrongClocks);
    },
  });
  const once = boundedRead(() => readTableSizes(clickhouse));
  const sizes = (value: (size: TableSize) => number) => async () =>
    new Map((await once()).map((size) => [size.table, value(size)]));
  gaugeByTable(
    registry,
    'fleetmeter_table_bytes',
    'Bytes on the disk of each table with rows',
    sizes(({ bytes }) => bytes),
  );
  gaugeByTable(
    registry,
    'fleetmeter_table_rows',
    'Rows of each table, not yet merged ones included',
    sizes(({ rows }) => rows),
  );
}

function gaugeByTable(
  registry: Registry,
  name: string,
  help: string,
  read: () => Promise<ReadonlyMap<string, number>>,
): void {
  new Gauge({
    name,
    help,
    labelNames: ['table'],
    registers: [registry],
    async collect() {
      this.reset();
      // What cannot be read now is left out: a scrape must not fail because the engine is down.
      const values = await read().catch(() => new Map<string, number>());
      for (const [table, value] of values) this.set({ table }, value);
    },
  });
}
