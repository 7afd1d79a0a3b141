/**
 * What a Windows program file says of itself: debug GUID, version information and the name in its signature. The
 * pieces may lie anywhere in the file, so it is read by offset, within limits that hold for the whole file. Input may
 * be hostile: whatever does not make sense is left out. Never throws unless the reader does.
 *
 * Format: "PE Format" in Microsoft's documentation; each part's file names its own section.
 */
import { authenticodeSigner } from './authenticode.ts';
import { BoundedReader, type BoundedReaderLimits } from './bounded-reader.ts';
import type { ByteReader } from './elf.ts';
import { debugGuid } from './pe-debug.ts';
import { openPeImage } from './pe-image.ts';
import { type VersionInformation, versionInformation } from './pe-version.ts';

export interface PeDescription extends VersionInformation {
  /** The GUID that ties the file to its debug symbols: 16 bytes in the order in which it is written. */
  buildId?: Uint8Array | undefined;
  /** Who the embedded signature says signed the file. Nobody has verified it: it is a claim like any other. */
  signer?: string | undefined;
  /** See LimitNote. */
  limitReached?: true;
}

/** Real files take up to 7 reads and 28 kB; what lies beyond these limits is left out. */
export const PE_LIMITS: BoundedReaderLimits = { mostBytes: 262_144, mostReads: 64 };

export function describePe(read: ByteReader): PeDescription {
  const reader = new BoundedReader(read, PE_LIMITS);
  const image = openPeImage(reader);
  if (!image) return reader.limits.inAnswer();
  return {
    buildId: debugGuid(reader, image),
    ...versionInformation(reader, image),
    signer: authenticodeSigner(reader, image),
    ...reader.limits.inAnswer(),
  };
}
