/**
 * What a backup says of itself: `manifest.json`, written last, so that a backup without one is none. Pure.
 */
import { createHash } from 'node:crypto';

export const MANIFEST_NAME = 'manifest.json';
/** Rises when a restore of this version could not read what a later backup writes. */
const BACKUP_VERSION = 1;

export interface BackedUpFile {
  /** Below the backup, with `/`: `collector/...`, `engine/...` or `config/...`. */
  path: string;
  bytes: number;
  /** 64 hex digits. */
  sha256: string;
}

export interface BackupManifest {
  format: 'fleetmeter-backup';
  version: number;
  /** Version of the collector that made it. */
  collector: string;
  /** 32 hex digits. */
  collectorId: string;
  /** Milliseconds since 1970: the moment that everything is of. */
  takenAt: number;
  /** Whether the collector was running. */
  running: boolean;
  /** Stream offset up to which the tables have everything. */
  checkpoint: number;
  /** `embedded`: the tables are in this backup. `server`: they are backed up where they are. */
  tables: 'embedded' | 'server';
  /** Files that lay outside the data folder, and where. */
  outside: { path: string; from: string }[];
  files: BackedUpFile[];
}

/** A backup that cannot be made, or is not what it should be. The message is for people, one line. */
export class BackupError extends Error {
  override name = 'BackupError';
}

export function newManifest(about: Omit<BackupManifest, 'format' | 'version'>): BackupManifest {
  return { format: 'fleetmeter-backup', version: BACKUP_VERSION, ...about };
}

/** With a digest of the manifest itself, which readManifest checks. */
export function manifestText(manifest: BackupManifest): string {
  return `${JSON.stringify({ ...manifest, digest: digestOf(manifest) }, undefined, 1)}\n`;
}

/** Throws BackupError when this is no manifest, was changed, or is of a later version. */
export function readManifest(text: string): BackupManifest {
  let parsed: BackupManifest & { digest?: string };
  try {
    parsed = JSON.parse(text) as typeof parsed;
  } catch (cause) {
    throw new BackupError(`the manifest is not JSON: ${(cause as Error).message}`, { cause });
  }
  const { digest, ...manifest } = parsed ?? {};
  if (manifest.format !== 'fleetmeter-backup') throw new BackupError('this is no backup of a collector');
  if (manifest.version > BACKUP_VERSION)
    throw new BackupError(
      `the backup has version ${manifest.version}; this collector reads up to ${BACKUP_VERSION}: restore it with the one that made it (${manifest.collector}) or a later one`,
    );
  if (digest !== digestOf(manifest)) throw new BackupError('the manifest was changed or is damaged');
  for (const { path } of manifest.files) checkPath(path);
  return manifest;
}

function digestOf(manifest: BackupManifest): string {
  return createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
}

/** Nothing of a backup may be written anywhere but below the folder it is restored to. */
function checkPath(path: string): void {
  const parts = path.split('/');
  const outside = parts.some((part) => part === '' || part === '.' || part === '..');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what it looks for
  if (outside || !/^(?:collector|engine|config)\/[^\\\u0000-\u001f]+$/.test(path))
    throw new BackupError(
      `the manifest names ${JSON.stringify(path.slice(0, 100))}, which is no place in a data folder`,
    );
}
