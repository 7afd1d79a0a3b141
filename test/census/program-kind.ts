/** Whether first bytes are those of a program. By the formats' own documents, not by the product's code. */
export const FIRST_BYTES = 4096;

/** `0xcafebabe` opens Java class files too; there the next number is a class version, and the first had 45. */
const FIRST_CLASS_VERSION = 45;

export function isProgram(first: Buffer): boolean {
  const magic = first.subarray(0, 4).toString('hex');
  if (first.subarray(0, 2).toString('latin1') === '#!') return true;
  if (magic === '7f454c46') return true;
  if (['feedface', 'feedfacf', 'cefaedfe', 'cffaedfe'].includes(magic)) return true;
  if (magic === 'cafebabe' || magic === 'cafebabf') return isUniversalBinary(first);
  return first.subarray(0, 2).toString('latin1') === 'MZ' && hasPeHeader(first);
}

function isUniversalBinary(first: Buffer): boolean {
  if (first.length < 8) return false;
  const architectures = first.readUInt32BE(4);
  return architectures > 0 && architectures < FIRST_CLASS_VERSION;
}

function hasPeHeader(first: Buffer): boolean {
  if (first.length < 0x40) return false;
  const at = first.readUInt32LE(0x3c);
  return first.subarray(at, at + 4).toString('latin1') === 'PE\0\0';
}
