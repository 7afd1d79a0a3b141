/**
 * Walks folders and tells of every sub-folder and of every regular file with an execute bit. Follows no symbolic
 * links, visits each folder once (bind mounts and loops of them), stays off excluded file systems. A folder is told
 * of before it is listed, so that whoever then starts to watch it misses nothing that changes after its listing.
 */

import { lstat } from 'node:fs/promises';
import { folderKey } from './file-identity.ts';
import type { Listing } from './folder-list-worker.ts';
import type { FolderLister } from './folder-lister.ts';
import type { FileIdentity, SkipReason } from './found-file.ts';
import type { MountTable } from './mount-table.linux.ts';

export interface ScanTarget {
  lister: FolderLister;
  mounts: MountTable;
  signal: AbortSignal;
  onFolder(path: string, key: string): void;
  /** This folder is a virtual environment; told before anything in it. */
  onEnvironment(folder: string): void;
  /** A promise is waited for before the walk goes far beyond it. Must not reject. */
  onFile(path: string, identity: FileIdentity): Promise<unknown> | undefined;
  onSkip(path: string, reason: SkipReason): void;
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
export async function scanFolders(roots: readonly string[], target: ScanTarget): Promise<ScanResult> {
  const walk: Walk = {
    root: '',
    visited: new Set(),
    found: [],
    files: new OpenFiles(),
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
  const stack = [walk.root];
  const stats = await lstat(walk.root).catch(() => undefined);
  if (stats) {
    // Else a bind mount of a root would list what lies right in it a second time.
    walk.visited.add(folderKey(stats));
    target.onFolder(walk.root, folderKey(stats));
  }
  while (stack.length > 0 && !target.signal.aborted) {
    const batch = stack.splice(-BATCH_FOLDERS).reverse();
    walk.found = [];
    walk.result.folders += batch.length;
    await target.lister.list(batch, (listing) => {
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
  visited: Set<string>;
  found: string[];
  files: OpenFiles;
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
  for (const path of listing.contentElsewhere) target.onSkip(path, 'content-elsewhere');
  for (const { path, key } of listing.folders) {
    const exclusion = target.mounts.exclusionAt(path);
    if (exclusion) target.onSkip(path, exclusion.reason);
    else if (!walk.visited.has(key)) {
      walk.visited.add(key);
      target.onFolder(path, key);
      walk.found.push(path);
    }
  }
  for (const { path, identity } of listing.files) {
    const handled = target.onFile(path, identity);
    if (handled) walk.files.add(handled);
  }
  target.onEntries(walk.root, listing.entries);
}
