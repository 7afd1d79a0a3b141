/**
 * What an ELF file says of itself: build id (note of name GNU, type 3), interpreter (PT_INTERP) and soname
 * (DT_SONAME). Pure over a reader of bytes. Input may be hostile: every count and length has a limit, every offset
 * is checked, and whatever does not make sense is left out. Never throws unless the reader does.
 */
import { LimitNote } from './limit-note.ts';

/** At most `length` bytes from `offset`; fewer at the end of the file. */
export type ByteReader = (offset: number, length: number) => Uint8Array;

export interface ElfDescription {
  /** 1 to 64 bytes. */
  buildId?: Uint8Array | undefined;
  interpreter?: string | undefined;
  soname?: string | undefined;
  /** See LimitNote. */
  limitReached?: true;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

const MOST_HEADERS = 512;
const MOST_NOTE_PARTS = 16;
const MOST_NOTES = 64;
const MOST_NOTE_BYTES = 65_536;
const MOST_DYNAMIC_BYTES = 65_536;
const LONGEST_TEXT_BYTES = 1024;

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const PT_NOTE = 4;
const SHT_NOTE = 7;
const DT_NULL = 0n;
const DT_STRTAB = 5n;
const DT_SONAME = 14n;
const NT_GNU_BUILD_ID = 3;

/** One reading of a part of the file, or undefined when it is not all there. */
class ElfView {
  readonly limits = new LimitNote();
  readonly #read: ByteReader;
  readonly littleEndian: boolean;
  readonly wide: boolean;

  constructor(read: ByteReader, ident: Uint8Array) {
    this.#read = read;
    this.wide = ident[4] === 2;
    this.littleEndian = ident[5] === 1;
  }

  part(offset: number, length: number): DataView | undefined {
    if (!Number.isSafeInteger(offset) || offset < 0 || length <= 0) return undefined;
    const bytes = this.#read(offset, length);
    return bytes.length === length
      ? new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      : undefined;
  }

  /** A NUL-terminated text; undefined when it is empty, too long, or not UTF-8. */
  text(offset: number): string | undefined {
    if (!Number.isSafeInteger(offset) || offset < 0) return undefined;
    const bytes = this.#read(offset, LONGEST_TEXT_BYTES + 1);
    const end = bytes.indexOf(0);
    if (end < 0) this.limits.exceeds(bytes.length, LONGEST_TEXT_BYTES);
    if (end <= 0) return undefined;
    try {
      return utf8.decode(bytes.subarray(0, end));
    } catch {
      return undefined;
    }
  }

  u16(view: DataView, at: number): number {
    return view.getUint16(at, this.littleEndian);
  }

  u32(view: DataView, at: number): number {
    return view.getUint32(at, this.littleEndian);
  }

