/**
 * The package headers in rpm's ndb database (`Packages.db`, the format of SUSE), as rpm's lib/backend/ndb/rpmpkg.c lays
 * it out; all numbers are u32 and little-endian. Pages of 4,096 bytes at the beginning hold slots of 16 bytes: `Slot |
 * package number | first block | blocks`; the first two slots are the file's header. Blocks have 16 bytes; a package
 * begins with `BlbS | package number | generation | bytes`. Tried with files written here after that description, not
 * with one that rpm wrote.
 */
import { type FileHandle, open } from 'node:fs/promises';

const SLOT_BYTES = 16;
const PAGE_BYTES = 4096;
const BLOCK_BYTES = 16;
const HEADER_SLOTS = 2;
/** A quarter of a million packages. */
const MOST_PAGES = 1_024;

interface Slot {
  packageNumber: number;
  at: number;
  bytes: number;
}

/** In the order in which packages were installed. undefined: too large, or not where its slot says. Throws on another format. */
export async function* ndbHeaders(file: string, mostHeaderBytes: number): AsyncGenerator<Buffer | undefined> {
  const handle = await open(file, 'r');
  try {
    for (const slot of (await slots(handle)).sort((one, other) => one.packageNumber - other.packageNumber))
      yield await packageHeader(handle, slot, mostHeaderBytes);
  } finally {
    await handle.close();
  }
}

async function slots(handle: FileHandle): Promise<Slot[]> {
  const header = await part(handle, 0, HEADER_SLOTS * SLOT_BYTES);
  if (header?.toString('latin1', 0, 4) !== 'RpmP') throw new Error('file is not a database of format ndb');
  if (header.readUInt32LE(4) !== 0) throw new Error(`ndb of version ${header.readUInt32LE(4)} is not known`);
  const pages = header.readUInt32LE(12);
  if (pages > MOST_PAGES) throw new Error(`ndb with ${pages} pages of slots is too large`);
  const found: Slot[] = [];
  for (let page = 0; page < pages; page++) {
    const bytes = await part(handle, page * PAGE_BYTES, PAGE_BYTES);
    if (!bytes) throw new Error('ndb ends in its slots');
    for (let at = page === 0 ? HEADER_SLOTS * SLOT_BYTES : 0; at < PAGE_BYTES; at += SLOT_BYTES)
      found.push(...usedSlot(bytes, at));
  }
  return found;
}

function usedSlot(page: Buffer, at: number): Slot[] {
  if (page.toString('latin1', at, at + 4) !== 'Slot')
    throw new Error('ndb has something else among its slots');
  const [packageNumber, block, blocks] = [4, 8, 12].map((offset) => page.readUInt32LE(at + offset));
  if (!packageNumber || !block || !blocks) return [];
  return [{ packageNumber, at: block * BLOCK_BYTES, bytes: blocks * BLOCK_BYTES }];
}

async function packageHeader(handle: FileHandle, slot: Slot, most: number): Promise<Buffer | undefined> {
  const head = await part(handle, slot.at, BLOCK_BYTES);
  if (head?.toString('latin1', 0, 4) !== 'BlbS' || head.readUInt32LE(4) !== slot.packageNumber)
    return undefined;
  const bytes = head.readUInt32LE(12);
  if (bytes > most || bytes > slot.bytes) return undefined;
  return part(handle, slot.at + BLOCK_BYTES, bytes);
}

/** undefined when the file ends before. */
async function part(handle: FileHandle, at: number, length: number): Promise<Buffer | undefined> {
  // A length that is a lie must not take memory: a file of that size has to be there.
  if (at + length > (await handle.stat()).size) return undefined;
  const bytes = Buffer.alloc(length);
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, at + filled);
    if (bytesRead === 0) return undefined;
    filled += bytesRead;
  }
  return bytes;
}
