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
import { dirname } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import { EnclosingBundles } from '../evidence/bundle/enclosing-bundles.ts';
import { NO_PACKAGE_OWNERS, type PackageOwners } from '../evidence/package-owner.ts';
import { FileHasher, type FileHasherOptions } from '../hash/file-hasher.ts';
import { ChangeQueue, outermostPaths } from './change-queue.ts';
import { ExecutableWatcher } from './executable-watcher.ts';
import { FileExaminer } from './file-examiner.ts';
import { identityOf, sameIdentity } from './file-identity.ts';
import type { ExcludedFolder, FinderState, FinderStatus, FinishedScan } from './finder-status.ts';
import { FolderLister, lookAtQuiet } from './folder-lister.ts';
import type { FindingSink, FoundFile, KnownFiles, SkipReason } from './found-file.ts';
import { HomeAdmission, NOTHING_RAN, type RanPrograms } from './home-admission.ts';
import { HomePlaces } from './home-places.ts';
import { eventQueueLength, watchBudget } from './inotify-limits.linux.ts';
import { MountTable } from './mount-table.linux.ts';
import { PackageFollower } from './package-follower.ts';
import { ProgramIdentifier } from './program-identifier.ts';
import { NO_ROLL_UPS, type RollUpSummary } from './roll-ups.ts';
import { SafeSink } from './safe-sink.ts';
import { findScanRoots, type ScanRootOptions, type ScanRoots } from './scan-roots.linux.ts';
import { type ScanMoments, ScanRun } from './scan-run.ts';
import { SkipLedger } from './skip-ledger.ts';
import { TurnClock } from './turn-clock.ts';

export interface FinderOptions {
  clock: Clock;
  sink: FindingSink;
  known: KnownFiles;
  /** Replaces the default roots. */
  rootPaths?: readonly string[];
  /** See ScanRootOptions. */
  scope?: Pick<ScanRootOptions, 'added' | 'limits' | 'homes' | 'homeFolder' | 'passwdFile'>;
  /** Files listed from homes at most. Default 5,000. */
  mostHomePrograms?: number;
  /** Default: nothing was run, and nothing is kept of it. */
  ran?: RanPrograms;
  owners?: PackageOwners;
  /** Folders of package databases, watched for changes. Absent: looked at with each full scan only. */
  packageFolders?: readonly string[];
  hasher?: FileHasherOptions;
  /** Milliseconds that a file must be unchanged before it is hashed. Default 500. */
  settleMs?: number;
  /** Milliseconds between full scans. Default 3,600,000. */
  rescanMs?: number;
  /** Milliseconds between looks at folders that are not watched. Default 300,000. */
  quietLookMs?: number;
  /** Default: half of what the system allows one user. */
  maxWatches?: number;
  /** A small tree has at most this many files and folders. Default 5,000. */
  smallTreeEntries?: number;
  /** Milliseconds that a change of packages is waited for. Default 600,000. */
  packagesMaxMs?: number;
  /** Called about ten times a second during a scan, and at its end. */
  onProgress?: (status: FinderStatus) => void;
}

const MOST_HOME_PROGRAMS = 5_000;
/** Folders that are stayed off, shown one by one. */
const MOST_EXCLUDED_SHOWN = 100;
const HOUR_MS = 3_600_000;
/** Clocks of file systems may be a little behind, and are coarse. */
const CLOCK_GRAIN_MS = 2_000;
const QUIET_LOOK_MS = 300_000;
/** After a burst of events or other doubt: when to scan again. */
const DOUBT_RESCAN_MS = 5_000;
/** After a failure of the sink: not at once, since a full disk stays full for a while. */
const FAILURE_RESCAN_MS = 60_000;

export class ExecutableFinder {
  readonly #options: FinderOptions;
  readonly #clock: TurnClock;
  readonly #roots: ScanRoots;
  readonly #hasher: FileHasher;
  readonly #lister: FolderLister;
  readonly #ledger: SkipLedger;
  readonly #examiner: FileExaminer;
  readonly #identifier: ProgramIdentifier;
  readonly #places: HomePlaces;
  readonly #admission: HomeAdmission;
  readonly #sink: SafeSink;
  #rolledUp: RollUpSummary = NO_ROLL_UPS;
  readonly #owners: PackageOwners;
  readonly #bundles = new EnclosingBundles();
  readonly #packages: PackageFollower;
  readonly #changes: ChangeQueue;
  readonly #abort = new AbortController();
  #mounts = MountTable.read();
  #watcher: ExecutableWatcher | undefined;
  #state: FinderState = 'new';
  #run: ScanRun | undefined;
  #lastScan: FinishedScan | undefined;
  /** When folders that are not watched were last looked at, by a full scan or by themselves. Milliseconds since 1970. */
  #lookedMs = 0;
  /** Full scans and looks at quiet folders, one after the other. */
  #scans: Promise<unknown> = Promise.resolve();
  #rescanTimer: AbortController | undefined;
  #eventBursts = 0;
  #failures = 0;
  #lastFailure: string | undefined;

