/**
 * Watches folders and says which paths may have changed; what is there is looked at by others.
 *
 * Two ways, by size of the tree. Large trees (the system's, homes) get one fs.watch for each folder: chokidar 5
 * watches every single file, which for /usr/lib is 75,000 watches and 540 MB against 12,000 and 33 MB. Small trees
 * (/opt, /srv, configured ones) get chokidar 5, which follows what moves inside a tree by itself. Its `change` needs
 * another modification time and so misses `chmod +x`; its `raw` events do not, so both are listened to, and a tree in
 * which a folder was replaced is watched anew.
 *
 * No event is a promise: the kernel drops events when its queue is full. A burst that may have filled it, and a
 * folder that cannot be watched, are reported, and the periodic full scan finds what was missed.
 */
import { type FSWatcher, watch } from 'node:fs';
import { basename, join } from 'node:path';
import { type FSWatcher as Chokidar, watch as watchTree } from 'chokidar';
import { isWithin } from './is-within.ts';
import type { ScanRoot } from './scan-roots.linux.ts';

export interface ExecutableWatcherOptions {
  roots: readonly ScanRoot[];
  /** Folders watched one by one, at most. */
  maxWatches: number;
  /** A tree of kind 'small' with more entries is watched folder by folder after all. */
  smallTreeEntries: number;
  /** Length of the kernel's event queue. */
  eventQueueLength: number;
  isExcluded(path: string): boolean;
  onChange(path: string): void;
  /** This folder cannot be watched for lack of watches. */
  onLimit(folder: string): void;
  /** It is watched now. */
  onWatched(folder: string): void;
  /** So many events came at once that some were probably dropped. */
  onBurst(): void;
}

const TREE_ANEW_MS = 300;

/** A folder of the trees. */
interface Folder {
  key: string;
  /** undefined: not watched by itself. */
  watcher: FSWatcher | undefined;
}

export class ExecutableWatcher {
  readonly #options: ExecutableWatcherOptions;
  readonly #folders = new Map<string, Folder>();
  readonly #trees = new Map<string, Chokidar>();
  /** Trees that are to be watched anew, with the timer for it. */
  readonly #deafTrees = new Map<string, NodeJS.Timeout>();
  readonly #largeRoots = new Set<string>();
  #watches = 0;
  #eventsThisTurn = 0;

  constructor(options: ExecutableWatcherOptions) {
    this.#options = options;
    for (const { path, kind } of options.roots) if (kind === 'large') this.#largeRoots.add(path);
  }

  /** Folders with a watch of their own. */
  get watches(): number {
    return this.#watches;
  }

