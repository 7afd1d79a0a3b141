/** Copies a snapshot of a data folder, with what lies outside it and belongs to it, into a backup. */
import { existsSync, mkdirSync, statfsSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { CollectorConfig } from '../config/schema.ts';
import { DataFolderLockedError, lockDataFolder } from '../control/data-folder-lock.ts';
import { NoControlStoreError } from '../control/enrolment-desk.ts';
import {
  type BackedUpFile,
  BackupError,
  type BackupManifest,
  manifestText,
  newManifest,
} from './backup-manifest.ts';
import { type BackupSink, openSink } from './backup-sink.ts';
import {
  type DataFolderSnapshot,
  type PlainFile,
  snapshotResting,
  snapshotRunning,
} from './data-folder-snapshot.ts';
import { Pace, piecesOf } from './paced-bytes.ts';

export interface BackupOptions {
  config: CollectorConfig;
  /** The file that the configuration came from; it need not be there. */
  configFile: string;
  /** A folder or a file ending in `.tar`, that does not exist. */
  target: string;
  collectorVersion: string;
  /** Milliseconds since 1970. */
  now: () => number;
  bytesPerSecond: number;
  onProgress: (done: number, total: number) => void;
}

export interface TakenBackup {
  manifest: BackupManifest;
  bytes: number;
  /** For how long no range of the stream could begin. */
  heldMs: number;
}

/** Files that settings name. */
const NAMED_FILES = [
  'catalogueFile',
  'tlsCertFile',
  'tlsKeyFile',
  'tlsCaFile',
  'agentTlsClientAuthority',
] as const;

/** Rejects with BackupError, leaving nothing. */
export async function takeBackup(options: BackupOptions): Promise<TakenBackup> {
  const { config, now } = options;
  const target = resolve(options.target);
  if (!existsSync(join(config.collectorDir, 'control.db')))
    throw new NoControlStoreError(
      `no collector has ever run in ${config.collectorDir}; name its data folder with --data-dir`,
    );
  if (!relative(config.dataDir, target).startsWith('..'))
    throw new BackupError(`${target} lies in the data folder: a backup there is lost with it`);
  using _alone = onlyBackup(config.collectorDir);
  const sink = await openSink(target, now());
  try {
    const lock = lockIfResting(config.collectorDir);
    try {
      await using snapshot = lock ? snapshotResting(config, now()) : await snapshotRunning(config, now);
      return await copied(snapshot, sink, { ...options, target });
    } finally {
      lock?.release();
    }
  } catch (error) {
    await sink.abandon();
    throw error;
  }
}

async function copied(
  snapshot: DataFolderSnapshot,
  sink: BackupSink,
  options: BackupOptions,
): Promise<TakenBackup> {
  const { config, configFile, target, bytesPerSecond, onProgress } = options;
  const outside = filesOutside(config, configFile);
  const plain = [...outside, ...snapshot.files];
  const total =
    sum(plain.map(({ bytes }) => bytes)) + sum(snapshot.databases.map((each) => each.snapshot.bytes));
  checkRoom(target, total);
  const pace = new Pace(bytesPerSecond);
  const files: BackedUpFile[] = [];
  let done = 0;
  const add = async (place: string, path: string, bytes: number): Promise<void> => {
    files.push(await sink.add(place, bytes, piecesOf(path, pace, 0, bytes)));
    done += bytes;
    onProgress(done, total);
  };
  // Small and precious first; then what grows while it waits: a snapshot keeps the log of its database from shrinking.
  const staging = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    for (const { place, snapshot: database } of snapshot.databases) {
      const path = join(staging, 'database');
      await database.copyTo(path);
      await add(place, path, statSync(path).size);
      await rm(path);
    }
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  for (const { place, path, bytes } of plain) await add(place, path, bytes);
  const manifest = newManifest({
    collector: options.collectorVersion,
    collectorId: Buffer.from(snapshot.control.meta('collector_id') as Uint8Array).toString('hex'),
    takenAt: snapshot.takenAt,
    running: snapshot.running,
    checkpoint: (snapshot.control.meta('checkpoint') as number | undefined) ?? 0,
    tables: config.clickhouseUrl === undefined ? 'embedded' : 'server',
    outside: outside.map(({ place, path }) => ({ path: place, from: path })),
    files,
  });
  await sink.finish(manifestText(manifest));
  return { manifest, bytes: done, heldMs: snapshot.heldMs };
}

function filesOutside(config: CollectorConfig, configFile: string): PlainFile[] {
  const named = NAMED_FILES.flatMap((name) => {
    const path = config[name];
    return path === undefined ? [] : [{ place: `config/${name}-${basename(path)}`, path: resolve(path) }];
  });
  const all = [{ place: `config/${basename(configFile)}`, path: resolve(configFile) }, ...named];
  return all.flatMap((file) => {
    const found = statSync(file.path, { throwIfNoEntry: false });
    return found?.isFile() ? [{ ...file, bytes: found.size }] : [];
  });
}

function lockIfResting(collectorDir: string): { release(): void } | undefined {
  try {
    return lockDataFolder(collectorDir);
  } catch (error) {
    if (error instanceof DataFolderLockedError) return undefined;
    throw error;
  }
}

/** Two at once would take each other's snapshots for leftovers. */
function onlyBackup(collectorDir: string): Disposable {
  const folder = join(collectorDir, 'backup');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    const lock = lockDataFolder(folder);
    return { [Symbol.dispose]: () => lock.release() };
  } catch (cause) {
    if (!(cause instanceof DataFolderLockedError)) throw cause;
    throw new BackupError('another backup of this collector is being made; wait for it', { cause });
  }
}

function checkRoom(target: string, bytes: number): void {
  const disk = statfsSync(dirname(target));
  const free = disk.bavail * disk.bsize;
  if (free < bytes)
    throw new BackupError(`the backup takes ${bytes} bytes and ${dirname(target)} has ${free} free`);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