  constructor(options: FinderOptions) {
    this.#options = options;
    const { known, rootPaths } = options;
    const onFailure = (error: unknown): void => this.#failed(error);
    const sink = new SafeSink(options.sink, onFailure, (path) => this.#watcher?.holds(dirname(path)));
    this.#sink = sink;
    const clock = new TurnClock(options.clock);
    this.#clock = clock;
    const settleMs = options.settleMs ?? 500;
    this.#roots = findScanRoots({
      ...options.scope,
      mounts: this.#mounts,
      ...(rootPaths ? { paths: rootPaths } : {}),
    });
    this.#mounts = MountTable.read(this.#roots.limits);
    this.#hasher = new FileHasher(options.hasher);
    this.#lister = new FolderLister(options.hasher?.niceness);
    this.#ledger = new SkipLedger(sink);
    this.#owners = options.owners ?? NO_PACKAGE_OWNERS;
    const shared = {
      ...{ hasher: this.#hasher, known, owners: this.#owners, bundles: this.#bundles },
      homes: this.#roots.homes,
    };
    this.#places = new HomePlaces({ homes: this.#roots.ruledHomes, named: this.#roots.named });
    this.#admission = new HomeAdmission({
      places: this.#places,
      most: options.mostHomePrograms ?? MOST_HOME_PROGRAMS,
      ran: options.ran ?? NOTHING_RAN,
      listed: () => known.paths(),
    });
    this.#examiner = new FileExaminer({
      ...shared,
      admission: this.#admission,
      sink,
      ledger: this.#ledger,
      settleMs,
      wallMs: () => options.clock.now().wallMs,
    });
    this.#identifier = new ProgramIdentifier({ ...shared, mounts: () => this.#mounts });
    this.#changes = new ChangeQueue({
      clock,
      settleMs,
      examiner: this.#examiner,
      ledger: this.#ledger,
      signal: this.#abort.signal,
      onFolders: (folders, gone) => this.#foldersChanged(folders, gone),
      onForgotten: () => this.#rescanIn(DOUBT_RESCAN_MS),
      onFailure,
    });
    this.#packages = new PackageFollower({
      clock,
      known,
      sink,
      owners: this.#owners,
      folders: options.packageFolders ?? [],
      examiner: this.#examiner,
      maxWaitMs: options.packagesMaxMs ?? 600_000,
      signal: this.#abort.signal,
      onDoubt: (path) => this.#changes.note(path),
      onFailure,
    });
  }

  /** Scans, then goes on watching until close(). Resolves after the first scan. */
  async start(): Promise<void> {
    this.#watcher = new ExecutableWatcher({
      roots: this.#roots.roots,
      maxWatches: this.#options.maxWatches ?? watchBudget(),
      smallTreeEntries: this.#options.smallTreeEntries ?? 5_000,
      eventQueueLength: eventQueueLength(),
      nowMs: () => this.#clock.nowMs(),
      isExcluded: (path) => this.#mounts.excludesMountAt(path),
      onChange: (path) => this.#changes.note(path),
      onLimit: (folder) => this.#ledger.skip(folder, 'watch-limit'),
      onWatched: (folder) => {
        if (this.#ledger.reasonOf(folder) === 'watch-limit') this.#examiner.gone(folder);
      },
      onBurst: () => {
        this.#eventBursts++;
        this.#rescanIn(DOUBT_RESCAN_MS);
      },
    });
    this.#packages.follow();
    await this.#fullScan();
    this.#rescanIn(this.#options.rescanMs ?? HOUR_MS);
    void this.#lookAgainAndAgain();
  }

  /** One pass; resolves when every file that was seen has been told of, or waits for packages to settle. */
  async scanOnce(): Promise<void> {
    await this.#fullScan();
    await this.#changes.drained();
  }

  /**
   * A program that runs from outside the roots. `openPath`: /proc/PID/exe; `rawPath`: the target of that link.
   * The sink hears nothing of it, unless it lies in a home: there it is listed from now on. In a container the path of
   * the answer is a path in that container.
   */
  async identify(openPath: string, rawPath: string): Promise<FoundFile | SkipReason> {
    const file = await this.#identifier.identify(openPath, rawPath);
    if (typeof file !== 'string') await this.#listBecauseItRan(file);
    return file;
  }

  /** Whether a program at this raw path may be metered. */
  mayMeter(path: string): boolean {
    return !this.#roots.limits.forbids(path);
  }

  status(): FinderStatus {
    return {
      state: this.#state,
      roots: this.#roots.roots.map(({ path }) => path),
      missingRoots: this.#roots.missing,
      scan: this.#run?.figures(),
      lastScan: this.#lastScan,
      hashing: this.#hasher.figures(),
      listingCpuMs: Math.round(this.#lister.threadCpuMs),
      watchedFolders: this.#watcher?.watches ?? 0,
      quietFolders: this.#watcher?.quiet.size ?? 0,
      watchedTrees: this.#watcher?.trees ?? [],
      skipped: this.#ledger.counts(),
      excluded: this.#excludedFolders(),
      rolledUp: this.#lastScan ? this.#rolledUp : (this.#run?.rollUps.summary() ?? NO_ROLL_UPS),
      homePrograms: {
        listed: this.#admission.used,
        most: this.#options.mostHomePrograms ?? MOST_HOME_PROGRAMS,
      },
      vanished: this.#examiner.vanished,
      changedWhileHashing: this.#examiner.changedWhileHashing,
      settling: this.#changes.size,
      waitingForPackages: this.#examiner.held,
      unusableBundles: this.#bundles.unusable,
      eventBursts: this.#eventBursts,
      changesForgotten: this.#changes.forgotten,
      packageDatabases: this.#owners.databases(),
      failures: this.#failures,
      lastFailure: this.#lastFailure,
    };
  }

  /** Cancels hashing and walking, ends threads and watches. The sink hears nothing after it has resolved. */
  async close(): Promise<void> {
    this.#state = 'closed';
    this.#abort.abort();
    this.#rescanTimer?.abort();
    this.#packages.close();
    await Promise.all([this.#hasher.close(), this.#lister.close(), this.#watcher?.close()]);
    await this.#scans;
    await this.#changes.closed();
  }

  #fullScan(): Promise<void> {
    const scan = this.#scans.then(() => this.#scanNow());
    this.#scans = scan.catch(() => undefined);
    return scan;
  }

  async #scanNow(): Promise<void> {
    if (this.#abort.signal.aborted) return;
    this.#state = 'scanning';
    this.#mounts = MountTable.read(this.#roots.limits);
    for (const root of this.#roots.excluded) this.#ledger.skip(root, 'excluded-file-system');
    await this.#packages.loadIfNew();
    const run = this.#newRun();
    this.#run = run;
    const roots = this.#roots.roots.map(({ path }) => path);
    const complete = await this.#scanWith(run, roots).catch((error) => {
      // Closing ends the threads under a scan; that is no failure of it.
      if (this.#abort.signal.aborted) return false;
      throw error;
    });
    this.#run = undefined;
    if (complete) this.#rolledUp = run.rollUps.summary();
    this.#lastScan = { ...run.figures(), complete, endedWallMs: this.#options.clock.now().wallMs };
    if (!this.#abort.signal.aborted) this.#state = this.#watcher ? 'watching' : 'idle';
    this.#options.onProgress?.(this.status());
  }

  async #scanWith(run: ScanRun, roots: string[]): Promise<boolean> {
    const sinceMs = this.#wallMs() - CLOCK_GRAIN_MS;
    const moments = { sinceMs, livelySinceMs: Number.POSITIVE_INFINITY };
    this.#watcher?.scanBegins();
    const complete = await run.scanAll(roots, moments);
    if (!this.#watcher || !complete) return complete;
    this.#lookedMs = sinceMs;
    this.#watcher.scanned(
      (folder) => run.saw(folder),
      (folder) => run.couldLook(folder),
    );
    for (const folder of [...this.#ledger.pathsWith('watch-limit')])
      if (!this.#watcher.needs(folder)) this.#examiner.gone(folder);
    const grown = roots.filter((root) => this.#watcher?.settleTree(root, run.entriesOf(root)));
    await run.scanSome(grown, moments);
    return true;
  }

  /** What somebody runs from his home is there to stay, wherever he put it. */
  async #listBecauseItRan(file: FoundFile): Promise<void> {
    const { path, identity } = file;
    if (this.#abort.signal.aborted || !this.#admission.isRolledUp(path)) return;
    // In a container, or after it was replaced, the same path is another file.
    const here = await lstat(path, { bigint: true }).then(identityOf, () => undefined);
    if (!here || !sameIdentity(here, identity) || this.#abort.signal.aborted) return;
    this.#admission.noteRan(path);
    const admission = this.#admission.admit(path);
    if (admission === 'listed') this.#sink.found(file);
    else if (admission === 'home-limit') this.#ledger.skip(path, admission);
  }

  #excludedFolders(): ExcludedFolder[] {
    const excluded: ExcludedFolder[] = [];
    for (const path of this.#ledger.pathsWith('excluded-folder', 'excluded-file-system')) {
      const exclusion = this.#mounts.exclusionAt(path) ?? this.#mounts.exclusionAround(path);
      if (exclusion) excluded.push({ path, ...exclusion });
      if (excluded.length >= MOST_EXCLUDED_SHOWN) break;
    }
    return excluded;
  }

  #newRun(): ScanRun {
    const { known, onProgress } = this.#options;
    return new ScanRun({
      clock: this.#clock,
      known,
      examiner: this.#examiner,
      ledger: this.#ledger,
      lister: this.#lister,
      mounts: this.#mounts,
      places: this.#places,
      admission: this.#admission,
      hashFigures: () => this.#hasher.figures(),
      signal: this.#abort.signal,
      walkPauseMs: () => this.#hasher.paceMs(),
      settleMs: this.#options.settleMs ?? 500,
      onFolder: (folder, key, lively) => this.#watcher?.follow(folder, key, lively),
      onListed: (folder, key, holds) => this.#watcher?.listed(folder, key, holds) ?? [],
      onAgain: (path) => this.#changes.note(path),
      onProgress: () => onProgress?.(this.status()),
      onFailure: (error) => this.#failed(error),
    });
  }

  /** Folders that appeared or changed, and paths where nothing is any more and where a folder may have been. */
  async #foldersChanged(folders: string[], gone: string[]): Promise<void> {
    const lost = new Set(gone.filter((path) => this.#watcher?.follows(path)));
    if (lost.size > 0) {
      this.#watcher?.forget(lost);
      const run = this.#newRun();
      run.goneBelow(lost);
    }
    const inRoots = folders.filter(
      (folder) => !this.#mounts.excludesMountAt(folder) && !this.#mounts.excludes(folder),
    );
    if (inRoots.length === 0) return;
    await this.#newRun().scanSome(inRoots, this.#momentsOfChange());
  }

  async #lookAgainAndAgain(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      await this.#clock.sleep(this.#options.quietLookMs ?? QUIET_LOOK_MS, signal);
      const look = this.#scans.then(() => this.#lookAtQuietFolders());
      this.#scans = look.catch(() => undefined);
      await look.catch((error) => this.#failed(error));
    }
  }

  /** What came into folders that nothing watches since the last look is found here. */
  async #lookAtQuietFolders(): Promise<void> {
    if (!this.#watcher || this.#abort.signal.aborted) return;
    const moments = this.#momentsOfChange();
    this.#lookedMs = this.#wallMs() - CLOCK_GRAIN_MS;
    const { touched, replaced } = await lookAtQuiet(this.#watcher.quiet, this.#lister, moments.sinceMs);
    await this.#newRun().scanSome(outermostPaths(replaced), moments);
    await this.#newRun().scanTouched(touched, moments);
  }

  #momentsOfChange(): ScanMoments {
    return { sinceMs: this.#lookedMs, livelySinceMs: this.#wallMs() - HOUR_MS };
  }

  #wallMs(): number {
    return this.#options.clock.now().wallMs;
  }

  #failed(error: unknown): void {
    if (this.#abort.signal.aborted) return;
    this.#failures++;
    this.#lastFailure = error instanceof Error ? error.message : String(error);
    this.#rescanIn(FAILURE_RESCAN_MS);
  }

  #rescanIn(ms: number): void {
    if (!this.#watcher || this.#abort.signal.aborted) return;
    this.#rescanTimer?.abort();
    const timer = new AbortController();
    this.#rescanTimer = timer;
    void this.#options.clock.sleep(ms, timer.signal).then(async () => {
      if (timer.signal.aborted) return;
      await this.#fullScan().catch((error) => this.#failed(error));
      if (this.#rescanTimer !== timer) return;
      this.#rescanIn(this.#options.rescanMs ?? HOUR_MS);
    });
  }
}
