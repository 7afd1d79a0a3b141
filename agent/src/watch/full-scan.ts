/**
 * Walks folders and tells of every sub-folder and of every regular file with an execute bit. Follows no symbolic
 * links, visits each folder once (bind mounts and loops of them), stays off excluded file systems. A folder is told
 * of before it is listed, so that whoever then starts to watch it misses nothing that changes after its listing.
 * Folders that are listed shallowly tell of their files and enter only what changed lately.
 */

import { lstat } from 'node:fs/promises';
import { changedMsOf, folderKey } from './file-identity.ts';
import type { ListedFolder, Listing } from './folder-list-worker.ts';
import type { FolderLister } from './folder-lister.ts';
import type { FileIdentity, SkipReason } from './found-file.ts';
import type { LinkRules } from './link-target.ts';
import type { MountTable } from './mount-table.ts';

export interface ScanTarget {
  lister: FolderLister;
  mounts: MountTable;
  /** All of them, whichever are walked now. */
  roots: ReadonlySet<string>;
  signal: AbortSignal;
  onFolder(path: string, key: string, changedMs: number): void;
  /**
   * All of the folder was told; `holdsPrograms`: with files that may be programs. Returns folders that are to be listed
   * once more, of what is below them only what changed since `sinceMs`.
   */
  onListed(path: string, key: string, holdsPrograms: boolean): string[];
  /** Milliseconds since 1970. */
  sinceMs: number;
  /** This folder is one that was told by another path, and is not entered. */
  onOtherName(folder: string): void;
  /** This folder is a virtual environment; told before anything in it. */
  onEnvironment(folder: string): void;
  /** A promise is waited for before the walk goes far beyond it. Must not reject. */
  onFile(path: string, identity: FileIdentity): Promise<unknown> | undefined;
  onSkip(path: string, reason: SkipReason): void;
  /** A link that is not followed and leads out of all roots, see LinkOut. */
  onLinkOut(path: string, to: string): void;
  /** The folder could be listed; takes back an earlier skip. */
  onReadable(path: string): void;
  /** Entries looked at since the last call, in the tree of `root`. */
  onEntries(root: string, entries: number): void;
  /** Called after each batch of folders; waits as the pace demands. */
  pause(): Promise<void>;
}

export interface ScanResult {
  /** False when the walk was aborted: nothing follows from what it did not see. */
  complete: boolean;
  folders: number;
  /** Folders whose content is unknown. */
  unreadable: string[];
}

/** Folders in one request to the lister. */
const BATCH_FOLDERS = 32;
/** Files whose handling is open; beyond it the walk waits. */
const MOST_OPEN_FILES = 512;

/** Never rejects for what is on the disk; rejects when the lister is closed. */
export async function scanFolders(
  roots: readonly string[],
  target: ScanTarget,
  shallowly = false,
): Promise<ScanResult> {
  const walk: Walk = {
    root: '',
    starts: new Set(roots),
    visited: new Map(),
    found: [],
    keys: new Map(),
    holding: new Set(),
    shallow: new Set(shallowly ? roots : []),
    again: new Set(),
    files: new OpenFiles(),
    links: { roots: target.roots, mounts: target.mounts.excludedMounts() },
    result: { complete: false, folders: 0, unreadable: [] },
  };
  for (const root of roots) {
    walk.root = root;
    await walkTree(walk, target);
  }
  await walk.files.fewerThan(1);
  walk.result.complete = !target.signal.aborted;
  return walk.result;
}

async function walkTree(walk: Walk, target: ScanTarget): Promise<void> {
  // Something may have been mounted there since it was chosen; a dead server is not to be asked.
  const exclusion = target.mounts.exclusionAround(walk.root);
  if (exclusion) {
    target.onSkip(walk.root, exclusion.reason);
    return;
  }
  const stack = [walk.root];
  const stats = await lstat(walk.root).catch(() => undefined);
  if (stats) {
    // Else a bind mount of a root would list what lies right in it a second time.
    walk.visited.set(folderKey(stats), walk.root);
    enter(walk, target, { path: walk.root, key: folderKey(stats), changedMs: changedMsOf(stats) });
  }
  while (stack.length > 0 && !target.signal.aborted) {
    const batch = stack.splice(-BATCH_FOLDERS).reverse();
    walk.found = [];
    walk.result.folders += batch.length;
    const stayOff = target.mounts.excludedMountsIn(batch);
    await target.lister.list({ folders: batch, stayOff, links: walk.links }, (listing) => {
      if (target.signal.aborted) return undefined;
      takeListing(listing, target, walk);
      return walk.files.fewerThan(MOST_OPEN_FILES);
    });
    // Last in, first out: the walk goes deep and the stack stays short.
    stack.push(...walk.found.reverse());
    await target.pause();
  }
}

