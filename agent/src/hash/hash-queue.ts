/**
 * Files that wait for being hashed: first those that are hashed also at rest, then urgent ones, then the others; and which of them a
 * thread takes together. A message to a thread and back is paid for each time, so several small ones go in one.
 */
import type { HashOutcome } from './file-content.ts';
import type { FileToHash } from './hash-worker.ts';

export interface WaitingFile extends FileToHash {
  urgent: boolean;
  /** It is answered without having been hashed while hashing rests. */
  puttingOff: boolean;
  /** As far as the caller knows. */
  bytes: number | undefined;
  answer(outcome: HashOutcome): void;
}

/** Some milliseconds of reading and hashing: what is urgent waits no longer than for these. */
const MOST_TOGETHER = 8;
const MOST_BYTES_TOGETHER = 1_048_576;

export function isSmall({ bytes }: Pick<WaitingFile, 'bytes'>): boolean {
  return bytes !== undefined && bytes <= MOST_BYTES_TOGETHER;
}

export class HashQueue {
  readonly #queues: readonly [WaitingFile[], WaitingFile[], WaitingFile[]] = [[], [], []];
  /** A thread died of one of these, perhaps: each is taken alone. */
  readonly #suspects = new WeakSet<WaitingFile>();
  #bytes = 0;

  /** As far as their sizes are known. */
  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#queues.reduce((sum, queue) => sum + queue.length, 0);
  }

  /** A file waits that is hashed before all others, whatever else is open. */
  get waitsForNobody(): boolean {
    return this.#queues[0].length > 0;
  }

  push(file: WaitingFile): void {
    this.#queueOf(file).push(file);
    this.#bytes += file.bytes ?? 0;
  }

  /** Before all others of their kind, in their order. */
  putBack(files: readonly WaitingFile[]): void {
    for (const file of files.toReversed()) this.#queueOf(file).unshift(file);
    this.#bytes += bytesOf(files);
  }

  /** One of these may have ended its thread. */
  putBackAlone(files: readonly WaitingFile[]): void {
    for (const file of files) this.#suspects.add(file);
    this.putBack(files);
  }

  /** What a thread hashes next, in this order; empty when nothing may be hashed now. `onlySmall`: nothing that takes long. */
  take({ atRest, onlySmall }: { atRest: boolean; onlySmall: boolean }): WaitingFile[] {
    const queue = this.#queues.slice(0, atRest ? 1 : undefined).find(({ length }) => length > 0);
    const first = queue?.[0];
    if (!queue || !first || (onlySmall && !this.#goesWithOthers(first))) return [];
    let [count, bytes] = [1, first.bytes ?? 0];
    if (this.#goesWithOthers(first))
      for (
        let next = queue[1];
        count < MOST_TOGETHER && next && this.#goesWithOthers(next);
        next = queue[count]
      ) {
        bytes += next.bytes ?? 0;
        if (bytes > MOST_BYTES_TOGETHER) break;
        count++;
      }
    const taken = queue.splice(0, count);
    this.#bytes -= bytesOf(taken);
    return taken;
  }

  /** Those that do not wait for the end of a rest. */
  takePuttingOff(): WaitingFile[] {
    const taken = this.#queues.flatMap((queue) => {
      const files = queue.filter(({ puttingOff }) => puttingOff);
      if (files.length > 0) queue.splice(0, queue.length, ...queue.filter(({ puttingOff }) => !puttingOff));
      return files;
    });
    this.#bytes -= bytesOf(taken);
    return taken;
  }

  /** Everything that waits; nothing does afterwards. */
  drain(): WaitingFile[] {
    this.#bytes = 0;
    return this.#queues.flatMap((queue) => queue.splice(0));
  }

  #goesWithOthers(file: WaitingFile): boolean {
    return isSmall(file) && !this.#suspects.has(file);
  }

  #queueOf({ alsoAtRest, urgent }: WaitingFile): WaitingFile[] {
    return this.#queues[alsoAtRest ? 0 : urgent ? 1 : 2];
  }
}

function bytesOf(files: readonly WaitingFile[]): number {
  return files.reduce((sum, { bytes = 0 }) => sum + bytes, 0);
}
