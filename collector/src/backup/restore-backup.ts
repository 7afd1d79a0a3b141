/**
 * Puts a backup in the place of a data folder. It is written beside and checked while it is written; only what is whole
 * gets the folder's name, so that an interrupted restore leaves the folder as it was.
 */
import { existsSync, mkdirSync, readdirSync, statfsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CollectorConfig } from '../config/schema.ts';
import { lockDataFolder } from '../control/data-folder-lock.ts';
import { settleRestoredControl } from '../control/restored-control.ts';
import { folderHolder } from '../engine/folder-holder.ts';
import { BackupError, type BackupManifest } from './backup-manifest.ts';
import { type BackupSource, openSource } from './backup-source.ts';
import { syncFolder, writeDurably } from './durable-files.ts';
import { Pace } from './paced-bytes.ts';

export interface RestoreOptions {
  config: Pick<CollectorConfig, 'dataDir' | 'collectorDir' | 'engineDir'>;
  source: string;
  /** Put what the folder holds aside instead of refusing. */
  replace: boolean;
  now: () => number;
  bytesPerSecond: number;
  onProgress: (done: number, total: number) => void;
}

export interface RestoredBackup {
  manifest: BackupManifest;
  /** Where what was there before is now. */
  setAside: string | undefined;
  /** Files that lay outside the data folder: where they are now, and where they were. */
  outside: { path: string; from: string }[];
}

const PARTS = ['collector', 'engine'] as const;
const LOCK_FILES = /^(?:lock\.sqlite.*|lock-owner)$/;

/** Rejects with BackupError, or DataFolderLockedError when a collector is using the folder. */
export async function restoreBackup(options: RestoreOptions): Promise<RestoredBackup> {
  const { config, replace, now } = options;
  const source = await openSource(options.source);
  mkdirSync(config.collectorDir, { recursive: true, mode: 0o700 });
  const lock = lockDataFolder(config.collectorDir);
  try {
    const owner = folderHolder(config.engineDir);
    if (owner !== undefined)
      throw new BackupError(`process ${owner} still has ${config.engineDir} open: end it first`);
    const holds = PARTS.filter((part) => isUsed(join(config.dataDir, part)));
    if (holds.length > 0 && !replace)
      throw new BackupError(
        `${config.dataDir} is not empty (${holds.join(', ')}); --replace puts what is there aside and restores`,
      );
    const staging = await mkdtemp(join(config.dataDir, 'restoring-'));
    try {
      await writeAll(source, staging, options);
      if (existsSync(join(staging, 'collector/control.db')))
        settleRestoredControl(join(staging, 'collector/control.db'));
      else throw new BackupError('the backup has no control store');
      const stamp = new Date(now()).toISOString().replace(/[-:]|\.\d+/g, '');
      const setAside = holds.length > 0 ? join(config.dataDir, `replaced-${stamp}`) : undefined;
      await putInPlace(config.dataDir, staging, setAside);
      const configFolder = join(config.dataDir, `config-of-backup-${stamp}`);
      const outside = source.manifest.outside.map(({ path, from }) => ({
        path: join(configFolder, path.slice('config/'.length)),
        from,
      }));
      if (outside.length > 0) await rename(join(staging, 'config'), configFolder);
      return { manifest: source.manifest, setAside, outside };
    } finally {
      await rm(staging, { recursive: true, force: true });
      await syncFolder(config.dataDir);
    }
  } finally {
    lock.release();
  }
}

async function writeAll(source: BackupSource, staging: string, options: RestoreOptions): Promise<void> {
  const { files } = source.manifest;
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const disk = statfsSync(staging);
  if (disk.bavail * disk.bsize < total)
    throw new BackupError(
      `the backup takes ${total} bytes and the disk of ${staging} has ${disk.bavail * disk.bsize} free`,
    );
  const pace = new Pace(options.bytesPerSecond);
  let done = 0;
  for (const file of files) {
    const { pieces } = source.content(file.path, pace);
    const written = await writeDurably(join(staging, file.path), pieces);
    if (written.bytes !== file.bytes || written.sha256 !== file.sha256)
      throw new BackupError(
        `${file.path} of the backup is damaged: nothing was restored; \`backup verify\` says what is`,
      );
    done += file.bytes;
    options.onProgress(done, total);
  }
}

async function putInPlace(dataDir: string, staging: string, setAside: string | undefined): Promise<void> {
  if (setAside) mkdirSync(setAside, { mode: 0o700 });
  for (const part of PARTS) {
    const place = join(dataDir, part);
    if (setAside && existsSync(place)) await rename(place, join(setAside, part));
    else await rm(place, { recursive: true, force: true });
    if (existsSync(join(staging, part))) await rename(join(staging, part), place);
  }
}

/** Whether it has more than the lock that is held on it. */
function isUsed(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some((name) => !LOCK_FILES.test(name));
}
