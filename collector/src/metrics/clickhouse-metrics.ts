/** What the collector asks of ClickHouse, embedded or a server elsewhere: how often, how long, and how often in vain. */
import { Counter, Histogram, type Registry } from 'prom-client';
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { boundedRead, scrapedGauge } from './metrics.ts';

/** Less than a scrape waits for the value. */
const PING_PATIENCE_MS = 1_500;

/** The same connection, counted. `binary` counts as a query when its last piece has come. */
export function countedClickHouse(registry: Registry, clickhouse: ClickHouse): ClickHouse {
  const registers = [registry];
  const seconds = new Histogram({
    name: 'fleetmeter_clickhouse_request_seconds',
    help: 'Statements that succeeded, by kind: insert, command, query',
    labelNames: ['kind'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 300],
    registers,
  });
  const failures = new Counter({
    name: 'fleetmeter_clickhouse_failures_total',
    help: 'Statements that failed, by kind: insert, command, query',
    labelNames: ['kind'],
    registers,
  });
  const insertedRows = new Counter({
    name: 'fleetmeter_clickhouse_inserted_rows_total',
    help: 'Rows inserted, by table',
    labelNames: ['table'],
    registers,
  });
  for (const kind of ['insert', 'command', 'query']) failures.inc({ kind }, 0);
  const ping = boundedRead(() => clickhouse.ping(), PING_PATIENCE_MS);
  scrapedGauge(registry, 'fleetmeter_clickhouse_up', '1 while ClickHouse answers', async () =>
    (await ping().catch(() => false)) ? 1 : 0,
  );
  const timed = async <T>(kind: string, ask: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    try {
      const answer = await ask();
      seconds.observe({ kind }, (performance.now() - began) / 1000);
      return answer;
    } catch (error) {
      failures.inc({ kind });
      throw error;
    }
  };
  return {
    command: (sql, parameters) => timed('command', () => clickhouse.command(sql, parameters)),
    rows: (sql, parameters) => timed('query', () => clickhouse.rows(sql, parameters)),
    async *binary(sql, parameters) {
      const began = performance.now();
      try {
        yield* clickhouse.binary(sql, parameters);
        seconds.observe({ kind: 'query' }, (performance.now() - began) / 1000);
      } catch (error) {
        failures.inc({ kind: 'query' });
        throw error;
      }
    },
    async insert(table, block) {
      await timed('insert', () => clickhouse.insert(table, block));
      insertedRows.inc({ table }, block.rows);
    },
    ping: () => clickhouse.ping(),
    reach: () => clickhouse.reach(),
    close: () => clickhouse.close(),
  };
}
