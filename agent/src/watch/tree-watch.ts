/**
 * Watches one small tree by chokidar 5, which follows what moves inside by itself. Its `change` needs another
 * modification time and so misses `chmod +x`; its `raw` events do not, so both are listened to. It is loaded with the
 * first such tree: most computers have none.
 */
import { basename, join } from 'node:path';
import type { FSWatcher } from 'chokidar';

export interface TreeWatchOptions {
  isExcluded(path: string): boolean;
  onChange(path: string): void;
  onLimit(root: string): void;
}

/** Folders are replaced many at a time. */
const ANEW_AFTER_MS = 300;

export class TreeWatch {
  readonly #root: string;
  readonly #options: TreeWatchOptions;
  #watcher: Promise<FSWatcher | undefined>;
  #anewTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(root: string, options: TreeWatchOptions) {
    this.#root = root;
    this.#options = options;
    this.#watcher = this.#watch();
  }

  /** For a tree in which a folder was replaced: what happens meanwhile comes as `add` of the new watch. */
  anewSoon(): void {
    this.#anewTimer ??= setTimeout(() => {
      this.#anewTimer = undefined;
      this.#watcher = this.#watcher.then(async (before) => {
        await before?.close();
        return this.#watch();
      });
    }, ANEW_AFTER_MS).unref();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#anewTimer);
    await (await this.#watcher)?.close();
  }

  async #watch(): Promise<FSWatcher | undefined> {
    const { watch } = await import('chokidar');
    if (this.#closed) return undefined;
    const { isExcluded, onChange, onLimit } = this.#options;
    const root = this.#root;
    const tree = watch(root, {
      followSymlinks: false,
      ignorePermissionErrors: true,
      // What changed between the scan and now comes as `add` and is looked at; what did not costs one lookup.
      ignoreInitial: false,
      // It would hold back deletions to see whether they become replacements; settling does that here.
      atomic: false,
      persistent: false,
      ignored: (path) => path !== root && isExcluded(path),
    });
    tree.on('add', onChange).on('change', onChange).on('unlink', onChange).on('unlinkDir', onChange);
    tree.on('raw', (_, name, details) => {
      const { watchedPath } = details as { watchedPath?: string };
      if (watchedPath === undefined) return;
      onChange(name && name !== basename(watchedPath) ? join(watchedPath, name) : watchedPath);
    });
    tree.on('error', () => onLimit(root));
    return tree;
  }
}