  get trees(): string[] {
    return [...this.#trees.keys()];
  }

  follows(folder: string): boolean {
    return this.#folders.has(folder);
  }

  /**
   * The folder is in one of the trees. Call it before its content is read, so that no change falls in between. The
   * key tells a folder from another one made in its place: a watch stays with the old one and never says anything.
   */
  follow(folder: string, key: string): void {
    const before = this.#folders.get(folder);
    if (before?.key === key && (before.watcher || !this.#isInLargeTree(folder))) return;
    this.#unwatch(folder);
    const watcher = this.#isInLargeTree(folder) ? this.#watch(folder) : undefined;
    this.#folders.set(folder, { key, watcher });
    if (before && before.key !== key) this.#watchTreeAnew(folder);
  }

  /** These folders are gone, with all that is below them. Returns what was forgotten. */
  forget(folders: ReadonlySet<string>): string[] {
    const forgotten = [...this.#folders.keys()].filter((path) => hasAncestorIn(path, folders));
    for (const folder of forgotten) {
      this.#unwatch(folder);
      this.#folders.delete(folder);
    }
    return forgotten;
  }

  /** After a complete scan: forgets every folder that it did not see. */
  keepOnly(isThere: (folder: string) => boolean): void {
    for (const folder of [...this.#folders.keys()])
      if (!isThere(folder)) {
        this.#unwatch(folder);
        this.#folders.delete(folder);
      }
  }

  /**
   * Settles how a tree of kind 'small' is watched, now that its size is known. True when it has become one that is
   * watched folder by folder: it has to be scanned again for what changed until now.
   */
  settleTree(root: string, entries: number): boolean {
    if (this.#largeRoots.has(root)) return false;
    if (entries <= this.#options.smallTreeEntries) {
      if (!this.#trees.has(root)) this.#trees.set(root, this.#watchTree(root));
      return false;
    }
    void this.#trees.get(root)?.close();
    this.#trees.delete(root);
    this.#largeRoots.add(root);
    for (const [folder, { key }] of [...this.#folders]) if (isWithin(folder, root)) this.follow(folder, key);
    return true;
  }

  async close(): Promise<void> {
    for (const timer of this.#deafTrees.values()) clearTimeout(timer);
    this.#deafTrees.clear();
    for (const folder of this.#folders.keys()) this.#unwatch(folder);
    this.#folders.clear();
    await Promise.all([...this.#trees.values()].map((tree) => tree.close()));
    this.#trees.clear();
  }

  #isInLargeTree(folder: string): boolean {
    for (const root of this.#largeRoots) if (isWithin(folder, root)) return true;
    return false;
  }

  #watch(folder: string): FSWatcher | undefined {
    if (this.#watches >= this.#options.maxWatches) {
      this.#options.onLimit(folder);
      return undefined;
    }
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => this.#changed(folder, name));
      watcher.on('error', () => this.#lost(folder, watcher));
      this.#watches++;
      this.#options.onWatched(folder);
      return watcher;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOSPC' || code === 'EMFILE' || code === 'ENFILE' || code === 'ENOMEM')
        this.#options.onLimit(folder);
      // Anything else: it is gone or unreadable, which listing it will tell.
      return undefined;
    }
  }

  #unwatch(folder: string): void {
    const known = this.#folders.get(folder);
    if (!known?.watcher) return;
    known.watcher.close();
    known.watcher = undefined;
    this.#watches--;
  }

  #lost(folder: string, watcher: FSWatcher): void {
    if (this.#folders.get(folder)?.watcher !== watcher) return;
    this.#unwatch(folder);
    this.#options.onChange(folder);
  }

  #changed(folder: string, name: string | null): void {
    this.#countEvent();
    if (name !== null) this.#options.onChange(join(folder, name));
    // Events of the folder itself carry its own name; they and nameless ones make the folder suspect.
    if (name === null || name === basename(folder)) this.#options.onChange(folder);
  }

  /**
   * chokidar does not notice that a folder was removed and made anew between two looks, and goes deaf in it. Folders
   * are replaced many at a time, so this waits for more; what happens meanwhile comes as `add` of the new watch.
   */
  #watchTreeAnew(folder: string): void {
    const root = [...this.#trees.keys()].find((tree) => isWithin(folder, tree));
    if (root === undefined || this.#deafTrees.has(root)) return;
    const timer = setTimeout(() => {
      this.#deafTrees.delete(root);
      void this.#trees.get(root)?.close();
      if (this.#trees.has(root)) this.#trees.set(root, this.#watchTree(root));
    }, TREE_ANEW_MS);
    this.#deafTrees.set(root, timer.unref());
  }

  #watchTree(root: string): Chokidar {
    const tree = watchTree(root, {
      followSymlinks: false,
      ignorePermissionErrors: true,
      // What changed between the scan and now comes as `add` and is looked at; what did not costs one lookup.
      ignoreInitial: false,
      // It would hold back deletions to see whether they become replacements; settling does that here.
      atomic: false,
      persistent: false,
      ignored: (path) => path !== root && this.#options.isExcluded(path),
    });
    const changed = (path: string): void => {
      this.#countEvent();
      this.#options.onChange(path);
    };
    tree.on('add', changed).on('change', changed).on('unlink', changed).on('unlinkDir', changed);
    tree.on('raw', (_, name, details) => {
      const { watchedPath } = details as { watchedPath?: string };
      if (watchedPath === undefined) return;
      changed(name && name !== basename(watchedPath) ? join(watchedPath, name) : watchedPath);
    });
    tree.on('error', () => this.#options.onLimit(root));
    return tree;
  }

  #countEvent(): void {
    if (this.#eventsThisTurn++ === 0)
      setImmediate(() => {
        // All that the kernel had queued comes in one turn of the loop; half a queue is too close to a full one.
        if (this.#eventsThisTurn >= this.#options.eventQueueLength / 2) this.#options.onBurst();
        this.#eventsThisTurn = 0;
      });
  }
}

/** True for a path that is one of the folders or lies below one. */
export function hasAncestorIn(path: string, folders: ReadonlySet<string>): boolean {
  for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) if (folders.has(at)) return true;
  return folders.has('/');
}
