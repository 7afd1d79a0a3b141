/** What finding says of itself: figures for `status` and for the agent's own cost. */
import type { PackageDatabaseStatus } from '../evidence/package-owner.ts';
import type { HashFigures } from '../hash/file-hasher.ts';
import { printable } from '../printable-text.ts';
import type { SkipReason } from './found-file.ts';
import type { LinkOut } from './link-target.ts';
import type { Exclusion } from './mount-table.ts';
import type { RollUpSummary } from './roll-ups.ts';

export interface ScanFigures {
  folders: number;
  /** Files and folders looked at. */
  entries: number;
  /** Paths with an executable, new or known. */
  executables: number;
  filesHashed: number;
  bytesHashed: number;
  /** Milliseconds until now, or of the whole scan when it has ended. */
  durationMs: number;
}

export interface FinishedScan extends ScanFigures {
  /** False when it was broken off. */
  complete: boolean;
  /** Milliseconds since 1970. */
  endedWallMs: number;
}

/** A folder that finding stays off, with what is mounted there if that is why. */
export type ExcludedFolder = { path: string } & Exclusion;

export type FinderState = 'new' | 'scanning' | 'watching' | 'idle' | 'closed';

export interface FinderStatus {
  state: FinderState;
  roots: string[];
  missingRoots: string[];
  /** The scan that runs now. */
  scan: ScanFigures | undefined;
  lastScan: FinishedScan | undefined;
  hashing: HashFigures;
  /** CPU milliseconds of the thread that lists folders. */
  listingCpuMs: number;
  /** Folders with a watch of their own; `watchedTrees` are those that chokidar watches. */
  watchedFolders: number;
  /** Of the system's, altogether: one for each of these folders, and for each file and folder of the trees. */
  watches: number;
  /** Folders without programs in or below them: not watched, looked at every five minutes. */
  quietFolders: number;
  watchedTrees: string[];
  /** Skipped at present, by reason; `unremembered` counts those beyond the limit of what is kept. */
  skipped: Partial<Record<SkipReason, number>> & { unremembered?: number };
  /** The first of the folders that are stayed off; `skipped` has the number of all. */
  excluded: ExcludedFolder[];
  /** The first of the links that lead out of all roots; `skipped` has the number of all. */
  linksOut: LinkOut[];
  /** Programs in homes that are counted and not listed, as the last full scan saw them. */
  rolledUp: RollUpSummary;
  /** Files listed from homes, and how many may be. */
  homePrograms: { listed: number; most: number };
  /** Since the start: files that were gone when they were to be read, and that changed while they were read. */
  vanished: number;
  changedWhileHashing: number;
  /** Changed paths that wait until they are quiet, or until others are hashed. */
  settling: number;
  /** Files that are hashed when hashing rests no more; of very many at least so many. */
  putOff: number;
  /** Hashed files that wait until packages have settled. */
  waitingForPackages: number;
  /** Since the start: files hashed whose evidence lacks something, because reading or telling it has a limit. */
  evidenceBeyondLimits: number;
  /**
   * Bundles whose Info.plist cannot be read, makes no sense or is beyond a limit: their files are listed without the
   * bundle's names, or without some of them.
   */
  unusableBundles: number;
  /** Bursts of events that may have lost some; each is followed by a full scan. */
  eventBursts: number;
  /** Changes forgotten because too many paths were settling; each is followed by a full scan. */
  changesForgotten: number;
  /** In the order in which they are asked who owns a file. */
  packageDatabases: PackageDatabaseStatus[];
  /** Times that the sink or the files known could not be used; each is followed by a full scan a minute later. */
  failures: number;
  lastFailure: string | undefined;
}

/** `/opt/share (nfs4, network)`, `/opt/private (excluded by settings)`. */
export function excludedText(folder: ExcludedFolder): string {
  const why =
    folder.reason === 'excluded-folder'
      ? 'excluded by settings'
      : `${folder.fileSystem}, ${folder.kind} file system`;
  return printable(`${folder.path} (${why})`);
}

/** `/opt/app (leads to /data/app, which is no root)`; and what to do about it, once, since it is the same for all. */
export function linkLines(links: readonly LinkOut[], all: number, most = 10): string[] {
  if (links.length === 0) return [];
  const lines = links.slice(0, most).map(({ path, to }) => printable(`${path} (leads to ${to}, in no root)`));
  if (all > lines.length) lines.push(`${all - lines.length} more links that lead out of the roots`);
  return [...lines, 'what such links lead to is listed once it is among additionalRoots'];
}
