/**
 * What is installed. Finding tells it about files; it knows executables: one is present while at least one file
 * is it. Each change of presence marks the id as touched with a rising counter, which is all that composing a
 * change list needs, and updates the digest.
 *
 * What finding tells is queued and committed in batches: at most `FLUSH_ROWS` files, which take a few milliseconds
 * of one turn, at most `FLUSH_AFTER_MS` late. A crash loses the queue, and a power cut also batches that nothing was committed after that waits
 * for the disk: finding finds those files again. A report is such a thing, so nothing is told that could be lost.
 */
import {
  digestAdd,
  digestRemove,
  digestsEqual,
  EMPTY_DIGEST,
  type ExecutableId,
  encodeEvidence,
  type InventoryDigest,
  identifyEvidence,
} from '@fleetmeter/proto';
import type { AgentStore } from '../store/agent-store.ts';
import type { ExecutableRow } from '../store/inventory-table.ts';
import type { FileIdentity, FindingSink, FoundFile, KnownFiles, SkipReason } from '../watch/found-file.ts';
import type { RanPrograms } from '../watch/home-admission.ts';
import { SkippedFiles } from './skipped-files.ts';

const FLUSH_ROWS = 25;
/** While the store takes nothing, so many are kept for when it does; what is told beyond is told again by the next scan. */
const MOST_QUEUED = 100;
export const FLUSH_AFTER_MS = 200;

export class Inventory implements FindingSink, KnownFiles, RanPrograms {
  readonly #store: AgentStore;
  readonly #today: () => number;
  readonly #isFull: () => boolean;
  readonly #skipped = new SkippedFiles();
  /** Path to its file, or to undefined when there is none any more. */
  readonly #queue = new Map<string, FoundFile | undefined>();
  readonly #queueByIdentity = new Map<string, FoundFile>();
  /** Called when something is queued. */
  #wake: (() => void) | undefined;
  #digest: InventoryDigest;
  #touchCounter: number;

  /** `today` gives days since 1970-01-01 UTC. While `isFull`, only files at known paths are taken. */
  constructor(store: AgentStore, today: () => number, isFull: () => boolean = () => false) {
    this.#store = store;
    this.#today = today;
    this.#isFull = isFull;
    const state = store.inventory.state();
    this.#digest = state.digest;
    this.#touchCounter = state.touchCounter;
  }

  found(file: FoundFile): void {
    if (this.#isFull() && !this.stateAt(file.path)) {
      this.skipped(file.path, 'state-full');
      return;
    }
    this.#makeRoom(file.path);
    this.#skipped.remove(file.path);
    this.#queue.set(file.path, file);
    this.#wake?.();
    this.#queueByIdentity.set(identityKey(file.identity), file);
    this.#flushIfMany();
  }

  gone(path: string): void {
    this.#makeRoom(path);
    this.#skipped.remove(path);
    this.#queue.set(path, undefined);
    this.#wake?.();
    this.#flushIfMany();
  }

  skipped(path: string, reason: SkipReason): void {
    this.#skipped.add(path, reason);
  }

  passBegins(): void {
    this.#skipped.passBegins();
  }

  byPath(path: string): FoundFile | undefined {
    return this.#queue.has(path) ? this.#queue.get(path) : this.#store.inventory.fileAt(path);
  }

  stateAt(path: string): FileIdentity | undefined {
    return this.#queue.has(path) ? this.#queue.get(path)?.identity : this.#store.inventory.identityAt(path);
  }

  byIdentity(identity: FileIdentity): FoundFile | undefined {
    return this.#queueByIdentity.get(identityKey(identity)) ?? this.#store.inventory.fileWith(identity);
  }

  takesNew(): boolean {
    return !this.#isFull();
  }

  paths(): Iterable<string> {
    this.flush();
    return this.#store.inventory.paths();
  }

  all(): Iterable<FoundFile> {
    this.flush();
    return this.#store.inventory.files();
  }

