import { closeSync, openSync, readSync } from 'node:fs';

/** The kernel gives most of its files in pieces of a page. */
const PIECE_BYTES = 4096;

/** The beginning of a file that the kernel makes, whose size says nothing. Undefined when it cannot be read. */
export function readPrefix(path: string, bytes = PIECE_BYTES): string | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const pieces: Buffer[] = [];
    for (let left = bytes; left > 0; left -= pieces.at(-1)?.length ?? 0) {
      const piece = Buffer.alloc(Math.min(left, PIECE_BYTES));
      const read = readSync(file, piece);
      if (read === 0) break;
      pieces.push(piece.subarray(0, read));
    }
    return Buffer.concat(pieces).toString('utf8');
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
