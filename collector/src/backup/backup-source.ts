/** Reads a backup, a folder or one file, by its manifest. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { BackupError, type BackupManifest, MANIFEST_NAME, readManifest } from './backup-manifest.ts';
import { type Pace, piecesOf } from './paced-bytes.ts';
import { readTarHeader, TAR_BLOCK, tarPadding } from './tar-format.ts';

export interface BackupSource {
  manifest: BackupManifest;
  /** Content of a file as it is here, whatever the manifest says of it. Throws BackupError when it is missing. */
  content(path: string, pace: Pace): { bytes: number; pieces: AsyncIterable<Buffer> };
  /** Files that the manifest does not name. */
  strangers: string[];
}

/** A manifest of a million parts is some 200 MB. */
const MOST_MANIFEST_BYTES = 512 * 1024 * 1024;

/** Rejects with BackupError when it is no backup, or one that was never finished. */
export async function openSource(path: string): Promise<BackupSource> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) {
    const interrupted = existsSync(`${path}.partial`);
    throw new BackupError(
      interrupted
        ? `${path} was never finished; only ${path}.partial is there, which is no backup`
        : `there is no ${path}`,
    );
  }
  return found.isDirectory() ? folderSource(path) : await archiveSource(path, found.size);
}

/** What is wrong with it, in words; nothing when it is as it was made. `onBytes` is told how much more was read. */
export async function faultsOf(
  source: BackupSource,
  pace: Pace,
  onBytes: (bytes: number) => void = () => {},
): Promise<string[]> {
  const faults: string[] = [];
  for (const file of source.manifest.files) {
    const fault = await faultOf(source, file, pace, onBytes);
    if (fault) faults.push(`${file.path}: ${fault}`);
  }
  return [...faults, ...source.strangers.map((path) => `${path}: not in the manifest`)];
}

async function faultOf(
  source: BackupSource,
  file: BackupManifest['files'][number],
  pace: Pace,
  onBytes: (bytes: number) => void,
): Promise<string | undefined> {
  try {
    const { bytes, pieces } = source.content(file.path, pace);
    if (bytes !== file.bytes) return `has ${bytes} bytes and had ${file.bytes}`;
    const hash = createHash('sha256');
    for await (const piece of pieces) {
      hash.update(piece);
      onBytes(piece.length);
    }
    return hash.digest('hex') === file.sha256 ? undefined : 'is not what it was';
  } catch (error) {
    return (error as Error).message;
  }
}

function folderSource(root: string): BackupSource {
  const path = join(root, MANIFEST_NAME);
  if (!existsSync(path))
    throw new BackupError(`${root} has no ${MANIFEST_NAME}: it is no backup, or was never finished`);
  const manifest = readManifest(readFileSync(path, 'utf8'));
  const named = new Set([MANIFEST_NAME, ...manifest.files.map((file) => file.path)]);
  return {
    manifest,
    strangers: filesBelow(root, '').filter((file) => !named.has(file)),
    content(file, pace) {
      const found = statSync(join(root, file), { throwIfNoEntry: false });
      if (!found?.isFile()) throw new BackupError('is missing');
      return { bytes: found.size, pieces: piecesOf(join(root, file), pace, 0, found.size) };
    },
  };
}

function filesBelow(root: string, below: string): string[] {
  return readdirSync(join(root, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(root, path) : [path];
  });
}

async function archiveSource(path: string, size: number): Promise<BackupSource> {
  const index = await archiveIndex(path, size);
  const last = index.get(MANIFEST_NAME);
  if (!last || last.bytes > MOST_MANIFEST_BYTES)
    throw new BackupError(`${path} has no ${MANIFEST_NAME}: it is no backup, or was never finished`);
  const text = Buffer.alloc(last.bytes);
  const file = await open(path, 'r');
  try {
    await file.read(text, 0, text.length, last.at);
  } finally {
    await file.close();
  }
  const manifest = readManifest(text.toString('utf8'));
  const named = new Set([MANIFEST_NAME, ...manifest.files.map((each) => each.path)]);
  return {
    manifest,
    strangers: [...index.keys()].filter((each) => !named.has(each)),
    content(each, pace) {
      const entry = index.get(each);
      if (!entry) throw new BackupError('is missing');
      return { bytes: entry.bytes, pieces: piecesOf(path, pace, entry.at, entry.bytes) };
    },
  };
}

/** Where each file lies in it. */
async function archiveIndex(path: string, size: number): Promise<Map<string, { at: number; bytes: number }>> {
  const index = new Map<string, { at: number; bytes: number }>();
  const file = await open(path, 'r');
  const header = Buffer.alloc(TAR_BLOCK);
  try {
    for (let at = 0; at + TAR_BLOCK <= size; ) {
      await file.read(header, 0, TAR_BLOCK, at);
      const entry = readTarHeader(header);
      if (!entry) break;
      at += TAR_BLOCK;
      if (at + entry.bytes > size) throw new BackupError(`${path} was cut off in the middle`);
      index.set(entry.path, { at, bytes: entry.bytes });
      at += entry.bytes + tarPadding(entry.bytes);
    }
  } catch (error) {
    if (error instanceof RangeError) throw new BackupError(`${path}: ${error.message}`, { cause: error });
    throw error;
  } finally {
    await file.close();
  }
  return index;
}
