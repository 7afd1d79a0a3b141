/**
 * The code signature of a Mach-O program, a "superblob" whose index leads to the code directory (identifier, team)
 * and to the CMS signature (certificates). Layout: `kern/cs_blobs.h` of Apple's published kernel sources. Numbers have
 * their highest byte first, whatever the processor.
 *
 * Nothing is verified: that takes every page's hash and the roots a system trusts. What is told is what the file
 * claims.
 */
import { BoundedReader, type BoundedReaderLimits } from '../bounded-reader.ts';
import { cmsSigner } from '../cms-signer.ts';
import { type ProgramPlace, textUpToNul } from './mach-o-program.ts';
import { signerName } from './signer-name.ts';

export interface CodeSignature {
  identifier?: string | undefined;
  /** Both absent when the signature is ad hoc: made by any linker, in nobody's name. */
  team?: string | undefined;
  signer?: string | undefined;
}

const SUPERBLOB = 0xfade0cc0;
const CODE_DIRECTORY = 0xfade0c02;
const CMS_WRAPPER = 0xfade0b01;
const CODE_DIRECTORY_SLOT = 0;
const CMS_SLOT = 0x10000;
/** Signatures have about six. */
const MOST_BLOBS = 64;
/** Certificates and a time stamp take about 9 kB. */
const MOST_CMS_BYTES = 65_536;
/** Of stepping through those bytes, which are in memory then. */
const CMS_LIMITS: BoundedReaderLimits = { mostBytes: 16_777_216, mostReads: 4096 };
const LONGEST_TEXT_BYTES = 1024;
/** The first version of the code directory that has a place for the team. */
const VERSION_WITH_TEAM = 0x20200;

export function codeSignature(reader: BoundedReader, place: ProgramPlace): CodeSignature {
  const head = reader.part(place.at, 12);
  if (head?.readUInt32BE(0) !== SUPERBLOB) return {};
  const count = head.readUInt32BE(8);
  const index = reader.limits.exceeds(count, MOST_BLOBS) ? undefined : reader.part(place.at + 12, count * 8);
  if (!index) return {};
  const slots = new Map<number, number>();
  for (let at = 0; at < index.length; at += 8)
    if (!slots.has(index.readUInt32BE(at))) slots.set(index.readUInt32BE(at), index.readUInt32BE(at + 4));
  const directory = blobAt(reader, place, slots.get(CODE_DIRECTORY_SLOT), CODE_DIRECTORY);
  const cms = blobAt(reader, place, slots.get(CMS_SLOT), CMS_WRAPPER);
  const certified = cms && commonName(reader, cms);
  const { identifier, team } = directory ? named(reader, directory) : {};
  if (certified === undefined) return { identifier };
  return { identifier, team, signer: signerName(certified) };
}

/** The blob at this offset of the signature, when it is of this kind and lies within it. */
function blobAt(
  reader: BoundedReader,
  signature: ProgramPlace,
  offset: number | undefined,
  magic: number,
): ProgramPlace | undefined {
  if (offset === undefined || offset + 8 > signature.size) return undefined;
  const head = reader.part(signature.at + offset, 8);
  if (head?.readUInt32BE(0) !== magic) return undefined;
  const size = head.readUInt32BE(4);
  return offset + size <= signature.size ? { at: signature.at + offset, size } : undefined;
}

function named(reader: BoundedReader, directory: ProgramPlace): Pick<CodeSignature, 'identifier' | 'team'> {
  const head = reader.part(directory.at, Math.min(directory.size, 52));
  if (!head || head.length < 44) return {};
  const teamAt = head.length >= 52 && head.readUInt32BE(8) >= VERSION_WITH_TEAM ? head.readUInt32BE(48) : 0;
  const identifierAt = head.readUInt32BE(20);
  return { identifier: textIn(reader, directory, identifierAt), team: textIn(reader, directory, teamAt) };
}

/** An offset of 0 means that there is none. */
function textIn(reader: BoundedReader, blob: ProgramPlace, offset: number): string | undefined {
  if (offset === 0 || offset >= blob.size) return undefined;
  const bytes = reader.upTo(blob.at + offset, Math.min(blob.size - offset, LONGEST_TEXT_BYTES + 1));
  return textUpToNul(bytes, reader.limits);
}

/** Of the signer's certificate. An ad hoc signature has an empty wrapper, or none. */
function commonName(reader: BoundedReader, { at, size }: ProgramPlace): string | undefined {
  if (size <= 8 || reader.limits.exceeds(size, MOST_CMS_BYTES)) return undefined;
  const cms = reader.part(at + 8, size - 8);
  if (!cms) return undefined;
  // Indefinite lengths are stepped through more than once, which the file need not be read for.
  const readCms = (from: number, length: number): Uint8Array => cms.subarray(from, from + length);
  const inMemory = new BoundedReader(readCms, CMS_LIMITS, reader.limits);
  return cmsSigner(inMemory, 0, cms.length);
}
