/**
 * Keeps evidence true to the package database: reads it anew after packages have changed and settled, tells again
 * every known file whose package says something new (nothing is hashed for that), and lets go what was held back.
 */
import { lstat } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PackageOwners } from '../evidence/package-owner.ts';
import { watchPackageDatabase } from '../evidence/packages/package-database-watch.ts';
import type { FileExaminer } from './file-examiner.ts';
import { identityOf, sameIdentity } from './file-identity.ts';
import type { FirstReading } from './first-reading.ts';
import type { FindingSink, FoundFile, KnownFiles } from './found-file.ts';
import type { TurnClock } from './turn-clock.ts';

export interface PackageFollowerOptions {
  clock: TurnClock;
  known: KnownFiles;
  sink: FindingSink;
  owners: PackageOwners;
  firstReading: FirstReading;
  /** Of the package databases. */
  folders: readonly string[];
  examiner: FileExaminer;
  /** Milliseconds; a change that takes longer holds nothing back any more. */
  maxWaitMs: number;
  signal: AbortSignal;
  /** Which paths may be asked about now, as the mounts are. */
  askable(): (path: string) => boolean;
  /** The file is not in the state that is known: it has to be looked at. */
  onDoubt(path: string): void;
  onFailure(error: unknown): void;
}

const CHECK_EVERY_MS = 250;
const SLICE_FILES = 100;

export class PackageFollower {
  readonly #options: PackageFollowerOptions;
  #endWatches: (() => void)[] = [];
  #loop: Promise<void> | undefined;

  constructor(options: PackageFollowerOptions) {
    this.#options = options;
  }

  follow(): void {
    this.#endWatches = this.#options.folders.map((folder) =>
      watchPackageDatabase(folder, () => this.waitForRest()),
    );
  }

  close(): void {
    for (const end of this.#endWatches) end();
  }

  /** Before a scan. The scan itself then compares each known file with what was loaded. The first reading goes on beside it. */
  async loadIfNew(): Promise<void> {
    const { owners, firstReading } = this.#options;
    if (!firstReading.isOver) return;
    await owners.look();
    if (owners.worthLoading()) await this.load();
    else if (owners.unsettled()) this.waitForRest();
  }

  async load(): Promise<void> {
    const { owners } = this.#options;
    await owners.load();
    await owners.look();
    if (owners.unsettled()) this.waitForRest();
  }

  /** Something happened or happens: checks until packages have settled, then acts on it. */
  waitForRest(): void {
    this.#loop ??= this.#waitForRest()
      .catch(this.#options.onFailure)
      .finally(() => {
        this.#loop = undefined;
      });
  }

  async #waitForRest(): Promise<void> {
    const { clock, owners, examiner, signal, maxWaitMs } = this.#options;
    const endMs = clock.nowMs() + maxWaitMs;
    while (!signal.aborted) {
      await owners.look();
      if (owners.worthLoading()) await this.#reload();
      await owners.look();
      if (!owners.unsettled()) break;
      if (examiner.holding && clock.nowMs() >= endMs) {
        examiner.holding = false;
        await this.#reload();
      }
      await clock.sleep(CHECK_EVERY_MS, signal);
    }
    examiner.holding = true;
    await this.#letGo();
  }

  async #reload(): Promise<void> {
    await this.#options.owners.load();
    await this.#tellNewOwners();
    await this.#letGo();
  }

  async #tellNewOwners(): Promise<void> {
    const { known, examiner, signal } = this.#options;
    const mayAsk = this.#options.askable();
    const paths = [...known.paths()];
    for (let start = 0; start < paths.length && !signal.aborted; start += SLICE_FILES) {
      const changed = paths.slice(start, start + SLICE_FILES).flatMap((path) => {
        // What was mounted over it since may be on a dead server, of which nothing is to be asked.
        const file = mayAsk(path) ? known.byPath(path) : undefined;
        return (file && examiner.withPresentOwner(file)) ?? [];
      });
      await Promise.all(changed.map((file) => this.#tell(file)));
      await nextTurn();
    }
  }

  /** Only for the content that is known: old content with a new version would be a program that never was. */
  async #tell(file: FoundFile): Promise<void> {
    const identity = await lstat(file.path, { bigint: true }).then(identityOf, () => undefined);
    if (this.#options.signal.aborted) return;
    if (identity && sameIdentity(identity, file.identity)) this.#options.sink.found(file);
    else this.#options.onDoubt(file.path);
  }

  async #letGo(): Promise<void> {
    const { examiner, signal, onDoubt } = this.#options;
    for (const path of examiner.heldPaths()) {
      if (signal.aborted) return;
      // Its content is known unless it changed: then it is for those who wait for hashing.
      const verdict = await examiner.look(path, { mayHash: false });
      if (verdict === 'again' || verdict === 'busy') onDoubt(path);
    }
  }
}
