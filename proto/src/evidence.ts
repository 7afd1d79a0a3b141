/**
 * Evidence: the canonical record of what identifies one program file, and the id that follows from it.
 *
 * Protobuf output is not canonical, so evidence has a fixed encoding of its own: fields in ascending tag
 * order, each `tag (1 byte) | length (unsigned LEB128, minimal) | value`. A field without a value is absent,
 * never empty. Two agents that know the same facts about a file therefore produce the same bytes, and
 *
 *     executable_id = first 8 bytes of SHA-256("fleetmeter/evidence/1\0" || bytes), read big-endian,
 *
 * so nobody hands ids out and evidence proves itself against its id. The first 16 bytes of the same hash
 * go into the inventory digest. Adding a field to the table changes the id of every file that has it:
 * that takes a new version tag, not an edit.
 */
import { createHash } from 'node:crypto';
import { type ExecutableId, executableIdFromBytes } from './executable-id.ts';

export const EVIDENCE_VERSION = 1;
const VERSION_TAG = Buffer.from(`fleetmeter/evidence/${EVIDENCE_VERSION}\0`, 'latin1');

export const MAX_EVIDENCE_BYTES = 16_384;
const MAX_TEXT_BYTES = 1024;
const MAX_PATH_BYTES = 4096;

export type ExecutableFormat = 'elf' | 'macho' | 'pe' | 'script';

/** What names and identifies a program file. Nothing local or volatile: no times, no inode, no raw path. */
export interface Evidence {
  /** SHA-256 of the file's content, 32 bytes. */
  sha256: Uint8Array;
  /** Normalised path, see path-rules.ts. */
  path: string;
  /** Size in bytes, a safe integer. */
  size: number;
  format: ExecutableFormat;
  /** ELF build id, Mach-O UUID or PE debug GUID: 1 to 64 bytes. */
  buildId?: Uint8Array | undefined;
  /** `dpkg`, `rpm`, ...: which package database says who owns the file. */
  packageManager?: string | undefined;
  packageName?: string | undefined;
  packageVersion?: string | undefined;
  packageArchitecture?: string | undefined;
  /** Maintainer or vendor, without mail address. */
  packageVendor?: string | undefined;
  bundleId?: string | undefined;
  bundleName?: string | undefined;
  bundleVersion?: string | undefined;
  productName?: string | undefined;
  productVersion?: string | undefined;
  companyName?: string | undefined;
  fileDescription?: string | undefined;
  originalName?: string | undefined;
  signer?: string | undefined;
  signerTeam?: string | undefined;
  interpreter?: string | undefined;
  soname?: string | undefined;
  /** What tells editions of one product apart, for example an MSI product code. */
  edition?: string | undefined;
}

type FieldKind = 'sha256' | 'integer' | 'format' | 'bytes' | 'path' | 'text';

/** Tag, name and kind of every field of version 1, in encoding order. Closed: see the page comment. */
const FIELDS: readonly (readonly [tag: number, name: keyof Evidence, kind: FieldKind])[] = [
  [1, 'sha256', 'sha256'],
  [2, 'path', 'path'],
  [3, 'size', 'integer'],
  [4, 'format', 'format'],
  [5, 'buildId', 'bytes'],
  [10, 'packageManager', 'text'],
  [11, 'packageName', 'text'],
  [12, 'packageVersion', 'text'],
  [13, 'packageArchitecture', 'text'],
  [14, 'packageVendor', 'text'],
  [20, 'bundleId', 'text'],
  [21, 'bundleName', 'text'],
  [22, 'bundleVersion', 'text'],
  [30, 'productName', 'text'],
  [31, 'productVersion', 'text'],
  [32, 'companyName', 'text'],
  [33, 'fileDescription', 'text'],
  [34, 'originalName', 'text'],
  [40, 'signer', 'text'],
  [41, 'signerTeam', 'text'],
  [50, 'interpreter', 'text'],
  [51, 'soname', 'text'],
  [60, 'edition', 'text'],
];
const FORMATS: readonly string[] = ['elf', 'macho', 'pe', 'script'] satisfies ExecutableFormat[];
const REQUIRED = new Set<keyof Evidence>(['sha256', 'path', 'size', 'format']);

/** Bytes or values that are not evidence of this version. `message` says which field and why. */
export class EvidenceError extends Error {
  override name = 'EvidenceError';
}

/** The one encoding of this evidence. Text is put into NFC first. Throws EvidenceError on values out of bounds. */
export function encodeEvidence(evidence: Evidence): Uint8Array {
  const parts: Buffer[] = [];
  for (const [tag, name, kind] of FIELDS) {
    const value = evidence[name];
    if (value === undefined || value === '') {
      if (REQUIRED.has(name)) throw new EvidenceError(`${name} is missing`);
      continue;
    }
    const bytes = valueBytes(name, kind, value);
    parts.push(Buffer.from([tag]), leb128(bytes.length), bytes);
  }
  const encoded = Buffer.concat(parts);
  if (encoded.length > MAX_EVIDENCE_BYTES)
    throw new EvidenceError(`${encoded.length} bytes exceed ${MAX_EVIDENCE_BYTES}`);
  return encoded;
}

