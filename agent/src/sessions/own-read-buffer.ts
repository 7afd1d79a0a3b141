/** Memory that a socket reads into, for connections that wait for little. */

/** Otherwise the runtime takes new memory for each piece, and far more than one holds. `take` gets a copy of each piece. */
export function ownReadBuffer(bytes: number, take: (piece: Buffer) => void) {
  const buffer = Buffer.allocUnsafe(bytes);
  const callback = (length: number): boolean => {
    take(Buffer.from(buffer.subarray(0, length)));
    return true;
  };
  return { buffer, callback };
}