interface Walk {
  root: string;
  starts: ReadonlySet<string>;
  /** Path by key. */
  visited: Map<string, string>;
  found: string[];
  /** Of folders that were entered and are not listed to their end. */
  keys: Map<string, string>;
  /** Of those, the ones with files that may be programs, as far as they are listed. */
  holding: Set<string>;
  /** To be listed shallowly, and of those the ones that were listed before. */
  shallow: Set<string>;
  again: Set<string>;
  files: OpenFiles;
  links: LinkRules;
  result: ScanResult;
}

/** How many files are being handled, and waiting for there to be fewer. */
class OpenFiles {
  #count = 0;
  #waiting: { most: number; go: () => void }[] = [];

  add(handled: Promise<unknown>): void {
    this.#count++;
    void handled.then(() => {
      this.#count--;
      if (this.#waiting.length === 0) return;
      for (const { most, go } of this.#waiting) if (this.#count < most) go();
      this.#waiting = this.#waiting.filter(({ most }) => this.#count >= most);
    });
  }

  fewerThan(most: number): Promise<void> | undefined {
    if (this.#count < most) return undefined;
    return new Promise((go) => {
      this.#waiting.push({ most, go });
    });
  }
}

function takeListing(listing: Listing, target: ScanTarget, walk: Walk): void {
  if (listing.error !== undefined) {
    // A vanished folder needs no skip: what was known below it is looked for at the end.
    if (listing.error === 'folder-unreadable') {
      walk.result.unreadable.push(listing.folder);
      target.onSkip(listing.folder, listing.error);
    }
  } else if (listing.last) target.onReadable(listing.folder);
  if (listing.isEnvironment) target.onEnvironment(listing.folder);
  for (const path of listing.notUnicode) target.onSkip(path, 'path-not-unicode');
  for (const path of listing.unreadable) target.onSkip(path, 'unreadable');
  for (const path of listing.contentElsewhere) target.onSkip(path, 'content-elsewhere');
  for (const { path, to } of listing.linksOut) target.onLinkOut(path, to);
  for (const path of listing.stayedOff) target.onSkip(path, 'excluded-file-system');
  const shallowly = walk.shallow.has(listing.folder);
  for (const { path, key, changedMs } of listing.folders) {
    const exclusion = target.mounts.exclusionAt(path);
    const before = walk.visited.get(key);
    if (exclusion) target.onSkip(path, exclusion.reason);
    else if (before !== undefined) {
      if (before !== path) target.onOtherName(path);
    } else if (!shallowly || mayBeNew(path, changedMs, target, walk)) {
      walk.visited.set(key, path);
      enter(walk, target, { path, key, changedMs });
      walk.found.push(path);
    }
  }
  for (const { path, identity } of listing.files) {
    const handled = target.onFile(path, identity);
    if (handled) walk.files.add(handled);
  }
  target.onEntries(walk.root, listing.entries);
  if (listing.files.length + listing.contentElsewhere.length + listing.notUnicode.length > 0)
    walk.holding.add(listing.folder);
  if (listing.last) leave(listing.folder, listing.error === undefined, target, walk);
}

function enter(walk: Walk, target: ScanTarget, { path, key, changedMs }: ListedFolder): void {
  walk.keys.set(path, key);
  target.onFolder(path, key, changedMs);
}

/** What came into a folder has changed by that; a folder that is a start of its own is listed as such. */
function mayBeNew(path: string, changedMs: number, { sinceMs }: ScanTarget, walk: Walk): boolean {
  return changedMs >= sinceMs && !walk.starts.has(path);
}

function leave(folder: string, wasListed: boolean, target: ScanTarget, walk: Walk): void {
  const [key, holds, again] = [walk.keys.get(folder), walk.holding.has(folder), walk.again.has(folder)];
  walk.keys.delete(folder);
  for (const set of [walk.holding, walk.shallow, walk.again]) set.delete(folder);
  if (again || !wasListed || key === undefined) return;
  for (const path of target.onListed(folder, key, holds)) {
    walk.shallow.add(path);
    walk.again.add(path);
    walk.found.push(path);
  }
}