  /** An address or offset of the file's own width. */
  word(view: DataView, at: number): bigint {
    return this.wide
      ? view.getBigUint64(at, this.littleEndian)
      : BigInt(view.getUint32(at, this.littleEndian));
  }
}

/** A stretch of the file, from a program header or a section header. */
interface Stretch {
  type: number;
  offset: number;
  address: bigint;
  size: number;
}

export function describeElf(read: ByteReader): ElfDescription {
  const ident = read(0, 16);
  if (ident.length < 16 || ident[0] !== 0x7f || ident[1] !== 0x45 || ident[2] !== 0x4c || ident[3] !== 0x46)
    return {};
  const elf = new ElfView(read, ident);
  const header = elf.part(0, elf.wide ? 64 : 52);
  if (!header) return {};
  const segments = programHeaders(elf, header);
  const interpreter = segments.find((segment) => segment.type === PT_INTERP);
  return {
    buildId: buildId(elf, notes(segments, PT_NOTE)) ?? buildId(elf, sectionNotes(elf, header)),
    interpreter: interpreter && elf.text(interpreter.offset),
    soname: soname(elf, segments),
    ...elf.limits.inAnswer(),
  };
}

function programHeaders(elf: ElfView, header: DataView): Stretch[] {
  return entries(elf, header, {
    named: elf.wide ? { tableAt: 32, sizeAt: 54, countAt: 56 } : { tableAt: 28, sizeAt: 42, countAt: 44 },
    least: elf.wide ? 56 : 32,
    read: (view, at) => ({
      type: elf.u32(view, at),
      offset: Number(elf.word(view, at + (elf.wide ? 8 : 4))),
      address: elf.word(view, at + (elf.wide ? 16 : 8)),
      size: Number(elf.word(view, at + (elf.wide ? 32 : 16))),
    }),
  });
}

function sectionHeaders(elf: ElfView, header: DataView): Stretch[] {
  return entries(elf, header, {
    named: elf.wide ? { tableAt: 40, sizeAt: 58, countAt: 60 } : { tableAt: 32, sizeAt: 46, countAt: 48 },
    least: elf.wide ? 64 : 40,
    read: (view, at) => ({
      type: elf.u32(view, at + 4),
      address: elf.word(view, at + (elf.wide ? 16 : 12)),
      offset: Number(elf.word(view, at + (elf.wide ? 24 : 16))),
      size: Number(elf.word(view, at + (elf.wide ? 32 : 20))),
    }),
  });
}

/** A table of entries that are all of one form. */
interface EntryForm {
  /** Where the file's header names the table's place, the size of an entry, and how many there are. */
  named: { tableAt: number; sizeAt: number; countAt: number };
  /** Bytes that `read` looks at. */
  least: number;
  read(view: DataView, at: number): Stretch;
}

function entries(elf: ElfView, header: DataView, { named, least, read }: EntryForm): Stretch[] {
  const offset = Number(elf.word(header, named.tableAt));
  const [size, count] = [elf.u16(header, named.sizeAt), elf.u16(header, named.countAt)];
  if (size < least || size > 256 || elf.limits.exceeds(count, MOST_HEADERS)) return [];
  const view = elf.part(offset, size * count);
  if (!view) return [];
  return Array.from({ length: count }, (_, index) => read(view, index * size));
}

function notes(stretches: Stretch[], type: number): Stretch[] {
  return stretches.filter((stretch) => stretch.type === type);
}

/** Kernel modules have no program headers, and Go leaves the GNU note out of them: their notes are in sections. */
function sectionNotes(elf: ElfView, header: DataView): Stretch[] {
  return notes(sectionHeaders(elf, header), SHT_NOTE);
}

function buildId(elf: ElfView, parts: Stretch[]): Uint8Array | undefined {
  for (const [index, { offset, size }] of parts.entries()) {
    if (elf.limits.exceeds(index + 1, MOST_NOTE_PARTS)) return undefined;
    const view = elf.part(offset, elf.limits.atMost(size, MOST_NOTE_BYTES));
    const found = view && gnuBuildId(elf, view);
    if (found) return found;
  }
  return undefined;
}

/** A note is: name length, value length, type; then name and value, each padded to 4 bytes. */
function gnuBuildId(elf: ElfView, view: DataView): Uint8Array | undefined {
  let at = 0;
  for (let seen = 1; at + 12 <= view.byteLength; seen++) {
    if (elf.limits.exceeds(seen, MOST_NOTES)) return undefined;
    const nameLength = elf.u32(view, at);
    const valueLength = elf.u32(view, at + 4);
    const valueAt = at + 12 + padded(nameLength);
    if (valueAt + valueLength > view.byteLength) return undefined;
    const isGnu = nameLength === 4 && view.getUint32(at + 12) === 0x474e5500;
    if (isGnu && elf.u32(view, at + 8) === NT_GNU_BUILD_ID && valueLength >= 1 && valueLength <= 64)
      return new Uint8Array(view.buffer, view.byteOffset + valueAt, valueLength).slice();
    at = valueAt + padded(valueLength);
  }
  return undefined;
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function soname(elf: ElfView, segments: Stretch[]): string | undefined {
  const dynamic = segments.find((segment) => segment.type === PT_DYNAMIC);
  const view = dynamic && elf.part(dynamic.offset, elf.limits.atMost(dynamic.size, MOST_DYNAMIC_BYTES));
  if (!view) return undefined;
  const width = elf.wide ? 8 : 4;
  let strings: bigint | undefined;
  let name: bigint | undefined;
  for (let at = 0; at + 2 * width <= view.byteLength; at += 2 * width) {
    const tag = elf.word(view, at);
    if (tag === DT_NULL) break;
    if (tag === DT_STRTAB) strings = elf.word(view, at + width);
    if (tag === DT_SONAME) name = elf.word(view, at + width);
  }
  if (strings === undefined || name === undefined) return undefined;
  const offset = fileOffset(segments, strings);
  return offset === undefined ? undefined : elf.text(offset + Number(name));
}

/** Where in the file the byte lies that the loader puts at `address`. */
function fileOffset(segments: Stretch[], address: bigint): number | undefined {
  for (const { type, offset, address: start, size } of segments)
    if (type === PT_LOAD && address >= start && address - start < BigInt(size))
      return offset + Number(address - start);
  return undefined;
}
