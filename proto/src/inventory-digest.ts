/**
 * The digest of an inventory: how many executables, and the sum modulo 2^128 of the first 16 bytes
 * (little-endian) of each one's evidence hash. Adding or removing one executable updates it in constant time,
 * order does not matter, and because it sums 16 bytes where an id has 8, a forged id shows as a mismatch.
 */
export interface InventoryDigest {
  readonly count: number;
  readonly sum: bigint;
}

export const EMPTY_DIGEST: InventoryDigest = { count: 0, sum: 0n };
const MODULUS_BITS = 128;

export function digestAdd(digest: InventoryDigest, digestPart: Uint8Array): InventoryDigest {
  return {
    count: digest.count + 1,
    sum: BigInt.asUintN(MODULUS_BITS, digest.sum + littleEndian128(digestPart)),
  };
}

export function digestRemove(digest: InventoryDigest, digestPart: Uint8Array): InventoryDigest {
  return {
    count: digest.count - 1,
    sum: BigInt.asUintN(MODULUS_BITS, digest.sum - littleEndian128(digestPart)),
  };
}

export function digestsEqual(a: InventoryDigest, b: InventoryDigest): boolean {
  return a.count === b.count && a.sum === b.sum;
}

/** The sum as 16 bytes little-endian, for the wire and the store. */
export function digestSumBytes(digest: InventoryDigest): Uint8Array {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, digest.sum), 0);
  bytes.writeBigUInt64LE(digest.sum >> 64n, 8);
  return bytes;
}

/** Inverse of digestSumBytes; `sum` must be 16 bytes. */
export function digestFromParts(count: number, sum: Uint8Array): InventoryDigest {
  return { count, sum: littleEndian128(sum) };
}

function littleEndian128(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  return (view.getBigUint64(8, true) << 64n) | view.getBigUint64(0, true);
}
