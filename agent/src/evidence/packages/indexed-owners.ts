/**
 * Owners of files by a database that is read as a whole and kept as a small index. Decides when it is read: at
 * first, and after it has changed and come to rest.
 */
import type { PackageDatabaseStatus, PackageOwner, PackageOwners } from '../package-owner.ts';
import { MergedFolders } from './merged-usr.ts';
import { DatabaseNotRead, type PackageSource } from './package-source.ts';
import { PackageTable } from './package-table.ts';
import { TurnTaker } from './turn-taker.ts';

export interface IndexedOwnersOptions {
  /** Where the paths of the database begin. Default /. */
  fileSystemRoot?: string;
  /** Monotonic milliseconds. */
  nowMs?: () => number;
  /** Nobody looks again for this long. Default 300; see RECHECK_MS. */
  recheckMs?: number;
  /** The database has come to rest after this many milliseconds without a change. Default 500. */
  quietMs?: number;
}

/**
 * Less than a changed file rests before it is looked at (half a second unless configured), so that whoever changed it had the lock by
 * then.
 */
const RECHECK_MS = 300;
/** A database that could not be read, and has not changed since, is tried again after this long. */
const RETRY_AFTER_MS = 600_000;

export class IndexedPackageOwners implements PackageOwners {
  readonly #source: PackageSource;
  readonly #root: string;
  readonly #nowMs: () => number;
  readonly #recheckMs: number;
  readonly #quietMs: number;
  #table: PackageTable | undefined;
  #state: PackageDatabaseStatus['state'] = 'absent';
  #reason: string | undefined;
  /** What the last load saw, whether or not it could read it. */
  #tried: { version: string | undefined; retryAtMs: number } = { version: undefined, retryAtMs: Infinity };
  /** Version as last looked at, and since when it is that. */
  #lastSeen: { version: string | undefined; sinceMs: number } = { version: undefined, sinceMs: 0 };
  #atWork = false;
  #lookAgainMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor(source: PackageSource, options: IndexedOwnersOptions = {}) {
    this.#source = source;
    this.#root = options.fileSystemRoot ?? '/';
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#recheckMs = options.recheckMs ?? RECHECK_MS;
    this.#quietMs = options.quietMs ?? 500;
  }

  state(): 'loaded' | 'absent' | 'failed' {
    return this.#state === 'not-read' ? 'absent' : this.#state;
  }

  ownerOf(path: string): PackageOwner | undefined {
    return this.#table?.ownerOf(this.#withinRoot(path));
  }

  look(): Promise<void> | undefined {
    if (this.#nowMs() < this.#lookAgainMs) return undefined;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  unsettled(): boolean {
    return this.#atWork || this.#lastSeen.version !== this.#tried.version;
  }

  worthLoading(): boolean {
    const nowMs = this.#nowMs();
    const { version, sinceMs } = this.#lastSeen;
    if (version === this.#tried.version && nowMs < this.#tried.retryAtMs) return false;
    return !this.#atWork && nowMs - sinceMs >= this.#quietMs;
  }

  async load(): Promise<void> {
    // Taken first: a change during the reading leaves another version behind, and the next look sees it.
    const version = this.#seeVersion();
    this.#lookAgainMs = Number.NEGATIVE_INFINITY;
    this.#tried = { version, retryAtMs: Infinity };
    if (version === undefined) {
      this.#become('absent');
      return;
    }
    try {
      const table = new PackageTable(MergedFolders.read(this.#root));
      await this.#source.read(table, new TurnTaker(this.#nowMs));
      table.complete();
      this.#table = table;
      this.#become('loaded');
    } catch (error) {
      this.#failed(error);
    }
  }

  databases(): PackageDatabaseStatus[] {
    const { packages = 0, paths = 0, leftOut = 0 } = this.#table ?? {};
    const reason = this.#reason;
    return [
      {
        manager: this.#source.manager,
        state: this.#state,
        packages,
        paths,
        leftOut,
        ...(reason && { reason }),
      },
    ];
  }

  async #look(): Promise<void> {
    const beganMs = this.#nowMs();
    this.#atWork = await this.#source.atWork();
    this.#seeVersion();
    this.#lookAgainMs = beganMs + this.#recheckMs;
  }

  #seeVersion(): string | undefined {
    const version = this.#source.version();
    if (version !== this.#lastSeen.version) this.#lastSeen = { version, sinceMs: this.#nowMs() };
    return version;
  }

  /** What was read earlier stays in force: a table that is a little old beats none. */
  #failed(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof DatabaseNotRead) {
      this.#become('not-read', reason);
      return;
    }
    this.#tried.retryAtMs = this.#nowMs() + RETRY_AFTER_MS;
    this.#state = this.#table ? 'loaded' : 'failed';
    this.#reason = reason;
  }

  #become(state: PackageDatabaseStatus['state'], reason?: string): void {
    this.#state = state;
    this.#reason = reason;
    if (state !== 'loaded') this.#table = undefined;
  }

  #withinRoot(path: string): string {
    return this.#root !== '/' && path.startsWith(`${this.#root}/`) ? path.slice(this.#root.length) : path;
  }
}
