/**
 * The package databases that are asked who owns a file, and the order: the system's own first, since it laid the
 * file down, then what people install beside it. Those that this computer does not have cost a stat call now and then.
 */
import type { PackageOwners } from '../package-owner.ts';
import { ApkSource } from './apk-source.ts';
import { DpkgSource } from './dpkg-source.ts';
import { FLATPAK_FOLDERS } from './flatpak-folders.ts';
import { FolderPackageOwners } from './folder-owners.ts';
import { HOMEBREW_FOLDERS } from './homebrew-folders.ts';
import { IndexedPackageOwners } from './indexed-owners.ts';
import { JAVA_FOLDERS } from './java-folders.ts';
import { MSIX_FOLDERS } from './msix-folders.ts';
import { NPM_FOLDERS } from './npm-folders.ts';
import { OrderedPackageOwners } from './ordered-owners.ts';
import { WindowsPackageOwners } from './package-owner.win32.ts';
import { PacmanSource } from './pacman-source.ts';
import { PipPackageOwners } from './pip-owners.ts';
import { RpmSource } from './rpm-source.ts';
import { SNAP_FOLDERS } from './snap-folders.ts';
import { SwidFolderOwners } from './swid-folders.ts';

export interface PackageDatabases {
  owners: PackageOwners;
  /** Something happens in these folders when packages change. */
  folders: readonly string[];
}

/** `wallMs`: milliseconds since 1970. */
export function packageDatabases(wallMs: () => number, platform = process.platform): PackageDatabases {
  const sources =
    platform === 'linux'
      ? [new DpkgSource(), new RpmSource(), new ApkSource(), new PacmanSource(wallMs)]
      : [];
  const own =
    platform === 'win32'
      ? [new WindowsPackageOwners(), inFolders(MSIX_FOLDERS), inFolders(JAVA_FOLDERS), new SwidFolderOwners()]
      : [
          ...sources.map((source) => new IndexedPackageOwners(source)),
          ...(platform === 'linux' ? [SNAP_FOLDERS, FLATPAK_FOLDERS] : []).map(inFolders),
          inFolders(NPM_FOLDERS),
          new PipPackageOwners(),
          inFolders(HOMEBREW_FOLDERS),
          inFolders(JAVA_FOLDERS),
          new SwidFolderOwners(),
        ];
  return { owners: new OrderedPackageOwners(own), folders: sources.flatMap(({ folders }) => folders) };
}

function inFolders(kind: ConstructorParameters<typeof FolderPackageOwners>[0]): FolderPackageOwners {
  return new FolderPackageOwners(kind);
}
