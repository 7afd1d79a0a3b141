/**
 * Several package databases as one: the first in the given order that owns a path answers. The order is fixed, so two
 * computers with the same packages say the same of a file.
 */
import type { PackageDatabaseStatus, PackageOwner, PackageOwners } from '../package-owner.ts';

export class OrderedPackageOwners implements PackageOwners {
  readonly #databases: readonly PackageOwners[];
  readonly #loadedOnce = new Set<PackageOwners>();
  #loading: Promise<void> | undefined;

  constructor(databases: readonly PackageOwners[]) {
    this.#databases = databases;
  }

  /** One that failed makes the whole 'failed': a file without an owner may have one there. */
  state(): 'loaded' | 'absent' | 'failed' {
    const states = this.#databases.map((database) => database.state());
    if (states.includes('failed')) return 'failed';
    return states.includes('loaded') ? 'loaded' : 'absent';
  }

  ownerOf(path: string): PackageOwner | undefined {
    for (const database of this.#databases) {
      const owner = database.ownerOf(path);
      if (owner) return owner;
    }
    return undefined;
  }

  look(): Promise<unknown> | undefined {
    const looks = this.#databases.flatMap((database) => database.look() ?? []);
    return looks.length > 0 ? Promise.all(looks) : undefined;
  }

  unsettled(): boolean {
    return this.#databases.some((database) => database.unsettled());
  }

  /** Asks all of them: each notes since when it has been at rest. */
  worthLoading(): boolean {
    return this.#databases.map((database) => database.worthLoading()).includes(true);
  }

  /** One at a time: who asks meanwhile waits for the same. */
  load(): Promise<void> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /** Those that have something new, one after the other: reading takes memory for a moment. */
  async #load(): Promise<void> {
    for (const database of this.#databases) {
      if (this.#loadedOnce.has(database) && !database.worthLoading() && !database.unsettled()) continue;
      this.#loadedOnce.add(database);
      await database.load();
    }
  }

  databases(): PackageDatabaseStatus[] {
    return this.#databases.flatMap((database) => database.databases());
  }
}
