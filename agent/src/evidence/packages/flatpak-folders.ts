/**
 * Flatpaks, of the system or of a person: a commit is laid out in KIND/ID/ARCHITECTURE/BRANCH/COMMIT, and `deploy` in
 * it, a serialised GVariant of type (ssasta{sv}), holds what the application says of its version. Pure.
 */
import type { PackageOwner } from '../package-owner.ts';
import type { FolderKind } from './folder-owners.ts';

const FOLDER =
  /^(.*\/(?:app|runtime)\/([A-Za-z_][\w-]*(?:\.[\w-]+)+)\/([a-z0-9_]+)\/([\w.+-]+)\/[0-9a-f]{64})\/files\//;
const VERSION_KEY = Buffer.from('appdata-version\0', 'latin1');
/** Values begin at multiples of this. */
const ALIGNMENT = 8;
const LONGEST_VERSION = 256;

export const FLATPAK_FOLDERS: FolderKind = {
  manager: 'flatpak',
  locate(path) {
    const [, folder, name = '', architecture, branch = ''] = FOLDER.exec(path) ?? [];
    if (folder === undefined) return [];
    // Runtimes, and applications that say nothing of it, are known by their branch.
    const describe = (deploy: Buffer): PackageOwner => ({
      ...{ manager: 'flatpak', name, version: deployedVersion(deploy) ?? branch, architecture },
    });
    return [{ file: `${folder}/deploy`, describe }];
  },
};

/** A key and its value: text, NUL, padding of NULs, text, NUL, then NUL and the value's type `s`. */
export function deployedVersion(deploy: Buffer): string | undefined {
  const key = deploy.indexOf(VERSION_KEY);
  if (key < 0) return undefined;
  let at = key + VERSION_KEY.length;
  for (let padding = 0; padding < ALIGNMENT && deploy[at] === 0; padding++) at++;
  const end = deploy.indexOf(0, at);
  if (end <= at || end - at > LONGEST_VERSION) return undefined;
  if (deploy[end + 1] !== 0 || deploy[end + 2] !== 0x73) return undefined;
  return deploy.toString('utf8', at, end);
}