function valueBytes(name: string, kind: FieldKind, value: string | number | Uint8Array): Buffer {
  if (kind === 'integer') return leb128(safeInteger(name, value as number));
  const bytes =
    typeof value === 'string'
      ? Buffer.from(value.normalize('NFC'), 'utf8')
      : Buffer.from(value as Uint8Array);
  checkValue(name, kind, bytes);
  return bytes;
}

/** Bounds of one field's value bytes; shared by both directions so that they cannot disagree. */
function checkValue(name: string, kind: FieldKind, bytes: Buffer): void {
  const most =
    kind === 'sha256' ? 32 : kind === 'bytes' ? 64 : kind === 'path' ? MAX_PATH_BYTES : MAX_TEXT_BYTES;
  if (bytes.length === 0 || bytes.length > most)
    throw new EvidenceError(`${name} has ${bytes.length} bytes, allowed are 1 to ${most}`);
  if (kind === 'sha256' && bytes.length !== 32) throw new EvidenceError(`${name} is not 32 bytes`);
  if (kind === 'format' && !FORMATS.includes(bytes.toString('latin1')))
    throw new EvidenceError(`${name} is unknown`);
  if ((kind === 'path' || kind === 'text') && bytes.includes(0))
    throw new EvidenceError(`${name} holds a NUL`);
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads evidence and proves that the bytes are its one encoding. Throws EvidenceError otherwise. */
export function decodeEvidence(bytes: Uint8Array): Evidence {
  if (bytes.length > MAX_EVIDENCE_BYTES)
    throw new EvidenceError(`${bytes.length} bytes exceed ${MAX_EVIDENCE_BYTES}`);
  const input = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Partial<Record<keyof Evidence, unknown>> = {};
  let at = 0;
  let previousTag = 0;
  while (at < input.length) {
    const tag = input[at++] as number;
    const field = FIELDS.find(([known]) => known === tag);
    if (!field) throw new EvidenceError(`tag ${tag} is unknown in version ${EVIDENCE_VERSION}`);
    if (tag <= previousTag) throw new EvidenceError(`tag ${tag} is out of order`);
    previousTag = tag;
    const length = readLeb128(input, at);
    at = length.next + length.value;
    if (at > input.length) throw new EvidenceError(`${field[1]} is truncated`);
    found[field[1]] = readValue(field[1], field[2], input.subarray(length.next, at));
  }
  const evidence = found as unknown as Evidence;
  // The proof of canonical form: anything that reads well but would be written differently is refused.
  if (Buffer.compare(encodeEvidence(evidence), input) !== 0)
    throw new EvidenceError('bytes do not re-encode to themselves');
  return evidence;
}

function readValue(name: string, kind: FieldKind, bytes: Buffer): unknown {
  if (kind === 'integer') {
    const integer = readLeb128(bytes, 0);
    if (integer.next !== bytes.length) throw new EvidenceError(`${name} has trailing bytes`);
    return integer.value;
  }
  checkValue(name, kind, bytes);
  if (kind === 'sha256' || kind === 'bytes') return Uint8Array.from(bytes);
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw new EvidenceError(`${name} is not UTF-8`);
  }
}

function safeInteger(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new EvidenceError(`${name} is not an unsigned safe integer`);
  return value;
}

function leb128(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    out.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return Buffer.from(out);
}

function readLeb128(input: Buffer, start: number): { value: number; next: number } {
  let value = 0;
  let scale = 1;
  for (let at = start; at < start + 8; at++) {
    const byte = input[at];
    if (byte === undefined) throw new EvidenceError('an integer is truncated');
    value += (byte % 128) * scale;
    if (byte < 128) {
      if (byte === 0 && at > start) throw new EvidenceError('an integer is not minimal');
      return { value: safeInteger('integer', value), next: at + 1 };
    }
    scale *= 128;
  }
  throw new EvidenceError('an integer is too long');
}

export interface EvidenceIdentity {
  executableId: ExecutableId;
  /** First 16 bytes of the evidence hash, what the inventory digest sums. */
  digestPart: Uint8Array;
}

/** The id that evidence bytes prove. Total: any bytes have one, only canonical ones are accepted elsewhere. */
export function identifyEvidence(bytes: Uint8Array): EvidenceIdentity {
  const hash = createHash('sha256').update(VERSION_TAG).update(bytes).digest();
  return { executableId: executableIdFromBytes(hash), digestPart: Uint8Array.from(hash.subarray(0, 16)) };
}
