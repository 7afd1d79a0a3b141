/**
 * A data folder at one moment: opened in a blink, copied at leisure. Of a running collector the processor is held while
 * files are opened and parts linked; receiving goes on. One that rests is kept from starting by its lock.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectClickHouse } from '../clickhouse/clickhouse.ts';
import { freezeTables } from '../clickhouse/freeze-tables.ts';
import type { CollectorConfig } from '../config/schema.ts';
import { engineAddress } from '../configured-engine.ts';
import { openBackupHold } from '../control/backup-hold.ts';
import { SqliteSnapshot } from '../control/sqlite-snapshot.ts';
import { frozenEngineFiles, frozenNames, removeFrozen, restingEngineFiles } from '../engine/engine-files.ts';
import { folderHolder } from '../engine/folder-holder.ts';
import { BackupError } from './backup-manifest.ts';

export interface PlainFile {
  /** Where it belongs in the backup. */
  place: string;
  /** Where it lies. */
  path: string;
  bytes: number;
}

export interface DataFolderSnapshot extends AsyncDisposable {
  /** The moment, milliseconds since 1970. */
  takenAt: number;
  running: boolean;
  /** Of control store and stream. */
  databases: { place: string; snapshot: SqliteSnapshot }[];
  files: PlainFile[];
  control: SqliteSnapshot;
  /** For how long no range of the stream could begin; 0 when nothing was running. */
  heldMs: number;
}

/** The collector looks four times a second, and then ends the range in hand. */
const ANSWER_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 50;

/** What is made anew at every start. */
const LEFT_OUT = /^(?:lock\.sqlite|lock-owner|backup)/;
const DATABASE = /\.(?:db|sqlite)$/;
const BESIDE_DATABASE = /-(?:wal|shm|journal)$/;

/** Of a collector that runs. The caller holds the lock of backups. Rejects with BackupError. */
export async function snapshotRunning(
  config: CollectorConfig,
  now: () => number,
): Promise<DataFolderSnapshot> {
  const { collectorDir, engineDir } = config;
  const name = `backup_${randomBytes(8).toString('hex')}`;
  const embedded = config.clickhouseUrl === undefined;
  const clickhouse = embedded ? connectClickHouse(engineAddress(config)) : undefined;
  using asking = openBackupHold(collectorDir);
  const { hold } = asking;
  const opened = new OpenedDatabases();
  const leave = async (): Promise<void> => {
    opened.close();
    if (embedded) removeFrozen(engineDir, name);
  };
  try {
    // Of backups that were killed.
    if (embedded) for (const left of frozenNames(engineDir)) removeFrozen(engineDir, left);
    hold.ask(name, now());
    for (
      const deadline = performance.now() + ANSWER_WITHIN_MS;
      !hold.isHeld(name, now());
      await sleep(LOOK_EVERY_MS)
    ) {
      if (performance.now() > deadline)
        throw new BackupError('the running collector does not answer: is its version the same as this one?');
      // A range may take long: the request is made anew before it ends by itself.
      if (hold.asked(now()) === undefined) hold.ask(name, now());
    }
    const began = performance.now();
    const takenAt = now();
    const control = opened.open(collectorDir, 'control.db');
    const plain = collectorFiles(collectorDir, opened);
    await clickhouse?.command('SELECT 1');
    if (clickhouse) await freezeTables(clickhouse, name);
    if (!hold.isHeld(name, now()))
      throw new BackupError(
        'the engine was too slow: processing went on before its tables were frozen; try again',
      );
    hold.release();
    const heldMs = performance.now() - began;
    const engine = embedded ? [...frozenEngineFiles(engineDir, name), ...engineSecrets(engineDir)] : [];
    return {
      ...{ takenAt, running: true, databases: opened.databases, control, heldMs },
      files: [...plain, ...engine.map((file) => ({ ...file, place: `engine/${file.place}` }))],
      [Symbol.asyncDispose]: leave,
    };
  } catch (error) {
    hold.release();
    await leave();
    throw error;
  } finally {
    await clickhouse?.close();
  }
}

/** Of a collector that does not run; the caller holds its lock. Throws BackupError. */
export function snapshotResting(config: CollectorConfig, now: number): DataFolderSnapshot {
  const { collectorDir, engineDir } = config;
  const embedded = config.clickhouseUrl === undefined;
  const owner = embedded ? folderHolder(engineDir) : undefined;
  if (owner !== undefined)
    throw new BackupError(
      `no collector is running, and process ${owner} still has ${engineDir} open: end it first`,
    );
  const opened = new OpenedDatabases();
  try {
    const control = opened.open(collectorDir, 'control.db');
    const plain = collectorFiles(collectorDir, opened);
    const engine = embedded ? [...restingEngineFiles(engineDir), ...engineSecrets(engineDir)] : [];
    return {
      ...{ takenAt: now, running: false, databases: opened.databases, control, heldMs: 0 },
      files: [...plain, ...engine.map((file) => ({ ...file, place: `engine/${file.place}` }))],
      [Symbol.asyncDispose]: async () => opened.close(),
    };
  } catch (error) {
    opened.close();
    throw error;
  }
}

class OpenedDatabases {
  readonly databases: { place: string; snapshot: SqliteSnapshot }[] = [];

  open(collectorDir: string, below: string): SqliteSnapshot {
    const snapshot = new SqliteSnapshot(join(collectorDir, below));
    this.databases.push({ place: `collector/${below}`, snapshot });
    return snapshot;
  }

  close(): void {
    for (const { snapshot } of this.databases) snapshot.close();
  }
}

/** Opens what SQLite keeps and lists the others: keys, authorities, whatever else a collector has there. */
function collectorFiles(collectorDir: string, opened: OpenedDatabases, below = ''): PlainFile[] {
  const files: PlainFile[] = [];
  for (const entry of readdirSync(join(collectorDir, below), { withFileTypes: true })) {
    const place = below === '' ? entry.name : `${below}/${entry.name}`;
    if (place === 'control.db' || LEFT_OUT.test(place)) continue;
    if (entry.isDirectory()) files.push(...collectorFiles(collectorDir, opened, place));
    else if (!entry.isFile()) continue;
    else if (DATABASE.test(place)) files.push(...openedOrPlain(collectorDir, opened, place));
    else if (!BESIDE_DATABASE.test(place)) files.push(...plainFile(collectorDir, place));
  }
  return files;
}

/** A damaged segment of the stream is copied as it is, with its log: what can be read of it is for the collector to say. */
function openedOrPlain(collectorDir: string, opened: OpenedDatabases, place: string): PlainFile[] {
  try {
    opened.open(collectorDir, place);
    return [];
  } catch {
    return [place, `${place}-wal`].flatMap((each) => plainFile(collectorDir, each));
  }
}

function plainFile(collectorDir: string, place: string): PlainFile[] {
  const path = join(collectorDir, place);
  const bytes = statSync(path, { throwIfNoEntry: false })?.size;
  return bytes === undefined ? [] : [{ place: `collector/${place}`, path, bytes }];
}

function engineSecrets(engineDir: string): { place: string; path: string; bytes: number }[] {
  return ['writer-secret'].flatMap((place) => {
    const path = join(engineDir, place);
    return existsSync(path) ? [{ place, path, bytes: statSync(path).size }] : [];
  });
}
