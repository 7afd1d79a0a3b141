/** One scan of all roots or of some folders: walks, has every file examined, and finds what is no longer there. */
import type { HashFigures } from '../hash/file-hasher.ts';
import type { FileExaminer, Verdict } from './file-examiner.ts';
import type { ScanFigures } from './finder-status.ts';
import type { FolderLister } from './folder-lister.ts';
import type { FileIdentity, KnownFiles, SkipReason } from './found-file.ts';
import { type ScanTarget, scanFolders } from './full-scan.ts';
import type { HomeAdmission } from './home-admission.ts';
import type { HomePlaces } from './home-places.ts';
import { hasAncestorIn } from './is-within.ts';
import type { LinkOut } from './link-target.ts';
import type { MountTable } from './mount-table.ts';
import { RollUps } from './roll-ups.ts';
import type { SkipLedger } from './skip-ledger.ts';
import type { TurnClock } from './turn-clock.ts';

export interface ScanRunOptions {
  clock: TurnClock;
  known: KnownFiles;
  examiner: FileExaminer;
  ledger: SkipLedger;
  lister: FolderLister;
  mounts: MountTable;
  /** All of them. */
  roots: ReadonlySet<string>;
  places: HomePlaces;
  admission: HomeAdmission;
  hashFigures(): HashFigures;
  signal: AbortSignal;
  /** Milliseconds that the walk has to rest now. */
  walkPauseMs(): number;
  /** `lively`: it changed not long ago. */
  onFolder(folder: string, key: string, lively: boolean): void;
  /** See ScanTarget.onListed. */
  onListed(folder: string, key: string, holdsPrograms: boolean): string[];
  /** While hashing rests its files are waited for, and not put off. */
  waitsForRest: boolean;
  /** Files that are changing are looked at once more after this many milliseconds. */
  settleMs: number;
  /** The file is changing still; it has to be looked at when it has settled. */
  onAgain(path: string): void;
  onProgress(): void;
  /** A file could not be examined for a reason that is not the file's. */
  onFailure(error: unknown): void;
}

/** Milliseconds since 1970, both. */
export interface ScanMoments {
  /** Changes from before are known already. */
  sinceMs: number;
  /** Folders that changed after it are lively. Infinity: none is. */
  livelySinceMs: number;
}

const PROGRESS_EVERY_MS = 100;
/** Paths looked at together. */
const LOOK_BATCH = 64;

export class ScanRun {
  readonly #options: ScanRunOptions;
  readonly #startMs: number;
  readonly #hashedBefore: HashFigures;
  readonly #entries = new Map<string, number>();
  readonly #seenFiles = new Set<string>();
  readonly #seenFolders = new Set<string>();
  /** What this scan counted instead of having it looked at. */
  readonly rollUps = new RollUps();
  /** Folders that this scan knows by another path, as where something was bind-mounted since it was listed. */
  readonly #otherNames = new Set<string>();
  #unreadable = new Set<string>();
  /** Seen while they were changing. */
  readonly #unsettled: string[] = [];
  #folders = 0;
  readonly #executables = new Set<string>();
  #lastProgressMs = Number.NEGATIVE_INFINITY;

  constructor(options: ScanRunOptions) {
    this.#options = options;
    this.#startMs = options.clock.nowMs();
    this.#hashedBefore = options.hashFigures();
  }

  /** All roots; what is known and is under none of them is gone too. False when it was broken off. */
  scanAll(roots: readonly string[], moments: ScanMoments): Promise<boolean> {
    return this.#scan(roots, moments, () => true);
  }

  /** Some folders with all that is below them. */
  async scanSome(folders: readonly string[], moments: ScanMoments): Promise<void> {
    if (folders.length === 0) return;
    const scanned = new Set(folders);
    await this.#scan(folders, moments, (path) => hasAncestorIn(path, scanned));
  }

