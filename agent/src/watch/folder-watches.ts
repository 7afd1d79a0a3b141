/**
 * One `fs.watch` for each folder that is watched by itself, and what is known of folders that are not, or not any more. Which
 * folders are worth a watch is decided by others (executable-watcher.ts); here is how many there may be.
 */
import { type FSWatcher, watch } from 'node:fs';
import { basename, join } from 'node:path';

export interface FolderWatchesOptions {
  /** There may be so many now. */
  mostWatches(): number;
  /** Monotonic milliseconds. */
  nowMs(): number;
  /** This may have changed, told by the kernel. */
  onEvent(path: string): void;
  /** The folder's watch ended by itself. */
  onLost(folder: string): void;
  /** This folder cannot be watched for lack of watches. */
  onLimit(folder: string): void;
  /** It is watched now. */
  onWatched(folder: string): void;
}

/** A folder that appeared or changed is watched for this long, programs or not: more is likely to come. */
const LIVELY_MS = 3_600_000;
/** Folders watched for having changed alone, at most; others are quiet at once. */
const MOST_LIVELY = 4096;

interface Folder {
  /** See folderKey. */
  key: string;
  /** undefined: not watched by itself. */
  watcher: FSWatcher | undefined;
  /** Monotonic; undefined when it is not watched for having changed. */
  livelyUntilMs: number | undefined;
}

export class FolderWatches {
  readonly #options: FolderWatchesOptions;
  readonly #folders = new Map<string, Folder>();
  #watches = 0;
  #lively = 0;

  constructor(options: FolderWatchesOptions) {
    this.#options = options;
  }

  /** Folders with a watch of their own. */
  get watches(): number {
    return this.#watches;
  }

  /** Watched or only noted. */
  has(folder: string): boolean {
    return this.#folders.has(folder);
  }

  isWatched(folder: string): boolean {
    return this.#folders.get(folder)?.watcher !== undefined;
  }

  /** As it was when it was watched or noted; undefined: neither. */
  keyOf(folder: string): string | undefined {
    return this.#folders.get(folder)?.key;
  }

  /** All that are watched or noted now. */
  paths(): string[] {
    return [...this.#folders.keys()];
  }

  /** It lies in a tree that is watched in another way. */
  note(folder: string, key: string): void {
    this.drop(folder);
    this.#folders.set(folder, { key, watcher: undefined, livelyUntilMs: undefined });
  }

  /** Anew if it was watched before. False: it cannot be. */
  watch(folder: string, key: string): boolean {
    this.drop(folder);
    if (this.#watches >= this.#options.mostWatches()) {
      this.#options.onLimit(folder);
      return false;
    }
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => this.#changed(folder, name));
      watcher.on('error', () => this.#lost(folder, watcher));
      this.#folders.set(folder, { key, watcher, livelyUntilMs: undefined });
      this.#watches++;
      this.#options.onWatched(folder);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOSPC' || code === 'EMFILE' || code === 'ENFILE' || code === 'ENOMEM')
        this.#options.onLimit(folder);
      // Anything else: it is gone or unreadable, which listing it will tell.
      return false;
    }
  }

  /** It changed just now: watched for a while if there is room, else not; nobody has to know of that. */
  enliven(folder: string, key: string): void {
    if (!this.isWatched(folder)) {
      if (this.#lively >= MOST_LIVELY || this.#watches >= this.#options.mostWatches()) return;
      if (!this.watch(folder, key)) return;
    }
    const watched = this.#folders.get(folder);
    if (!watched) return;
    if (watched.livelyUntilMs === undefined) this.#lively++;
    watched.livelyUntilMs = this.#options.nowMs() + LIVELY_MS;
  }

  /** Those whose time is over make room for others; they stay watched. */
  endLively(): void {
    const nowMs = this.#options.nowMs();
    for (const folder of this.#folders.values()) {
      if (folder.livelyUntilMs === undefined || nowMs < folder.livelyUntilMs) continue;
      folder.livelyUntilMs = undefined;
      this.#lively--;
    }
  }

  isLively(folder: string): boolean {
    return this.#options.nowMs() < (this.#folders.get(folder)?.livelyUntilMs ?? 0);
  }

  /** It stays noted. */
  unwatch(folder: string): void {
    const known = this.#folders.get(folder);
    if (!known?.watcher) return;
    known.watcher.close();
    known.watcher = undefined;
    this.#watches--;
  }

  drop(folder: string): void {
    this.unwatch(folder);
    if (this.#folders.get(folder)?.livelyUntilMs !== undefined) this.#lively--;
    this.#folders.delete(folder);
  }

  close(): void {
    for (const folder of this.paths()) this.drop(folder);
  }

  #changed(folder: string, name: string | null): void {
    if (name !== null) this.#options.onEvent(join(folder, name));
    // Events of the folder itself carry its own name; they and nameless ones make the folder suspect.
    if (name === null || name === basename(folder)) this.#options.onEvent(folder);
  }

  #lost(folder: string, watcher: FSWatcher): void {
    if (this.#folders.get(folder)?.watcher !== watcher) return;
    this.unwatch(folder);
    this.#options.onLost(folder);
  }
}
