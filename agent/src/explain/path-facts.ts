/** What is known of one path, from the disk and from the agent's store: what explaining it goes by. */
import type { Evidence, ExecutableFormat, ExecutableId } from '@fleetmeter/proto';
import type { RollUpPlace } from '../watch/home-places.ts';
import type { Exclusion } from '../watch/mount-table.ts';

export interface PathFacts {
  /** Absolute, with the links of its folders followed. */
  path: string;
  disk: DiskFacts;
  /** As it was asked for, when a link on the way leads out of the roots. */
  askedAs: string | undefined;
  /** The program root that it lies in. */
  root: string | undefined;
  /** The first folder on the way from the root that finding stays off. */
  excluded: ({ at: string } & Exclusion) | undefined;
  fileSystem: string | undefined;
  /** It lies in a home of which only some is listed. */
  inHome: boolean;
  rollUp: RollUpPlace | undefined;
  /** Bytes; what is larger is not read. */
  largestFile: number;
  settleMs: number;
  /** Undefined: no agent has run here. */
  store: StoreFacts | undefined;
  /** Why the store could not be read, if it is there. */
  storeFault: string | undefined;
}

export type DiskFacts =
  /** 'not-looked-at': it lies on a file server. */
  | { kind: 'nothing' | 'folder' | 'not-regular' | 'not-unicode' | 'path-unreadable' | 'not-looked-at' }
  | { kind: 'link'; to: string; out?: LinkOutFacts }
  | {
      kind: 'file';
      /** Bytes. */
      size: number;
      executeBit: boolean;
      contentElsewhere: boolean;
      /** By its first bytes; undefined: no program, or it could not be read. */
      format: ExecutableFormat | undefined;
      readable: boolean;
      /** What it says of itself is more than is read or told. */
      beyondLimits: boolean;
      /** Milliseconds since its inode changed. */
      changedAgoMs: number;
    };

/** Of a link in a root that leads out of all roots. */
export interface LinkOutFacts {
  /** What would have to be a root. */
  folder: string;
  /** Why it would be stayed off even then. */
  excluded: Exclusion | undefined;
}

export interface StoreFacts {
  agentRuns: boolean;
  firstScanFinished: boolean;
  homePrograms: { listed: number; most: number } | undefined;
  /** Day, since 1970, on which somebody was first seen to run it from a home. */
  ranOn: number | undefined;
  listed: ListedFacts | undefined;
  /** Another path of the same inode that is listed. */
  twin: string | undefined;
  /** When the newest report was acknowledged. */
  lastReport: { sequence: number; acknowledgedAtMs: number } | undefined;
}

export interface ListedFacts {
  executableId: ExecutableId;
  evidence: Evidence;
  /** Day since 1970; 0: not known. */
  hashedOn: number;
  /** The file is in the state in which it was hashed. */
  unchanged: boolean;
  /** The collector has acknowledged that this device has the executable. */
  acknowledged: boolean;
}
