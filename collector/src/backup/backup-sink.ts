/**
 * Where a backup goes: a folder, or one file (tar). Until it is whole it has another name, `TARGET.partial`, and no
 * manifest, so that what was interrupted looks like nothing else.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BackedUpFile, BackupError, MANIFEST_NAME } from './backup-manifest.ts';
import { renameDurably, syncFolder, writeDurably } from './durable-files.ts';
import { TAR_BLOCK, tarHeader, tarPadding } from './tar-format.ts';

export interface BackupSink {
  /** Adds a file. Rejects when the content is not so long as was said. */
  add(path: string, bytes: number, content: AsyncIterable<Uint8Array>): Promise<BackedUpFile>;
  /** From here on it is a backup. */
  finish(manifest: string): Promise<void>;
  /** Leaves nothing behind. */
  abandon(): Promise<void>;
}

const isArchive = (target: string): boolean => target.endsWith('.tar');
const partialOf = (target: string): string => `${target}.partial`;

/** Rejects with BackupError when something has that name already. */
export async function openSink(target: string, now: number): Promise<BackupSink> {
  if (existsSync(target))
    throw new BackupError(`${target} exists; name a backup that does not, or remove it`);
  const partial = partialOf(target);
  // Of a backup that was killed: nobody can use it.
  await rm(partial, { recursive: true, force: true });
  await mkdir(dirname(target), { recursive: true });
  return isArchive(target)
    ? await ArchiveSink.open(target, partial, now)
    : await FolderSink.open(target, partial);
}

class FolderSink implements BackupSink {
  readonly #target: string;
  readonly #partial: string;

  private constructor(target: string, partial: string) {
    this.#target = target;
    this.#partial = partial;
  }

  static async open(target: string, partial: string): Promise<FolderSink> {
    await mkdir(partial, { mode: 0o700 });
    return new FolderSink(target, partial);
  }

  async add(path: string, bytes: number, content: AsyncIterable<Uint8Array>): Promise<BackedUpFile> {
    const written = await writeDurably(join(this.#partial, path), content);
    checkLength(path, bytes, written.bytes);
    return { path, ...written };
  }

  async finish(manifest: string): Promise<void> {
    await syncFolders(this.#partial);
    await writeDurably(join(this.#partial, MANIFEST_NAME), asPieces(Buffer.from(manifest)));
    await syncFolder(this.#partial);
    await renameDurably(this.#partial, this.#target);
  }

  async abandon(): Promise<void> {
    await rm(this.#partial, { recursive: true, force: true });
  }
}

class ArchiveSink implements BackupSink {
  readonly #target: string;
  readonly #partial: string;
  readonly #file: FileHandle;
  readonly #modified: number;

  private constructor(target: string, partial: string, file: FileHandle, now: number) {
    this.#target = target;
    this.#partial = partial;
    this.#file = file;
    this.#modified = now / 1000;
  }

  static async open(target: string, partial: string, now: number): Promise<ArchiveSink> {
    return new ArchiveSink(target, partial, await open(partial, 'wx', 0o600), now);
  }

  async add(path: string, bytes: number, content: AsyncIterable<Uint8Array>): Promise<BackedUpFile> {
    await this.#file.writeFile(tarHeader({ path, bytes }, this.#modified));
    const hash = createHash('sha256');
    let written = 0;
    for await (const piece of content) {
      hash.update(piece);
      written += piece.length;
      await this.#file.writeFile(piece);
    }
    checkLength(path, bytes, written);
    await this.#file.writeFile(Buffer.alloc(tarPadding(bytes)));
    return { path, bytes, sha256: hash.digest('hex') };
  }

  async finish(manifest: string): Promise<void> {
    const bytes = Buffer.from(manifest);
    await this.add(MANIFEST_NAME, bytes.length, asPieces(bytes));
    await this.#file.writeFile(Buffer.alloc(2 * TAR_BLOCK));
    await this.#file.sync();
    await this.#file.close();
    await renameDurably(this.#partial, this.#target);
  }

  async abandon(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(this.#partial, { force: true });
  }
}

function checkLength(path: string, said: number, written: number): void {
  if (said !== written)
    throw new BackupError(`${path} had ${said} bytes and has ${written}: something else writes to it`);
}

async function* asPieces(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function syncFolders(root: string): Promise<void> {
  for (const entry of await readdir(root, { withFileTypes: true }))
    if (entry.isDirectory()) await syncFolders(join(root, entry.name));
  await syncFolder(root);
}
