/**
 * Watches folders and says which paths may have changed; what is there is looked at by others.
 *
 * Two ways, by size of the tree. Large trees (the system's, homes) get one fs.watch for each folder that holds
 * programs, or may come to hold some: the folders above those, the ones right in a root, the ones named for programs,
 * and folders in which something has just changed. All
 * others are *quiet*: nothing is held for them but their name (quiet-folders.ts), and they are looked at every few
 * minutes. Small trees (/opt, /srv, configured ones) get chokidar 5 (tree-watch.ts), which watches every single file:
 * for /usr/lib that would be 75,000 watches and 540 MB.
 *
 * No event is a promise: the kernel drops events when its queue is full. A burst that may have filled it, and a
 * folder that cannot be watched, are reported, and the periodic full scan finds what was missed.
 */
import { lstatSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { EventBurst } from './event-burst.ts';
import { folderKey } from './file-identity.ts';
import { FolderWatches } from './folder-watches.ts';
import { hasAncestorIn, isWithin } from './is-within.ts';
import { QuietFolders } from './quiet-folders.ts';
import type { ScanRoot } from './scan-roots.ts';
import { TreeWatch } from './tree-watch.ts';

export interface ExecutableWatcherOptions {
  roots: readonly ScanRoot[];
  /** Folders watched one by one, at most. */
  maxWatches: number;
  /** A tree of kind 'small' with more entries is watched folder by folder after all. */
  smallTreeEntries: number;
  /** Length of the kernel's event queue. */
  eventQueueLength: number;
  /** Monotonic milliseconds. */
  nowMs(): number;
  isExcluded(path: string): boolean;
  onChange(path: string): void;
  /**
   * A mount that is stayed off lies in this tree: chokidar asks for the times of all that it meets, and would wait for
   * a dead server in one of the few threads that the runtime has for files.
   */
  hasExcludedMountBelow(root: string): boolean;
  /** This folder cannot be watched for lack of watches. */
  onLimit(folder: string): void;
  /** It is watched now. */
  onWatched(folder: string): void;
  /** So many events came at once that some were probably dropped. */
  onBurst(): void;
}

/** Names of folders that are for programs. */
const FOR_PROGRAMS: ReadonlySet<string> = new Set(['bin', 'sbin', 'libexec', 'games']);

interface WatchedTree {
  watch: TreeWatch;
  /** Files and folders as the last full scan saw them: chokidar has a watch for each. */
  entries: number;
}

export class ExecutableWatcher {
  readonly #options: ExecutableWatcherOptions;
  readonly #folders: FolderWatches;
  readonly #burst: EventBurst;
  readonly #trees = new Map<string, WatchedTree>();
  readonly #roots: ReadonlySet<string>;
  /** Watched folder by folder: large ones, and small ones as long as nobody knows how small. */
  readonly #byFolder = new Set<string>();
  readonly #large = new Set<string>();
  #quiet = new QuietFolders();
  /** Of the full scan that is under way. */
  #quietAnew: QuietFolders | undefined;
  /** Folders with programs, and those above them, as far as the full scan under way has seen. */
  #needed = new Set<string>();

  constructor(options: ExecutableWatcherOptions) {
    this.#options = options;
    const { onChange, onLimit, onWatched, maxWatches, eventQueueLength } = options;
    this.#burst = new EventBurst(eventQueueLength, options.onBurst);
    this.#folders = new FolderWatches({
      ...{ onLimit, onWatched, onLost: onChange },
      mostWatches: () => maxWatches - this.#watchesOfTrees(),
      nowMs: () => options.nowMs(),
      onEvent: (path) => this.#changed(path),
    });
    this.#roots = new Set(options.roots.map(({ path }) => path));
    for (const { path, kind } of options.roots) {
      this.#byFolder.add(path);
      if (kind === 'large') this.#large.add(path);
    }
  }

  /** Folders with a watch of their own. */
  get watchedFolders(): number {
    return this.#folders.watches;
  }

  /** Of the system's, altogether. */
  get watches(): number {
    return this.#folders.watches + this.#watchesOfTrees();
  }

  get trees(): string[] {
    return [...this.#trees.keys()];
  }

  /** Folders that are only looked at now and then. */
  get quiet(): QuietFolders {
    return this.#quiet;
  }

  follows(folder: string): boolean {
    return this.#folders.has(folder);
  }

  /** From here to scanned() what is listed() is what there is. */
  scanBegins(): void {
    this.#quietAnew = new QuietFolders();
    this.#needed = new Set(this.#roots);
  }

  /**
   * The folder is about to be listed, so that no change falls in between if it is watched. `lively`: it appeared or
   * changed just now. The key tells a folder from another one made in its place: a watch stays with the old one and
   * never says anything.
   */
  follow(folder: string, key: string, lively: boolean): void {
    const before = this.#folders.keyOf(folder);
    const alone = this.#isWatchedByFolder(folder);
    if (!alone) {
      this.#folders.note(folder, key);
      // chokidar does not notice that a folder was removed and made anew between two looks, and goes deaf in it.
      if (before !== undefined && before !== key) this.#treeOf(folder)?.anewSoon();
    } else if (
      before === undefined ? this.#roots.has(folder) : before !== key || !this.#folders.isWatched(folder)
    )
      this.#folders.watch(folder, key);
    if (alone && lively) this.#folders.enliven(folder, key);
  }

  /**
   * The folder was listed. Returns folders that are watched only from now on because it holds what may be a program:
   * they have to be listed once more, for what changed in between.
   */
  listed(folder: string, key: string, holdsPrograms: boolean): string[] {
    if (!this.#isWatchedByFolder(folder)) return [];
    const isNew: string[] = [];
    if (holdsPrograms || this.#mayReceive(folder))
      for (const at of this.#upToRoot(folder)) {
        this.#needed.add(at);
        if (this.#folders.isWatched(at)) continue;
        if (this.#folders.watch(at, at === folder ? key : keyOf(at))) isNew.push(at);
      }
    if (!this.#folders.isWatched(folder)) {
      this.#quiet.add(folder, key);
      this.#quietAnew?.add(folder, key);
    }
    return isNew;
  }

  /** A program is in this folder, however it was found. */
  holds(folder: string): void {
    for (const at of this.#upToRoot(folder)) {
      if (this.#needed.has(at)) return;
      this.#needed.add(at);
    }
  }

  /** Programs are in or below this folder, or it is a root. */
  needs(folder: string): boolean {
    return this.#needed.has(folder);
  }

  /** These folders are gone, with all that is below them. Returns what was forgotten. */
  forget(folders: ReadonlySet<string>): string[] {
    const forgotten = this.#folders.paths().filter((path) => hasAncestorIn(path, folders));
    for (const folder of forgotten) this.#folders.drop(folder);
    return forgotten;
  }

  /**
   * After a complete scan: forgets every folder that it did not see, and watches no longer those without programs in
   * or below them, but for lively ones. `couldLook`: false where the scan could not look.
   */
  scanned(isThere: (folder: string) => boolean, couldLook: (folder: string) => boolean): void {
    const quiet = this.#quietAnew ?? new QuietFolders();
    this.#folders.endLively();
    for (const folder of this.#folders.paths()) {
      const key = this.#folders.keyOf(folder) ?? '';
      if (!isThere(folder)) this.#folders.drop(folder);
      else if (
        this.#isWatchedByFolder(folder) &&
        !this.#needed.has(folder) &&
        couldLook(folder) &&
        !this.#folders.isLively(folder)
      ) {
        this.#folders.drop(folder);
        quiet.add(folder, key);
      }
    }
    this.#quiet = quiet;
    this.#quietAnew = undefined;
  }

  /**
   * Settles how a tree of kind 'small' is watched, now that its size is known. True when it has become one that is
   * watched folder by folder: it has to be scanned again for what changed until now.
   */
  settleTree(root: string, entries: number): boolean {
    if (this.#large.has(root)) return false;
    const tree = this.#trees.get(root);
    const room = this.#options.maxWatches - this.watches + (tree?.entries ?? 0);
    const { smallTreeEntries, hasExcludedMountBelow } = this.#options;
    if (entries <= Math.min(smallTreeEntries, room) && !hasExcludedMountBelow(root)) {
      if (tree) tree.entries = entries;
      else this.#followAsTree(root, entries);
      return false;
    }
    this.#large.add(root);
    if (!tree) return false;
    void tree.watch.close();
    this.#trees.delete(root);
    this.#byFolder.add(root);
    return true;
  }

  async close(): Promise<void> {
    this.#folders.close();
    await Promise.all([...this.#trees.values()].map(({ watch }) => watch.close()));
    this.#trees.clear();
  }

  /** Its folders have been watched one by one until now, which goes on until chokidar has what changed meanwhile. */
  #followAsTree(root: string, entries: number): void {
    const { isExcluded, onLimit } = this.#options;
    const onChange = (path: string): void => this.#changed(path);
    this.#trees.set(root, { watch: new TreeWatch(root, { isExcluded, onChange, onLimit }), entries });
    this.#byFolder.delete(root);
    for (const folder of this.#folders.paths()) if (isWithin(folder, root)) this.#folders.unwatch(folder);
  }

  #watchesOfTrees(): number {
    let sum = 0;
    for (const { entries } of this.#trees.values()) sum += entries;
    return sum;
  }

  /** It is where installers and people put programs, whether or not there is one now: /usr/local/bin, /opt/NAME. */
  #mayReceive(folder: string): boolean {
    return FOR_PROGRAMS.has(basename(folder)) || this.#roots.has(dirname(folder));
  }

  #isWatchedByFolder(folder: string): boolean {
    return this.#rootOf(folder) !== undefined;
  }

  #rootOf(folder: string): string | undefined {
    for (const root of this.#byFolder) if (isWithin(folder, root)) return root;
    return undefined;
  }

  *#upToRoot(folder: string): Iterable<string> {
    const root = this.#rootOf(folder);
    if (root === undefined) return;
    for (let at = folder; at !== root; at = dirname(at)) yield at;
    yield root;
  }

  #treeOf(folder: string): TreeWatch | undefined {
    for (const [root, { watch }] of this.#trees) if (isWithin(folder, root)) return watch;
    return undefined;
  }

  #changed(path: string): void {
    this.#burst.count();
    this.#options.onChange(path);
  }
}

/** Empty when it is gone: no folder has this key, so the next scan watches whatever is there then. */
function keyOf(folder: string): string {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  return stats ? folderKey(stats) : '';
}
