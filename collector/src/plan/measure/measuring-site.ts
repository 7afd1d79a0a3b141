/** Where measuring happens: a folder of its own with a control store, and an engine beside it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { type ClickHouse, connectClickHouse } from '../../clickhouse/clickhouse.ts';
import type { DatabaseNames } from '../../clickhouse/database-names.ts';
import { holdMerges } from '../../clickhouse/measuring-data.ts';
import { migrate } from '../../clickhouse/migrate.ts';
import { receiverOf } from '../../control/receiver-of.ts';
import type { ReceiverStore } from '../../control/receiver-store.ts';
import { SqliteControlStore } from '../../control/sqlite-control-store.ts';
import { superviseEngine } from '../../engine/supervise-engine.ts';
import { writerSecret, writerUser } from '../../engine/writer-secret.ts';
import { CpuLaps } from './cpu-laps.ts';

/** Enough for what is measured, little enough for a machine that does other work. */
const ENGINE_MEMORY_MIB = 4096;

export interface MeasuringSite {
  folder: string;
  control: SqliteControlStore;
  /** The same as receiving sees it. */
  receiver: ReceiverStore;
  clickhouse: ClickHouse;
  laps: CpuLaps;
  enginePid: number;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Another pair of empty databases in the same engine. */
  databases(names: DatabaseNames): Promise<ClickHouse>;
}

/** Everything is gone when it settles, whatever `work` did. */
export async function onMeasuringSite<T>(
  now: () => number,
  work: (site: MeasuringSite) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-plan-'));
  const opened: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const told = toldToStop();
  opened.push(told.dispose);
  try {
    const dataDir = join(folder, 'engine');
    const port = await freePort();
    const log = pino({ level: 'silent' });
    const engine = await superviseEngine({ dataDir, port, memoryMib: ENGINE_MEMORY_MIB, log, readers: 2 });
    opened.push(() => engine.close());
    const address = {
      url: `http://127.0.0.1:${port}`,
      username: writerUser,
      password: writerSecret(dataDir),
    };
    const databases = async (names?: DatabaseNames): Promise<ClickHouse> => {
      const clickhouse = connectClickHouse(address, names);
      opened.push(() => clickhouse.close());
      await migrate(clickhouse, now);
      return clickhouse;
    };
    const clickhouse = await databases();
    await holdMerges(clickhouse);
    const control = new SqliteControlStore({ path: join(folder, 'control.db') });
    opened.push(() => control.close());
    const receiver = receiverOf(control);
    opened.push(() => receiver.close());
    const enginePid = engine.state.pid as number;
    const laps = new CpuLaps(enginePid);
    const site = { folder, control, receiver, clickhouse, laps, enginePid, now, databases };
    return await Promise.race([work(site), told.stop]);
  } finally {
    for (const close of opened.reverse()) await close();
  }
}

/** Without it a measurement that is interrupted would leave its folder behind. */
function toldToStop(): { stop: Promise<never>; dispose: () => void } {
  let stopNow: () => void = () => {};
  const stop = new Promise<never>((_resolve, reject) => {
    stopNow = () => reject(new MeasuringInterrupted('measuring was interrupted'));
  });
  stop.catch(() => {});
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, stopNow);
  const dispose = () => {
    for (const signal of signals) process.off(signal, stopNow);
  };
  return { stop, dispose };
}

class MeasuringInterrupted extends Error {
  override name = 'MeasuringInterrupted';
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