  /** Some folders in which entries came or went, and what came. Programs that went are not looked for. */
  async scanTouched(folders: readonly string[], moments: ScanMoments): Promise<void> {
    if (folders.length === 0) return;
    await this.#scan(folders, moments, undefined);
  }

  /** Everything known below these folders, which are no longer there. */
  goneBelow(folders: ReadonlySet<string>): void {
    for (const path of this.#knownPaths())
      if (hasAncestorIn(path, folders)) this.#options.examiner.gone(path);
  }

  /** The last scan saw this folder, or could not look into a folder above it. */
  saw(folder: string): boolean {
    return this.#seenFolders.has(folder) || !this.couldLook(folder);
  }

  /** It could look into all folders above this one, and into itself. */
  couldLook(folder: string): boolean {
    return !hasAncestorIn(folder, this.#unreadable);
  }

  /** Files and folders in the tree of this root. */
  entriesOf(root: string): number {
    return this.#entries.get(root) ?? 0;
  }

  figures(): ScanFigures {
    const hashed = this.#options.hashFigures();
    return {
      folders: this.#folders,
      entries: [...this.#entries.values()].reduce((sum, count) => sum + count, 0),
      executables: this.#executables.size,
      filesHashed: hashed.filesHashed - this.#hashedBefore.filesHashed,
      bytesHashed: hashed.bytesHashed - this.#hashedBefore.bytesHashed,
      durationMs: this.#options.clock.nowMs() - this.#startMs,
    };
  }

  /** `concerns`: which known paths are looked for. Undefined: none, and the folders are listed shallowly. */
  async #scan(
    folders: readonly string[],
    { sinceMs, livelySinceMs }: ScanMoments,
    concerns: ((path: string) => boolean) | undefined,
  ): Promise<boolean> {
    // Taken before the walk: what is found during it must not look missing.
    const knownBefore = concerns ? this.#knownPaths().filter(concerns) : [];
    const { clock, lister, mounts, roots, places, signal, walkPauseMs, examiner, ledger } = this.#options;
    const target: ScanTarget = {
      lister,
      sinceMs,
      mounts,
      roots,
      signal,
      onFolder: (path, key, changedMs) => {
        this.#folders++;
        this.#seenFolders.add(path);
        if (places.isWatched(path)) this.#options.onFolder(path, key, changedMs >= livelySinceMs);
      },
      onListed: (path, key, holdsPrograms) =>
        places.isWatched(path) ? this.#options.onListed(path, key, holdsPrograms) : [],
      onOtherName: (folder) => this.#otherNames.add(folder),
      onEnvironment: (folder) => places.noteEnvironment(folder),
      onFile: (path, identity) => this.#onFile(path, identity),
      onSkip: (path, reason) => this.#onSkip(path, reason),
      onLinkOut: (path, to) => this.#onLinkOut({ path, to }),
      onReadable: (path) => {
        // Whatever kept it from being listed is over; that nothing watches it may not be.
        if ((ledger.reasonOf(path) ?? 'watch-limit') !== 'watch-limit') examiner.gone(path);
      },
      onEntries: (root, count) => {
        this.#entries.set(root, (this.#entries.get(root) ?? 0) + count);
        this.#progress();
      },
      pause: async () => {
        const pauseMs = walkPauseMs();
        if (pauseMs >= 1) await clock.sleep(pauseMs, signal);
      },
    };
    const result = await scanFolders(folders, target, concerns === undefined);
    if (!result.complete) return false;
    this.#unreadable = new Set(result.unreadable);
    await this.#lookAtUnsettled();
    await this.#lookForMissing(knownBefore, folders);
    return !signal.aborted;
  }

  #onFile(path: string, identity: FileIdentity): Promise<unknown> | undefined {
    const rollUp = this.#options.places.rollUpOf(path);
    if (rollUp && this.#options.admission.isRolledUp(path)) {
      // Not "seen": one that is listed, from a time when it was to be, is then looked at and found to be no more.
      this.rollUps.add(rollUp);
      return undefined;
    }
    this.#seenFiles.add(path);
    const examined = this.#examine(path, identity);
    if (!examined) {
      this.#executables.add(path);
      return undefined;
    }
    return examined.then((verdict: Verdict) => {
      this.#count(path, verdict);
      if (verdict === 'again') this.#unsettled.push(path);
      this.#progress();
    }, this.#options.onFailure);
  }

  #examine(path: string, identity: FileIdentity): Promise<Verdict> | undefined {
    try {
      const { examiner, waitsForRest } = this.#options;
      return examiner.examine(path, identity, { urgent: false, waitsForRest });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #onSkip(path: string, reason: SkipReason): void {
    this.#seenFiles.add(path);
    // What it was when it could be read may not be what is there now.
    if (reason === 'content-elsewhere' && this.#options.known.stateAt(path))
      this.#options.examiner.gone(path);
    this.#options.ledger.skip(path, reason);
  }

  #onLinkOut(link: LinkOut): void {
    const { known, examiner, mounts, ledger } = this.#options;
    // Services are switched off by a link to /dev/null, for one.
    if (mounts.isKernelMade(link.to)) return;
    this.#seenFiles.add(link.path);
    if (known.stateAt(link.path)) examiner.gone(link.path);
    ledger.skipLink(link);
  }

  /** Known or skipped before, and not seen: each is looked at, unless it is where the walk could not look. */
  async #lookForMissing(knownBefore: string[], folders: readonly string[]): Promise<void> {
    const { examiner, mounts, ledger, waitsForRest } = this.#options;
    const scanned = new Set(folders);
    // A root that is left out is never walked into, and stays known as left out.
    const isLeftOut = (path: string): boolean =>
      ledger.reasonOf(path) === 'excluded-file-system' && mounts.excludes(path);
    const missing = knownBefore.filter(
      (path) =>
        !isLeftOut(path) &&
        !this.#seenFiles.has(path) &&
        !this.#seenFolders.has(path) &&
        !hasAncestorIn(path, this.#unreadable),
    );
    await this.#lookAtAll(missing, (path) => {
      // Outside the roots, covered by a mount that finding stays off, or known by another path: not looked at, so not listed.
      if (hasAncestorIn(path, scanned) && !mounts.excludes(path) && !hasAncestorIn(path, this.#otherNames))
        return examiner.look(path, { waitsForRest });
      examiner.gone(path);
      return 'gone';
    });
  }

  async #lookAtUnsettled(): Promise<void> {
    const { clock, settleMs, signal, examiner, waitsForRest } = this.#options;
    const paths = this.#unsettled.splice(0);
    if (paths.length === 0) return;
    await clock.sleep(settleMs, signal);
    await this.#lookAtAll(paths, (path) => examiner.look(path, { waitsForRest }));
  }

  async #lookAtAll(paths: string[], look: (path: string) => Promise<Verdict> | Verdict): Promise<void> {
    for (let start = 0; start < paths.length && !this.#options.signal.aborted; start += LOOK_BATCH) {
      const batch = paths.slice(start, start + LOOK_BATCH).map(async (path) => {
        const verdict = await look(path);
        this.#count(path, verdict);
        if (verdict === 'again') this.#options.onAgain(path);
      });
      await Promise.all(batch);
    }
  }

  #count(path: string, verdict: Verdict): void {
    if (verdict === 'executable' || verdict === 'held') this.#executables.add(path);
  }

  #knownPaths(): string[] {
    return [...this.#options.known.paths(), ...this.#options.ledger.paths()];
  }

  #progress(): void {
    const nowMs = this.#options.clock.nowMs();
    if (nowMs - this.#lastProgressMs < PROGRESS_EVERY_MS) return;
    this.#lastProgressMs = nowMs;
    this.#options.onProgress();
  }
}