  /** Resolves when something is queued, at once if it is, or when the signal is aborted. For one caller at a time. */
  queued(signal: AbortSignal): Promise<void> {
    if (this.#queue.size > 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#wake = undefined;
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#wake = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }

  /**
   * Commits what is queued, durably once a later transaction of the store waits for the disk. Throws what the store
   * throws; the queue is kept then.
   */
  flush(): void {
    if (this.#queue.size === 0) return;
    const before = { digest: this.#digest, touchCounter: this.#touchCounter };
    try {
      this.#store.transactionSyncedLater(() => {
        const day = this.#today();
        for (const [path, file] of this.#queue) this.#apply(path, file, day);
        this.#store.inventory.writeState(this.state());
      });
    } catch (error) {
      this.#digest = before.digest;
      this.#touchCounter = before.touchCounter;
      throw error;
    }
    this.#queue.clear();
    this.#queueByIdentity.clear();
  }

  ranPaths(): Iterable<string> {
    return this.#store.inventory.ranPaths();
  }

  noteRan(path: string): void {
    this.#store.inventory.noteRan(path, this.#today());
  }

  /** Keeps the evidence of a program that runs from outside the roots: used, but not installed. */
  keepUsed(file: FoundFile): ExecutableId {
    return this.#keep(file, this.#today()).kept.executableId;
  }

  state(): { digest: InventoryDigest; touchCounter: number } {
    return { digest: this.#digest, touchCounter: this.#touchCounter };
  }

  /** The next scan tells of what it skips. */
  forgetSkipped(): void {
    this.#skipped.clear();
  }

  skippedCounts(): { reason: SkipReason; count: number }[] {
    return this.#skipped.counts();
  }

  /** Recomputes the digest from the rows. False when it was wrong: then it is put right and a baseline is due. */
  verifyDigest(): boolean {
    let digest = EMPTY_DIGEST;
    for (const part of this.#store.inventory.presentDigestParts()) digest = digestAdd(digest, part);
    if (digestsEqual(digest, this.#digest)) return true;
    this.#digest = digest;
    this.#store.inventory.writeState(this.state());
    return false;
  }

  /** A store that takes nothing must not make the queue grow: what is not taken here is told again by the next scan. */
  #makeRoom(path: string): void {
    if (this.#queue.size >= MOST_QUEUED && !this.#queue.has(path)) this.flush();
  }

  /** A store that takes nothing now is tried again by whoever waits for what is queued, and says so. */
  #flushIfMany(): void {
    if (this.#queue.size % FLUSH_ROWS !== 0) return;
    try {
      this.flush();
    } catch (error) {
      if (this.#queue.size >= MOST_QUEUED) throw error;
    }
  }

  #apply(path: string, file: FoundFile | undefined, day: number): void {
    const old = this.#store.inventory.executableOfFile(path);
    const now = file && this.#keepOwn(file, day);
    if (file && now) this.#store.inventory.writeFile(file, now.executableNo, day);
    else this.#store.inventory.removeFile(path);
    if (old?.executableNo === now?.executableNo) return;
    if (old) this.#setFiles(old, old.files - 1, day);
    if (now) this.#setFiles(now, now.files + 1, day);
  }

  /** Undefined, and counted, when the id is that of another executable: it would be installed under the wrong name. */
  #keepOwn(file: FoundFile, day: number): ExecutableRow | undefined {
    const { kept, digestPart } = this.#keep(file, day);
    if (Buffer.compare(kept.digestPart, digestPart) === 0) return kept;
    this.#skipped.add(file.path, 'id-taken');
    return undefined;
  }

  /** `digestPart`: of this evidence; that of the row is another one when its id is taken. */
  #keep(file: FoundFile, day: number): { kept: ExecutableRow; digestPart: Uint8Array } {
    const evidence = encodeEvidence(file.evidence);
    const { executableId, digestPart } = identifyEvidence(evidence);
    return {
      kept: this.#store.inventory.keepExecutable(executableId, evidence, digestPart, day),
      digestPart,
    };
  }

  #setFiles(executable: ExecutableRow, files: number, day: number): void {
    const was = executable.files > 0;
    const is = files > 0;
    let touched: number | undefined;
    if (was !== is) {
      touched = ++this.#touchCounter;
      this.#digest = (is ? digestAdd : digestRemove)(this.#digest, executable.digestPart);
    }
    this.#store.inventory.writePresence(executable.executableNo, files, touched, day);
  }
}

function identityKey({ device, inode, size, mtimeNs, ctimeNs }: FileIdentity): string {
  return `${device}:${inode}:${size}:${mtimeNs}:${ctimeNs}`;
}
