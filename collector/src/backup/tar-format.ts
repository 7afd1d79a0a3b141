/** The headers of tar archives (POSIX ustar, sizes beyond 8 GiB as GNU tar writes them). Pure. */
export const TAR_BLOCK = 512;
const MOST_OCTAL = 8 ** 11 - 1;

export interface TarEntry {
  path: string;
  bytes: number;
}

/** Throws RangeError for a path that a header has no room for. */
export function tarHeader({ path, bytes }: TarEntry, modifiedSeconds: number): Buffer {
  const header = Buffer.alloc(TAR_BLOCK);
  const { prefix, name } = splitPath(path);
  header.write(name, 0, 'utf8');
  header.write('0000600\0', 100, 'latin1');
  header.write('0000000\0', 108, 'latin1');
  header.write('0000000\0', 116, 'latin1');
  writeSize(header, bytes);
  header.write(`${Math.floor(modifiedSeconds).toString(8).padStart(11, '0')}\0`, 136, 'latin1');
  header.write('        ', 148, 'latin1');
  header.write('0', 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  header.write(prefix, 345, 'utf8');
  header.write(`${checksum(header).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** Undefined for the block of zeros that ends an archive. Throws RangeError when it is no header of a plain file. */
export function readTarHeader(header: Buffer): TarEntry | undefined {
  if (header.every((byte) => byte === 0)) return undefined;
  const stated = Number.parseInt(header.toString('latin1', 148, 156), 8);
  const blank = Buffer.from(header);
  blank.write('        ', 148, 'latin1');
  if (stated !== checksum(blank)) throw new RangeError('a header of the archive is damaged');
  const text = (from: number, to: number): string => {
    const field = header.subarray(from, to);
    const end = field.indexOf(0);
    return field.toString('utf8', 0, end < 0 ? field.length : end);
  };
  const prefix = text(345, 500);
  const large = ((header[124] as number) & 0x80) !== 0;
  const bytes = large ? Number(header.readBigUInt64BE(128)) : Number.parseInt(text(124, 136), 8);
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw new RangeError('a header of the archive is damaged');
  return { path: prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`, bytes };
}

/** Bytes of zeros after the content. */
export const tarPadding = (bytes: number): number => (TAR_BLOCK - (bytes % TAR_BLOCK)) % TAR_BLOCK;

function splitPath(path: string): { prefix: string; name: string } {
  if (Buffer.byteLength(path) <= 100) return { prefix: '', name: path };
  for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
    const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)];
    if (Buffer.byteLength(prefix) <= 155 && name !== '' && Buffer.byteLength(name) <= 100)
      return { prefix, name };
  }
  throw new RangeError(`the path ${path} is too long for an archive`);
}

function writeSize(header: Buffer, bytes: number): void {
  if (bytes <= MOST_OCTAL) header.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  else {
    header[124] = 0x80;
    header.writeBigUInt64BE(BigInt(bytes), 128);
  }
}

function checksum(header: Buffer): number {
  let sum = 0;
  for (const byte of header) sum += byte;
  return sum;
}
