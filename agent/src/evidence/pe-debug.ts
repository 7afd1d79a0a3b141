/**
 * The GUID by which a symbol server finds an image's debug symbols ("PE Format", section "Debug Directory"). The path
 * of the symbols stands beside it and names folders of whoever built the file: it is never read.
 */
import type { BoundedReader } from './bounded-reader.ts';
import { DEBUG_TABLE, type PeImage } from './pe-image.ts';

const MOST_ENTRIES = 32;
const ENTRY_BYTES = 28;
const CODEVIEW = 2;
/** `RSDS`: CodeView with a GUID. The older `NB10` has a time and no GUID. */
const GUID_SIGNATURE = 0x53445352;

export function debugGuid(reader: BoundedReader, image: PeImage): Uint8Array | undefined {
  const table = image.tables.get(DEBUG_TABLE);
  const at = table && image.fileOffset(table.address);
  if (table === undefined || at === undefined) return undefined;
  const count = reader.limits.atMost(Math.floor(table.size / ENTRY_BYTES), MOST_ENTRIES);
  const entries = reader.upTo(at, count * ENTRY_BYTES);
  for (let from = 0; from + ENTRY_BYTES <= entries.length; from += ENTRY_BYTES) {
    if (entries.readUInt32LE(from + 12) !== CODEVIEW) continue;
    const data = reader.part(entries.readUInt32LE(from + 24), 20);
    if (data?.readUInt32LE(0) !== GUID_SIGNATURE) continue;
    const guid = asWritten(data.subarray(4, 20));
    if (guid.some((byte) => byte !== 0)) return guid;
  }
  return undefined;
}

/** A GUID is three little-endian numbers and eight bytes; symbol servers and people write the numbers highest digit first. */
function asWritten(bytes: Buffer): Uint8Array {
  const written = Buffer.from(bytes);
  written.subarray(0, 4).swap32();
  written.subarray(4, 8).swap16();
  return Uint8Array.from(written);
}
