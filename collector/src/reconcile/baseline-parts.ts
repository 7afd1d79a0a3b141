/**
 * A large baseline comes in parts, which count once all of them are there. Pure.
 *
 * Part n of a baseline has the sequence of part 0 plus n, so the sequence of part 0 names the baseline: a part of
 * another one is never mixed in. Of each number the newest is kept, so a new baseline takes the place of one that was
 * never finished and what lies here for a device is bounded.
 */
import { digestsEqual, type InventoryDigest } from '@fleetmeter/proto';
import { ascendingUnique } from './apply-change.ts';

export interface BaselinePart {
  /** From 0. */
  part: number;
  /** Sequence of part 0. */
  firstSequence: number;
  /** Of the whole inventory; the same in each part. */
  digest: InventoryDigest;
  /** Executables this part lists. */
  numbers: Uint32Array;
}

/** Parts of one epoch by their number. */
export type BaselineParts = Map<number, BaselinePart>;

/**
 * The ascending inventory that these parts are together, `last` being the last of them. Undefined when a part is
 * missing, belongs to another baseline or promises another inventory, or when what is promised does not come out.
 */
export function completeInventory(
  parts: ReadonlyMap<number, BaselinePart>,
  last: BaselinePart,
): Uint32Array | undefined {
  const lists: Uint32Array[] = [];
  for (let part = 0; part < last.part; part++) {
    const earlier = parts.get(part);
    if (earlier?.firstSequence !== last.firstSequence || !digestsEqual(earlier.digest, last.digest))
      return undefined;
    lists.push(earlier.numbers);
  }
  lists.push(last.numbers);
  const length = lists.reduce((sum, list) => sum + list.length, 0);
  if (length !== last.digest.count) return undefined;
  const inventory = new Uint32Array(length);
  let at = 0;
  for (const list of lists) {
    inventory.set(list, at);
    at += list.length;
  }
  const unique = ascendingUnique(inventory);
  return unique.length === length ? unique : undefined;
}
