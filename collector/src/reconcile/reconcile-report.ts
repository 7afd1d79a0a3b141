/**
 * What a report means for the inventory the collector has of its epoch. Pure; this is the one place where digests
 * are compared. A device's reports come here in stream order, one at a time.
 *
 * When in doubt nothing is applied and the device is asked for a baseline: doing nothing beats doing the wrong
 * thing, and a baseline costs 16 kB.
 */
import { digestsEqual, type InventoryDigest } from '@fleetmeter/proto';

/** What is known of an epoch: its newest processed report and its inventory. */
export interface EpochHead {
  /** 0 before the first report. */
  sequence: number;
  /** 16 bytes; empty before the first report. */
  reportHash: Uint8Array;
  /** Milliseconds since 1970; 0 before the first report. */
  receivedAt: number;
  digest: InventoryDigest;
  /** Sequence of the report that made the inventory; may be beyond `sequence` after a crash between two writes. */
  inventoryVersion: number;
}

/** The parts of a report that matter here. */
export interface ReportedState {
  sequence: number;
  reportHash: Uint8Array;
  /** First 8 bytes of the hash of the sender's report before this one; undefined or empty when it names none. */
  previousHash: Uint8Array | undefined;
  digestBefore: InventoryDigest | undefined;
  /** It led to the head: see reports-behind-head.ts. */
  behindHead?: boolean;
  /** Parts of a baseline have sequences in a row; see baseline-parts.ts. */
  change: 'none' | 'baseline' | 'delta' | 'first-part' | 'middle-part' | 'last-part';
}

export interface Reconciliation {
  /** `collect`: put the part beside those before it. `complete`: with this part they are the inventory. */
  inventory: 'keep' | 'replace' | 'change' | 'collect' | 'complete';
  /**
   * False when the report does not follow what this epoch said so far: a late copy, whose content is in already, one
   * after a gap, or a sender that was copied or put back. What is in it comes again.
   */
  counts: boolean;
  /** False for repeated, late and unusable reports. */
  advancesHead: boolean;
  /** What the device is asked for, if anything. */
  ask: 'nothing' | 'baseline' | 'compare-head';
  /** Reports before this one are missing: usage in them has to come again. */
  usageMissing: boolean;
}

const KEEP: Reconciliation = {
  counts: true,
  inventory: 'keep',
  advancesHead: false,
  ask: 'nothing',
  usageMissing: false,
};
const DIVERGED: Reconciliation = { ...KEEP, counts: false, ask: 'compare-head' };
/** Of the hash of the report before it, as a report names it. */
export const CHAINED_BYTES = 8;

export function reconcileReport(head: EpochHead, report: ReportedState): Reconciliation {
  if (report.sequence <= head.sequence) return report.behindHead || isHead(head, report) ? KEEP : DIVERGED;
  if (report.sequence === head.sequence + 1 && !isChained(head, report)) return DIVERGED;
  const usageMissing = report.sequence > head.sequence + 1;
  if (report.change === 'baseline' || report.change === 'first-part') {
    const applied = head.inventoryVersion >= report.sequence;
    const inventory = applied ? 'keep' : report.change === 'baseline' ? 'replace' : 'collect';
    return { ...KEEP, inventory, advancesHead: true, usageMissing };
  }
  if (report.sequence !== head.sequence + 1 || head.sequence === 0)
    // Nobody can tell who sent it; what it says comes again with what is missing before it.
    return { ...KEEP, counts: false, ask: 'baseline', usageMissing };
  // The inventory was written and the head was not: the change is in already.
  if (head.inventoryVersion >= report.sequence) return { ...KEEP, advancesHead: true };
  // The inventory stays what it was until all parts are there.
  if (report.change === 'middle-part') return { ...KEEP, inventory: 'collect', advancesHead: true };
  if (report.change === 'last-part') return { ...KEEP, inventory: 'complete', advancesHead: true };
  if (!report.digestBefore || !digestsEqual(report.digestBefore, head.digest))
    return { ...KEEP, ask: 'baseline' };
  return { ...KEEP, inventory: report.change === 'delta' ? 'change' : 'keep', advancesHead: true };
}

/** A repetition, byte for byte. */
function isHead(head: EpochHead, report: ReportedState): boolean {
  return report.sequence === head.sequence && Buffer.compare(report.reportHash, head.reportHash) === 0;
}

/**
 * Its sender is the one that sent the head: nobody else knows what to name. The head then tells a sender that was put
 * back or copied what it is: it sees its own sequence with another hash, or a head beyond its own.
 */
function isChained(head: EpochHead, { previousHash }: ReportedState): boolean {
  if (head.sequence === 0 || !previousHash || previousHash.length === 0) return true;
  return Buffer.compare(previousHash, head.reportHash.subarray(0, CHAINED_BYTES)) === 0;
}
