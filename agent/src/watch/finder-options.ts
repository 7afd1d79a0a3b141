/** What finding is told from outside, with what holds if nothing is said. */
import type { Clock } from '../clock/clock.ts';
import type { PackageOwners } from '../evidence/package-owner.ts';
import type { FileHasherOptions } from '../hash/file-hasher.ts';
import type { FinderStatus } from './finder-status.ts';
import type { FindingSink, KnownFiles } from './found-file.ts';
import type { RanPrograms } from './home-admission.ts';
import type { ScanRootOptions } from './scan-roots.ts';

export interface FinderOptions {
  clock: Clock;
  sink: FindingSink;
  known: KnownFiles;
  /** Replaces the default roots. */
  rootPaths?: readonly string[];
  /** See ScanRootOptions. */
  scope?: Pick<ScanRootOptions, 'added' | 'limits' | 'homes' | 'homeFolder' | 'passwdFile'>;
  /** A first scan came to its end, whenever that was. Default: none did before. */
  wasScanned?: () => boolean;
  /** Files listed from homes at most. Default 5,000. */
  mostHomePrograms?: number;
  /** Default: nothing was run, and nothing is kept of it. */
  ran?: RanPrograms;
  owners?: PackageOwners;
  /** Folders of package databases, watched for changes. Absent: looked at with each full scan only. */
  packageFolders?: readonly string[];
  hasher?: FileHasherOptions;
  /** Milliseconds that a file must be unchanged before it is hashed. Default 500. */
  settleMs?: number;
  /** Milliseconds between full scans. Default 3,600,000. */
  rescanMs?: number;
  /** Milliseconds between looks at folders that are not watched. Default 300,000. */
  quietLookMs?: number;
  /** Default: half of what the system allows one user. */
  maxWatches?: number;
  /** A small tree has at most this many files and folders. Default 5,000. */
  smallTreeEntries?: number;
  /** Milliseconds that a change of packages is waited for. Default 600,000. */
  packagesMaxMs?: number;
  /** Called about ten times a second during a scan, and at its end. */
  onProgress?: (status: FinderStatus) => void;
}

export const MOST_HOME_PROGRAMS = 5_000;
export const SETTLE_MS = 500;
