/** Paths that may have changed: waits until each is quiet, then has it looked at, many at a time. */
import type { FileExaminer } from './file-examiner.ts';
import { outermostPaths } from './is-within.ts';
import { Settle } from './settle.ts';
import type { SkipLedger } from './skip-ledger.ts';
import type { TurnClock } from './turn-clock.ts';

export interface ChangeQueueOptions {
  clock: TurnClock;
  settleMs: number;
  examiner: FileExaminer;
  ledger: SkipLedger;
  signal: AbortSignal;
  /** Folders that are there, and paths where nothing is any more. One call at a time. */
  onFolders(folders: string[], gone: string[]): Promise<void>;
  /** A change was forgotten because too many wait. */
  onForgotten(): void;
  /** Looking failed for a reason that is not the file's. */
  onFailure(error: unknown): void;
}

/** Looks that are open at the same time, and begun in one turn of the event loop. */
const MOST_LOOKS = 128;
const MOST_BEGUN = 16;
/** Several paths become quiet together: gathered for this long, so that a removed tree is one matter and not many. */
const GATHER_MS = 50;
const RESTLESS_EVERY_MS = 500;
/** drained() stops waiting for files that never come to rest. */
const LONGEST_DRAIN_MS = 30_000;

export class ChangeQueue {
  readonly #options: ChangeQueueOptions;
  readonly #settle: Settle;
  readonly #looks = new Set<Promise<void>>();
  #folders: string[] = [];
  #gone: string[] = [];
  #loop: Promise<void> | undefined;
  /** More are quiet than were begun in the last turn. */
  #moreAreQuiet = false;
  #restlessAtMs = 0;
  forgotten = 0;

  constructor(options: ChangeQueueOptions) {
    this.#options = options;
    this.#settle = new Settle({ quietMs: options.settleMs });
  }

  get size(): number {
    return this.#settle.size;
  }

  note(path: string): void {
    if (this.#options.signal.aborted) return;
    if (!this.#settle.note(path, this.#nowMs())) {
      this.forgotten++;
      this.#options.onForgotten();
    }
    this.#loop ??= this.#run().finally(() => {
      this.#loop = undefined;
    });
  }

  /** Resolves when nothing waits, or when what waits does not come to rest. */
  async drained(): Promise<void> {
    const endMs = this.#nowMs() + LONGEST_DRAIN_MS;
    while (this.#loop && this.#nowMs() < endMs && !this.#options.signal.aborted)
      await Promise.race([
        this.#loop,
        this.#options.clock.sleep(endMs - this.#nowMs(), this.#options.signal),
      ]);
  }

  /** After the signal was aborted: resolves when nothing is open any more. */
  async closed(): Promise<void> {
    await this.#loop;
    await Promise.all(this.#looks);
  }

  async #run(): Promise<void> {
    const { clock, signal } = this.#options;
    while (!signal.aborted) {
      const nextMs = this.#settle.nextMs();
      if (nextMs === undefined && this.#looks.size === 0 && this.#folders.length + this.#gone.length === 0)
        return;
      const wait = nextMs === undefined ? GATHER_MS : Math.max(GATHER_MS, nextMs - this.#nowMs());
      await clock.sleep(this.#moreAreQuiet ? 0 : wait, signal);
      if (!signal.aborted) await this.#turn();
    }
  }

  async #turn(): Promise<void> {
    const quiet = this.#settle.ready(this.#nowMs(), Math.min(MOST_BEGUN, MOST_LOOKS - this.#looks.size));
    this.#moreAreQuiet = quiet.length === MOST_BEGUN;
    for (const path of quiet) this.#look(path);
    this.#nameAllRestless();
    // Looking at a folder or at nothing takes no hashing, so these are known now or at the next turn.
    await this.#options.clock.sleep(0, this.#options.signal);
    const [folders, gone] = [this.#folders, this.#gone];
    if (folders.length + gone.length === 0) return;
    // A tree that was removed is one matter, however many turns it takes to see that.
    if (this.#moreAreQuiet && folders.length + gone.length < MOST_LOOKS) return;
    [this.#folders, this.#gone] = [[], []];
    await this.#options.onFolders(outermostPaths(folders), gone).catch(this.#options.onFailure);
  }

  #look(path: string): void {
    const look = this.#options.examiner
      .look(path)
      .then((verdict) => {
        if (verdict === 'again') this.note(path);
        else if (verdict === 'folder') this.#folders.push(path);
        else if (verdict === 'gone') this.#gone.push(path);
      }, this.#options.onFailure)
      .finally(() => this.#looks.delete(look));
    this.#looks.add(look);
  }

  /** Looks at all that wait, so not in each turn. */
  #nameAllRestless(): void {
    if (this.#nowMs() < this.#restlessAtMs) return;
    this.#restlessAtMs = this.#nowMs() + RESTLESS_EVERY_MS;
    for (const path of this.#settle.restless(this.#nowMs())) this.#nameRestless(path);
  }

  /** It has been changing for long. Only what would be an executable is worth naming: logs change all day. */
  #nameRestless(path: string): void {
    void this.#options.examiner.isCandidate(path).then((candidate) => {
      if (candidate && !this.#options.signal.aborted)
        this.#options.ledger.skip(path, 'changed-while-hashing');
    });
  }

  #nowMs(): number {
    return this.#options.clock.nowMs();
  }
}
