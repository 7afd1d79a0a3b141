import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { emptyStats } from '../engine/engine-stats.ts';
import type { EngineReport } from '../engine/read-engine-report.ts';
import { watchEngine, watchEngineReport, watchTables } from './engine-metrics.ts';

test('CPU of the engine is what the system accounts to its process, and nothing while there is none', async () => {
  const registry = new Registry();
  let pid: number | undefined = process.pid;
  watchEngine(registry, () => pid);
  const seconds = async () =>
    Number(/^fleetmeter_engine_cpu_seconds_total (\S+)$/m.exec(await registry.metrics())?.[1]);
  expect(await seconds()).toBeGreaterThan(0);
  pid = undefined;
  expect(await seconds()).toBe(0);
});

test('tables are asked for once a scrape, and an engine that is down breaks no scrape', async () => {
  const registry = new Registry();
  let asked = 0;
  let up = true;
  const clickhouse = {
    rows: async (sql: string) => {
      if (sql.includes('device_rows')) return [{ state: 'stale', devices: 4, wrongClocks: 1 }];
      asked++;
      if (!up) throw new Error('connect ECONNREFUSED');
      return [{ table: 'usage', rows: '3', bytes: '210' }];
    },
  } as unknown as ClickHouse;
  watchTables(registry, clickhouse);
  const text = await registry.metrics();
  expect(text).toContain('fleetmeter_table_bytes{table="usage"} 210');
  expect(text).toContain('fleetmeter_table_rows{table="usage"} 3');
  expect(text).toContain('fleetmeter_devices{state="stale"} 4');
  expect(text).toContain('fleetmeter_devices_wrong_clock{state="stale"} 1');
  expect(asked).toBe(1);
  up = false;
  expect(await registry.metrics()).not.toContain('table="usage"');
});

test('what is locked out is told by kind, and nothing of it while the engine does not answer', async () => {
  const registry = new Registry();
  const refused = { statement: 2, sender: 1, everybody: 0 };
  let report: Promise<EngineReport> = Promise.resolve({
    ...emptyStats(),
    lockOuts: { refused, strikes: 3, forgotten: 0 },
    confinement: { jailed: true, gaps: [] },
  });
  watchEngineReport(registry, () => report);
  const text = await registry.metrics();
  expect(text).toContain('fleetmeter_engine_locked_out{kind="statement"} 2');
  expect(text).toContain('fleetmeter_engine_locked_out{kind="sender"} 1');
  expect(text).toContain('fleetmeter_engine_heedless_total 3');
  report = Promise.reject(new Error('the engine answered 503'));
  expect(await registry.metrics()).not.toContain('fleetmeter_engine_locked_out{');
});
