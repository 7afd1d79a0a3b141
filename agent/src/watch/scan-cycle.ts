/** When folders are scanned: one scan after the other, all of it again and again, and what changed in between. */

import type { FinderParts } from './finder-parts.ts';
import type { FinderState, FinishedScan } from './finder-status.ts';
import { isWithin } from './is-within.ts';
import type { PackageFollower } from './package-follower.ts';
import { NO_ROLL_UPS, type RollUpSummary } from './roll-ups.ts';
import { type ScanMoments, ScanRun } from './scan-run.ts';

export interface ScanCycleOptions {
  parts: FinderParts;
  packages: PackageFollower;
  /** See ScanRunOptions. */
  onAgain(path: string): void;
  onProgress(): void;
  /** Something else than a file could not be used. */
  onFailure(error: unknown): void;
}

const HOUR_MS = 3_600_000;
/** Whoever can make a burst of events, or failures, must not make scans follow each other without a pause. */
const BETWEEN_SCANS_MS = 30_000;
/** Clocks of file systems may be a little behind, and are coarse. */
const CLOCK_GRAIN_MS = 2_000;

export class ScanCycle {
  readonly #options: ScanCycleOptions;
  readonly #parts: FinderParts;
  state: Exclude<FinderState, 'closed'> = 'new';
  /** The full scan that is under way. */
  run: ScanRun | undefined;
  lastScan: FinishedScan | undefined;
  /** As the last complete scan saw it. */
  rolledUp: RollUpSummary = NO_ROLL_UPS;
  /** When folders that are not watched were last looked at, by a full scan or by themselves. Milliseconds since 1970. */
  #lookedMs = 0;
  /** Followed by other scans while the full one was under way: it may have passed the place before they were there. */
  readonly #followedBeside = new Set<string>();
  /** Full scans and looks at quiet folders, one after the other. */
  #turns: Promise<unknown> = Promise.resolve();
  #rescanTimer: AbortController | undefined;
  /** Monotonic; Infinity: none is planned. */
  #rescanDueMs = Number.POSITIVE_INFINITY;
  /** When the last full scan ended, monotonic. */
  #endedMs = Number.NEGATIVE_INFINITY;

  constructor(options: ScanCycleOptions) {
    this.#options = options;
    this.#parts = options.parts;
  }

  fullScan(): Promise<void> {
    return this.inTurn(() => this.#scanNow());
  }

  /** Does the work when all scans and work before it have ended, however they ended. */
  inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turns.then(work);
    this.#turns = turn.catch(() => undefined);
    return turn;
  }

  rescanAsUsual(): void {
    this.#rescanAt(this.#parts.clock.nowMs() + (this.#parts.options.rescanMs ?? HOUR_MS));
  }

  /** Something may have been missed: the next full scan comes after so many milliseconds, or a little later. */
  rescanForDoubt(ms: number): void {
    this.#rescanAt(Math.max(this.#parts.clock.nowMs() + ms, this.#endedMs + BETWEEN_SCANS_MS));
  }

  /** At the latest: what was planned for earlier stays. */
  #rescanAt(dueMs: number): void {
    const { parts, onFailure } = this.#options;
    if (!parts.watcher || parts.isClosed || dueMs >= this.#rescanDueMs) return;
    this.#rescanTimer?.abort();
    const timer = new AbortController();
    this.#rescanTimer = timer;
    this.#rescanDueMs = dueMs;
    void parts.clock.sleep(dueMs - parts.clock.nowMs(), timer.signal).then(async () => {
      if (timer.signal.aborted) return;
      // Doubts from here on are about what this scan may have passed already.
      this.#rescanDueMs = Number.POSITIVE_INFINITY;
      await this.fullScan().catch(onFailure);
      this.rescanAsUsual();
    });
  }

  /** Paths where nothing is any more and where a folder may have been. */
  foldersGone(paths: readonly string[]): void {
    const { watcher } = this.#parts;
    const lost = new Set(paths.filter((path) => watcher?.follows(path)));
    if (lost.size === 0) return;
    watcher?.forget(lost);
    this.newRun().goneBelow(lost);
  }

  /** Folders that appeared or changed. */
  async foldersChanged(folders: readonly string[]): Promise<void> {
    const { mounts } = this.#parts;
    const inRoots = folders.filter((folder) => !mounts.excludesMountAt(folder) && !mounts.excludes(folder));
    if (inRoots.length === 0) return;
    await this.newRun().scanSome(inRoots, this.momentsOfChange());
  }

