/** Ids and digests of inventories as the wire has them, written from the design and shared with no product code. */

export interface ModelDigest {
  count: number;
  /** Modulo 2^128. */
  sum: bigint;
}

export function digestOf(installed: Iterable<{ hash16: bigint }>): ModelDigest {
  const digest = { count: 0, sum: 0n };
  for (const { hash16 } of installed) {
    digest.count++;
    digest.sum = BigInt.asUintN(128, digest.sum + hash16);
  }
  return digest;
}

export function wireDigest({ count, sum }: ModelDigest): { count: number; sum: Uint8Array } {
  return { count, sum: Buffer.from(sum.toString(16).padStart(32, '0'), 'hex').reverse() };
}

/** 8 bytes little-endian each, in the order of the ids. */
export function wireIds(ids: readonly string[]): Uint8Array {
  return Buffer.concat(ids.toSorted().map((id) => Buffer.from(id, 'hex').reverse()));
}
