/** What a file is, told by its first bytes alone. Pure: names and endings say nothing here. */
import type { ExecutableFormat } from '@fleetmeter/proto';

/** How many first bytes decide. A file that is shorter is judged by what it has. */
export const FORMAT_BYTES = 4096;

/** Java class files open with the same four bytes as fat Mach-O; their next number is the class version, 45 or more. */
const MOST_MACHO_ARCHITECTURES = 30;
const PE_HEADER_POINTER = 0x3c;

export function executableFormat(first: Uint8Array): ExecutableFormat | undefined {
  const bytes = Buffer.from(first.buffer, first.byteOffset, first.byteLength);
  if (bytes.length >= 2 && bytes.readUInt16BE(0) === 0x2321) return 'script';
  if (bytes.length < 4) return undefined;
  const magic = bytes.readUInt32BE(0);
  if (magic === 0x7f454c46) return 'elf';
  if (isThinMachO(magic) || isFatMachO(magic, bytes)) return 'macho';
  return isPe(bytes) ? 'pe' : undefined;
}

/** 32 and 64 bit, either byte order. */
function isThinMachO(magic: number): boolean {
  return magic === 0xfeedface || magic === 0xfeedfacf || magic === 0xcefaedfe || magic === 0xcffaedfe;
}

function isFatMachO(magic: number, bytes: Buffer): boolean {
  if ((magic !== 0xcafebabe && magic !== 0xcafebabf) || bytes.length < 8) return false;
  const architectures = bytes.readUInt32BE(4);
  return architectures >= 1 && architectures <= MOST_MACHO_ARCHITECTURES;
}

/** `MZ` alone is also DOS and plain text; only a PE header behind its pointer makes it a PE file. */
function isPe(bytes: Buffer): boolean {
  if (bytes.readUInt16BE(0) !== 0x4d5a || bytes.length < PE_HEADER_POINTER + 4) return false;
  const header = bytes.readUInt32LE(PE_HEADER_POINTER);
  return header <= bytes.length - 4 && bytes.readUInt32BE(header) === 0x50450000;
}
