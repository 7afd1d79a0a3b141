/** Inventories as ascending arrays of executable numbers. Pure. */

/**
 * The ascending inventory with `present` in it and without `absent`; neither needs an order, and what is in both is
 * present. A change is small beside what it changes: what lies between two changed numbers is copied in one piece.
 */
export function applyChange(inventory: Uint32Array, present: Uint32Array, absent: Uint32Array): Uint32Array {
  const added = ascendingUnique(present);
  const removed = ascendingUnique(absent);
  const changed = new Uint32Array(inventory.length + added.length);
  let length = 0;
  let from = 0;
  for (let a = 0, r = 0; a < added.length || r < removed.length; ) {
    const number = Math.min(added[a] ?? Number.POSITIVE_INFINITY, removed[r] ?? Number.POSITIVE_INFINITY);
    const at = firstAtLeast(inventory, number, from);
    changed.set(inventory.subarray(from, at), length);
    length += at - from;
    from = inventory[at] === number ? at + 1 : at;
    if (removed[r] === number) r++;
    if (added[a] === number) {
      changed[length++] = number;
      a++;
    }
  }
  changed.set(inventory.subarray(from), length);
  return changed.subarray(0, length + inventory.length - from);
}

export function ascendingUnique(numbers: Uint32Array): Uint32Array {
  const sorted = numbers.slice().sort();
  let length = 0;
  for (let at = 0; at < sorted.length; at++) {
    const number = sorted[at] as number;
    if (length === 0 || sorted[length - 1] !== number) sorted[length++] = number;
  }
  return sorted.subarray(0, length);
}

/** Index of the first element from `from` on that is not below `number`. */
function firstAtLeast(ascending: Uint32Array, number: number, from: number): number {
  let low = from;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Numbers that are in the second inventory and not in the first, and the other way round; both ascending. */
export function difference(
  before: Uint32Array,
  after: Uint32Array,
): { appeared: number[]; disappeared: number[] } {
  const appeared: number[] = [];
  const disappeared: number[] = [];
  let b = 0;
  let a = 0;
  while (b < before.length || a < after.length) {
    const old = before[b] ?? Number.POSITIVE_INFINITY;
    const now = after[a] ?? Number.POSITIVE_INFINITY;
    if (old === now) {
      b++;
      a++;
    } else if (old < now) {
      disappeared.push(old);
      b++;
    } else {
      appeared.push(now);
      a++;
    }
  }
  return { appeared, disappeared };
}
