/**
 * The headers of a PE image: where its tables are, and where in the file an address of the loaded image lies.
 * "PE Format", sections "Optional Header" and "Section Table". Never throws unless the reader does.
 */
import type { BoundedReader } from './bounded-reader.ts';

/** Index of a table in the optional header's data directories. */
export const RESOURCE_TABLE = 2;
/** The only table whose place is an offset in the file and not an address. */
export const CERTIFICATE_TABLE = 4;
export const DEBUG_TABLE = 6;

export interface PeTable {
  /** Relative virtual address; for CERTIFICATE_TABLE an offset in the file. */
  address: number;
  /** Bytes, as the file claims. */
  size: number;
}

export interface PeImage {
  /** By index; a table that the image does not have is missing. */
  tables: ReadonlyMap<number, PeTable>;
  /** Where in the file the byte of this relative virtual address lies; undefined when no part of the file has it. */
  fileOffset(address: number): number | undefined;
}

interface Section {
  address: number;
  fileAt: number;
  /** Bytes that come from the file. */
  fileSize: number;
}

/** Windows itself refuses images with more than 96 sections; what lies behind this many is left out. */
const MOST_SECTIONS = 256;
const MOST_TABLES = 16;
const TABLE_BYTES = 8;
const HEADER_POINTER = 0x3c;
const FILE_HEADER_BYTES = 24;
const SECTION_BYTES = 40;
const PE32 = 0x10b;
const PE32_PLUS = 0x20b;
/** The loader rounds a section's place in the file down to a sector, unless the image is aligned more finely. */
const SECTOR_BYTES = 512;

export function openPeImage(reader: BoundedReader): PeImage | undefined {
  const dos = reader.part(0, HEADER_POINTER + 4);
  if (dos?.readUInt16LE(0) !== 0x5a4d) return undefined;
  const headerAt = dos.readUInt32LE(HEADER_POINTER);
  const header = reader.part(headerAt, FILE_HEADER_BYTES);
  if (header?.readUInt32LE(0) !== 0x4550) return undefined;
  const sectionCount = header.readUInt16LE(6);
  const optionalAt = headerAt + FILE_HEADER_BYTES;
  const optional = reader.upTo(optionalAt, 112 + MOST_TABLES * TABLE_BYTES);
  const tables = readTables(optional);
  if (!tables) return undefined;
  const fileAlignment = optional.readUInt32LE(36);
  const headerBytes = optional.readUInt32LE(60);
  const sections = readSections(reader, optionalAt + header.readUInt16LE(20), sectionCount, fileAlignment);
  return {
    tables,
    fileOffset(address) {
      for (const section of sections) {
        const inside = address - section.address;
        if (inside >= 0 && inside < section.fileSize) return section.fileAt + inside;
      }
      return address < headerBytes ? address : undefined;
    },
  };
}

/** Undefined when the optional header is not that of an image. */
function readTables(optional: Buffer): Map<number, PeTable> | undefined {
  if (optional.length < 96) return undefined;
  const magic = optional.readUInt16LE(0);
  if (magic !== PE32 && magic !== PE32_PLUS) return undefined;
  const countAt = magic === PE32 ? 92 : 108;
  if (optional.length < countAt + 4) return undefined;
  const tables = new Map<number, PeTable>();
  const there = Math.floor((optional.length - countAt - 4) / TABLE_BYTES);
  const count = Math.min(optional.readUInt32LE(countAt), there);
  for (let index = 0; index < count; index++) {
    const at = countAt + 4 + index * TABLE_BYTES;
    const table = { address: optional.readUInt32LE(at), size: optional.readUInt32LE(at + 4) };
    if (table.address !== 0 && table.size !== 0) tables.set(index, table);
  }
  return tables;
}

function readSections(reader: BoundedReader, at: number, count: number, fileAlignment: number): Section[] {
  const bytes = reader.upTo(at, reader.limits.atMost(count, MOST_SECTIONS) * SECTION_BYTES);
  return Array.from({ length: Math.floor(bytes.length / SECTION_BYTES) }, (_, index) => {
    const from = index * SECTION_BYTES;
    const fileAt = bytes.readUInt32LE(from + 20);
    return {
      address: bytes.readUInt32LE(from + 12),
      fileSize: bytes.readUInt32LE(from + 16),
      fileAt: fileAlignment < SECTOR_BYTES ? fileAt : fileAt - (fileAt % SECTOR_BYTES),
    };
  });
}
