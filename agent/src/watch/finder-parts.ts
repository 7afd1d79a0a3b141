/** What finding is made of, put together; when each of them works is not decided here. */
import { dirname } from 'node:path';
import { EnclosingBundles } from '../evidence/bundle/enclosing-bundles.ts';
import { NO_PACKAGE_OWNERS, type PackageOwners } from '../evidence/package-owner.ts';
import { FileHasher } from '../hash/file-hasher.ts';
import type { ExecutableWatcher } from './executable-watcher.ts';
import { FileExaminer } from './file-examiner.ts';
import { type FinderOptions, MOST_HOME_PROGRAMS, SETTLE_MS } from './finder-options.ts';
import { FirstReading } from './first-reading.ts';
import { FolderLister } from './folder-lister.ts';
import { HomeAdmission, NOTHING_RAN } from './home-admission.ts';
import { HomePlaces } from './home-places.ts';
import { MountTable } from './mount-table.ts';
import { ProgramIdentifier } from './program-identifier.ts';
import { PutOffFiles } from './put-off-files.ts';
import { SafeSink } from './safe-sink.ts';
import { findScanRoots, type ScanRoots } from './scan-roots.ts';
import { SkipLedger } from './skip-ledger.ts';
import { TurnClock } from './turn-clock.ts';

export interface FinderEvents {
  /** The sink could not be told. */
  onFailure(error: unknown): void;
  /** Reads the package databases for the first time. Must not reject. */
  readPackages(): Promise<void>;
  /** Files were put off because hashing rested, and it works again. */
  onHashingAgain(): void;
}

export class FinderParts {
  readonly options: FinderOptions;
  readonly settleMs: number;
  readonly clock: TurnClock;
  readonly roots: ScanRoots;
  readonly hasher: FileHasher;
  readonly lister: FolderLister;
  readonly ledger: SkipLedger;
  readonly examiner: FileExaminer;
  readonly identifier: ProgramIdentifier;
  readonly places: HomePlaces;
  readonly admission: HomeAdmission;
  readonly sink: SafeSink;
  readonly owners: PackageOwners;
  readonly firstReading: FirstReading;
  readonly bundles = new EnclosingBundles();
  readonly putOff = new PutOffFiles();
  readonly abort = new AbortController();
  /** As of the last full scan's begin. */
  mounts = MountTable.read();
  /** undefined: nothing is watched yet. */
  watcher: ExecutableWatcher | undefined;

  constructor(options: FinderOptions, { onFailure, onHashingAgain, readPackages }: FinderEvents) {
    this.options = options;
    const { known, rootPaths } = options;
    this.settleMs = options.settleMs ?? SETTLE_MS;
    this.clock = new TurnClock(options.clock);
    this.sink = new SafeSink(options.sink, onFailure, (path) => this.watcher?.holds(dirname(path)));
    this.roots = findScanRoots({
      ...options.scope,
      mounts: this.mounts,
      ...(rootPaths ? { paths: rootPaths } : {}),
    });
    this.readMounts();
    this.hasher = new FileHasher({ ...options.hasher, onWorkAgain: onHashingAgain });
    this.lister = new FolderLister(options.hasher?.niceness);
    this.ledger = new SkipLedger(this.sink);
    this.owners = options.owners ?? NO_PACKAGE_OWNERS;
    this.firstReading = new FirstReading(readPackages);
    this.places = new HomePlaces({ homes: this.roots.ruledHomes, named: this.roots.named });
    this.admission = new HomeAdmission({
      places: this.places,
      most: options.mostHomePrograms ?? MOST_HOME_PROGRAMS,
      ran: options.ran ?? NOTHING_RAN,
      listed: () => known.paths(),
    });
    const shared = {
      ...{ hasher: this.hasher, known, owners: this.owners, bundles: this.bundles },
      firstReading: this.firstReading,
      homes: this.roots.homes,
    };
    this.examiner = new FileExaminer({
      ...shared,
      admission: this.admission,
      sink: this.sink,
      ledger: this.ledger,
      settleMs: this.settleMs,
      onPutOff: (path) => this.putOff.add(path),
      wallMs: () => this.wallMs(),
    });
    this.identifier = new ProgramIdentifier({ ...shared, mounts: () => this.mounts });
  }

  /** Finding is closed, or is being closed. */
  get isClosed(): boolean {
    return this.abort.signal.aborted;
  }

  readMounts(): void {
    this.mounts = MountTable.read(this.roots.limits);
  }

  /** Milliseconds since 1970. */
  wallMs(): number {
    return this.options.clock.now().wallMs;
  }
}
