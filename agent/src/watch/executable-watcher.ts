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
import { type FSWatcher, lstatSync, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { folderKey } from './file-identity.ts';
import { isWithin } from './is-within.ts';
import { QuietFolders } from './quiet-folders.ts';
import type { ScanRoot } from './scan-roots.linux.ts';
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

const TREE_ANEW_MS = 300;
/** A folder that appeared or changed is watched for this long, programs or not: more is likely to come. */
const LIVELY_MS = 3_600_000;
/** Names of folders that are for programs. */
const FOR_PROGRAMS: ReadonlySet<string> = new Set(['bin', 'sbin', 'libexec', 'games']);
/** Folders watched for having changed alone, at most; others are quiet at once. */
const MOST_LIVELY = 4096;

/** A folder that is watched, or lies in a tree that may still be watched in either way. */
interface Folder {
  key: string;
  /** undefined: not watched by itself. */
  watcher: FSWatcher | undefined;
  /** Monotonic; undefined when it is not watched for having changed. */
  livelyUntilMs: number | undefined;
}

export class ExecutableWatcher {
  readonly #options: ExecutableWatcherOptions;
  readonly #folders = new Map<string, Folder>();
  readonly #trees = new Map<string, TreeWatch>();
  /** Trees that are to be watched anew, with the timer for it. */
  readonly #deafTrees = new Map<string, NodeJS.Timeout>();
  readonly #roots: ReadonlySet<string>;
  /** Watched folder by folder: large ones, and small ones as long as nobody knows how small. */
  readonly #byFolder = new Set<string>();
  readonly #large = new Set<string>();
  #quiet = new QuietFolders();
  /** Of the full scan that is under way. */
  #quietAnew: QuietFolders | undefined;
  /** Folders with programs, and those above them, as far as the full scan under way has seen. */
  #needed = new Set<string>();
  #watches = 0;
  #lively = 0;
  #eventsThisTurn = 0;

  constructor(options: ExecutableWatcherOptions) {
    this.#options = options;
    this.#roots = new Set(options.roots.map(({ path }) => path));
    for (const { path, kind } of options.roots) {
      this.#byFolder.add(path);
      if (kind === 'large') this.#large.add(path);
    }
  }

  /** Folders with a watch of their own. */
  get watches(): number {
    return this.#watches;
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
    const before = this.#folders.get(folder);
    const alone = this.#isWatchedByFolder(folder);
    if (!alone) {
      this.#folders.set(folder, { key, watcher: undefined, livelyUntilMs: undefined });
      if (before && before.key !== key) this.#watchTreeAnew(folder);
    } else if (before ? before.key !== key || !before.watcher : this.#roots.has(folder)) {
      this.#watch(folder, key);
    }
    if (alone && lively) this.#enliven(folder, key);
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
        if (this.#folders.get(at)?.watcher) continue;
        if (this.#watch(at, at === folder ? key : keyOf(at))) isNew.push(at);
      }
    if (!this.#folders.get(folder)?.watcher) {
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
    const forgotten = [...this.#folders.keys()].filter((path) => hasAncestorIn(path, folders));
    for (const folder of forgotten) this.#drop(folder);
    return forgotten;
  }

  /**
   * After a complete scan: forgets every folder that it did not see, and watches no longer those without programs in
   * or below them, but for lively ones. `couldLook`: false where the scan could not look.
   */
  scanned(isThere: (folder: string) => boolean, couldLook: (folder: string) => boolean): void {
    const nowMs = this.#options.nowMs();
    const quiet = this.#quietAnew ?? new QuietFolders();
    for (const [folder, { key, livelyUntilMs }] of [...this.#folders]) {
      if (!isThere(folder)) this.#drop(folder);
      else if (
        this.#isWatchedByFolder(folder) &&
        !this.#needed.has(folder) &&
        couldLook(folder) &&
        nowMs >= (livelyUntilMs ?? 0)
      ) {
        this.#drop(folder);
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
    if (entries <= this.#options.smallTreeEntries && !this.#options.hasExcludedMountBelow(root)) {
      if (!this.#trees.has(root)) this.#followAsTree(root);
      return false;
    }
    this.#large.add(root);
    const tree = this.#trees.get(root);
    if (!tree) return false;
    void tree.close();
    this.#trees.delete(root);
    this.#byFolder.add(root);
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

  /** Its folders have been watched one by one until now, which goes on until chokidar has what changed meanwhile. */
  #followAsTree(root: string): void {
    const { isExcluded, onLimit } = this.#options;
    const onChange = (path: string): void => {
      this.#countEvent();
      this.#options.onChange(path);
    };
    this.#trees.set(root, new TreeWatch(root, { isExcluded, onChange, onLimit }));
    this.#byFolder.delete(root);
    for (const folder of this.#folders.keys()) if (isWithin(folder, root)) this.#unwatch(folder);
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

  /** True when it is watched now and was not before. */
  #watch(folder: string, key: string): boolean {
    this.#drop(folder);
    if (this.#watches >= this.#options.maxWatches) {
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

  #enliven(folder: string, key: string): void {
    const untilMs = this.#options.nowMs() + LIVELY_MS;
    const known = this.#folders.get(folder);
    if (!known?.watcher) {
      // No lack that anybody has to know of: such a folder is quiet then.
      if (this.#lively >= MOST_LIVELY || this.#watches >= this.#options.maxWatches) return;
      if (!this.#watch(folder, key)) return;
    }
    const watched = this.#folders.get(folder);
    if (!watched) return;
    if (watched.livelyUntilMs === undefined) this.#lively++;
    watched.livelyUntilMs = untilMs;
  }

  #drop(folder: string): void {
    this.#unwatch(folder);
    if (this.#folders.get(folder)?.livelyUntilMs !== undefined) this.#lively--;
    this.#folders.delete(folder);
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
   * are replaced many at a time, so this waits for more.
   */
  #watchTreeAnew(folder: string): void {
    const root = [...this.#trees.keys()].find((tree) => isWithin(folder, tree));
    if (root === undefined || this.#deafTrees.has(root)) return;
    const timer = setTimeout(() => {
      this.#deafTrees.delete(root);
      this.#trees.get(root)?.anew();
    }, TREE_ANEW_MS);
    this.#deafTrees.set(root, timer.unref());
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

/** Empty when it is gone: no folder has this key, so the next scan watches whatever is there then. */
function keyOf(folder: string): string {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  return stats ? folderKey(stats) : '';
}
