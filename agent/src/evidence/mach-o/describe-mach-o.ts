/**
 * What a Mach-O file says of itself, for one architecture (thin) or several (fat). Format: Apple's public headers
 * `mach-o/fat.h` and `mach-o/loader.h`. Input may be hostile: reads stay within MACH_O_LIMITS, and whatever does not
 * make sense is left out. Never throws unless the reader does.
 *
 * A fat file is one file with several programs in it. So that what is said of it does not depend on how they were put
 * together, they are taken in ascending order of processor type and subtype:
 *   - build id: their UUIDs, one behind the other, of the first four that have one (64 bytes);
 *   - edition: the names of all architectures, so that Intel only, Apple silicon only and universal are told apart;
 *   - signer and team: only what all of them say alike, so that nobody lends a name to the rest of the file by
 *     putting one signed program into it;
 *   - everything else: of the first that says it.
 */
import { BoundedReader, type BoundedReaderLimits } from '../bounded-reader.ts';
import { infoOf } from '../bundle/info-plist.ts';
import type { ByteReader } from '../elf.ts';
import type { LimitNote } from '../limit-note.ts';
import { architectureName } from './architecture-name.ts';
import { type CodeSignature, codeSignature } from './code-signature.ts';
import { type MachOProgram, type ProgramPlace, readProgram } from './mach-o-program.ts';

export interface MachODescription {
  /** UUIDs of 16 bytes each: 16 to 64 bytes. */
  buildId?: Uint8Array | undefined;
  /** The dynamic linker. */
  interpreter?: string | undefined;
  /** A library's install name. */
  soname?: string | undefined;
  /** The identifier in the code signature: a bundle identifier, or what the linker called the file. */
  originalName?: string | undefined;
  /** From an Info.plist inside the file, as tools without a bundle have it. */
  productName?: string | undefined;
  productVersion?: string | undefined;
  /** Who signed it, as the signature claims: it is not verified. */
  signer?: string | undefined;
  signerTeam?: string | undefined;
  /** Architectures, such as `x86_64 arm64`. */
  edition?: string | undefined;
  /** See LimitNote. */
  limitReached?: true;
}

/**
 * Real files take less than 32 kB and 6 reads for each architecture. The limits of the parts keep every file below
 * these, so that no program of a file goes unread because of another.
 */
export const MACH_O_LIMITS: BoundedReaderLimits = { mostBytes: 6_291_456, mostReads: 512 };

const FAT_MAGIC = 0xcafebabe;
const FAT_MAGIC_64 = 0xcafebabf;
/** As many as executable-format.ts takes for a fat file. */
const MOST_ARCHITECTURES = 30;
const MOST_BUILD_ID_BYTES = 64;
const MOST_INFO_PLIST_BYTES = 65_536;

interface Described extends MachOProgram {
  signed: CodeSignature;
}

export function describeMachO(read: ByteReader): MachODescription {
  const reader = new BoundedReader(read, MACH_O_LIMITS);
  const programs = programPlaces(reader)
    .map((place) => readProgram(reader, place))
    .filter((program) => program !== undefined)
    .sort((one, other) => one.cpuType - other.cpuType || one.cpuSubtype - other.cpuSubtype)
    .map((program): Described => ({ ...program, signed: signatureOf(reader, program) }));
  const first = <Value>(of: (program: Described) => Value | undefined): Value | undefined =>
    programs.map(of).find((value) => value !== undefined);
  const info = embeddedInfo(reader, programs);
  return {
    buildId: joined(
      programs.flatMap(({ uuid }) => (uuid ? [uuid] : [])),
      reader.limits,
    ),
    interpreter: first(({ dynamicLinker }) => dynamicLinker),
    soname: first(({ installName }) => installName),
    originalName: first(({ signed }) => signed.identifier),
    productName: info?.name,
    productVersion: info?.version,
    signer: agreed(programs.map(({ signed }) => signed.signer)),
    signerTeam: agreed(programs.map(({ signed }) => signed.team)),
    edition: [...new Set(programs.map(architectureName))].join(' ') || undefined,
    ...reader.limits.inAnswer(),
  };
}

/** Where the programs of this file are; none when it is no Mach-O or its table contradicts itself. */
function programPlaces(reader: BoundedReader): ProgramPlace[] {
  const head = reader.part(0, 8);
  if (!head) return [];
  const magic = head.readUInt32BE(0);
  if (magic !== FAT_MAGIC && magic !== FAT_MAGIC_64) return [{ at: 0, size: Number.MAX_SAFE_INTEGER }];
  const count = head.readUInt32BE(4);
  const entryBytes = magic === FAT_MAGIC_64 ? 32 : 20;
  if (reader.limits.exceeds(count, MOST_ARCHITECTURES)) return [];
  const table = reader.part(8, count * entryBytes);
  if (!table) return [];
  const places: ProgramPlace[] = [];
  for (let at = 0; at < table.length; at += entryBytes)
    places.push(
      magic === FAT_MAGIC_64
        ? { at: Number(table.readBigUInt64BE(at + 8)), size: Number(table.readBigUInt64BE(at + 16)) }
        : { at: table.readUInt32BE(at + 8), size: table.readUInt32BE(at + 12) },
    );
  return overlapping(places, 8 + table.length) ? [] : places;
}

/** No linker makes such a file, so nothing that its table says is believed. */
function overlapping(places: ProgramPlace[], tableEnd: number): boolean {
  let end = tableEnd;
  for (const { at, size } of places.toSorted((one, other) => one.at - other.at)) {
    if (at < end) return true;
    end = at + size;
  }
  return false;
}

function signatureOf(reader: BoundedReader, { signature }: MachOProgram): CodeSignature {
  return signature ? codeSignature(reader, signature) : {};
}

function embeddedInfo(reader: BoundedReader, programs: Described[]): ReturnType<typeof infoOf> {
  const place = programs.find(({ infoPlist }) => infoPlist)?.infoPlist;
  if (!place || reader.limits.exceeds(place.size, MOST_INFO_PLIST_BYTES)) return undefined;
  const bytes = reader.part(place.at, place.size);
  return bytes && infoOf(bytes, reader.limits);
}

function joined(uuids: Uint8Array[], limits: LimitNote): Uint8Array | undefined {
  if (uuids.length === 0) return undefined;
  const all = Buffer.concat(uuids);
  return Uint8Array.from(all.subarray(0, limits.atMost(all.length, MOST_BUILD_ID_BYTES)));
}

function agreed(values: (string | undefined)[]): string | undefined {
  return values.every((value) => value === values[0]) ? values[0] : undefined;
}
