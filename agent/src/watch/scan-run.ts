/** One scan of all roots or of some folders: walks, has every file examined, and finds what is no longer there. */
import type { HashFigures } from '../hash/file-hasher.ts';
import { hasAncestorIn } from './executable-watcher.ts';
import type { FileExaminer, Verdict } from './file-examiner.ts';
import type { ScanFigures } from './finder-status.ts';
import type { FolderLister } from './folder-lister.ts';
import type { FileIdentity, KnownFiles, SkipReason } from './found-file.ts';
import { scanFolders } from './full-scan.ts';
import type { HomeAdmission } from './home-admission.ts';
import type { HomePlaces } from './home-places.ts';
import type { MountTable } from './mount-table.linux.ts';
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
  places: HomePlaces;
  admission: HomeAdmission;
  hashFigures(): HashFigures;
  signal: AbortSignal;
  /** Milliseconds that the walk has to rest now. */
  walkPauseMs(): number;
  onFolder(folder: string, key: string): void;
  /** Files that are changing are looked at once more after this many milliseconds. */
  settleMs: number;
  /** The file is changing still; it has to be looked at when it has settled. */
  onAgain(path: string): void;
  onProgress(): void;
  /** A file could not be examined for a reason that is not the file's. */
  onFailure(error: unknown): void;
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
  #unreadable = new Set<string>();
  /** Seen while they were changing. */
  readonly #unsettled: string[] = [];
  #folders = 0;
  #executables = 0;
  #lastProgressMs = Number.NEGATIVE_INFINITY;

  constructor(options: ScanRunOptions) {
    this.#options = options;
    this.#startMs = options.clock.nowMs();
    this.#hashedBefore = options.hashFigures();
  }

  /** All roots; what is known and is under none of them is gone too. False when it was broken off. */
  scanAll(roots: readonly string[]): Promise<boolean> {
    return this.#scan(roots, () => true);
  }

  /** Some folders with all that is below them. */
  async scanSome(folders: readonly string[]): Promise<void> {
    if (folders.length === 0) return;
    const scanned = new Set(folders);
    await this.#scan(folders, (path) => hasAncestorIn(path, scanned));
  }

  /** Everything known below these folders, which are no longer there. */
  goneBelow(folders: ReadonlySet<string>): void {
    for (const path of this.#knownPaths())
      if (hasAncestorIn(path, folders)) this.#options.examiner.gone(path);
  }

  /** The last scan saw this folder, or could not look into a folder above it. */
  saw(folder: string): boolean {
    return this.#seenFolders.has(folder) || hasAncestorIn(folder, this.#unreadable);
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
      executables: this.#executables,
      filesHashed: hashed.filesHashed - this.#hashedBefore.filesHashed,
      bytesHashed: hashed.bytesHashed - this.#hashedBefore.bytesHashed,
      durationMs: this.#options.clock.nowMs() - this.#startMs,
    };
  }

  async #scan(folders: readonly string[], concerns: (path: string) => boolean): Promise<boolean> {
    // Taken before the walk: what is found during it must not look missing.
    const knownBefore = this.#knownPaths().filter(concerns);
    const { clock, lister, mounts, places, signal, walkPauseMs, examiner, ledger } = this.#options;
    const result = await scanFolders(folders, {
      lister,
      mounts,
      signal,
      onFolder: (path, key) => {
        this.#folders++;
        this.#seenFolders.add(path);
        if (places.isWatched(path)) this.#options.onFolder(path, key);
      },
      onEnvironment: (folder) => places.noteEnvironment(folder),
      onFile: (path, identity) => this.#onFile(path, identity),
      onSkip: (path, reason) => this.#onSkip(path, reason),
      onReadable: (path) => {
        if (ledger.reasonOf(path) === 'folder-unreadable') examiner.gone(path);
      },
      onEntries: (root, count) => {
        this.#entries.set(root, (this.#entries.get(root) ?? 0) + count);
        this.#progress();
      },
      pause: async () => {
        const pauseMs = walkPauseMs();
        if (pauseMs >= 1) await clock.sleep(pauseMs, signal);
      },
    });
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
      this.#executables++;
      return undefined;
    }
    return examined.then((verdict: Verdict) => {
      this.#count(verdict);
      if (verdict === 'again') this.#unsettled.push(path);
      this.#progress();
    }, this.#options.onFailure);
  }

  #examine(path: string, identity: FileIdentity): Promise<Verdict> | undefined {
    try {
      return this.#options.examiner.examine(path, identity, false);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #onSkip(path: string, reason: SkipReason): void {
    this.#seenFiles.add(path);
    // What it was when it could be read may not be what is there now.
    if (reason === 'content-elsewhere' && this.#options.known.byPath(path)) this.#options.examiner.gone(path);
    this.#options.ledger.skip(path, reason);
  }

  /** Known or skipped before, and not seen: each is looked at, unless it is where the walk could not look. */
  async #lookForMissing(knownBefore: string[], folders: readonly string[]): Promise<void> {
    const { examiner, mounts, ledger } = this.#options;
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
      // Outside the roots, or covered by a mount that finding stays off: not looked at, so not listed.
      if (hasAncestorIn(path, scanned) && !mounts.excludes(path)) return examiner.look(path);
      examiner.gone(path);
      return 'gone';
    });
  }

  async #lookAtUnsettled(): Promise<void> {
    const { clock, settleMs, signal, examiner } = this.#options;
    const paths = this.#unsettled.splice(0);
    if (paths.length === 0) return;
    await clock.sleep(settleMs, signal);
    await this.#lookAtAll(paths, (path) => examiner.look(path));
  }

  async #lookAtAll(paths: string[], look: (path: string) => Promise<Verdict> | Verdict): Promise<void> {
    for (let start = 0; start < paths.length && !this.#options.signal.aborted; start += LOOK_BATCH) {
      const batch = paths.slice(start, start + LOOK_BATCH).map(async (path) => {
        const verdict = await look(path);
        this.#count(verdict);
        if (verdict === 'again') this.#options.onAgain(path);
      });
      await Promise.all(batch);
    }
  }

  #count(verdict: Verdict): void {
    if (verdict === 'executable' || verdict === 'held') this.#executables++;
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
