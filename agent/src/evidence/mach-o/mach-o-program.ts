/**
 * One program of a Mach-O file: its header and load commands (`mach-o/loader.h`), which say what it is called and
 * where its signature lies. Either byte order, 32 and 64 bit.
 */
import type { BoundedReader } from '../bounded-reader.ts';
import type { LimitNote } from '../limit-note.ts';
import type { Processor } from './architecture-name.ts';

/** A stretch of the file, in bytes. */
export interface ProgramPlace {
  at: number;
  size: number;
}

export interface MachOProgram extends Processor {
  /** 16 bytes. */
  uuid?: Uint8Array | undefined;
  installName?: string | undefined;
  dynamicLinker?: string | undefined;
  /** Where the code signature is. */
  signature?: ProgramPlace | undefined;
  /** Where the section with an Info.plist is. */
  infoPlist?: ProgramPlace | undefined;
}

/** Those of a large application that loads hundreds of libraries take 20 kB; what lies behind this is not looked at. */
const MOST_COMMAND_BYTES = 65_536;
const LONGEST_TEXT_BYTES = 1024;
const CAPABILITY_BITS = 0xff00_0000;

const LC_SEGMENT = 0x1;
const LC_ID_DYLIB = 0xd;
const LC_LOAD_DYLINKER = 0xe;
const LC_SEGMENT_64 = 0x19;
const LC_UUID = 0x1b;
const LC_CODE_SIGNATURE = 0x1d;

/** By the four bytes that the file opens with, read as a number with the highest byte first. */
const FORMS: ReadonlyMap<number, { littleEndian: boolean; wide: boolean }> = new Map([
  [0xfeedface, { littleEndian: false, wide: false }],
  [0xfeedfacf, { littleEndian: false, wide: true }],
  [0xcefaedfe, { littleEndian: true, wide: false }],
  [0xcffaedfe, { littleEndian: true, wide: true }],
]);

/** One load command, and how its numbers are written. */
interface Command {
  kind: number;
  view: DataView;
  littleEndian: boolean;
}

export function readProgram(reader: BoundedReader, place: ProgramPlace): MachOProgram | undefined {
  const header = viewOf(reader.part(place.at, 28));
  const form = header && FORMS.get(header.getUint32(0));
  if (!header || !form) return undefined;
  const { littleEndian, wide } = form;
  const number = (at: number): number => header.getUint32(at, littleEndian);
  const program: MachOProgram = {
    cpuType: number(4),
    cpuSubtype: (number(8) & ~CAPABILITY_BITS) >>> 0,
  };
  const count = number(16);
  const commandBytes = reader.limits.atMost(Math.min(number(20), place.size), MOST_COMMAND_BYTES);
  const commands = viewOf(reader.upTo(place.at + (wide ? 32 : 28), commandBytes));
  for (const command of loadCommands(commands, count, littleEndian))
    note(program, command, place, reader.limits);
  return program;
}

/** Ends at the first command that cannot be: each is at least its own head, so the bytes bound their number. */
function* loadCommands(view: DataView | undefined, count: number, littleEndian: boolean): Generator<Command> {
  if (!view) return;
  let at = 0;
  for (let seen = 0; seen < count && at + 8 <= view.byteLength; seen++) {
    const size = view.getUint32(at + 4, littleEndian);
    if (size < 8 || at + size > view.byteLength) return;
    const kind = view.getUint32(at, littleEndian);
    yield { kind, view: new DataView(view.buffer, view.byteOffset + at, size), littleEndian };
    at += size;
  }
}

function note(program: MachOProgram, command: Command, place: ProgramPlace, limits: LimitNote): void {
  switch (command.kind) {
    case LC_UUID:
      program.uuid ??= uuidOf(command);
      return;
    case LC_ID_DYLIB:
      program.installName ??= textOf(command, limits);
      return;
    case LC_LOAD_DYLINKER:
      program.dynamicLinker ??= textOf(command, limits);
      return;
    case LC_CODE_SIGNATURE:
      program.signature ??= within(place, numberAt(command, 8), numberAt(command, 12));
      return;
    case LC_SEGMENT:
    case LC_SEGMENT_64:
      program.infoPlist ??= infoPlistOf(command, place, limits);
  }
}

function uuidOf({ view }: Command): Uint8Array | undefined {
  if (view.byteLength < 24) return undefined;
  const uuid = new Uint8Array(view.buffer, view.byteOffset + 8, 16).slice();
  return uuid.some((byte) => byte !== 0) ? uuid : undefined;
}

/** The text lies within the command, where the number at 8 says, and ends with a NUL or the command. */
function textOf(command: Command, limits: LimitNote): string | undefined {
  const start = numberAt(command, 8);
  const { view } = command;
  if (start === undefined || start < 12 || start >= view.byteLength) return undefined;
  return textUpToNul(new Uint8Array(view.buffer, view.byteOffset + start, view.byteLength - start), limits);
}

/** Of the section `__info_plist`: tools without a bundle carry their Info.plist in it. */
function infoPlistOf(command: Command, place: ProgramPlace, limits: LimitNote): ProgramPlace | undefined {
  const wide = command.kind === LC_SEGMENT_64;
  const { view } = command;
  const [sectionsAt, sectionBytes, sizeAt, offsetAt] = wide ? [72, 80, 40, 48] : [56, 68, 36, 40];
  for (let at = sectionsAt; at + sectionBytes <= view.byteLength; at += sectionBytes) {
    const name = textUpToNul(new Uint8Array(view.buffer, view.byteOffset + at, 16), limits);
    if (name !== '__info_plist') continue;
    const size = wide
      ? Number(view.getBigUint64(at + sizeAt, command.littleEndian))
      : numberAt(command, at + sizeAt);
    return within(place, numberAt(command, at + offsetAt), size);
  }
  return undefined;
}

/** Offsets of load commands count from the program's beginning; what leaves the program belongs to somebody else. */
function within(
  place: ProgramPlace,
  offset: number | undefined,
  size: number | undefined,
): ProgramPlace | undefined {
  if (offset === undefined || size === undefined || size === 0 || offset + size > place.size)
    return undefined;
  return { at: place.at + offset, size };
}

function numberAt({ view, littleEndian }: Command, at: number): number | undefined {
  return at + 4 <= view.byteLength ? view.getUint32(at, littleEndian) : undefined;
}

function viewOf(bytes: Buffer | undefined): DataView | undefined {
  return bytes && new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** undefined when it is empty, too long, or not UTF-8. */
export function textUpToNul(bytes: Uint8Array, limits: LimitNote): string | undefined {
  const nul = bytes.indexOf(0);
  const end = nul < 0 ? bytes.length : nul;
  if (end === 0 || limits.exceeds(end, LONGEST_TEXT_BYTES)) return undefined;
  try {
    return utf8.decode(bytes.subarray(0, end));
  } catch {
    return undefined;
  }
}
