/**
 * Finds the executables of this computer and keeps the sink up to date: scans the roots, watches them, hashes what
 * is new, and adds what the package database says.
 *
 *   scan ────────────┐
 *   watcher > settle ┴─> examiner > hasher > evidence ─> sink
 *
 * The sink hears of a change within about the settle time plus the hashing; of what no event told, at the next full
 * scan. Files of packages are held back while packages are being changed, so that no old content is ever reported
 * with a new version, and after such a change every known file is told again whose package says something new.
 */
import { lstat } from 'node:fs/promises';
import { ChangeQueue } from './change-queue.ts';
import { ExecutableWatcher } from './executable-watcher.ts';
import { identityOf, sameIdentity } from './file-identity.ts';
import type { FinderOptions } from './finder-options.ts';
import { FinderParts } from './finder-parts.ts';
import { finderStatus } from './finder-report.ts';
import type { FinderStatus } from './finder-status.ts';
import type { FoundFile, SkipReason } from './found-file.ts';
import { eventQueueLength, watchBudget } from './inotify-limits.linux.ts';
import { PackageFollower } from './package-follower.ts';
import { lookAgainAndAgain } from './quiet-looks.ts';
import { ScanCycle } from './scan-cycle.ts';

const SMALL_TREE_ENTRIES = 5_000;
const PACKAGES_MAX_MS = 600_000;
/** After a burst of events or other doubt: when to scan again. */
const DOUBT_RESCAN_MS = 5_000;
/** After a failure of the sink: not at once, since a full disk stays full for a while. */
const FAILURE_RESCAN_MS = 60_000;

export class ExecutableFinder {
  readonly #parts: FinderParts;
  readonly #packages: PackageFollower;
  readonly #changes: ChangeQueue;
  readonly #cycle: ScanCycle;
  #eventBursts = 0;
  #failures = 0;
  #lastFailure: string | undefined;

