/**
 * The file in which an X server finds what lets programs in. Pure.
 * Source: Xau library, "Xauth": numbers are big-endian, whatever the computer.
 */

/** A server's own file has one entry; people's may have one for each place they ever were at. */
export const MOST_AUTHORITY_BYTES = 64 * 1024;
const COOKIE = 'MIT-MAGIC-COOKIE-1';
/** Longer ones than anybody makes are none. */
const MOST_COOKIE_BYTES = 256;

/** The first cookie for display `number`, or for any; undefined: there is none, or the file is not one of these. */
export function cookieIn(file: Uint8Array, number: number): Uint8Array | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 0; at + 2 <= bytes.length; ) {
    // The kind of address comes first, and then address, number of the display, name and data.
    const fields: Buffer[] = [];
    at += 2;
    for (let field = 0; field < 4; field++) {
      const begin = at + 2;
      if (begin > bytes.length) return undefined;
      at = begin + bytes.readUInt16BE(at);
      if (at > bytes.length) return undefined;
      fields.push(bytes.subarray(begin, at));
    }
    const [, display = Buffer.alloc(0), name, data = Buffer.alloc(0)] = fields;
    const isFor = display.length === 0 || display.toString('latin1') === `${number}`;
    const isUsable = data.length > 0 && data.length <= MOST_COOKIE_BYTES;
    if (isFor && isUsable && name?.toString('latin1') === COOKIE) return data;
  }
  return undefined;
}