  /** Folders in which links appeared or changed: where they lead is looked at by whoever lists the folder. */
  async linksChanged(folders: readonly string[]): Promise<void> {
    const { parts } = this.#options;
    // They may lead to what was mounted meanwhile.
    parts.readMounts();
    const inRoots = folders.filter(
      (folder) =>
        !parts.mounts.excludes(folder) && parts.roots.roots.some(({ path }) => isWithin(folder, path)),
    );
    await this.newRun().scanTouched(inRoots, this.momentsOfChange());
  }

  momentsOfChange(): ScanMoments {
    return { sinceMs: this.#lookedMs, livelySinceMs: this.#parts.wallMs() - HOUR_MS };
  }

  /** Folders that are not watched are looked at from now on: what changes later is for the next look. */
  noteLook(): void {
    this.#lookedMs = this.#parts.wallMs() - CLOCK_GRAIN_MS;
  }

  newRun(waitsForRest = false): ScanRun {
    const { parts, onAgain, onProgress, onFailure } = this.#options;
    const { clock, examiner, ledger, lister, mounts, places, admission, hasher, settleMs } = parts;
    const run = new ScanRun({
      ...{ clock, examiner, ledger, lister, mounts, places, admission, settleMs, waitsForRest },
      known: parts.options.known,
      roots: new Set(parts.roots.roots.map(({ path }) => path)),
      hashFigures: () => hasher.figures(),
      signal: parts.abort.signal,
      walkPauseMs: () => hasher.paceMs(),
      onFolder: (folder, key, lively) => {
        if (this.run && run !== this.run) this.#followedBeside.add(folder);
        parts.watcher?.follow(folder, key, lively);
      },
      onListed: (folder, key, holds) => parts.watcher?.listed(folder, key, holds) ?? [],
      ...{ onAgain, onProgress, onFailure },
    });
    return run;
  }

  /** After the parts were told to end: resolves when no scan is open any more. */
  async closed(): Promise<void> {
    await this.#turns;
  }

  cancelRescan(): void {
    this.#rescanTimer?.abort();
  }

  async #scanNow(): Promise<void> {
    const { parts, packages, onProgress } = this.#options;
    if (parts.isClosed) return;
    this.state = 'scanning';
    if (isEmpty(parts.options.known.paths())) parts.hasher.expectMany();
    parts.lister.begin();
    parts.readMounts();
    parts.ledger.passBegins();
    for (const root of parts.roots.excluded) parts.ledger.skip(root, 'excluded-file-system');
    await packages.loadIfNew();
    const run = this.newRun(this.#waitsForRest());
    this.run = run;
    const roots = parts.roots.roots.map(({ path }) => path);
    const complete = await this.#scanWith(run, roots)
      .catch((error) => {
        // Closing ends the threads under a scan; that is no failure of it.
        if (parts.isClosed) return false;
        throw error;
      })
      .finally(() => {
        this.run = undefined;
        this.#followedBeside.clear();
        this.#endedMs = parts.clock.nowMs();
      });
    // Nothing may have been found that needed it.
    if (complete) await parts.firstReading.wait();
    if (complete) this.rolledUp = run.rollUps.summary();
    this.lastScan = { ...run.figures(), complete, endedWallMs: parts.wallMs() };
    this.state = parts.watcher ? 'watching' : 'idle';
    onProgress();
  }

  /** A first scan that put files off would end as if there were no such programs, and so would one that is all there is. */
  #waitsForRest(): boolean {
    const { options, watcher } = this.#parts;
    return !watcher || !(this.lastScan?.complete || options.wasScanned?.());
  }

  async #scanWith(run: ScanRun, roots: string[]): Promise<boolean> {
    const { watcher, ledger, examiner } = this.#parts;
    const sinceMs = this.#parts.wallMs() - CLOCK_GRAIN_MS;
    const moments = { sinceMs, livelySinceMs: Number.POSITIVE_INFINITY };
    watcher?.scanBegins();
    const complete = await run.scanAll(roots, moments);
    if (!watcher || !complete) return complete;
    this.#lookedMs = sinceMs;
    watcher.scanned(
      (folder) => run.saw(folder) || this.#followedBeside.has(folder),
      (folder) => run.couldLook(folder),
    );
    for (const folder of [...ledger.pathsWith('watch-limit')])
      if (!watcher.needs(folder)) examiner.gone(folder);
    const grown = roots.filter((root) => watcher.settleTree(root, run.entriesOf(root)));
    await run.scanSome(grown, moments);
    return true;
  }
}

function isEmpty(paths: Iterable<string>): boolean {
  for (const _ of paths) return false;
  return true;
}