  constructor(options: FinderOptions) {
    const onFailure = (error: unknown): void => this.#failed(error);
    const parts = new FinderParts(options, {
      onFailure,
      readPackages: () => this.#packages.load(),
      onHashingAgain: () => this.#takeUpPutOff(),
    });
    this.#parts = parts;
    const { clock, examiner, ledger, settleMs, owners, firstReading, sink } = parts;
    const { signal } = parts.abort;
    this.#changes = new ChangeQueue({
      ...{ clock, settleMs, examiner, ledger, signal },
      onFolders: (folders) => this.#cycle.foldersChanged(folders),
      onLinks: (folders) => this.#cycle.linksChanged(folders),
      onGone: (paths) => this.#cycle.foldersGone(paths),
      onForgotten: () => this.#cycle.rescanForDoubt(DOUBT_RESCAN_MS),
      onFailure,
    });
    this.#packages = new PackageFollower({
      ...{ clock, sink, owners, firstReading, examiner, signal },
      known: options.known,
      folders: options.packageFolders ?? [],
      maxWaitMs: options.packagesMaxMs ?? PACKAGES_MAX_MS,
      askable: () => {
        parts.readMounts();
        return (path) => !parts.mounts.excludes(path);
      },
      onDoubt: (path) => this.#changes.note(path),
      onFailure,
    });
    this.#cycle = new ScanCycle({
      parts,
      packages: this.#packages,
      onAgain: (path) => this.#changes.note(path),
      onProgress: () => options.onProgress?.(this.status()),
      onFailure,
    });
  }

  /** Scans, then goes on watching until close(). Resolves after the first scan. */
  async start(): Promise<void> {
    this.#parts.watcher = this.#newWatcher();
    this.#packages.follow();
    await this.#cycle.fullScan();
    this.#cycle.rescanAsUsual();
    void lookAgainAndAgain(this.#parts, this.#cycle, (error) => this.#failed(error));
  }

  /** One pass; resolves when every file that was seen has been told of, or waits for packages to settle. */
  async scanOnce(): Promise<void> {
    await this.#cycle.fullScan();
    await this.#changes.drained();
  }

  /**
   * A program that runs from outside the roots. `openPath`: /proc/PID/exe; `rawPath`: the target of that link.
   * The sink hears nothing of it, unless it lies in a home: there it is listed from now on. In a container the path of
   * the answer is a path in that container, and its owner says so.
   */
  async identify(openPath: string, rawPath: string): Promise<FoundFile | SkipReason> {
    const file = await this.#parts.identifier.identify(openPath, rawPath);
    if (typeof file !== 'string') await this.#listBecauseItRan(file);
    return file;
  }

  /** Whether a program at this raw path may be metered. */
  mayMeter(path: string): boolean {
    return !this.#parts.roots.limits.forbids(path);
  }

  /** Whether what lies at this raw path is looked at: not on another computer, and nowhere that is forbidden. */
  mayRead(path: string): boolean {
    const { mounts } = this.#parts;
    return this.mayMeter(path) && !mounts.isForbidden(path) && !mounts.excludes(path);
  }

  /** Whether what lies at this raw path may be looked at to find out where another path leads. */
  mayPass(path: string): boolean {
    return this.#parts.mounts.isPassable(path);
  }

  status(): FinderStatus {
    return finderStatus({
      parts: this.#parts,
      cycle: this.#cycle,
      changes: this.#changes,
      eventBursts: this.#eventBursts,
      failures: this.#failures,
      lastFailure: this.#lastFailure,
    });
  }

  /** Cancels hashing and walking, ends threads and watches. The sink hears nothing after it has resolved. */
  async close(): Promise<void> {
    const { abort, hasher, lister, watcher } = this.#parts;
    abort.abort();
    this.#cycle.cancelRescan();
    this.#packages.close();
    await Promise.all([hasher.close(), lister.close(), watcher?.close()]);
    await this.#cycle.closed();
    await this.#changes.closed();
  }

  #newWatcher(): ExecutableWatcher {
    const { options, roots, clock, ledger, examiner } = this.#parts;
    return new ExecutableWatcher({
      roots: roots.roots,
      maxWatches: options.maxWatches ?? watchBudget(),
      smallTreeEntries: options.smallTreeEntries ?? SMALL_TREE_ENTRIES,
      eventQueueLength: eventQueueLength(),
      nowMs: () => clock.nowMs(),
      hasExcludedMountBelow: (root) => this.#parts.mounts.hasExcludedMountBelow(root),
      isExcluded: (path) => this.#parts.mounts.excludesMountAt(path),
      // Looking at a mount that is stayed off could wait for a dead server.
      onChange: (path) => {
        if (!this.#parts.mounts.excludesMountAt(path)) this.#changes.note(path);
      },
      onLimit: (folder) => ledger.skip(folder, 'watch-limit'),
      onWatched: (folder) => {
        if (ledger.reasonOf(folder) === 'watch-limit') examiner.gone(folder);
      },
      onBurst: () => {
        this.#eventBursts++;
        this.#cycle.rescanForDoubt(DOUBT_RESCAN_MS);
      },
    });
  }

  /** What somebody runs from his home is there to stay, wherever he put it. */
  async #listBecauseItRan(file: FoundFile): Promise<void> {
    const { admission, sink, ledger } = this.#parts;
    const { path, identity } = file;
    if (this.#parts.isClosed || !admission.isRolledUp(path)) return;
    // In a container, or after it was replaced, the same path is another file.
    const here = await lstat(path, { bigint: true }).then(identityOf, () => undefined);
    if (!here || !sameIdentity(here, identity) || this.#parts.isClosed) return;
    admission.noteRan(path);
    const admitted = admission.admit(path);
    if (admitted === 'listed') sink.found(file);
    else if (admitted === 'home-limit') ledger.skip(path, admitted);
  }

  /** Hashing rested, and works again. */
  #takeUpPutOff(): void {
    const paths = this.#parts.putOff.take();
    if (!paths) this.#cycle.rescanForDoubt(DOUBT_RESCAN_MS);
    else for (const path of paths) this.#changes.note(path);
  }

  #failed(error: unknown): void {
    if (this.#parts.isClosed) return;
    this.#failures++;
    this.#lastFailure = error instanceof Error ? error.message : String(error);
    this.#cycle.rescanForDoubt(FAILURE_RESCAN_MS);
  }
}
