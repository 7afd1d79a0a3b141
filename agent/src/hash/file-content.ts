/** What reading a program file once tells: everything in it belongs to one opened inode in one state. */
import type { ExecutableFormat } from '@fleetmeter/proto';
import type { FileIdentity, SkipReason } from '../watch/found-file.ts';

/** What an executable says of itself, as far as its bytes go. */
export interface SelfDescription {
  buildId?: Uint8Array | undefined;
  interpreter?: string | undefined;
  soname?: string | undefined;
  productName?: string | undefined;
  productVersion?: string | undefined;
  companyName?: string | undefined;
  fileDescription?: string | undefined;
  originalName?: string | undefined;
  /** As the file claims; nobody has verified the signature. */
  signer?: string | undefined;
  signerTeam?: string | undefined;
  edition?: string | undefined;
  /** Reading it stopped at a limit (see LimitNote), so that some of the above may be missing. */
  limitReached?: true;
}

export interface FileContent extends SelfDescription {
  /** The state in which the file was before and after it was read. */
  identity: FileIdentity;
  sha256: Uint8Array;
  format: ExecutableFormat;
}

export type HashOutcome =
  | { kind: 'hashed'; content: FileContent }
  /** Readable, but its first bytes are no executable's; it was not hashed. */
  | { kind: 'not-executable'; identity: FileIdentity }
  | { kind: 'skipped'; reason: SkipReason }
  /** Hashing rests, and the caller does not wait for that to end: see HashOptions.puttingOff. */
  | { kind: 'put-off' }
  /** The hasher was closed before the file was done. */
  | { kind: 'cancelled' };
