/**
 * From what whole batches cost to what their parts cost. A batch costs
 *
 *     fixed + items x (item + things x thing)
 *
 * so three batches give the three constants: a small and a large one of small items, and one of large items.
 */
export interface MeasuredBatch {
  /** Items in one batch, for example reports in a range. */
  items: number;
  /** Things in each item, for example executables in an inventory. */
  things: number;
  /** What one batch cost, in any unit. */
  cost: number;
}

export interface CostParts {
  fixed: number;
  item: number;
  thing: number;
}

/** Noise can make a part come out below nothing; it is then nothing, and its share is in the others. */
export function solveCosts(few: MeasuredBatch, many: MeasuredBatch, large: MeasuredBatch): CostParts {
  const small = Math.max(0, (many.cost - few.cost) / (many.items - few.items));
  const fixed = Math.max(0, few.cost - few.items * small);
  const big = Math.max(0, (large.cost - fixed) / large.items);
  const thing = Math.max(0, (big - small) / (large.things - few.things));
  return { fixed, item: Math.max(0, small - few.things * thing), thing };
}

/** The same of two batches that differ in their things alone, with nothing fixed. */
export function solveTwo(
  small: { things: number; cost: number },
  large: { things: number; cost: number },
): { item: number; thing: number } {
  const thing = Math.max(0, (large.cost - small.cost) / (large.things - small.things));
  return { item: Math.max(0, small.cost - small.things * thing), thing };
}
