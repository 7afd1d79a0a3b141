/** What a package database says about a file; one implementation for each kind of database. */
export interface PackageOwner {
  /** `dpkg`, `rpm`, ... */
  manager: string;
  name: string;
  version: string;
  architecture?: string | undefined;
  /** Maintainer or vendor, never with a mail address. */
  vendor?: string | undefined;
  /** What tells editions of one product and version apart: those that are paid for from those that are not. */
  edition?: string | undefined;
}

/** Stands for the owner of what comes from the image of a container: which image, and whose package in it, is not known outside. */
export const IN_CONTAINER: PackageOwner = { manager: 'container', name: '', version: '' };

export interface PackageOwners {
  /**
   * 'failed': a database is there and cannot be read, so what was known of files without an owner still holds.
   * 'absent': this system has no such database, or one of a kind that is not read. ownerOf then answers undefined.
   */
  state(): 'loaded' | 'absent' | 'failed';
  ownerOf(path: string): PackageOwner | undefined;
  /**
   * Looks whether packages are being changed or were, unless that was done just now: then undefined. What `unsettled` and
   * `worthLoading` say is as of the last look. Never rejects.
   */
  look(): Promise<unknown> | undefined;
  /** Packages are being changed, or were since the last load: what ownerOf says may be of another time. */
  unsettled(): boolean;
  /** There is something new to load and it has come to rest. */
  worthLoading(): boolean;
  /** Reads the database. Never rejects; state() tells. */
  load(): Promise<void>;
  /** For `status`: each database that is asked, in the order in which they are asked. */
  databases(): PackageDatabaseStatus[];
}

export interface PackageDatabaseStatus {
  manager: string;
  /** 'not-read': it is there, in a format that this agent does not read; `reason` says which. */
  state: 'loaded' | 'absent' | 'failed' | 'not-read';
  /** Known at present. Of what is read beside the file itself, those that were asked for. */
  packages: number;
  /** Paths in memory; 0 where the path itself leads to the package. */
  paths: number;
  /** What was beyond a limit or made no sense: packages and paths, whose files count as unowned, and single texts. */
  leftOut: number;
  reason?: string | undefined;
}

export const NO_PACKAGE_OWNERS: PackageOwners = {
  state: () => 'absent',
  ownerOf: () => undefined,
  look: () => undefined,
  unsettled: () => false,
  worthLoading: () => false,
  load: () => Promise.resolve(),
  databases: () => [],
};
