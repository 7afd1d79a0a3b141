/** What a package database says about a file; one implementation for each kind of database. */
export interface PackageOwner {
  /** `dpkg`, `rpm`, ... */
  manager: string;
  name: string;
  version: string;
  architecture?: string | undefined;
  /** Maintainer or vendor, never with a mail address. */
  vendor?: string | undefined;
}

export interface PackageOwners {
  /**
   * 'failed': the database is there and cannot be read, so what was known of owners before still holds.
   * 'absent': this system has no such database. ownerOf answers undefined in both.
   */
  state(): 'loaded' | 'absent' | 'failed';
  ownerOf(path: string): PackageOwner | undefined;
  /** Packages are being changed right now, or were since the last load: what ownerOf says may be of another time. */
  unsettled(): boolean;
  /** There is something new to load and it has come to rest. */
  worthLoading(): boolean;
  /** Reads the database. Never rejects; state() tells. */
  load(): Promise<void>;
}

export const NO_PACKAGE_OWNERS: PackageOwners = {
  state: () => 'absent',
  ownerOf: () => undefined,
  unsettled: () => false,
  worthLoading: () => false,
  load: () => Promise.resolve(),
};
