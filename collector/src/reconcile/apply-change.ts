/** Inventories as ascending arrays of executable numbers. Pure. */

/** The inventory with `present` in it and without `absent`; neither needs an order. */
export function applyChange(inventory: Uint32Array, present: Uint32Array, absent: Uint32Array): Uint32Array {
  const removed = new Set(absent);
  const kept = inventory.filter((number) => !removed.has(number));
  return ascendingUnique(concatenated(kept, present));
}

export function ascendingUnique(numbers: Uint32Array): Uint32Array {
  const sorted = Uint32Array.from(numbers).sort();
  let length = 0;
  for (const number of sorted) {
    if (length === 0 || sorted[length - 1] !== number) sorted[length++] = number;
  }
  return sorted.subarray(0, length);
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

function concatenated(first: Uint32Array, second: Uint32Array): Uint32Array {
  const all = new Uint32Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
