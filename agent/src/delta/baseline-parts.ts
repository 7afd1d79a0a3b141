/** A large inventory as a baseline in several parts. Pure. */
import { type ExecutableId, encodeIdList } from '@fleetmeter/proto';

/** 160 kB on the wire, since ids do not compress: well below what a collector takes in one request. */
export const MOST_IDS_IN_A_PART = 20_000;
/** As the collector bounds them. */
const MOST_PARTS = 100;

export interface BaselinePart {
  /** From 0. */
  part: number;
  parts: number;
  /** As they go on the wire, see encodeIdList. */
  ids: Uint8Array;
}

/**
 * The ids of each part, as even as can be, as they go on the wire. Nothing when one report holds them all; larger parts
 * than asked for when a hundred would not do.
 */
export function baselineParts(ids: readonly ExecutableId[], mostIds: number): Uint8Array[] {
  if (ids.length <= mostIds) return [];
  const parts = Math.min(MOST_PARTS, Math.ceil(ids.length / mostIds));
  const share = Math.ceil(ids.length / parts);
  const sorted = ids.toSorted();
  const lists: Uint8Array[] = [];
  for (let at = 0; at < sorted.length; at += share) lists.push(encodeIdList(sorted.slice(at, at + share)));
  return lists;
}
