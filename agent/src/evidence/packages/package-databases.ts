/**
 * The package databases that are asked who owns a file, and the order: the system's own first, since it laid the
 * file down, then what people install beside it. Those that this computer does not have cost a stat call now and then.
 */
import type { PackageOwners } from '../package-owner.ts';
import { ApkSource } from './apk-source.ts';
import { DpkgSource } from './dpkg-source.ts';
import { IndexedPackageOwners } from './indexed-owners.ts';
import { OrderedPackageOwners } from './ordered-owners.ts';
import { PacmanSource } from './pacman-source.ts';
import { RpmSource } from './rpm-source.ts';

export interface PackageDatabases {
  owners: PackageOwners;
  /** Something happens in these folders when packages change. */
  folders: readonly string[];
}

/** `wallMs`: milliseconds since 1970. */
export function packageDatabases(wallMs: () => number): PackageDatabases {
  const sources = [new DpkgSource(), new RpmSource(), new ApkSource(), new PacmanSource(wallMs)];
  return {
    owners: new OrderedPackageOwners(sources.map((source) => new IndexedPackageOwners(source))),
    folders: sources.flatMap(({ folders }) => folders),
  };
}
