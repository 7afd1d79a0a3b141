/**
 * Packages from the Microsoft Store and other MSIX packages: the folder of each is its full name, as in Microsoft's
 * "Package identity": Name_Version_Architecture_Resource_Publisher. Pure. Tried with published names; not run on Windows.
 */
import type { FolderKind } from './folder-owners.ts';

const FOLDER =
  /\\WindowsApps\\([a-z0-9.-]{3,50})_(\d+(?:\.\d+){3})_(x86|x64|arm|arm64|x86a64|neutral)_([a-z0-9~.-]*)_([a-z0-9]{13})\\/i;

export const MSIX_FOLDERS: FolderKind = {
  manager: 'msix',
  locate(path) {
    const [, name, version = '', architecture, resource, publisher] = FOLDER.exec(path) ?? [];
    if (name === undefined) return [];
    // Two publishers may give a package the same name, so the hash of the publisher belongs to it: the family's name.
    const owner = { manager: 'msix', name: `${name}_${publisher}`, version, architecture };
    return [{ describe: () => ({ ...owner, edition: resource || undefined }) }];
  },
};
