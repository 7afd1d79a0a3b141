/**
 * Finding that follows the settings: another scope or pace means another finder, and nothing to look for means none.
 * A new finder scans once; files that are known are not hashed again, and those outside its scope are gone.
 */
import type { Finder, FindingConfig } from './finder.ts';
import type { FinderStatus } from './watch/finder-status.ts';
import type { FoundFile, SkipReason } from './watch/found-file.ts';
import { NO_ROLL_UPS } from './watch/roll-ups.ts';

export interface AdjustableFinderParts {
  make: (config: FindingConfig) => Finder;
  /** What to look for now; undefined: nothing. */
  wanted: () => FindingConfig | undefined;
  /**
   * What a finder looks up once, as text: another one is made when it changes. Homes come with new accounts, folders with
   * software, and file servers are mounted over them.
   */
  surroundings?: (config: FindingConfig) => string;
  /** Called before another finder begins. */
  onAdjust: () => void;
}

type HashSums = Pick<
  FinderStatus['hashing'],
  'filesHashed' | 'bytesHashed' | 'bytesRead' | 'threadCpuMs' | 'restedMs'
>;

const NO_SUMS: HashSums = { filesHashed: 0, bytesHashed: 0, bytesRead: 0, threadCpuMs: 0, restedMs: 0 };

export class AdjustableFinder {
  readonly #parts: AdjustableFinderParts;
  readonly #firstScan = Promise.withResolvers<void>();
  #finder: Finder | undefined;
  /** What the present finder was made for. */
  #madeFor: string;
  #started = false;
  #closed = false;
  /** Adjustments, one after the other. */
  #adjusting: Promise<void> = Promise.resolve();
  /** Of finders that have ended. */
  #before: HashSums = NO_SUMS;

  constructor(parts: AdjustableFinderParts) {
    this.#parts = parts;
    const wanted = parts.wanted();
    this.#madeFor = this.#nameOf(wanted);
    this.#finder = wanted && parts.make(wanted);
    // Whoever starts it hears of a failure; who only closes it does not have to.
    this.#firstScan.promise.catch(() => undefined);
  }

  /** Resolves after the first complete scan of any finder, or when it is closed. */
  start(): Promise<void> {
    // Not one that is being ended just now.
    this.#adjusting = this.#adjusting.then(() => {
      this.#started = true;
      if (this.#finder && !this.#closed) this.#begin(this.#finder);
    });
    void this.adjust();
    return this.#firstScan.promise;
  }

  /**
   * Makes finding what the settings say now, also before it is started: a finder says what may be metered as soon as it is there. Resolves
   * when the old finder has ended, if there had to be another.
   */
  adjust(): Promise<void> {
    this.#adjusting = this.#adjusting.then(() => this.#adjust());
    return this.#adjusting;
  }

  /** There is a finder, which knows what may be looked at. Without one nothing may. */
  get isThere(): boolean {
    return this.#finder !== undefined;
  }

  /** While there is no finder a program is one to be identified later. */
  identify(openPath: string, rawPath: string): Promise<FoundFile | SkipReason> {
    return this.#finder?.identify(openPath, rawPath) ?? Promise.resolve('package-database-busy');
  }

  mayMeter(path: string): boolean {
    return this.#finder?.mayMeter(path) ?? false;
  }

  mayRead(path: string): boolean {
    return this.#finder?.mayRead(path) ?? false;
  }

  mayPass(path: string): boolean {
    return this.#finder?.mayPass(path) ?? false;
  }

  status(): FinderStatus {
    const status = this.#finder?.status() ?? NOTHING;
    return { ...status, hashing: { ...status.hashing, ...sums(this.#before, status.hashing) } };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#adjusting, this.#finder?.close()]);
    this.#firstScan.resolve();
  }

  async #adjust(): Promise<void> {
    const wanted = this.#parts.wanted();
    if (this.#closed || this.#nameOf(wanted) === this.#madeFor) return;
    const ended = this.#finder;
    if (ended) {
      await ended.close();
      this.#before = sums(this.#before, ended.status().hashing);
    }
    this.#finder = undefined;
    this.#madeFor = this.#nameOf(wanted);
    if (this.#closed) return;
    this.#parts.onAdjust();
    if (!wanted) return;
    this.#finder = this.#parts.make(wanted);
    if (this.#started) this.#begin(this.#finder);
  }

  #nameOf(config: FindingConfig | undefined): string {
    return `${JSON.stringify(config ?? null)} ${(config && this.#parts.surroundings?.(config)) ?? ''}`;
  }

  #begin(finder: Finder): void {
    finder.start().then(() => {
      if (finder.status().lastScan?.complete) this.#firstScan.resolve();
    }, this.#firstScan.reject);
  }
}

function sums(a: HashSums, b: HashSums): HashSums {
  return {
    filesHashed: a.filesHashed + b.filesHashed,
    bytesHashed: a.bytesHashed + b.bytesHashed,
    bytesRead: a.bytesRead + b.bytesRead,
    threadCpuMs: a.threadCpuMs + b.threadCpuMs,
    restedMs: a.restedMs + b.restedMs,
  };
}

/** Of a finder that is not there. */
const NOTHING: FinderStatus = {
  state: 'closed',
  roots: [],
  missingRoots: [],
  scan: undefined,
  lastScan: undefined,
  hashing: { ...NO_SUMS, queued: 0, threadsRunning: 0, rests: null },
  listingCpuMs: 0,
  watchedFolders: 0,
  watches: 0,
  quietFolders: 0,
  watchedTrees: [],
  skipped: {},
  excluded: [],
  linksOut: [],
  rolledUp: NO_ROLL_UPS,
  homePrograms: { listed: 0, most: 0 },
  vanished: 0,
  changedWhileHashing: 0,
  settling: 0,
  putOff: 0,
  waitingForPackages: 0,
  evidenceBeyondLimits: 0,
  unusableBundles: 0,
  eventBursts: 0,
  changesForgotten: 0,
  packageDatabases: [],
  failures: 0,
  lastFailure: undefined,
};
