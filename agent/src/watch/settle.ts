/**
 * Which changed paths have been quiet long enough to be looked at. Pure: time is passed in, in monotonic ms.
 *
 * A path that never comes to rest is named once as restless, since whoever waits for it should know why.
 */
export interface SettleOptions {
  /** A path is ready after this many milliseconds without a change. Default 500. */
  quietMs?: number;
  /** Restless after this many milliseconds of changes. Default 10,000. */
  restlessMs?: number;
  /** Beyond it changes are forgotten, and a full scan has to find them. Default 100,000. */
  mostPaths?: number;
}

interface Waiting {
  sinceMs: number;
  readyMs: number;
  named: boolean;
}

export class Settle {
  readonly #quietMs: number;
  readonly #restlessMs: number;
  readonly #mostPaths: number;
  /** In order of readyMs, since every change waits equally long and moves to the end. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: SettleOptions = {}) {
    this.#quietMs = options.quietMs ?? 500;
    this.#restlessMs = options.restlessMs ?? 10_000;
    this.#mostPaths = options.mostPaths ?? 100_000;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** False when the path is forgotten because too many wait. */
  note(path: string, nowMs: number): boolean {
    const before = this.#waiting.get(path);
    if (!before && this.#waiting.size >= this.#mostPaths) return false;
    this.#waiting.delete(path);
    this.#waiting.set(path, {
      sinceMs: before?.sinceMs ?? nowMs,
      readyMs: nowMs + this.#quietMs,
      named: before?.named ?? false,
    });
    return true;
  }

  /** Paths that are quiet now; they are forgotten here. At most `most` of them. */
  ready(nowMs: number, most = Number.POSITIVE_INFINITY): string[] {
    const paths: string[] = [];
    for (const [path, { readyMs }] of this.#waiting) {
      if (readyMs > nowMs || paths.length >= most) break;
      paths.push(path);
      this.#waiting.delete(path);
    }
    return paths;
  }

  /** Paths that have been changing for too long, each named once; they stay. */
  restless(nowMs: number): string[] {
    const paths: string[] = [];
    for (const [path, waiting] of this.#waiting) {
      if (waiting.named || nowMs - waiting.sinceMs < this.#restlessMs) continue;
      waiting.named = true;
      paths.push(path);
    }
    return paths;
  }

  /** When ready() next has something to say; undefined when nothing waits. */
  nextMs(): number | undefined {
    for (const { readyMs } of this.#waiting.values()) return readyMs;
    return undefined;
  }
}
