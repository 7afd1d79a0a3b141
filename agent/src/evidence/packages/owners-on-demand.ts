/**
 * Owners that are found when somebody asks for them, by what lies around the file: there is no database to be read, to be
 * waited for, or to be out of date.
 */
import type { PackageDatabaseStatus, PackageOwner, PackageOwners } from '../package-owner.ts';

export abstract class OwnersOnDemand implements PackageOwners {
  abstract state(): 'loaded' | 'absent';
  abstract ownerOf(path: string): PackageOwner | undefined;
  abstract databases(): PackageDatabaseStatus[];

  look(): undefined {}

  unsettled(): boolean {
    return false;
  }

  worthLoading(): boolean {
    return false;
  }

  load(): Promise<void> {
    return Promise.resolve();
  }
}
