/**
 * Chance that belongs to a name: the same numbers always draw the same, in any order and without memory. A fleet of
 * any size can so be asked about one device without making the others first. (Sequences are SeededRandom's.)
 */

/** 32 well mixed bits of up to five whole numbers. */
export function drawnBits(a: number, b: number, c = 0, d = 0, e = 0): number {
  let hash = 0x9e3779b9;
  hash = mixed(hash, a);
  hash = mixed(hash, b);
  hash = mixed(hash, c);
  hash = mixed(hash, d);
  hash = mixed(hash, e);
  // The finaliser of MurmurHash3, public domain.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Uniform in [0, 1). */
export function drawn(a: number, b: number, c = 0, d = 0, e = 0): number {
  return drawnBits(a, b, c, d, e) / 4_294_967_296;
}

function mixed(hash: number, key: number): number {
  let k = Math.imul(key, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const next = hash ^ Math.imul(k, 0x1b873593);
  return (Math.imul((next << 13) | (next >>> 19), 5) + 0xe6546b64) | 0;
}
