/**
 * Homebrew, on macOS and Linux: Cellar/NAME/VERSION holds what was built, Caskroom/NAME/VERSION what came ready made.
 * The path says it all. Pure. Tried with paths as Homebrew's documentation gives them; not run on macOS.
 */
import type { FolderKind } from './folder-owners.ts';

const FOLDER = /\/(?:Cellar|Caskroom)\/([a-z0-9][\w.+@-]*)\/([\w][\w.+,:~-]*)\//i;

export const HOMEBREW_FOLDERS: FolderKind = {
  manager: 'homebrew',
  locate(path) {
    const [, name, version] = FOLDER.exec(path) ?? [];
    if (name === undefined || version === undefined) return [];
    return [{ describe: () => ({ manager: 'homebrew', name, version }) }];
  },
};
