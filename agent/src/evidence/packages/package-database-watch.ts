/** Says when something happens in the folder of a package database. What happened is for others to find out. */
import { type FSWatcher, watch } from 'node:fs';

/** The returned function ends it. A folder that cannot be watched is silent: full scans ask anyway. */
export function watchPackageDatabase(folder: string, onEvent: () => void): () => void {
  let watcher: FSWatcher;
  try {
    watcher = watch(folder, { persistent: false }, onEvent);
  } catch {
    return () => undefined;
  }
  watcher.on('error', () => watcher.close());
  return () => watcher.close();
}
