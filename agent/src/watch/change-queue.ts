/** Paths that may have changed: waits until each is quiet, then has it looked at, many at a time. */
import { dirname } from 'node:path';
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
  /** Folders that are there. One call at a time, and nothing else waits for its end. */
  onFolders(folders: string[]): Promise<void>;
  /** Folders in which links appeared or changed. As above. */
  onLinks(folders: string[]): Promise<void>;
  /** Paths where nothing is any more. */
  onGone(paths: string[]): void;
  /** A change was forgotten because too many wait. */
  onForgotten(): void;
  /** Looking failed for a reason that is not the file's. */
  onFailure(error: unknown): void;
}

/** Looks that are open at the same time with files being hashed; begun in one turn of the event loop. */
const MOST_LOOKS = 128;
const MOST_BEGUN = 16;
/** Looks that only ask the file system, beside them: what went is seen however long hashing takes. */
const MOST_SHORT_LOOKS = 64;
/** Files that wait for others to be hashed. Beyond it changes are forgotten, and a full scan has to find them. */
const MOST_WAITING = 100_000;
/** Several paths become quiet together: gathered for this long, so that a removed tree is one matter and not many. */
const GATHER_MS = 50;
/** While nothing but hashing is open. */
const IDLE_MS = 500;
const RESTLESS_EVERY_MS = 500;
/** drained() stops waiting for files that never come to rest. */
const LONGEST_DRAIN_MS = 30_000;

export class ChangeQueue {
  readonly #options: ChangeQueueOptions;
  readonly #settle: Settle;
  readonly #looks = new Set<Promise<void>>();
  /** Would have to be hashed, and too many are being hashed. */
  readonly #waiting = new Set<string>();
  readonly #folders = new Set<string>();
  /** Of links. */
  readonly #linksIn = new Set<string>();
  #gone: string[] = [];
  #folderWork: Promise<void> | undefined;
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
    return this.#settle.size + this.#waiting.size;
  }

  note(path: string): void {
    if (this.#options.signal.aborted) return;
    if (!this.#settle.note(path, this.#nowMs())) this.#forget();
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
    await this.#folderWork;
  }

  async #run(): Promise<void> {
    const { clock, signal } = this.#options;
    while (!signal.aborted && !this.#isDone()) {
      await clock.sleep(this.#moreAreQuiet ? 0 : this.#waitMs(), signal);
      if (!signal.aborted) await this.#turn();
    }
  }

  #isDone(): boolean {
    const open = this.#looks.size + this.#waiting.size + this.#settle.size;
    return open + this.#folders.size + this.#linksIn.size + this.#gone.length === 0 && !this.#folderWork;
  }

  #waitMs(): number {
    const nextMs = this.#settle.nextMs();
    if (nextMs !== undefined) return Math.max(GATHER_MS, nextMs - this.#nowMs());
    const folders = this.#folders.size + this.#linksIn.size;
    return this.#gone.length > 0 || (folders > 0 && !this.#folderWork) ? GATHER_MS : IDLE_MS;
  }

  async #turn(): Promise<void> {
    const most = Math.min(MOST_BEGUN, MOST_LOOKS + MOST_SHORT_LOOKS - this.#looks.size);
    const quiet = this.#settle.ready(this.#nowMs(), most);
    this.#moreAreQuiet = quiet.length === MOST_BEGUN;
    for (const path of quiet) this.#look(path);
    this.#nameAllRestless();
    // Looking at a folder or at nothing takes no hashing, so these are known now or at the next turn.
    await this.#options.clock.sleep(0, this.#options.signal);
    // A tree that was removed is one matter, however many turns it takes to see that.
    if (this.#moreAreQuiet && this.#folders.size + this.#gone.length < MOST_LOOKS) return;
    this.#tellGone();
    this.#lookIntoFolders();
  }

  /** Asks the inventory, whose disk may be full: that must not end the loop. */
  #tellGone(): void {
    const gone = this.#gone;
    this.#gone = [];
    try {
      if (gone.length > 0) this.#options.onGone(gone);
    } catch (error) {
      this.#options.onFailure(error);
    }
  }

  #lookIntoFolders(): void {
    if (this.#folderWork || this.#folders.size + this.#linksIn.size === 0) return;
    const folders = outermostPaths([...this.#folders]);
    const linksIn = [...this.#linksIn];
    this.#folders.clear();
    this.#linksIn.clear();
    this.#folderWork = this.#lookInto(folders, linksIn)
      .catch(this.#options.onFailure)
      .finally(() => {
        this.#folderWork = undefined;
      });
  }

  async #lookInto(folders: string[], linksIn: string[]): Promise<void> {
    if (folders.length > 0) await this.#options.onFolders(folders);
    if (linksIn.length > 0) await this.#options.onLinks(linksIn);
  }

  #look(path: string): void {
    const look = this.#options.examiner
      .look(path, { mayHash: this.#looks.size < MOST_LOOKS })
      .then((verdict) => {
        if (verdict === 'again') this.note(path);
        else if (verdict === 'busy') this.#wait(path);
        else if (verdict === 'folder') this.#folders.add(path);
        else if (verdict === 'link') this.#linksIn.add(dirname(path));
        else if (verdict === 'gone') this.#gone.push(path);
      }, this.#options.onFailure)
      .finally(() => {
        this.#looks.delete(look);
        this.#lookAtWaiting();
      });
    this.#looks.add(look);
  }

  #wait(path: string): void {
    if (this.#waiting.size < MOST_WAITING) this.#waiting.add(path);
    else this.#forget();
  }

  /** As others are done. */
  #lookAtWaiting(): void {
    if (this.#options.signal.aborted) return;
    for (const path of this.#waiting) {
      if (this.#looks.size >= MOST_LOOKS) return;
      this.#waiting.delete(path);
      this.#look(path);
    }
  }

  #forget(): void {
    this.forgotten++;
    this.#options.onForgotten();
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
