import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectClickHouse } from '../clickhouse/clickhouse.ts';
import { describeSchema, type SchemaDescription } from '../clickhouse/compare-schema.ts';
import { DATABASES } from '../clickhouse/database-names.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { EngineStartError } from '../engine/engine-start-error.ts';
import { jailFor, launchEngine } from '../engine/launch-engine.ts';
import { writerSecret, writerUser } from '../engine/writer-secret.ts';

/** Enough for tables without rows. */
const MEMORY_MIB = 1_024;
const PATIENCE_MS = 60_000;

/** The schema of this version, made in an engine of its own and thrown away again; about two seconds. */
export async function expectedSchema(now: () => number): Promise<SchemaDescription> {
  const dataDir = mkdtempSync(join(tmpdir(), 'fleetmeter-schema-'));
  try {
    const launch = {
      ...{ dataDir, host: '127.0.0.1', port: 0, readers: 1, memoryMib: MEMORY_MIB },
      stderr: 'pipe',
    } as const;
    const engine = await launchEngine(launch, await jailFor(launch, 'auto'));
    const ended = new Promise((resolve) => engine.child.once('exit', resolve));
    engine.child.stderr?.resume();
    const url = `http://127.0.0.1:${engine.port}`;
    const clickhouse = connectClickHouse({ url, username: writerUser, password: writerSecret(dataDir) });
    try {
      const until = performance.now() + PATIENCE_MS;
      while (!(await clickhouse.ping())) {
        if (engine.child.exitCode !== null || performance.now() > until)
          throw new EngineStartError('the engine that is to show the expected tables does not start');
        await sleep(50);
      }
      await migrate(clickhouse, now);
      return await describeSchema(clickhouse, DATABASES);
    } finally {
      await clickhouse.close();
      engine.end();
      await ended;
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}
