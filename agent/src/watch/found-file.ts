/** The values that finding hands to the inventory, and what finding needs to know of earlier runs. */
import type { Evidence, ExecutableFormat } from '@fleetmeter/proto';

/** What tells one state of a file from another without reading it. Decimal strings: inode and times exceed 2^53. */
export interface FileIdentity {
  device: string;
  inode: string;
  /** Bytes. */
  size: number;
  mtimeNs: string;
  ctimeNs: string;
}

/** An executable whose content is known: it was hashed while `identity` held. */
export interface FoundFile {
  /** Raw absolute path. Never leaves the device. */
  path: string;
  identity: FileIdentity;
  format: ExecutableFormat;
  evidence: Evidence;
}

/** Closed list of reasons why a file that may be an executable is not listed. */
export type SkipReason =
  | 'unreadable'
  | 'vanished'
  | 'changed-while-hashing'
  | 'too-large'
  | 'not-regular'
  | 'path-not-unicode'
  | 'folder-unreadable'
  | 'watch-limit'
  | 'excluded-file-system'
  | 'excluded-folder'
  /** A link in a root to a folder, or a file with an execute bit, that lies in no root: nothing there is looked for. */
  | 'link-out-of-roots'
  /** More files of homes than are listed at most. */
  | 'home-limit'
  /** The content is not on this disk: reading the file would fetch it. */
  | 'content-elsewhere'
  | 'package-database-busy'
  /** Another executable of this device has the same id: nobody could tell them apart. */
  | 'id-taken'
  /** The agent's state is at its limit. */
  | 'state-full';

/** Where finding tells what it found. Every call is about the present state; repeating one changes nothing. */
export interface FindingSink {
  found(file: FoundFile): void;
  /** No executable is at this path (any more). */
  gone(path: string): void;
  /** Replaces an earlier skip of the path; found() and gone() take it back. */
  skipped(path: string, reason: SkipReason): void;
  /** A full scan begins: what is only counted is told anew. */
  passBegins(): void;
}

/** Files hashed in earlier runs of the agent; the store implements it. */
export interface KnownFiles {
  byPath(path: string): FoundFile | undefined;
  /** The state in which the file at this path is known; byPath reads its evidence too. */
  stateAt(path: string): FileIdentity | undefined;
  /** Another path of the same inode in the same state, so that a hard link is not hashed twice. */
  byIdentity(identity: FileIdentity): FoundFile | undefined;
  /** False while only files at known paths are taken, for lack of room. */
  takesNew(): boolean;
  paths(): Iterable<string>;
  all(): Iterable<FoundFile>;
}
