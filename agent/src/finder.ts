/** What the agent needs of finding. */
import type { FindingSink, FoundFile, KnownFiles, SkipReason } from './watch/found-file.ts';

export interface FinderOptions {
  sink: FindingSink;
  known: KnownFiles;
  roots: readonly string[] | undefined;
  settleMs: number;
  rescanSeconds: number;
  hashMebibytesPerSecond: number;
}

export interface FinderStatus {
  roots: readonly string[];
  filesHashed: number;
  hashedBytes: number;
  watches: number;
  details: Record<string, unknown>;
}

export interface Finder {
  /** One full pass, then watching. Resolves when the pass is over. */
  start(): Promise<void>;
  scanOnce(): Promise<void>;
  identify(openPath: string, rawPath: string): Promise<FoundFile | SkipReason>;
  status(): FinderStatus;
  close(): Promise<void>;
}

export type CreateFinder = (options: FinderOptions) => Finder;
